"""The duties of a client of Autotask that reads: where it asks, which tickets stand in its mirror, what they say."""

from __future__ import annotations

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History, Record
from mockservers.kernel import catalogue
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract import rest

FULL = 500
"""Rows of a full answer."""
PICKLISTS = frozenset(field.name for field in catalogue.load("autotask")["Ticket"].fields if field.picklist)


def exchanges(history: History, operation: str, entity: str = "") -> list[Exchanged]:
    asked = ((each, wire.asked(each)) for each in history.exchanges if each.request_known)
    return [each for each, want in asked if want.operation == operation and want.entity.lower() == entity]


def is_error(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind != "good"


def told_ids(history: History) -> list[str]:
    """The id of each ticket that an answer told, as often as one did."""
    return [ticket for each in exchanges(history, "query", "ticket") for ticket in wire.said(each).ids]


def _zone_first(history: History) -> Judgement:
    known, first, asked = False, None, 0
    for exchange in history.exchanges:
        want = wire.asked(exchange) if exchange.request_known else wire.Asked()
        if want.operation == "getZoneInfo":
            known = known or not is_error(exchange)
        elif want.operation:
            asked += 1
            if not known and first is None:
                first = exchange
    breaches = []
    if first is not None:
        breaches.append(
            Breach(
                f"{shared.request(first)} ({wire.asked(first).operation}) was made before getZoneInfo had told the "
                "customer's zone"
            )
        )
    return judged(asked, breaches)


def _queries_understood(history: History) -> Judgement:
    asked = [(each, wire.asked(each)) for each in history.exchanges if each.request_known]
    queries = [(each, want) for each, want in asked if want.operation == "query"]
    breaches = [
        Breach(
            f"the text of the query in {shared.request(each)} is none ({wire.said(each).text}): QueryXML escapes a value once "
            "for the query, and the whole query once more for the envelope; REST wants JSON with a filter"
        )
        for each, want in queries
        if not want.entity and wire.said(each).kind == "error"
    ]
    return judged(len(queries), breaches)


def _conditions_known(history: History) -> Judgement:
    asked = [(each, wire.asked(each)) for each in history.exchanges if each.request_known and rest.is_rest(each)]
    queries = [(each, want) for each, want in asked if want.operation in ("query", "count") and want.tests]
    breaches = []
    for each, want in queries:
        unknown = [(name, operator[1:], value) for name, operator, value in want.tests if operator.startswith("?")]
        breaches += [
            Breach(
                f"{shared.request(each)} has the condition {name} {operator} {value}, whose operator the service does not know: "
                "it drops the condition without a word, and finds more than was asked for"
            )
            for name, operator, value in unknown[:1]
        ]
    return judged(len(queries), breaches)


def _since(history: History) -> str:
    """The conditions on LastActivityDate that the client used, for reports."""
    values = [
        f"{operator} {value}"
        for each in exchanges(history, "query", "ticket")
        for name, operator, value in wire.asked(each).tests
        if name == "lastactivitydate"
    ]
    return f" (asked for LastActivityDate {', '.join(dict.fromkeys(values[-3:]))})" if values else ""


def _nothing_missed(history: History) -> Judgement:
    def words(record: Record) -> str:
        active = record.fields.get("LastActivityDate")
        return f"is not in the mirror; it was last active at {active}{_since(history)}"

    return shared.missed(history, shared.there(history), words, 5)


def _cap_walked(history: History) -> Judgement:
    full = [each for each in exchanges(history, "query", "ticket") if len(wire.said(each).ids) >= FULL]
    if not full:
        return judged(0)
    known = set(told_ids(history))
    wanted = {ticket: record for ticket, record in shared.there(history).items() if ticket not in known}
    held = f"{FULL} tickets, the most that one answer holds"
    return shared.pages_walked(history, full, wanted, held, "were never asked for")


def _failed_query_repeated(history: History) -> Judgement:
    return shared.failed_repeated(
        history,
        lambda exchange: is_error(exchange) and _reads(exchange),
        lambda exchange: wire.said(exchange).text or wire.said(exchange).kind,
        shared.there(history),
        [each for each in comparing.differences(history) if each.kind == "stale"],
    )


def _reads(exchange: Exchanged) -> bool:
    """Whether a request asked for tickets, as far as anybody knows."""
    want = wire.asked(exchange)
    return not exchange.request_known or (want.operation == "query" and want.entity == "ticket")


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, is_error)


def _good_answers_read(history: History) -> Judgement:
    return shared.good_answers_read(history, is_error, lambda exchange: bool(wire.said(exchange).ids))


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, told_ids(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, told_ids(history))


def _times_understood(history: History) -> Judgement:
    zone = history.options.get("time_zone", "Eastern")
    why = f"times stand without an offset and are clock time of {zone}"
    breaches = shared.misread(history, lambda each: each.type in shared.TIMES, why)
    return judged(comparing.compared(history, shared.TIMES), breaches)


def _text_survives(history: History) -> Judgement:
    def plain(each: Difference) -> bool:
        return each.type not in shared.TIMES and each.field not in PICKLISTS

    breaches = shared.misread(history, plain, "this was never the vendor's value")
    return judged(comparing.compared(history, shared.VALUES), breaches)


