"""The duties of a client of Track-It! that writes: 200 is not done, links are not values, a lost answer is not a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared, writing
from mockservers.harness.duties.writing import WRITES, Lack
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.kernel import instants
from mockservers.vendors.trackit.contract import decoder as wire
from mockservers.vendors.trackit.contract.duties.seen import within_gaps
from mockservers.vendors.trackit.contract.profile import LINKS, TICKET

NOTES: Mapping[str, tuple[str, ...]] = {"note": ("note",)}
PLAIN = frozenset({"7", "22", "83", "100", "106"})
"""Fields that anybody may write, whatever an administrator did to lists."""
LONGEST = 2000
"""Letters of a text for which the catalogue knows no limit."""
STATUS = frozenset({"95", "96", "97"})
STAMPS = frozenset({"2", "3", "163", "175"})
"""What any change or note moves."""
FOLLOWING = STATUS | {"17", "18", "48", "125", "130", "131", "108", "103", "100", "110", "111"}
"""What a change of status moves."""
_NUMBERS = {field.name.casefold(): str(number) for number, field in TICKET.items()}


def note_text(record: Record) -> str:
    return str(record.fields.get("5") or "")


def _when(task: Task) -> str:
    return f"the {task.do} at {instants.to_iso(task.at)}"


def _ticket(task: Task, when: str) -> Record | None:
    """The ticket of a task as it was before it (`was`) or after it (`became`)."""
    truth = task.was if when == "was" else task.became
    return (truth or {}).get("ticket", {}).get(task.ticket or "")


def _closed(record: Record | None) -> bool:
    return record is not None and record.fields.get("18") is not None


def _entered(history: History, module: str) -> bool:
    """Whether an administrator edited a list, so that nobody can say what its names are."""
    return any(change.request.get("list") == module for change in history.changes)


# --- done, and as it was told -----------------------------------------------------------------------------------------


def _lacks(history: History) -> list[Lack]:
    found = writing.lacks(history, NOTES, note_text)
    for task in writing.told(history):
        record = _ticket(task, "became")
        if task.do != "close" or record is None or _closed(record):
            continue
        if "18" not in writing.meddled_with(history, task, record):
            what = f"the status of {history.name(record.id)} is {comparing.show(record.fields.get('96'))}"
            found.append(Lack(task, what, "96", found=record.fields.get("96")))
    return found


def _is_markup(text: Any) -> bool:
    return isinstance(text, str) and bool(set(text) & set("<&"))


def _arrived(history: History, lack: Lack) -> bool:
    """Whether a text arrived, but as another one."""
    if lack.field is None:
        return lack.wanted is not None and bool(history.made(lack.task, "note"))
    is_text = TICKET[int(lack.field)].type == "text" and lack.field not in LINKS
    return is_text and writing.altered(history, lack)


def _writes_done(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if not _arrived(history, each)]
    breaches += [each.breach for each in writing.borrowed(history, NOTES, note_text)]
    return judged(len(writing.told(history)), breaches)


def _writes_tried(history: History) -> Judgement:
    return writing.tried(history, _acceptable, lambda exchange: wire.said(exchange).kind != "good")


def _acceptable(task: Task) -> bool:
    """Whether the vendor takes what was told: fields of the ticket's own, and no text that is longer than they hold."""
    for name, value in task.asked.get("fields", {}).items():
        field = TICKET.get(int(name)) if name.isdigit() else None
        if name not in PLAIN or field is None or len(str(value)) > (field.length or LONGEST):
            return False
    return True


def _text_written(history: History) -> Judgement:
    altered = [each for each in _lacks(history) if _arrived(history, each)]
    # What markup in a note becomes is for another duty.
    mine = [each for each in altered if each.field is not None or not _is_markup(each.wanted)]
    return judged(writing.texts_told(history), [each.breach for each in mine])


