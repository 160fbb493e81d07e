"""The duties of a client of Track-It! that shows the notes of tickets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged
from mockservers.harness.history import History, Record
from mockservers.kernel import instants
from mockservers.vendors.trackit.contract import decoder as wire
from mockservers.vendors.trackit.contract.duties.seen import hidden_groups, in_mirror
from mockservers.vendors.trackit.contract.profile import NOTE_TYPES_BY_NUMBER, NOTES


def notes_of(record: Record | None) -> list[Mapping[str, Any]] | None:
    """The notes of a mirrored ticket, None where it shows none."""
    return listed_in(record, NOTES)


def listed_in(record: Record | None, member: str) -> list[Mapping[str, Any]] | None:
    """What a mirrored ticket lists under a member, None where it shows no list."""
    shown = record.fields.get(member) if record is not None else None
    if isinstance(shown, str):
        try:
            shown = json.loads(shown)
        except (ValueError, RecursionError):
            return None
    if not isinstance(shown, (list, tuple)):
        return None
    return [{str(name): value for name, value in each.items()} for each in shown if isinstance(each, Mapping)]


def _notes(history: History) -> list[tuple[str, list[Record], list[Mapping[str, Any]]]]:
    """Tickets whose notes the client shows: number, the notes there are, those that are shown."""
    there: dict[str, list[Record]] = {}
    for note in history.parts.get("note", {}).values():
        there.setdefault(str(note.fields.get("6")), []).append(note)
    found = []
    for ticket, (_, mirrored) in in_mirror(history).items():
        shown = notes_of(mirrored)
        if shown is not None:
            found.append((ticket, there.get(ticket, []), shown))
    return found


def _note_key(note: Mapping[str, Any]) -> str:
    return str(note.get("1", ""))


def _notes_complete(history: History) -> Judgement:
    counted, breaches = 0, []
    hidden = hidden_groups(history, "Ticket Notes")
    for ticket, there, shown in _notes(history):
        keys = [_note_key(note) for note in shown]
        wanted = [note for note in there if not note.fields.get("14") and not hidden(note.fields.get("4"))]
        counted += len(wanted)
        missing = [note for note in wanted if note.id not in keys]
        if missing:
            breaches.append(
                Breach(
                    f"{history.name(ticket)} has {len(wanted)} notes by people, and {len(missing)} of them, the note "
                    f"{missing[0].id} for one, are not in the mirror{_pages(history, ticket)}",
                    {"ticket": ticket},
                )
            )
        known = {note.id for note in there}
        wrong = [key for key in keys if key not in known or keys.count(key) > 1]
        if wrong:
            what = "stands twice" if wrong[0] in known else "is none of the vendor's"
            breaches.append(Breach(f"the note {wrong[0]} in the mirror of {history.name(ticket)} {what}"))
    return judged(counted, breaches or _doubled(history)[:1])


def _doubled(history: History) -> list[Breach]:
    """Notes that stood in a mirror twice for a while, as pages move when notes are added between them."""
    breaches = []
    for task in history.syncs:
        for ticket, record in (task.after or {}).items():
            if record is (task.before or {}).get(ticket):  # as it was
                continue
            keys = Counter(map(_note_key, notes_of(record) or ()))
            twice = [key for key, count in keys.items() if count > 1]
            if twice:
                breaches.append(
                    Breach(
                        f"after the sync at {instants.to_iso(task.at)} the note {twice[0]} stood twice in the mirror of "
                        f"{history.name(ticket)}{_pages(history, ticket)}",
                        {"ticket": ticket},
                    )
                )
    return breaches


def _pages(history: History, ticket: str) -> str:
    asked = (wire.asked(each) for each in history.exchanges)
    pages = dict.fromkeys("/".join(want.page) for want in asked if want.action == "notes" and want.ticket == ticket)
    return f" (pages asked for: {', '.join(list(pages)[-5:])})" if pages else ""


def _pairs(history: History) -> list[tuple[str, Record, Mapping[str, Any]]]:
    """Notes that are there and in the mirror."""
    found = []
    for ticket, there, shown in _notes(history):
        by_key = {note.id: note for note in there}
        found += [(ticket, by_key[_note_key(note)], note) for note in shown if _note_key(note) in by_key]
    return found


def note_breaches(history: History, names: Collection[str], why: str) -> list[Breach]:
    breaches = []
    for ticket, there, shown in _pairs(history):
        for name in names:
            if name not in shown:
                continue
            type_ = NOTE_TYPES_BY_NUMBER.get(name, "text")
            right, left = (
                comparing.normal(each, type_, UTC, 1000) for each in (there.fields.get(name), shown.get(name))
            )
            if right != left:
                breaches.append(
                    Breach(
                        f"the note {there.id} of {history.name(ticket)}: "
                        f"{comparing.unzoned(type_, there.fields.get(name), shown.get(name))}{name} is "
                        f"{comparing.parted(there.fields.get(name), shown.get(name), history.secrets)}; {why}",
                        {"ticket": ticket, "field": name},
                    )
                )
    return breaches


def _durations(history: History) -> Judgement:
    timed = [there for _, there, shown in _pairs(history) if "10" in shown and there.fields.get("10")]
    return judged(len(timed), note_breaches(history, {"10"}, "durations come as seconds"))


def _private(history: History) -> Judgement:
    marked = [there for _, there, shown in _pairs(history) if "27" in shown]
    why = "whoever shows notes to requestors must know which are private"
    return judged(len(marked), note_breaches(history, {"27"}, why))


def _system(history: History) -> Judgement:
    system = {note.id for _, there, _ in _notes(history) for note in there if note.fields.get("14")}
    breaches = [
        Breach(
            f"the note {there.id} of {history.name(ticket)} was written by the system, and the mirror does not say so"
        )
        for ticket, there, shown in _pairs(history)
        if there.id in system and shown.get("14") is not True
    ]
    return judged(len(system), breaches)


NOTED: tuple[Duty, ...] = (
    Duty(
        "trackit.notes_complete",
        "Every note by people is in the mirror once: pages are walked to the end, whatever Count counts.",
        (
            "trackit.read.paging",
            "trackit.read.count",
            "trackit.read.notes",
            "trackit.note.touches",
            "trackit.read.note_order",
        ),
        _notes_complete,
        "notes of tickets whose notes the client mirrors",
    ),
    Duty(
        "trackit.durations_in_seconds",
        "The duration of a note is read as seconds.",
        ("trackit.wire.duration",),
        _durations,
        "a note with a duration",
    ),
    Duty(
        "trackit.private_notes_marked",
        "Private notes are listed like others; field 27 marks them.",
        ("trackit.read.private", "trackit.note.private"),
        _private,
        "notes whose field 27 the client mirrors",
    ),
    Duty(
        "trackit.system_notes_apart",
        "System notes that a client asks for are kept apart from what people wrote.",
        ("trackit.read.system_notes",),
        _system,
        "a system note",
        "should",
    ),
)
