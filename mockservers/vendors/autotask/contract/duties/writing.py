"""The duties of a client of Autotask that writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Choice, Duty, Judgement, judged, writing
from mockservers.harness.duties.writing import WRITES, Lack
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.harness.profile import profile
from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import DAY, HOUR
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract.profile import PARTS

COMPLETE = 5
NOTES: Mapping[str, tuple[str, ...]] = {"note": PARTS}
ENDS: Mapping[str, Mapping[str, Any]] = {"close": {"Status": COMPLETE}}
MOVED = frozenset(
    {
        "LastActivityDate",
        "LastActivityResourceID",
        "LastActivityPersonType",
        "LastTrackedModificationDateTime",
        "CompletedDate",
        "CompletedByResourceID",
    }
)
"""Fields of a ticket that the vendor moves by itself."""
TICKET = {field.name: field for field in catalogue.load("autotask")["Ticket"].fields}
LONGEST = 8000
"""Letters of a text whose field has no limit in the catalogue."""
UNSENDABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Besides control characters, what XML cannot hold."""
WORDS = ("Title", "Description", "SummaryNotes", "InternalNotes")
"""The fields of notes and time entries in which people read."""
MAY_END = {"close": ("Status", "Resolution")}


def note_text(record: Record) -> str:
    """What a note or time entry says."""
    return " ".join(str(record.fields.get(name) or "") for name in WORDS[1:])


def _lacks(history: History) -> list[Lack]:
    return writing.lacks(history, NOTES, note_text, ENDS)


def _is_text(history: History, lack: Lack) -> bool:
    """Whether a text arrived, but as another one."""
    if lack.field is None:
        return lack.wanted is not None
    return profile("autotask").types.get(lack.field, "text") == "text" and writing.altered(history, lack)


def _writes_done(history: History) -> Judgement:
    breaches = [
        each.breach for each in _lacks(history) if not writing.is_time(history, each) and not _is_text(history, each)
    ]
    return judged(len(writing.told(history)), breaches or _notes_dropped(history))


def _notes_dropped(history: History) -> list[Breach]:
    """Notes that say what another one of the ticket says already, of which there are fewer than the client says it wrote."""
    told: dict[tuple[str, str], dict[str, Task]] = {}
    for task in writing.told(history):
        if task.do == "note":
            words = comparing.squeezed(task.asked["text"])
            told.setdefault((task.ticket or "", words), {})[task.asked["key"]] = task
    breaches = []
    for (ticket, words), by_key in told.items():
        last = max(by_key.values(), key=lambda task: task.last)
        there = [
            record
            for kind in PARTS
            for record in (last.became or {}).get(kind, {}).values()
            if str(record.fields.get("TicketID")) == ticket and words in comparing.squeezed(note_text(record))
        ]
        if 0 < len(there) < len(by_key):
            breaches.append(
                Breach(
                    f"{len(by_key)} notes with the same text were told for {history.name(ticket)}, the last one at "
                    f"{instants.to_iso(last.at)}, and the vendor has {len(there)} of them: what says the same is not the same"
                )
            )
    return breaches


def _text_written(history: History) -> Judgement:
    return judged(writing.texts_told(history), [each.breach for each in _lacks(history) if _is_text(history, each)])


def _times_written(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if writing.is_time(history, each)]
    told = writing.times_told(history)
    for task, entry in _entries(history):
        ended = entry.fields.get("EndDateTime")
        if isinstance(ended, str):
            told += 1
            if not task.at - DAY <= instants.from_iso(ended) <= task.ended + HOUR:
                breaches.append(
                    Breach(
                        f"the time entry of the {task.do} at {instants.to_iso(task.at)} ends at {ended}, as the vendor "
                        "reads it"
                    )
                )
    return judged(told, breaches)


def _entries(history: History) -> list[tuple[Task, Record]]:
    """The time entries by which the client kept a note that it was told minutes for."""
    return writing.minuted(history, history.writes, "TimeEntry", note_text)


def _time_booked(history: History) -> Judgement:
    entries = _entries(history)
    breaches = [
        Breach(
            f"{task.asked['minutes']} minutes were told, and the time entry {entry.id} has "
            f"{comparing.show(entry.fields.get('HoursWorked'))} hours"
        )
        for task, entry in entries
        # Some round to a quarter of an hour, and upwards.
        if not -0.02 <= (entry.fields.get("HoursWorked") or 0) - task.asked["minutes"] / 60 <= 0.27
    ]
    minuted = [task for task in writing.told(history) if task.asked.get("minutes")]
    breaches += [
        Breach(
            f"{task.asked['minutes']} minutes were told with the note at {instants.to_iso(task.at)}, and nothing that was "
            "written then tells them"
        )
        for task in minuted
        if not _tells_minutes(history, task)
    ]
    return judged(len(minuted), breaches)