def _picklist_values(history: History) -> Judgement:
    named = history.hello.mirrors
    chosen = [name for name in PICKLISTS if named is None or name in named]
    seen = sum(
        1
        for ticket in history.mirror or {}
        for name in chosen
        if ticket in history.truth and history.truth[ticket].fields.get(name) is not None
    )
    why = "a picklist field holds a value, whatever its label is and whether the client knows it"
    return judged(seen, shared.misread(history, lambda each: each.field in PICKLISTS, why))


# --- all of them -------------------------------------------------------------------------------------------------------


READING: tuple[Duty, ...] = (
    Duty(
        "autotask.zone_first",
        "getZoneInfo is called before anything else, and the address that it answers is used.",
        ("autotask.zone.info", "autotask.zone.wrong", "autotask.zone.no_login", "autotask.rest.zone"),
        _zone_first,
        "any request",
        "should",
    ),
    Duty(
        "autotask.queries_understood",
        "Every query can be read: what stands in it is escaped for QueryXML, and QueryXML for the envelope.",
        ("autotask.request.query_text", "autotask.rest.filter_needed"),
        _queries_understood,
        "any query",
    ),
    Duty(
        "autotask.conditions_known",
        "Every condition of a filter has an operator that the REST service knows: it drops others without a word.",
        ("autotask.rest.unknown_operator", "autotask.rest.query"),
        _conditions_known,
        "a query of the REST service",
        needs=("rest",),
    ),
    Duty(
        "autotask.nothing_missed",
        "Every ticket of the vendor is in the mirror in the end, however close to the last poll it appeared.",
        (
            "autotask.activity.fields",
            "autotask.activity.moves",
            "autotask.time.resolution",
            "autotask.time.gap",
            "autotask.time.eastern",
            "autotask.query.top_500",
            "autotask.threshold.answer",
            "autotask.rest.pages",
            "autotask.rest.max_records",
        ),
        _nothing_missed,
        "tickets",
    ),
    Duty(
        "autotask.cap_walked",
        "A full answer is not the end: the client asks again for ids above the highest it received.",
        ("autotask.query.top_500", "autotask.rest.pages", "autotask.rest.next_by_post"),
        _cap_walked,
        "more than 500 tickets",
    ),
    Duty(
        "autotask.failed_query_repeated",
        "The tickets that a failed query would have answered are asked for again.",
        (
            "autotask.wire.return_code",
            "autotask.threshold.refused",
            "autotask.user.login",
            "autotask.rest.errors",
            "autotask.rest.login",
        ),
        _failed_query_repeated,
        "a query for tickets that fails",
    ),
    Duty(
        "autotask.error_is_not_empty",
        "An error, or an answer without a body, is not an empty result: the mirror keeps its tickets.",
        ("autotask.wire.return_code", "autotask.wire.collections", "autotask.rest.errors"),
        _error_is_not_empty,
        "an error in a sync",
    ),
    Duty(
        "autotask.current_state",
        "Changes of known tickets are found by their latest activity, a note and a time entry included.",
        ("autotask.activity.moves", "autotask.activity.fields", "autotask.time.eastern", "autotask.wire.nulls"),
        shared.changes_seen,
        "a change of a ticket after the first sync",
    ),
    Duty(
        "autotask.deleted_dropped",
        "A deleted ticket leaves the mirror: the log of deleted tickets shows it, and so does a walk over all.",
        ("autotask.ticket.deleted_log", "autotask.delete.allowed", "autotask.rest.missing_item"),
        shared.gone_dropped,
        "a ticket that is deleted after a sync",
        "should",
    ),
    Duty(
        "autotask.good_answers_read",
        "A good answer makes no client fail over its own code, whatever is in it or left out, nor does its copy of it.",
        ("autotask.wire.nulls", "autotask.wire.typed_fields", "autotask.wire.result_type"),
        _good_answers_read,
        "answers that hold rows",
    ),
    Duty(
        "autotask.once_only",
        "A ticket that is answered again replaces the copy in the mirror: each is there once.",
        ("autotask.activity.moves", "autotask.activity.fields", "autotask.query.top_500"),
        _once_only,
        "a ticket that two answers hold",
    ),
    Duty(
        "autotask.nothing_invented",
        "The mirror holds no ticket that the vendor never had.",
        ("autotask.wire.return_code", "autotask.wire.result_type", "autotask.wire.return_info"),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
    Duty(
        "autotask.times_understood",
        "Times without an offset are read as clock time of the service's zone, daylight saving included.",
        ("autotask.time.eastern", "autotask.wire.datetime", "autotask.rest.values"),
        _times_understood,
        "times in fields that the client mirrors",
    ),
    Duty(
        "autotask.text_survives",
        "Texts and numbers are kept as they were sent: unescaped once, nothing trimmed, absent is null.",
        (
            "autotask.wire.nulls",
            "autotask.wire.typed_fields",
            "autotask.wire.net_style",
            "autotask.rest.empty_text",
            "autotask.rest.values",
        ),
        _text_survives,
        "values in fields that the client mirrors",
    ),
    Duty(
        "autotask.picklist_values",
        "Picklist fields are kept as values, not labels, and a value that was unknown before is kept too.",
        ("autotask.picklist.value", "autotask.info.picklist_labels"),
        _picklist_values,
        "picklist fields that the client mirrors",
    ),
)
