"""What can be done with a ticket of QueryData beside a client, and what is known of who calls: nothing but the code."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.vendors.querydata.emulator import actions

ACTIONS: Mapping[str, str] = {
    actions.COMPLETE: "A member answers for good: `code`?, `member`?, `comment`?.",
    actions.ONGOING: "A member answers for now: `code`?, `member`?, `comment`?.",
    actions.ASSIGN: "Assign the ticket: `to`? (a name; one is made up without).",
    actions.FOLDER: "Move it into a folder: `folder`?.",
    **dict.fromkeys(actions.PLAIN, "Leaves its mark in the history alone: `note`?."),
    actions.FACILITY: "A facility is added: `member`?, `type`?.",
    actions.REVISE: "The centre sends a new version under a new id: `fields`?, `note`?.",
}
"""All take `by`?, `note`? and `delay`? too."""
