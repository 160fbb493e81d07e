"""What can be done with a ticket of ReadyDesk beside a client, and what is known of who calls: nothing but the key."""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "close": "Close the ticket.",
    "reopen": "Open it again.",
    "assign": "Assign it: `to`? (a technician's id), `group`? (a group's name), one of them at least; empty text unassigns.",
    "lock": "Lock it, as whoever edits it does: `by`?.",
    "unlock": "Unlock it.",
    "merge": "Merge it into another ticket, which closes it: `into` (that ticket's number).",
    "note": "Record work: the time and author of the last change move, and the history gets an entry with the words of `note`.",
    "update": "Edit fields: `fields`.",
    "attach": "Attach a file: `file`? (its name), `size`? (in bytes).",
    "spawn": "Make a child of it, of the same customer: `fields`?.",
}
"""All take `by`?, `note`? (the words of the entry in the history) and `delay`? too."""
