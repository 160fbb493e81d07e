"""The duties of a client of get_tickets."""

from __future__ import annotations

from collections.abc import Callable

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.drivers import RESTART
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History, Record
from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.vendors.get_tickets.contract import decoder as wire
from mockservers.vendors.get_tickets.contract.chronicle import CHRONICLE
from mockservers.vendors.get_tickets.contract.names import NAMING
from mockservers.vendors.get_tickets.contract.writing import WRITING

OUTPUTS, INPUTS, HISTORY_INPUTS = (
    frozenset(field.name for field in catalogue.load("get_tickets")[entity].fields)
    for entity in ("ticket", "inputs", "history_inputs")
)
FILTERED = {"escalation_level": "escalation", "assigned_tech": "uid", "assigned_group_name": "group"}
"""Outputs whose filter has another name."""


def _answers(history: History) -> list[tuple[Exchanged, wire.Said]]:
    return [(each, wire.said(each)) for each in history.exchanges if each.request_known]


def _doubled(dialect: Dialect) -> bool:
    """Whether this dialect's answers carry `cid` twice."""
    return bool(dialect["output_format"] != "xml" and dialect["cc_column"] == "faithful")


def _about_cid(history: History, difference: Difference) -> bool:
    return difference.field == "cid" and difference.kind == "misread" and _doubled(history.dialect)


def _is_busy(said: wire.Said) -> bool:
    return said.kind == "error" and "too many" in said.text.lower()


def _unless_held_up(judge: Callable[[History], Judgement]) -> Callable[[History], Judgement]:
    """The judge of a mirror that may be behind for no fault of the client: its last sync was one of too many calls.

    No limit is documented, so a client may need more calls than one that is set lets through, and leave off.
    """

    def judged_unless(history: History) -> Judgement:
        last = history.syncs[-1:]
        held_up = any(
            each.request_known and _is_busy(wire.said(each)) for task in last for each in history.within(task)
        )
        return judged(0) if held_up else judge(history)

    return judged_unless


@_unless_held_up
def _all_pages(history: History) -> Judgement:
    there = {
        ticket: record
        for ticket, record in shared.there(history).items()
        if record.fields.get("merged") != "Y"  # those have a duty of their own
    }
    asked = [wire.asked(each) for each in history.exchanges if each.request_known]
    pages = sorted({each["page"] for each in asked if "page" in each})
    words = (
        "is not in the mirror, though it is there to be read; "
        f"of {len(there)} tickets the mirror holds {len(set(there) & set(history.mirror or {}))}"
        + (f" (pages asked for: {', '.join(pages[:12])})" if pages else "")
    )
    return shared.missed(history, there, lambda record: words)


def _stays_known(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in history.syncs:
        # Where rows move under a walk, or time passes and shows what was on its way, a walk may miss one for once; an
        # error has a duty of its own.
        quiet = task.ok and task.at == task.ended and not history.changes_within(task)
        if not quiet or any(map(_is_error, history.within(task))):
            continue
        stood = [ticket for ticket in task.before or {} if shared.stood(history, ticket, task)]
        exercised += len(stood)
        lost = sorted(set(stood) - set(task.after or stood))
        if lost:
            breaches.append(
                Breach(
                    f"the sync at {instants.to_iso(task.at)} took {history.name(lost[0])} out of the mirror, though it is "
                    f"still at the vendor ({len(task.before or {})} tickets before, {len(task.after or {})} after)",
                    {"tickets": lost},
                )
            )
    return judged(exercised, breaches)


@_unless_held_up
def _merged_kept(history: History) -> Judgement:
    def words(record: Record) -> str:
        into = history.name(str(record.fields.get("merged_to")))
        return f"was merged into {into} and is not in the mirror, though it is there to be read"

    merged = {ticket: record for ticket, record in shared.there(history).items() if record.fields.get("merged") == "Y"}
    missed = shared.missed(history, merged, words)
    told = [
        shared.part(history, each, "what a ticket was merged into is told by its number")
        for each in comparing.differences(history)
        if each.field in ("merged", "merged_to") and each.ticket in merged
    ]
    return judged(missed.exercised, [*missed.breaches, *told])


def _questions_documented(history: History) -> Judgement:
    asked, breaches = 0, []
    for exchange, said in _answers(history):
        wanted = wire.asked(exchange)
        action = wanted.get("action", "")
        if action in wire.WRITES:
            continue  # what is written has duties of its own
        asked += 1
        if said.kind == "error" and not {"refuse", "fail"} & set(exchange.faults) and not _turned_away(said):
            breaches.append(Breach(f"{shared.request(exchange)} is none that the page has: {said.text}"))
        if action == "get_history":
            breaches += [
                Breach(
                    f"{shared.request(exchange)} gives {name}, which get_history does not have: the server never looks at "
                    "it, and answers as if it were not there"
                )
                for name in sorted(set(wanted) & (INPUTS - HISTORY_INPUTS))
            ]
        for name in sorted(set(wanted) & (OUTPUTS - INPUTS)):
            meant = f"; the filter is called {FILTERED[name]}" if name in FILTERED else ""
            breaches.append(
                Breach(
                    f"{shared.request(exchange)} gives {name}, which is an output: the server never looks at it, and "
                    f"answers as if it were not there{meant}"
                )
            )
    return judged(asked, breaches)


def _turned_away(said: wire.Said) -> bool:
    """Whether an error is about who asks, or how often, and not about what."""
    return any(word in said.text.lower() for word in ("key", "address", "too many"))


def _decoded_once(history: History) -> Judgement:
    def plain(each: Difference) -> bool:
        return each.type not in shared.TIMES and not _about_cid(history, each)

    breaches = shared.misread(history, plain, "this was never the vendor's value")
    return judged(comparing.compared(history, shared.VALUES), breaches)


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, _is_error)