def _markup_escaped(history: History) -> Judgement:
    told = [task for task in writing.told(history) if task.do == "note" and _is_markup(task.asked.get("text"))]
    altered = [each for each in _lacks(history) if each.field is None and _is_markup(each.wanted)]
    return judged(len(told), [each.breach for each in altered if _arrived(history, each)])


def _written_once(history: History) -> Judgement:
    def findable(task: Task, record: Record) -> bool:
        there = [int(each.id) for each in (task.was or {}).get("ticket", {}).values() if each.exists]
        return int(record.id) in within_gaps(history, there)

    return writing.written_once(history, NOTES, note_text, findable)


def _others_said(history: History, task: Task, words: str) -> int:
    """How many notes with these words in them others wrote during a task, or the client owed from before."""
    owed = [comparing.squeezed(str(each.asked.get("text", ""))) for each in writing.owed(history, task)]
    return writing.said_by_others(history.changes_within(task), words) + sum(words in each for each in owed)


def _durations_written(history: History) -> Judgement:
    told, breaches = 0, []
    for task in history.writes:
        minutes = task.asked.get("minutes") or 0
        words = comparing.squeezed(str(task.asked.get("text", "")))
        made = history.made(task, "note") if minutes else []
        mine = [note for note in made if words in comparing.squeezed(note_text(note))]
        if len(mine) > 1 and _others_said(history, task, words):
            mine = [note for note in mine if note.fields.get("10") == minutes * 60] or mine
            made = mine[:1]
        for note in made:
            if words not in comparing.squeezed(note_text(note)) and (
                not _is_markup(words) or _noted(history, task) or writing.owed(history, task)
            ):
                continue  # somebody else's, or perhaps: what looks like markup is not kept as it was written
            told += 1
            if note.fields.get("10") != minutes * 60:
                breaches.append(
                    Breach(
                        f"{_when(task)} was told {minutes} minutes, and the note {note.id} has "
                        f"{comparing.show(note.fields.get('10'))} seconds, not {minutes * 60}"
                    )
                )
    return judged(told, breaches)


# --- nothing else -----------------------------------------------------------------------------------------------------


def _noted(history: History, task: Task) -> bool:
    """Whether others wrote notes while a client was at a task; what they change can leave one, too."""
    return any(change.operation == "act" for change in history.changes_within(task))


def _touches_only(history: History) -> Judgement:
    exercised, found = writing.touched(history, STAMPS)
    breaches = [
        each.breach(history)
        for each in found
        if not any(_follows(task, each.field) for task in (each.task, *writing.owed(history, each.task)))
    ]
    return judged(exercised, breaches)


def _follows(task: Task, name: str) -> bool:
    """Whether a field changes because another one was told: as a part of the same link, or with the status."""
    told = task.asked.get("fields", {})
    if name in FOLLOWING and (task.do == "close" or STATUS & set(told)):
        return True
    return name in LINKS and LINKS[name] in {LINKS.get(each) for each in told}


def _refusals_true(history: History) -> Judgement:
    refused = [task for task in history.writes if task.error_kind == "refused"]
    breaches = [
        Breach(f"the client says that {_when(task)} was refused ({task.error[:80]}), but {what}")
        for task in refused
        if (what := _done_all_the_same(history, task))
    ]
    return judged(len(refused), breaches)


def _done_all_the_same(history: History, task: Task) -> str:
    """What a task did that is said to be refused; empty where it did nothing, or less than it was told."""
    told = task.asked.get("fields", {})
    if task.do == "note":
        words = comparing.squeezed(str(task.asked.get("text", "")))
        made = [note for note in history.made(task, "note") if words in comparing.squeezed(note_text(note))]
        return f"the note {made[-1].id} is there" if len(made) > _others_said(history, task, words) else ""
    if task.do == "create":
        records = [record for record in history.made(task) if _has(history, record, told)]
        return f"{history.name(records[0].id)} was made by it" if records else ""
    before, after = _ticket(task, "was"), _ticket(task, "became")
    if before is None or after is None or writing.meddled_with(history, task, after):
        return ""
    if task.do == "close":
        return f"{history.name(after.id)} is closed since then" if _closed(after) and not _closed(before) else ""
    if _has(history, after, told) and not _has(history, before, told):
        return f"{history.name(after.id)} has all that was told since then"
    return ""