def _tells_minutes(history: History, task: Task) -> bool:
    """Whether something that a note left at the vendor tells how long it took; some write that into a text or a field."""
    # What an earlier try of the same task left counts as well.
    tasks = [each for each in history.writes if each.asked.get("key") == task.asked.get("key")]
    parts = [record for each in tasks for kind in PARTS for record in history.made(each, kind)]
    if any("HoursWorked" in record.fields for record in parts):
        return True
    said = [str(record.fields.get(name) or "") for record in parts for name in WORDS]
    for each in tasks:
        was, became = (
            (truth or {}).get(history.entity, {}).get(task.ticket or "") for truth in (each.was, each.became)
        )
        if was is not None and became is not None:
            changed = {name for name, value in became.fields.items() if was.fields.get(name) != value} - MOVED
            said += [str(became.fields[name]) for name in changed]
    minutes = task.asked["minutes"]
    plain = (str(minutes), f"{minutes / 60:g}", f"{minutes / 60:.2f}")
    hours_and_minutes = re.compile(rf"(?<!\d){minutes // 60}\D{{1,12}}{minutes % 60:02}(?!\d)")
    return any(
        hours_and_minutes.search(text) or any(form in text for form in plain)
        for text in (each.replace(task.asked["text"], "") for each in said)
    )


def _writes_tried(history: History) -> Judgement:
    if not _as_described(history.dialect):
        return judged(0, [])
    return writing.tried(history, _acceptable, _failed, _about_what_was_sent)


def _as_described(dialect: Dialect) -> bool:
    """Whether the API asks for the fields that its description names; what it asked for earlier, nobody need know."""
    return bool(dialect["field_flags"] == "2021")