def _is_error(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind in ("error", "unusable")


def _good_answers_read(history: History) -> Judgement:
    return shared.good_answers_read(history, _is_error, lambda exchange: bool(wire.said(exchange).tickets))


def _cid_not_overwritten(history: History) -> Judgement:
    doubled = 0
    for _, said in _answers(history):
        for ticket in said.tickets:
            cids = [value for name, value in ticket if name == "cid"]
            doubled += len(cids) > 1 and cids[0] != cids[1]
    breaches = [
        shared.part(history, each, "the answer carries cid twice, and the second is not the customer's id")
        for each in comparing.differences(history)
        if _about_cid(history, each)
    ]
    return judged(doubled, breaches)


def _told(history: History) -> list[str]:
    """The number of each ticket that an answer told, as often as one did."""
    return [
        value for _, said in _answers(history) for ticket in said.tickets for name, value in ticket if name == "tid"
    ]


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, _told(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, _told(history))


def _times_understood(history: History) -> Judgement:
    zone, culture = history.dialect["time_zone"], history.dialect["date_culture"]
    why = f"times are text of culture {culture} in the zone {zone}, without a mark"
    breaches = shared.misread(history, lambda each: each.type in shared.TIMES, why)
    return judged(comparing.compared(history, shared.TIMES), breaches)


def _refused_key(history: History) -> Judgement:
    refused = [each for each, said in _answers(history) if said.kind == "error" and "key" in said.text.lower()]
    return shared.not_stormed(history, refused)


def _backs_off(history: History) -> Judgement:
    refused = [each for each, said in _answers(history) if _is_busy(said)]
    return shared.not_stormed(history, refused)


FEW = 12
"""Tickets up to which it is no matter how they are asked for."""


def _in_bulk(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in history.syncs:
        told: set[str] = set()
        alone = []
        for exchange in history.within(task):
            tickets = wire.said(exchange).tickets if exchange.request_known else ()
            told |= {value for ticket in tickets for name, value in ticket if name == "tid"}
            if len(tickets) == 1 and wire.asked(exchange).get("tid", "*") != "*":
                alone.append(exchange)
        if len(told) <= FEW:
            continue
        exercised += 1
        if 2 * len(alone) > len(told):
            breaches.append(
                Breach(
                    f"in one sync {len(alone)} of {len(told)} tickets were asked for one by one, from "
                    f"{shared.request(alone[0])} on; a list tells the same of each, so it is likely that nobody meant to"
                )
            )
    return judged(exercised, breaches)


def _secret_kept(history: History) -> Judgement:
    # The key belongs into the address here, and nowhere else.
    return shared.revealed(history, in_target=False)


READING: tuple[Duty, ...] = (
    Duty(
        "get_tickets.all_pages",
        "The client reads the list to its end: every ticket is in the mirror in the end.",
        (
            "get_tickets.page.base",
            "get_tickets.page.past_end",
            "get_tickets.range.count_first",
            "get_tickets.page.unstable",
            "get_tickets.order.default",
            "get_tickets.tid.exact_or_star",
            "get_tickets.count.first",
            "get_tickets.range.tid",
            "get_tickets.range.opening_time",
            "get_tickets.wire.media",
            "get_tickets.wire.layout",
            "get_tickets.key.letters",
        ),
        _all_pages,
        "tickets, best more than a page of them",
    ),
    Duty(
        "get_tickets.changes_seen",
        "The client finds changes of tickets that it knows already, though no variable filters on last_updated.",
        (
            "get_tickets.date.no_changed_since",
            "get_tickets.range.opening_time",
            "get_tickets.field.last_updated",
            "get_tickets.field.sentinels",
        ),
        _unless_held_up(shared.changes_seen),
        "a change of a ticket after the first sync",
    ),
    Duty(
        "get_tickets.decoded_once",
        "Encoded fields are decoded exactly once in every format, the others not at all.",
        (
            "get_tickets.wire.encoded_everywhere",
            "get_tickets.wire.urlencode",
            "get_tickets.wire.raw_fields",
            "get_tickets.wire.one_data_set",
            "get_tickets.field.custom",
            "get_tickets.field.customer",
        ),
        _decoded_once,
        "values in fields that the client mirrors",
    ),
    Duty(
        "get_tickets.error_is_not_empty",
        "An error inside a good answer is not data, and not 'nothing there': the mirror keeps what it had.",
        ("get_tickets.error.form",),
        _error_is_not_empty,
        "an error or a broken answer in a sync",
    ),
    Duty(
        "get_tickets.good_answers_read",
        "A good answer makes no client fail over its own code, whatever is in it or left out, nor does its copy of it.",
        ("get_tickets.field.sentinels", "get_tickets.page.past_end", "get_tickets.field.custom"),
        _good_answers_read,
        "answers that hold tickets",
    ),
    Duty(
        "get_tickets.once_only",
        "A ticket that comes again, in a later walk or on the next page, replaces its older copy: the mirror has it once.",
        ("get_tickets.page.unstable", "get_tickets.date.no_changed_since"),
        _once_only,
        "a ticket that is in two answers",
    ),
    Duty(
        "get_tickets.nothing_invented",
        "The mirror holds no ticket that the vendor never had, whatever an error or an empty answer looked like.",
        ("get_tickets.tid.exact_or_star", "get_tickets.page.past_end", "get_tickets.error.form"),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
    Duty(
        "get_tickets.cid_not_overwritten",
        "Where cid comes twice, the first is the customer's id.",
        ("get_tickets.wire.cc_column",),
        _cid_not_overwritten,
        "JSON or delimited output of a ticket with copied addresses; a client that reads them says `format` in "
        "hello.options",
        applies=_doubled,
    ),
    Duty(
        "get_tickets.deleted_dropped",
        "A deleted ticket leaves the mirror.",
        ("get_tickets.tid.exact_or_star", "get_tickets.page.unstable"),
        _unless_held_up(shared.gone_dropped),
        "a ticket that is deleted after a sync",
    ),
    Duty(
        "get_tickets.stays_known",
        "A ticket that is still at the vendor is still in the mirror after the next sync, not only in the end.",
        ("get_tickets.tid.exact_or_star", "get_tickets.page.base", "get_tickets.date.no_changed_since"),
        _stays_known,
        "two syncs with a ticket that is there all the time",
    ),
    Duty(
        "get_tickets.merged_kept",
        "A merged ticket is still a ticket: it stays in the mirror, with the number of the one that it went into.",
        ("get_tickets.field.merge", "get_tickets.field.sentinels", "get_tickets.tid.exact_or_star"),
        _merged_kept,
        "a ticket that is merged into another",
    ),
    Duty(
        "get_tickets.questions_documented",
        "The client asks what the page documents: a whole number or a bare * for tid, page only with both * and count, "
        "filters by their own names.",
        (
            "get_tickets.tid.no_pattern",
            "get_tickets.tid.no_list",
            "get_tickets.page.needs_star_and_count",
            "get_tickets.order.column",
            "get_tickets.variable.names",
            "get_tickets.variable.unknown",
            "get_tickets.history.inputs",
        ),
        _questions_documented,
        "any request",
    ),
    Duty(
        "get_tickets.backs_off",
        "A call that was refused because there were too many is not tried again and again within a minute.",
        ("get_tickets.limit.rate",),
        _backs_off,
        "a call that is refused because there were too many",
    ),
    Duty(
        "get_tickets.failures_not_stormed",
        "While the vendor fails, a client tries a request ten times within a minute at most; what is too often is our guess.",
        ("get_tickets.limit.rate",),
        shared.failures_not_stormed,
        "requests that fail in a row",
        "should",
    ),
    Duty(
        "get_tickets.times_understood",
        "Times are read in the server's culture and zone.",
        ("get_tickets.date.output", "get_tickets.date.zone"),
        _times_understood,
        "times in fields that the client mirrors",
    ),
    Duty(
        "get_tickets.refused_key_not_stormed",
        "A refused key is not tried again and again within a minute.",
        ("get_tickets.key.every_call",),
        _refused_key,
        "a key that is refused",
    ),
    Duty(
        "get_tickets.asked_in_bulk",
        "Many tickets are asked for by pages or ranges, not one by one: a list tells all fields of each.",
        ("get_tickets.field.all", "get_tickets.page.base", "get_tickets.range.tid"),
        _in_bulk,
        f"a sync that is told more than {FEW} tickets",
        severity="should",
    ),
    Duty(
        "get_tickets.secret_not_stored",
        "What a client keeps holds no credential as it is: it is given at every start, and files are copied and backed up.",
        ("get_tickets.key.secret",),
        shared.not_stored,
        "a client that keeps something in its state folder",
        "should",
        needs=(RESTART,),
        choice=shared.KEEPING,
    ),
    Duty(
        "get_tickets.secret_kept",
        "The key stands in the query of the call and nowhere else: no header, no output, no error message, no mirror.",
        ("get_tickets.key.secret", "get_tickets.key.every_call"),
        _secret_kept,
        "any request",
    ),
)

DUTIES: tuple[Duty, ...] = READING + CHRONICLE + NAMING + WRITING
