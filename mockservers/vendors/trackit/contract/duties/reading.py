"""The duties of a client of Track-It! that reads tickets and their fields."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History, Task
from mockservers.kernel import instants
from mockservers.vendors.trackit.contract import decoder as wire
from mockservers.vendors.trackit.contract.duties.notes import NOTED, listed_in, note_breaches
from mockservers.vendors.trackit.contract.duties.seen import differences, in_mirror, reachable, renamed_fields
from mockservers.vendors.trackit.contract.profile import ASSIGNMENTS, ATTACHMENTS, NOTES

HANGING = (NOTES, ASSIGNMENTS, ATTACHMENTS)
"""What is listed of a ticket, by the member of a mirrored one, which is the action of the call too."""
FURTHER = 100
"""Numbers beyond the longest gap that a client may try for nothing."""

# --- tickets ----------------------------------------------------------------------------------------------------------


def _all_found(history: History) -> Judgement:
    asked = (want for want in map(wire.asked, history.exchanges) if want.action == "read" and want.ticket.isdigit())
    highest = max((int(want.ticket) for want in asked), default=0)
    words = (
        f"is not in the mirror, though it can be read; the highest number that was asked for is {highest}, and up to "
        f"{history.options.get('longest_gap')} in a row were deleted"
    )
    return shared.missed(history, reachable(history), lambda record: words)


def _numbers_bounded(history: History) -> Judgement:
    if "longest_gap" not in history.options:  # a recording does not tell what the client was told of the numbers
        return judged(0)
    exercised, breaches = 0, []
    highest = max((int(key) for key in history.ever if key.isdigit()), default=history.options.get("first_id", 1) - 1)
    enough = highest + history.options["longest_gap"] + 1
    for task in history.syncs:
        asked = {want.ticket for want in map(wire.asked, history.within(task)) if want.action == "read"}
        numbers = {int(each) for each in asked if each.isdigit()}
        beyond = sorted(number for number in numbers if number > enough)
        exercised += bool(numbers)
        if len(beyond) > FURTHER:
            breaches.append(
                Breach(
                    f"in the sync at {instants.to_iso(task.at)} the client tried {len(beyond)} numbers above {enough}, up to "
                    f"{beyond[-1]}; the highest ticket that there ever was is {highest}"
                )
            )
    return judged(exercised, breaches[:1])


def _changes_seen(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    renamed = renamed_fields(history)
    breaches = [
        shared.part(history, each, "the mirror kept what was true earlier")
        for each in differences(history)
        if each.kind == "stale" and each.truth not in (None, "") and each.field not in renamed
    ]
    return judged(shared.changes(history), breaches)


def _nulls(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    named = history.hello.mirrors
    cleared = 0
    for states in history.ever.values():
        for (_, before), (_, after) in pairwise(states):
            cleared += any(
                after.fields.get(name) is None and value is not None and (named is None or name in named)
                for name, value in before.fields.items()
            )
    breaches = [
        shared.part(history, each, "a field without a value is left out of the answer, and the mirror kept the old one")
        for each in differences(history)
        if each.kind == "stale" and each.truth in (None, "")
    ]
    return judged(cleared, breaches)


def _numbers(history: History) -> Judgement:
    renamed = renamed_fields(history)
    shown = sum(
        1
        for truth, mirrored in in_mirror(history).values()
        for name in comparing.fields(history, mirrored)
        if name in renamed and truth.fields.get(name) is not None
    )
    breaches = [
        shared.part(history, each, "an administrator gave the field another label; its number is what it was")
        for each in differences(history)
        if each.field in renamed and (each.kind == "stale" or each.mirror in (None, ""))
    ]
    return judged(shown, breaches)


def _misread(history: History, which: Callable[[Difference], bool], why: str) -> list[Breach]:
    renamed = renamed_fields(history)
    return shared.misread(history, lambda each: which(each) and each.field not in renamed, why, differences)


def _times(history: History) -> Judgement:
    why = "times are UTC with seven digits after the second"
    return judged(
        comparing.compared(history, shared.TIMES), _misread(history, lambda each: each.type in shared.TIMES, why)
    )


def _text(history: History) -> Judgement:
    breaches = _misread(history, lambda each: each.type not in shared.TIMES, "this was never the vendor's value")
    breaches += note_breaches(history, {"5", "15", "26", "1", "3"}, "the note never said this")
    return judged(comparing.compared(history, shared.VALUES), breaches)


def _is_error(history: History) -> Callable[[Exchanged], bool]:
    def is_error(exchange: Exchanged) -> bool:
        if not exchange.request_known:
            return True
        return wire.said(exchange).kind != "good" and not (_says_gone(history, exchange) or _not_searching(exchange))

    return is_error


def _not_searching(exchange: Exchanged) -> bool:
    """Whether an answer says that the server does not search, or not without a term."""
    return wire.asked(exchange).action == "searches" and exchange.status in (400, 501) and not exchange.faults


def _says_gone(history: History, exchange: Exchanged) -> bool:
    """Whether an answer says that a ticket is not there, or not for this client."""
    statuses = {int(history.dialect["unknown_ticket"]), int(history.dialect["hidden_ticket"]), 404}
    return wire.asked(exchange).action in ("read", *HANGING) and exchange.status in statuses


def _told_gone(history: History) -> Callable[[Task], Collection[str]]:
    def told_gone(task: Task) -> Collection[str]:
        gone = [each for each in history.within(task) if _says_gone(history, each)]
        if any("refuse" in each.faults for each in gone):
            return list(task.before or {})  # who looks no further than there cannot know better
        return [wire.asked(each).ticket for each in gone]

    return told_gone


def _error_is_not_empty(history: History) -> Judgement:
    is_error = _is_error(history)
    found = shared.error_is_not_empty(history, is_error, _told_gone(history))
    breaches = list(found.breaches)
    for task in history.syncs:
        failed = [each for each in history.within(task) if is_error(each) and wire.asked(each).action in HANGING]
        if history.changes_within(task):
            continue
        for each in failed:
            ticket, member = wire.asked(each).ticket, wire.asked(each).action
            before, after = (listed_in((mirror or {}).get(ticket), member) for mirror in (task.before, task.after))
            if before and after is not None and len(after) < len(before):
                breaches.append(
                    Breach(
                        f"{shared.request(each)} for the {member} of {history.name(ticket)} was answered by an error, and "
                        f"after it the mirror had {len(after)} of {len(before)} {member}",
                        {"ticket": ticket},
                    )
                )
    return judged(found.exercised, breaches)


def _told(history: History) -> list[str]:
    """The number of each ticket that an answer told, as often as one did."""
    return [said.ticket for said in map(wire.said, history.exchanges) if said.ticket]


def _good_answers_read(history: History) -> Judgement:
    return shared.good_answers_read(history, _is_error(history), lambda exchange: bool(wire.said(exchange).ticket))


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, _told(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, _told(history))


# --- all of them ------------------------------------------------------------------------------------------------------


READING: tuple[Duty, ...] = (
    Duty(
        "trackit.all_tickets_found",
        "Every ticket stands in the mirror in the end: numbers are tried beyond the longest gap that deleting can leave.",
        (
            "trackit.read.ticket",
            "trackit.read.unknown",
            "trackit.read.searches",
            "trackit.search.empty_term",
            "trackit.search.pages",
            "trackit.address.not_emulated",
            "trackit.delete.answer",
            "trackit.segregation.hidden",
            "trackit.wire.envelope",
            "trackit.token.letters",
        ),
        _all_found,
        "tickets, best with deleted numbers between them",
    ),
    Duty(
        "trackit.numbers_bounded",
        "Numbers above the last ticket are tried as far as gaps can be, and not hundreds further at every sync.",
        ("trackit.read.unknown", "trackit.delete.answer"),
        _numbers_bounded,
        "a sync that tries numbers",
        "should",
    ),
    Duty(
        "trackit.changes_seen",
        "Changes of known tickets are found, though nothing lists them and Last Modified does not show all of them.",
        (
            "trackit.read.ticket",
            "trackit.read.searches",
            "trackit.write.stamp",
            "trackit.status.closes",
            "trackit.note.touches",
        ),
        _changes_seen,
        "a change of a ticket after the first sync",
    ),
    Duty(
        "trackit.nulls_are_empty",
        "A field that is left out of an answer has no value: the mirror clears it.",
        ("trackit.wire.nulls_omitted", "trackit.wire.value_types"),
        _nulls,
        "a mirrored field that loses its value",
    ),
    Duty(
        "trackit.numbers_not_labels",
        "Fields are known by their numbers; administrators rename the labels.",
        ("trackit.wire.renamed_labels", "trackit.wire.keyed_by_number"),
        _numbers,
        "a renamed label of a field that the client mirrors",
    ),
    Duty(
        "trackit.times_understood",
        "Times are read as UTC, with seven digits after the second.",
        ("trackit.wire.timestamp",),
        _times,
        "times in fields that the client mirrors",
    ),
    Duty(
        "trackit.text_survives",
        "Values are kept as they were sent: nothing unescaped, nothing trimmed; zero and false are values.",
        ("trackit.wire.value_types", "trackit.write.text_kept", "trackit.note.text", "trackit.search.excerpt"),
        _text,
        "values in fields that the client mirrors",
    ),
    *NOTED,
    Duty(
        "trackit.deleted_dropped",
        "A ticket that no longer exists is removed from the mirror.",
        ("trackit.delete.answer", "trackit.read.unknown", "trackit.read.searches"),
        shared.gone_dropped,
        "a ticket that is deleted after a sync",
    ),
    Duty(
        "trackit.error_is_not_empty",
        "An error, a missing permission or an answer without a body is not 'nothing there': the mirror keeps what it had.",
        (
            "trackit.permission.denied",
            "trackit.access.bearer",
            "trackit.token.failures_400",
            "trackit.read.unknown",
            "trackit.wire.empty_notes",
        ),
        _error_is_not_empty,
        "an error in a sync",
    ),
    Duty(
        "trackit.good_answers_read",
        "A good answer makes no client fail over its own code, whatever is in it or left out, nor does its copy of it.",
        ("trackit.wire.nulls_omitted", "trackit.wire.value_types", "trackit.read.ticket"),
        _good_answers_read,
        "answers that hold a ticket",
    ),
    Duty(
        "trackit.once_only",
        "A ticket that is read again replaces its earlier state: each stands in the mirror once.",
        ("trackit.read.ticket",),
        _once_only,
        "a ticket that two answers contain",
    ),
    Duty(
        "trackit.nothing_invented",
        "The mirror holds no ticket that the vendor never had.",
        ("trackit.read.unknown",),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
)