def _has(history: History, record: Record, fields: Mapping[str, Any]) -> bool:
    return all(comparing.same(history, name, record.fields.get(name), value) for name, value in fields.items())


# --- as the vendor takes it -------------------------------------------------------------------------------------------


def _turned_down(history: History, *actions: str) -> list[tuple[Task, Exchanged]]:
    """Requests that the vendor did not take as they were sent, though the ticket was there."""
    return [
        (task, each)
        for task in history.writes
        for each in history.within(task)
        if wire.asked(each).action in actions
        and each.status in (400, 405, 415)
        and not each.faults
        and "was not found" not in wire.said(each).text
    ]


def _about_status(exchange: Exchanged) -> bool:
    text = wire.said(exchange).text
    return text.startswith("The status") or "StatusName" in text


def _status_by_name(history: History) -> Judgement:
    told = [task for task in history.writes if "96" in task.asked.get("fields", {})]
    breaches = [
        Breach(
            f"{_when(task)} was told the status {comparing.show(task.asked['fields']['96'])}, and {shared.request(each)} "
            f"named it {comparing.show(wire.asked(each).status)}: {wire.said(each).text}"
        )
        for task, each in _turned_down(history, "status")
        if _about_status(each) and task in told and not _entered(history, "status")
    ]
    return judged(len(told), breaches)


def _notes_as_required(history: History) -> Judgement:
    sent = [
        each
        for task in history.writes
        for each in history.within(task)
        if wire.asked(each).action in ("note", "status", "close")
    ]
    breaches = [
        Breach(f"{shared.request(each)} for {_when(task)} could not be taken as it was sent: {wire.said(each).text}")
        for task, each in _turned_down(history, "note", "status", "close")
        if not _about_status(each) and not _entered(history, "activity") and not _entered(history, "note_type")
    ]
    return judged(len(sent), breaches)


def _default_closed(history: History, n: int) -> str:
    chosen = [
        change.request["status"]
        for change in history.changes
        if change.n <= n and change.request.get("action") == "set default status"
    ]
    closed = [name for name in chosen if name in ("Closed", "Cancelled", "Dismissed - No notes", "Resolved")]
    return str(closed[-1]) if closed else "Closed"