def _failed(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind != "good"


def _about_what_was_sent(exchange: Exchanged) -> bool:
    """Whether a write was turned down for what it says: a login, a tracking identifier and a limit are other things."""
    text = wire.said(exchange).text.lower()
    writes = wire.asked(exchange).operation in ("create", "update")
    return (
        writes
        and wire.said(exchange).kind == "error"
        and not any(word in text for word in ("threshold", "integrationcode"))
    )


def _acceptable(task: Task) -> bool:
    """Whether the vendor takes what was told, as far as its catalogue tells: no list is touched, no text is too long."""
    for name, value in task.asked.get("fields", {}).items():
        field = TICKET.get(name)
        if field is None or (field.picklist and name != "Priority"):
            return False
        if isinstance(value, str) and (not _sendable(value) or len(value) > (field.length or LONGEST)):
            return False
    return _sendable(task.asked.get("text", ""))


def _sendable(text: str) -> bool:
    """Whether XML can hold a text."""
    return all(letter in "\t\n\r" or letter >= " " for letter in text) and not UNSENDABLE.search(text)


def _written_once(history: History) -> Judgement:
    return writing.written_once(history, NOTES, note_text)


def _update_keeps_the_rest(history: History) -> Judgement:
    exercised, found = writing.touched(history, MOVED, MAY_END)
    breaches = [each.breach(history) for each in found if not each.outdated and not _external(each.field)]
    return judged(exercised, breaches)


def _update_from_fresh(history: History) -> Judgement:
    return writing.from_fresh(history, writing.touched(history, MOVED, MAY_END)[1])


def _external(name: str) -> bool:
    return name.startswith("External")


def _external_alone(history: History) -> Judgement:
    breaches = []
    for task in history.writes:
        was = (task.was or {}).get(history.entity, {})
        # What others changed meanwhile is theirs; nobody else can fill these in a scenario.
        for record in history.written(task):
            before = was.get(record.id, Record("", {})).fields
            for name, value in record.fields.items():
                if (
                    _external(name)
                    and name not in task.asked.get("fields", {})
                    and value not in (None, before.get(name))
                ):
                    breaches.append(
                        Breach(f"the {task.do} at {instants.to_iso(task.at)} put {comparing.show(value)} into {name}")
                    )
    return judged(len(history.writes), breaches)


def _source_set(history: History) -> Judgement:
    made = [
        (task, record)
        for task in history.writes
        if task.do == "create" and "Source" not in task.asked.get("fields", {})
        for record in history.made(task)
    ]
    breaches = [
        Breach(
            f"{history.name(record.id)} was made without a Source, so it counts as of the customer's default "
            f"({comparing.show(record.fields.get('Source'))})"
        )
        for task, record in made
        if not any(
            entity.get("Source")
            for each in history.within(task)
            if wire.asked(each).operation == "create"
            for entity in wire.asked(each).entities
        )
    ]
    return judged(len(made), breaches)


def _id_only(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in writing.told(history):
        answered = task.answered if isinstance(task.answered, Mapping) else {}
        ticket = str(answered.get("id", "")) if task.do == "create" else task.ticket or ""
        truth = (task.became or {}).get(history.entity, {}).get(ticket)
        shown = (task.after or {}).get(ticket)
        if truth is None or shown is None or task.do not in ("create", "update", "close"):
            continue
        if shown == (task.before or {}).get(ticket):
            continue  # not read since: that is old, not wrong
        exercised += 1
        meddled = writing.meddled_with(history, task, truth)
        for name in comparing.fields(history, shown):
            left, right = shown.fields.get(name), truth.fields.get(name)
            if name != "LastActivityDate" and name not in meddled and not comparing.same(history, name, left, right):
                where = ("in the mirror", "at the vendor")
                both = comparing.parted(left, right, history.secrets, f"{{}} in {name}, and the vendor {{}}", where)
                breaches.append(
                    Breach(
                        f"after the {task.do} at {instants.to_iso(task.at)} the mirror of {history.name(ticket)} has "
                        f"{both}: the entity that the call gave back is no source but of the id",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(exercised, breaches)


def _wrote(history: History) -> bool:
    """Whether it made a ticket, told of it, and showed its copy then; only there can it be seen what it took from the answer."""
    return any(
        task.do == "create" and isinstance(task.answered, Mapping) and task.after is not None
        for task in writing.told(history)
    )


SHOWING = Choice(
    _wrote,
    lambda history: _id_only(history).exercised > 0,
    "the client made tickets",
    "never showed one before it had read it again",
)
"""Who shows what it wrote only after the next sync takes nothing from the entity that the call gave back."""


def _stale_answers(dialect: Dialect) -> bool:
    return bool(dialect["create_answer"] == "stale")


# --- all of them -------------------------------------------------------------------------------------------------------


WRITING: tuple[Duty, ...] = (
    Duty(
        "autotask.writes_done",
        "A write that the client reports as done is stored at the vendor: ReturnCode -1 is not success.",
        (
            "autotask.wire.return_code",
            "autotask.write.all_or_nothing",
            "autotask.write.duplicate",
            "autotask.picklist.value",
            "autotask.rest.errors",
        ),
        _writes_done,
        "a write that the client reports as done",
        needs=WRITES,
    ),
    Duty(
        "autotask.writes_tried",
        "What the vendor takes is sent, and whole: the client itself does not fail, nor leave out what the vendor asks for.",
        ("autotask.write.length", "autotask.request.types", "autotask.create.required"),
        _writes_tried,
        "a write of values that the vendor takes",
        "should",
        applies=_as_described,
        needs=WRITES,
    ),
    Duty(
        "autotask.text_written",
        "Texts arrive at the vendor as they were given: escaped once, nothing cut.",
        (
            "autotask.wire.return_code",
            "autotask.write.length",
            "autotask.request.query_text",
            "autotask.wire.typed_fields",
        ),
        _text_written,
        "a text that is written",
        needs=WRITES,
    ),
    Duty(
        "autotask.times_written",
        "Times are written as clock time of the service's zone, or with their offset.",
        ("autotask.time.eastern", "autotask.time.marked", "autotask.rest.values"),
        _times_written,
        "a time that is written",
        needs=("create", "update", "note"),
    ),
    Duty(
        "autotask.time_booked",
        "The minutes of a note are booked as hours.",
        ("autotask.time.hours",),
        _time_booked,
        "a note with minutes, kept as a time entry",
        "should",
        needs=("note",),
    ),
    Duty(
        "autotask.written_once",
        "A write whose answer was lost is not made a second time.",
        ("autotask.create.only_id", "autotask.write.duplicate", "autotask.udf.definitions", "autotask.rest.written"),
        _written_once,
        "a create or note whose answer is lost",
        needs=("create", "note"),
    ),
    Duty(
        "autotask.update_keeps_the_rest",
        "An update keeps what it is not about: SOAP's, and PUT, clear a field that is not sent; PATCH does not.",
        ("autotask.update.replaces", "autotask.update.udf_kept", "autotask.rest.put", "autotask.rest.patch"),
        _update_keeps_the_rest,
        "an update of a ticket",
        needs=("update", "close"),
    ),
    Duty(
        "autotask.update_from_fresh",
        "An update is made from the vendor's present record: an old copy would undo the changes of others.",
        ("autotask.update.replaces", "autotask.rest.put"),
        _update_from_fresh,
        "an update of a ticket that somebody changed since the last sync",
        needs=("update", "close"),
    ),
    Duty(
        "autotask.id_only_from_create",
        "Only the id is used of the entity that create and update return; the rest is queried.",
        ("autotask.create.only_id", "autotask.rest.written"),
        _id_only,
        "a ticket that the client shows right after it wrote it",
        "should",
        _stale_answers,
        needs=("create", "update", "close"),
        choice=SHOWING,
    ),
    Duty(
        "autotask.source_set",
        "A ticket that the integration creates names its Source.",
        ("autotask.create.source",),
        _source_set,
        "a ticket that the client creates",
        "should",
        needs=("create",),
    ),
    Duty(
        "autotask.external_fields_alone",
        "Fields named External are left to the vendor's own integrations.",
        ("autotask.external.reserved",),
        _external_alone,
        "any write",
        "should",
        needs=WRITES,
    ),
)
