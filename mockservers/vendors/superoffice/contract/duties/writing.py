"""The duties of a client of SuperOffice that writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, writing
from mockservers.harness.duties.writing import WRITES, Lack, Touched
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.kernel import instants
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.duties.visibility import ENUMS, JOINED, SILENT, is_error, live, type_of

NOTES: Mapping[str, tuple[str, ...]] = {"note": ("TicketMessage",)}
ENDS: Mapping[str, Mapping[str, Any]] = {"close": {"BaseStatus": "Closed"}}
MOVED = (
    frozenset(
        {
            "LastChanged",
            "ClosedAt",
            "RepliedAt",
            "AlertTimeout",
            "AlertLevel",
            "TimeToReply",
            "RealTimeToReply",
            "TimeToClose",
            "RealTimeToClose",
            "TimeSpentInternally",
            "TimeSpentExternally",
            "TimeSpentQueue",
            "RealTimeSpentInternally",
            "RealTimeSpentExternally",
            "RealTimeSpentQueue",
            "TimeSpent",
            "HasAttachment",
            "NumReplies",
            "NumMessages",
            "Sentiment",
            "SentimentConfidence",
        }
    )
    | SILENT
)
"""Properties of a ticket that the vendor moves by itself."""
PLAIN = frozenset({"Title", "Deadline", "Priority"})
"""Properties that anybody may write; of priorities those that are there from the beginning."""
PRIORITIES = (1, 2, 3)
LONGEST = 255
"""Letters of a title."""
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "TicketStatus": ("BaseStatus",),
    "OwnedByAssociateId": ("OwnedBy",),
    "BaseStatus": ("TicketStatus",),
}
"""Properties that follow from one that is told."""


def note_text(record: Record) -> str:
    """What a message says."""
    return str(record.fields.get("Body") or "")


def _lacks(history: History) -> list[Lack]:
    return writing.lacks(history, NOTES, note_text, ENDS)


def _is_text(history: History, lack: Lack) -> bool:
    """Whether a text arrived, but as another one."""
    if lack.field is None:
        return lack.wanted is not None
    is_text = type_of(lack.field) == "text" and lack.field not in ENUMS
    return is_text and writing.altered(history, lack, (None, ""))


def _is_owner(lack: Lack) -> bool:
    return lack.field == "OwnedByAssociateId"


def _writes_done(history: History) -> Judgement:
    def own(lack: Lack) -> bool:
        """Whether no other duty is about it."""
        return not (writing.is_time(history, lack) or _is_text(history, lack) or _is_owner(lack))

    return judged(
        len(writing.told(history)), [*(each.breach for each in _lacks(history) if own(each)), *_short(history)]
    )


def _short(history: History) -> Iterator[Breach]:
    """Notes of the same words, of which there are fewer at the vendor than the client says are done."""
    done: dict[str, dict[str, str]] = {}
    for task in history.writes:
        words = comparing.squeezed(task.asked.get("text", ""))
        tickets = (task.became or {}).get(history.entity, {})
        if task.do != "note" or not task.ok or task.ticket is None or task.ticket not in tickets:
            continue
        keys = done.setdefault(words, {})
        keys[task.asked["key"]] = task.ticket
        if set(keys.values()) - set(tickets):
            continue  # what stood at a ticket goes with it
        notes = (task.became or {}).get("TicketMessage", {}).values()
        there = sum(words in comparing.squeezed(note_text(note)) for note in notes)
        if 0 < there < len(keys):
            yield Breach(
                f"the client says that its note at {instants.to_iso(task.at)} is done, but of {len(keys)} notes that say "
                f"{comparing.show(task.asked['text'])} the vendor has {there}"
            )


def _writes_tried(history: History) -> Judgement:
    def turned_down(exchange: Exchanged) -> bool:
        said = wire.said(exchange)
        return (
            exchange.request_known
            and exchange.method != "GET"
            and said.kind == "error"
            and exchange.status in (200, 400)
        )

    return writing.tried(history, _acceptable, is_error, turned_down)


def _acceptable(task: Task) -> bool:
    """Whether the vendor takes what was told, as far as this is plain: no list that rights or administrators may change."""
    fields = task.asked.get("fields", {})
    ticket = (task.was or {}).get("Ticket", {}).get(task.ticket or "")
    if ticket is not None and not live(ticket):
        return False
    plain = all(name in PLAIN and len(str(value)) <= LONGEST for name, value in fields.items())
    return plain and fields.get("Priority", 1) in PRIORITIES


def _text_written(history: History) -> Judgement:
    return judged(writing.texts_told(history), [each.breach for each in _lacks(history) if _is_text(history, each)])


def _times_written(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if writing.is_time(history, each)]
    return judged(writing.times_told(history), breaches)


def _owner_is_an_associate(history: History) -> Judgement:
    told = writing.fields_told(history, lambda name: name == "OwnedByAssociateId")
    return judged(told, [each.breach for each in _lacks(history) if _is_owner(each)])


def _minutes_booked(history: History) -> Judgement:
    """Of several messages of the same words that one task made, one late and one its own, either may be the one that was told."""
    booked = writing.minuted(history, writing.told(history), "TicketMessage", note_text)
    breaches = [
        Breach(
            f"{task.asked['minutes']} minutes were told, and message {record.id} has "
            f"{comparing.show(record.fields.get('TimeSpent'))}"
        )
        for task, record in booked
        if task.asked["minutes"] not in {same.fields.get("TimeSpent") for other, same in booked if other is task}
    ]
    return judged(len(booked), breaches)


def _written_once(history: History) -> Judgement:
    return writing.written_once(history, NOTES, note_text)


def _touched(history: History) -> tuple[int, list[Touched]]:
    """What writes changed beside what they were told; properties that follow from others count with them."""
    exercised, found = writing.touched(history, MOVED | JOINED)
    return exercised, [
        each for each in found if each.field not in _consequences(history, each.task) and not _added(each)
    ]


def _added(change: Touched) -> bool:
    """Whether a client only put custom fields of its own beside those that were there."""
    was, became = (each if isinstance(each, Mapping) else {} for each in (change.was, change.became))
    return change.field == "CustomFields" and was.items() <= became.items()


def _consequences(history: History, task: Task) -> set[str]:
    fields = set(task.asked.get("fields", {})) | set(ENDS.get(task.do, {}))
    for late in writing.owed(history, task):
        fields |= {*ENDS.get(late.do, {}), *(FOLLOWS.keys() & late.asked.get("fields", {}).keys())}
    return fields | {follower for name in fields for follower in FOLLOWS.get(name, ())}


def _update_keeps_the_rest(history: History) -> Judgement:
    exercised, found = _touched(history)
    return judged(exercised, [each.breach(history) for each in found if not each.outdated])


def _update_from_fresh(history: History) -> Judgement:
    return writing.from_fresh(history, _touched(history)[1])


# --- all of them -------------------------------------------------------------------------------------------------------


WRITING: tuple[Duty, ...] = (
    Duty(
        "superoffice.writes_done",
        "A write that the client reports as done stands at the vendor: an error object under 200 is no success.",
        (
            "superoffice.error.bad_request",
            "superoffice.call.save",
            "superoffice.call.save_checks",
            "superoffice.call.messages",
            "superoffice.rest.patch_test",
            "superoffice.rest.conditions",
        ),
        _writes_done,
        "a write that the client reports as done",
        needs=WRITES,
    ),
    Duty(
        "superoffice.writes_tried",
        "What the vendor takes is sent, and whole: the client itself does not fail, nor leave out what the vendor asks for.",
        ("superoffice.call.save", "superoffice.call.messages", "superoffice.call.save_checks"),
        _writes_tried,
        "a write of values that the vendor takes",
        "should",
        needs=WRITES,
    ),
    Duty(
        "superoffice.text_written",
        "Texts arrive at the vendor as they were given.",
        ("superoffice.call.save", "superoffice.call.messages", "superoffice.call.save_checks"),
        _text_written,
        "a text that is written",
        needs=WRITES,
    ),
    Duty(
        "superoffice.times_written",
        "Times are written with their offset, or as clock time of the zone of the call.",
        ("superoffice.time.header", "superoffice.time.base_zone", "superoffice.field.deadline"),
        _times_written,
        "a time that is written",
        needs=("create", "update"),
    ),
    Duty(
        "superoffice.owner_is_an_associate",
        "The owner of an entity is an associate, whose number is not that of the user.",
        ("superoffice.carrier.two_user_spaces", "superoffice.call.save_owner"),
        _owner_is_an_associate,
        "an owner that is written",
        needs=("create", "update"),
    ),
    Duty(
        "superoffice.minutes_booked",
        "The time of a message is booked in minutes.",
        ("superoffice.carrier.units", "superoffice.field.time_spent", "superoffice.call.messages"),
        _minutes_booked,
        "a message with minutes",
        "should",
        needs=("note",),
    ),
    Duty(
        "superoffice.written_once",
        "A write whose answer was lost is not made a second time.",
        ("superoffice.call.save", "superoffice.call.messages"),
        _written_once,
        "a create or note whose answer is lost",
        needs=("create", "note"),
    ),
    Duty(
        "superoffice.update_keeps_the_rest",
        "An update sends the whole entity, or patches: saving replaces all of it, and resets a property that is not sent.",
        ("superoffice.call.save", "superoffice.rest.patch"),
        _update_keeps_the_rest,
        "an update of a ticket",
        needs=("update", "close"),
    ),
    Duty(
        "superoffice.update_from_fresh",
        "An update starts from the entity that the vendor has now: an old copy would undo the changes of others.",
        ("superoffice.call.save", "superoffice.rest.patch"),
        _update_from_fresh,
        "an update of a ticket that somebody changed since the last sync",
        needs=("update", "close"),
    ),
)