def _close_default(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in writing.told(history):
        before, after = _ticket(task, "was"), _ticket(task, "became")
        if task.do != "close" or before is None or after is None or _closed(before) or _entered(history, "status"):
            continue
        exercised += 1
        found, wanted = after.fields.get("96"), _default_closed(history, task.first)
        # An administrator may choose another one meanwhile.
        good = {wanted, *(_default_closed(history, change.n) for change in history.changes_within(task))}
        if found not in good and "96" not in writing.meddled_with(history, task, after):
            breaches.append(
                Breach(
                    f"after {_when(task)} the status of {history.name(after.id)} is {comparing.show(found)}, and the "
                    f"desk's default for closing is {comparing.show(wanted)}"
                )
            )
    return judged(exercised, breaches)


def _one_display_field(history: History) -> Judgement:
    exercised, breaches = 0, []
    for exchange in history.exchanges:
        want = wire.asked(exchange)
        names = [_NUMBERS.get(name.casefold(), name) for name, _ in want.properties]
        links = Counter(LINKS[name] for name in names if name in LINKS)
        exercised += bool(links)
        twice = [link for link, count in links.items() if count > 1]
        if twice:
            fields = ", ".join(name for name in names if LINKS.get(name) == twice[0])
            breaches.append(
                Breach(
                    f"{shared.request(exchange)} sends the fields {fields}, which all link the same record; only the "
                    "last one counts"
                )
            )
    return judged(exercised, breaches)


WRITING: tuple[Duty, ...] = (
    Duty(
        "trackit.writes_done",
        "A write that is said to be done stands at the vendor: what cannot be written is passed over with status 200.",
        (
            "trackit.write.read_only_key",
            "trackit.write.virtual_unknown",
            "trackit.write.null",
            "trackit.write.update",
            "trackit.write.create",
            "trackit.note.add",
        ),
        _writes_done,
        "a write that the client says is done",
        needs=WRITES,
    ),
    Duty(
        "trackit.writes_tried",
        "What the vendor takes is sent: no letter of a text, and no value, makes the client itself fail.",
        ("trackit.write.create", "trackit.write.update", "trackit.note.add"),
        _writes_tried,
        "a write of values that the vendor takes",
        "should",
        needs=WRITES,
    ),
    Duty(
        "trackit.text_written",
        "Texts arrive at the vendor as the task has them, letters of all languages included.",
        ("trackit.write.text_kept", "trackit.note.text"),
        _text_written,
        "a text that is written",
        needs=WRITES,
    ),
    Duty(
        "trackit.markup_escaped",
        "Markup in a note is escaped where notes are rich text, so that nothing of it is lost.",
        ("trackit.note.text",),
        _markup_escaped,
        "a note with angle brackets or ampersands",
        "should",
        needs=("note",),
    ),
    Duty(
        "trackit.written_once",
        "A ticket or note whose answer was lost is looked for before it is written again: the vendor accepts it twice.",
        ("trackit.write.no_idempotency", "trackit.note.add", "trackit.write.create"),
        _written_once,
        "a create or note whose answer is lost",
        needs=("create", "note"),
    ),
    Duty(
        "trackit.update_touches_only",
        "An update changes the fields of its task alone: those that show another record link it anew when sent back.",
        ("trackit.write.virtual", "trackit.write.last_wins", "trackit.write.update"),
        _touches_only,
        "an update of a ticket",
        needs=("update", "note", "close"),
    ),
    Duty(
        "trackit.durations_written",
        "The minutes of a note are written as hh:mm:ss.",
        ("trackit.wire.duration", "trackit.wire.duration_two_parts"),
        _durations_written,
        "a note with minutes",
        needs=("note",),
    ),
    Duty(
        "trackit.refusals_true",
        "A write that the client says was refused was not done: a status is changed first and its note comes second.",
        ("trackit.status.two_steps", "trackit.write.virtual_unknown"),
        _refusals_true,
        "a write that the client says was refused",
        needs=WRITES,
    ),
    Duty(
        "trackit.status_by_name",
        "A status is set by its name, as field 96 shows it.",
        ("trackit.status.by_name", "trackit.status.body"),
        _status_by_name,
        "a status that is to be set",
        needs=("update",),
    ),
    Duty(
        "trackit.notes_as_required",
        "A note has a Note Type, and an Activity Code that tickets have; Close has a body.",
        (
            "trackit.note.required_pair",
            "trackit.note.activity_for_tickets",
            "trackit.note.type",
            "trackit.close.body",
            "trackit.wire.body_is_input",
        ),
        _notes_as_required,
        "a note, a change of status or a closing",
        needs=("note", "close"),
    ),
    Duty(
        "trackit.close_default",
        "Closing leaves it to the desk which of its closed statuses a ticket gets.",
        ("trackit.close.default_status", "trackit.status.two_types"),
        _close_default,
        "a ticket that the client closes",
        "should",
        needs=("close",),
    ),
    Duty(
        "trackit.one_display_field",
        "A write names a linked record by one of its fields.",
        ("trackit.write.last_wins", "trackit.write.virtual"),
        _one_display_field,
        "a write of a field that links a record",
        "should",
        needs=("create", "update"),
    ),
)
