"""The duties of a client of Autotask: those of one that reads, and those of one that writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty, Judgement, duty, judged, shared
from mockservers.harness.duties.shared import Lack
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.harness.machines import machine
from mockservers.harness.machines.autotask import PARTS
from mockservers.harness.readers import autotask as wire
from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import DAY, HOUR

MOST_REFUSALS = 3
FULL = 500
"""Rows of a full answer."""
COMPLETE = 5
CLIENT_PORTAL = -1
HALF = 0.5

PICKLISTS = frozenset(field.name for field in catalogue.load("autotask")["Ticket"].fields if field.picklist)
TIMES = frozenset({"datetime", "date"})
NOTES: Mapping[str, tuple[str, ...]] = {"note": PARTS}
ENDS: Mapping[str, Mapping[str, Any]] = {"close": {"Status": COMPLETE}}
MOVED = frozenset(
    {
        "LastActivityDate", "LastActivityResourceID", "LastActivityPersonType", "LastTrackedModificationDateTime",
        "CompletedDate", "CompletedByResourceID",
    }
)  # fmt: skip
"""Fields of a ticket that the vendor moves by itself."""
MAY_END = {"close": ("Status", "Resolution")}


def _type(name: str) -> str:
    return machine("autotask").types.get(name, "text")


def note_text(record: Record) -> str:
    """What a note or time entry says."""
    return " ".join(str(record.fields.get(name) or "") for name in ("Description", "SummaryNotes", "InternalNotes"))


def _exchanges(history: History, operation: str, entity: str = "") -> list[Exchanged]:
    asked = ((each, wire.asked(each)) for each in history.exchanges if each.request_known)
    return [each for each, want in asked if want.operation == operation and want.entity.lower() == entity]


def _is_error(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind != "good"


def _told(history: History) -> list[str]:
    """The id of each ticket that an answer told, as often as one did."""
    return [ticket for each in _exchanges(history, "query", "ticket") for ticket in wire.said(each).ids]


# --- reading ----------------------------------------------------------------------------------------------------------


def _zone_first(history: History) -> Judgement:
    known, first, asked = False, None, 0
    for exchange in history.exchanges:
        want = wire.asked(exchange) if exchange.request_known else wire.Asked()
        if want.operation == "getZoneInfo":
            known = known or not _is_error(exchange)
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


def _there(history: History) -> dict[str, Record]:
    return {ticket: record for ticket, record in history.truth.items() if record.exists}


def _since(history: History) -> str:
    """The conditions on LastActivityDate that the client used, for reports."""
    values = [
        f"{operator} {value}"
        for each in _exchanges(history, "query", "ticket")
        for name, operator, value in wire.asked(each).tests
        if name == "lastactivitydate"
    ]
    return f" (asked for LastActivityDate {', '.join(dict.fromkeys(values[-3:]))})" if values else ""


def _nothing_missed(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    there = _there(history)
    breaches = [
        Breach(
            f"{history.name(record.id)} is not in the mirror; it was last active at "
            f"{record.fields.get('LastActivityDate')}{_since(history)}",
            {"ticket": record.id},
        )
        for record in comparing.missing(history, there)[:5]
    ]
    return judged(len(there), breaches)


def _cap_walked(history: History) -> Judgement:
    full = [each for each in _exchanges(history, "query", "ticket") if len(wire.said(each).ids) >= FULL]
    if history.mirror is None or not full:
        return judged(0)
    told = set(_told(history))
    missing = [record for record in comparing.missing(history, _there(history)) if record.id not in told]
    breaches = [
        Breach(
            f"{shared.request(full[0])} was answered with {FULL} tickets, the most that one answer holds; "
            f"{history.name(missing[0].id)} and {len(missing) - 1} more were never asked for"
        )
    ] if missing else []  # fmt: skip
    return judged(len(full), breaches)


def _failed_query_repeated(history: History) -> Judgement:
    """What changed between the last sync in which all was answered and a failed query must show in the end."""
    last = {
        ticket: max((n for n, _ in states if n < 1 << 60), default=0)
        for ticket, states in history.ever.items()
        if ticket in history.truth
    }
    wrong = (
        {record.id for record in comparing.missing(history, _there(history))} if history.mirror is not None else set()
    )
    wrong |= {each.ticket for each in comparing.differences(history) if each.kind == "stale"}
    provoked, breaches = 0, []
    good = -1
    for task in history.syncs:
        failed = [each for each in history.within(task) if _is_error(each) and _reads(each)]
        if not failed:
            good = task.first if task.ok else good
            continue
        provoked += len(failed)
        lost = sorted(ticket for ticket in wrong if good < last.get(ticket, 0) <= failed[-1].n)
        if lost:
            said = wire.said(failed[-1])
            breaches.append(
                Breach(
                    f"{shared.request(failed[-1])} failed ({said.text or said.kind}); what had happened to "
                    f"{history.name(lost[0])} by then was never asked for again",
                    {"ticket": lost[0]},
                )
            )
    return judged(provoked if history.mirror is not None else 0, breaches)


def _reads(exchange: Exchanged) -> bool:
    """Whether a request asked for tickets, as far as anybody knows."""
    want = wire.asked(exchange)
    return not exchange.request_known or (want.operation == "query" and want.entity == "ticket")


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, _is_error)


def _current_state(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    first = min((task.last for task in history.syncs), default=1 << 60)
    changed = sum(1 for deed in history.deeds if deed.ok and deed.operation in ("act", "change") and deed.n > first)
    return shared.current(history, changed)


def _deleted_dropped(history: History) -> Judgement:
    return shared.gone_dropped(history)


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, _told(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, _told(history))


def _misread(history: History, which: Callable[[Difference], bool], why: str) -> list[Breach]:
    return [
        shared.part(history, each, why)
        for each in comparing.differences(history)
        if each.kind == "misread" and which(each)
    ]


def _times_understood(history: History) -> Judgement:
    zone = history.options.get("time_zone", "Eastern")
    why = f"times stand without an offset and are clock time of {zone}"
    return judged(comparing.compared(history, TIMES), _misread(history, lambda each: each.type in TIMES, why))


def _text_survives(history: History) -> Judgement:
    def plain(each: Difference) -> bool:
        return each.type not in TIMES and each.field not in PICKLISTS

    types = frozenset(comparing.NUMBERS | {"text", "json", "boolean"})
    return judged(comparing.compared(history, types), _misread(history, plain, "this was never the vendor's value"))


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
    return judged(seen, _misread(history, lambda each: each.field in PICKLISTS, why))


# --- limits and logins ------------------------------------------------------------------------------------------------


def _refused_login(history: History) -> Judgement:
    refused = [each for each in history.exchanges if _not_let_in(wire.said(each))]
    return judged(len(refused), shared.storms(history, refused, MOST_REFUSALS, 60))


def _not_let_in(said: wire.Said) -> bool:
    return said.kind == "login" or (said.kind == "error" and "IntegrationCode" in said.text)


def _suspension(history: History) -> Judgement:
    refused = [each for each in history.exchanges if "threshold" in wire.said(each).text.lower()]
    return judged(len(refused), shared.storms(history, refused, MOST_REFUSALS, 60))


def _usage_watched(history: History) -> Judgement:
    watched = bool(_exchanges(history, "getThresholdAndUsageInfo"))
    busy: list[tuple[int, int]] = []  # until when usage is known to be high, from which entry of the journal on
    for deed in history.deeds:
        used = deed.record.fields.get("requests") if deed.record is not None else None
        most = deed.record.fields.get("threshold") if deed.record is not None else None
        if used and most and used >= most * HALF:
            busy.append((deed.at + HOUR, deed.n))
    worked = [
        task
        for task in history.tasks
        if any(n < task.first and task.at < until for until, n in busy) and history.within(task)
    ]
    breaches = []
    if len(worked) > 1 and not watched:
        breaches.append(
            Breach(
                f"more than half of the customer's requests were used when the client went on with "
                f"{shared.request(history.within(worked[0])[0])}, and it never asked for its usage"
            )
        )
    return judged(len(worked), breaches)


def _secret_kept(history: History) -> Judgement:
    return shared.revealed(history, in_target=True)


# --- writing ----------------------------------------------------------------------------------------------------------


def _lacks(history: History) -> list[Lack]:
    return shared.lacks(history, NOTES, note_text, ENDS)


def _is_time(lack: Lack) -> bool:
    return lack.field is not None and _type(lack.field) in TIMES and lack.found is not None


def _is_text(lack: Lack) -> bool:
    """Whether a text arrived, but as another one."""
    if lack.field is None:
        return lack.wanted is not None
    before = ((lack.task.was or {}).get("Ticket", {}).get(lack.task.ticket or "") or Record("", {})).fields
    return _type(lack.field) == "text" and lack.found not in (None, before.get(lack.field))


def _writes_done(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if not _is_time(each) and not _is_text(each)]
    return judged(len(shared.told(history)), breaches)


def _text_written(history: History) -> Judgement:
    texts = sum(
        1
        for task in shared.told(history)
        for value in (task.asked.get("text"), *task.asked.get("fields", {}).values())
        if isinstance(value, str) and value
    )
    return judged(texts, [each.breach for each in _lacks(history) if _is_text(each)])


def _times_written(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if _is_time(each)]
    told = sum(
        1
        for task in shared.told(history)
        for name, value in task.asked.get("fields", {}).items()
        if value and _type(name) in TIMES
    )
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
    return [
        (task, entry)
        for task in history.writes
        if task.asked.get("minutes")
        for entry in history.made(task, "TimeEntry")
        if comparing.squeezed(task.asked.get("text", "")) in comparing.squeezed(note_text(entry))
    ]


def _time_booked(history: History) -> Judgement:
    entries = _entries(history)
    breaches = [
        Breach(
            f"{task.asked['minutes']} minutes were told, and the time entry {entry.id} has "
            f"{comparing.show(entry.fields.get('HoursWorked'))} hours",
        )
        for task, entry in entries
        # Some round to a quarter of an hour, and upwards.
        if not -0.02 <= (entry.fields.get("HoursWorked") or 0) - task.asked["minutes"] / 60 <= 0.27
    ]
    return judged(len(entries), breaches)


def _written_once(history: History) -> Judgement:
    return shared.written_once(history, NOTES, note_text)


def _update_keeps_the_rest(history: History) -> Judgement:
    provoked, found = shared.touched(history, MOVED, MAY_END)
    breaches = [each.breach(history) for each in found if not each.outdated and not _external(each.field)]
    return judged(provoked, breaches)


def _update_from_fresh(history: History) -> Judgement:
    _, found = shared.touched(history, MOVED, MAY_END)
    changed = 0
    for task in history.writes:
        synced = max((each.last for each in history.syncs if each.last <= task.first), default=0)
        if task.do in ("update", "close"):
            changed += any(
                synced < deed.n <= task.first and deed.record is not None and deed.record.id == task.ticket
                for deed in history.deeds
            )
    return judged(changed, [each.breach(history) for each in found if each.outdated])


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
    provoked, breaches = 0, []
    for task in shared.told(history):
        answered = task.answered if isinstance(task.answered, Mapping) else {}
        ticket = str(answered.get("id", "")) if task.do == "create" else task.ticket or ""
        truth = (task.became or {}).get(history.entity, {}).get(ticket)
        shown = (task.after or {}).get(ticket)
        if truth is None or shown is None or task.do not in ("create", "update", "close"):
            continue
        if shown == (task.before or {}).get(ticket):
            continue  # not read since: that is old, not wrong
        provoked += 1
        meddled = shared.meddled_with(history, task, truth)
        for name in comparing.fields(history, shown):
            left, right = shown.fields.get(name), truth.fields.get(name)
            if name not in meddled | {"LastActivityDate"} and not comparing.same(history, name, left, right):
                breaches.append(
                    Breach(
                        f"after the {task.do} at {instants.to_iso(task.at)} the mirror of {history.name(ticket)} has "
                        f"{comparing.show(left)} in {name}, and the vendor {comparing.show(right)}: the entity that the "
                        "call gave back is no source but of the id",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(provoked, breaches)


def _stale_answers(dialect: Dialect) -> bool:
    return bool(dialect["create_answer"] == "stale")


# --- all of them ------------------------------------------------------------------------------------------------------


WRITES = ("create", "update", "note", "close")

DUTIES: tuple[Duty, ...] = (
    duty(
        "autotask.zone_first",
        "getZoneInfo is asked before anything else, and its address is used.",
        ("zone.info", "zone.wrong", "zone.no_login"),
        _zone_first,
        "any request",
        "should",
    ),
    duty(
        "autotask.nothing_missed",
        "Every ticket that is there stands in the mirror in the end, however close to the last poll it came.",
        ("activity.fields", "activity.moves", "time.resolution", "time.gap"),
        _nothing_missed,
        "tickets",
    ),
    duty(
        "autotask.cap_walked",
        "A full answer is not the end: the client asks again for ids above the highest it received.",
        ("query.top_500",),
        _cap_walked,
        "more than 500 tickets",
    ),
    duty(
        "autotask.failed_query_repeated",
        "What a failed query would have told is asked for again.",
        ("wire.return_code", "threshold.refused", "user.login"),
        _failed_query_repeated,
        "a query for tickets that fails",
    ),
    duty(
        "autotask.error_is_not_empty",
        "An error, or an answer without a body, is not 'nothing there': the mirror keeps what it had.",
        ("wire.return_code", "wire.collections"),
        _error_is_not_empty,
        "an error in a sync",
    ),
    duty(
        "autotask.current_state",
        "Changes of tickets that are known already are found: by the latest activity, a note and a time entry included.",
        ("activity.moves", "activity.fields", "time.eastern"),
        _current_state,
        "a change of a ticket after the first sync",
    ),
    duty(
        "autotask.deleted_dropped",
        "A ticket that was deleted leaves the mirror: its log tells of it, and so does a walk over all.",
        ("ticket.deleted_log", "delete.allowed"),
        _deleted_dropped,
        "a ticket that is deleted after a sync",
        "should",
    ),
    duty(
        "autotask.once_only",
        "A ticket that is told again replaces what was known: each stands once.",
        ("activity.fields", "query.top_500"),
        _once_only,
        "a ticket that two answers tell",
    ),
    duty(
        "autotask.nothing_invented",
        "The mirror holds no ticket that the vendor never had.",
        ("wire.return_code",),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
    duty(
        "autotask.times_understood",
        "Times without an offset are read as clock time of the service's zone, daylight saving included.",
        ("time.eastern", "wire.datetime"),
        _times_understood,
        "times in fields that the client mirrors",
    ),
    duty(
        "autotask.text_survives",
        "Texts and numbers are kept as they were sent: unescaped once, nothing trimmed, absent is null.",
        ("wire.nulls", "wire.typed_fields", "wire.net_style"),
        _text_survives,
        "values in fields that the client mirrors",
    ),
    duty(
        "autotask.picklist_values",
        "Picklist fields are kept as values, not labels, and a value that nobody knew before survives.",
        ("picklist.value", "info.picklist_labels"),
        _picklist_values,
        "picklist fields that the client mirrors",
    ),
    duty(
        "autotask.refused_login_not_stormed",
        "A login or tracking identifier that is refused is not tried again and again within a minute.",
        ("user.login", "user.expired", "tracking.required"),
        _refused_login,
        "a login that is refused",
    ),
    duty(
        "autotask.suspension_respected",
        "Who is refused for too many requests does not go on asking at once.",
        ("threshold.refused", "thread.limit"),
        _suspension,
        "a request that is refused for the threshold",
    ),
    duty(
        "autotask.usage_watched",
        "The customer's usage is watched, so that the service is not suspended.",
        ("threshold.counted", "threshold.answer", "threshold.latency"),
        _usage_watched,
        "work while more than half of the requests of the hour are used",
        "should",
    ),
    duty(
        "autotask.secret_kept",
        "Password and tracking identifier reach no address, foreign header, output, error message or mirror.",
        ("user.login", "tracking.required"),
        _secret_kept,
        "any request",
    ),
    duty(
        "autotask.writes_done",
        "What the client says is written stands at the vendor: ReturnCode -1 is not success.",
        ("wire.return_code", "write.all_or_nothing", "picklist.value"),
        _writes_done,
        "a write that the client says is done",
        needs=WRITES,
    ),
    duty(
        "autotask.text_written",
        "Texts arrive at the vendor as they were told: escaped once, nothing cut.",
        ("wire.return_code", "write.length"),
        _text_written,
        "a text that is written",
        needs=WRITES,
    ),
    duty(
        "autotask.times_written",
        "Times are written as clock time of the service's zone, or with their offset.",
        ("time.eastern", "time.marked"),
        _times_written,
        "a time that is written",
        needs=("create", "update", "note"),
    ),
    duty(
        "autotask.time_booked",
        "The minutes of a note are booked as hours.",
        ("time.hours",),
        _time_booked,
        "a note with minutes, kept as a time entry",
        "should",
        needs=("note",),
    ),
    duty(
        "autotask.written_once",
        "A write whose answer was lost is not made a second time.",
        ("create.only_id", "udf.definitions"),
        _written_once,
        "a create or note whose answer is lost",
        needs=("create", "note"),
    ),
    duty(
        "autotask.update_keeps_the_rest",
        "An update sends every writable field, since what is not sent is cleared.",
        ("update.replaces", "update.udf_kept"),
        _update_keeps_the_rest,
        "an update of a ticket",
        needs=("update", "close"),
    ),
    duty(
        "autotask.update_from_fresh",
        "An update is made of what the vendor has now: an old copy would undo what others did.",
        ("update.replaces",),
        _update_from_fresh,
        "an update of a ticket that somebody changed since the last sync",
        needs=("update", "close"),
    ),
    duty(
        "autotask.id_only_from_create",
        "Of the entity that create and update give back only the id is used; the rest is queried.",
        ("create.only_id",),
        _id_only,
        "a ticket that the client shows right after it wrote it",
        "should",
        _stale_answers,
        needs=("create", "update", "close"),
    ),
    duty(
        "autotask.source_set",
        "A ticket that the integration makes names its Source.",
        ("create.source",),
        _source_set,
        "a ticket that the client makes",
        "should",
        needs=("create",),
    ),
    duty(
        "autotask.external_fields_alone",
        "Fields named External are left to the vendor's own integrations.",
        ("external.reserved",),
        _external_alone,
        "any write",
        "should",
        needs=WRITES,
    ),
)
