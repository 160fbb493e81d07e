"""The duties of a client of SuperOffice: those of one that reads, and those of one that writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty, Judgement, duty, judged, shared
from mockservers.harness.duties.shared import Lack
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.harness.machines import machine
from mockservers.harness.machines.superoffice import NAMES, USER
from mockservers.harness.readers import superoffice as wire
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect

MOST_REFUSALS = 3
MOST_THROTTLED = 10
FULL = 1000
"""Rows of a list that says no $top."""
MOST_CALLS = 10
"""In a second, as the vendor asks of applications."""
SLOW = 2000
"""Milliseconds from which a call of GetTickets counts as slow."""

GONE = frozenset({"Deleted", "Spam", "Merged"})
TIMES = frozenset({"datetime"})
ENUMS = frozenset({"BaseStatus", "TicketStatus", "Slevel", "Origin", "ReadStatus"})
LATER = frozenset({"Spam", "API", "Flow"})
"""Names that older releases tell as Unknown."""
SILENT = frozenset({"ReadStatus", "ReadByOwner", "ReadByCustomer", "FirstReadByUser"})
"""Reading a ticket changes these, and LastChanged stays: no list tells of it."""
JOINED = frozenset(
    {
        "CreatedByName", "OwnedByName", "PersonFirstname", "PersonMiddleName", "PersonLastname", "PersonFullname", "ContactId",
        "ContactName", "SaleHeading", "ProjectName", "CategoryFullname", *NAMES,
    }
)  # fmt: skip
"""What follows from other rows."""
NOTES: Mapping[str, tuple[str, ...]] = {"note": ("TicketMessage",)}
ENDS: Mapping[str, Mapping[str, Any]] = {"close": {"BaseStatus": "Closed"}}
MOVED = frozenset(
    {
        "LastChanged", "ClosedAt", "RepliedAt", "AlertTimeout", "AlertLevel", "TimeToReply", "RealTimeToReply", "TimeToClose",
        "RealTimeToClose", "TimeSpentInternally", "TimeSpentExternally", "TimeSpentQueue", "RealTimeSpentInternally",
        "RealTimeSpentExternally", "RealTimeSpentQueue", "TimeSpent", "HasAttachment", "NumReplies", "NumMessages",
        "Sentiment", "SentimentConfidence",
    }
) | SILENT  # fmt: skip
"""Properties of a ticket that the vendor moves by itself."""
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "TicketStatus": ("BaseStatus",), "OwnedByAssociateId": ("OwnedBy",), "BaseStatus": ("TicketStatus",),
}  # fmt: skip
"""Properties that follow from one that is told."""
HEADERS = ("authorization", "so-apptoken", "cookie", "x-xsrf-token")
"""Headers that are made for credentials."""


def _type(name: str) -> str:
    return machine("superoffice").types.get(name, "text")


def note_text(record: Record) -> str:
    """What a message says."""
    return str(record.fields.get("Body") or "")


# --- the wire ---------------------------------------------------------------------------------------------------------


def _exchanges(history: History, calls: frozenset[str]) -> list[Exchanged]:
    return [each for each in history.exchanges if each.request_known and wire.asked(each).call in calls]


_READ = frozenset({"gettickets", "getticket", "getticketentity", "ticket", "simple"})
_LIST = frozenset({"list"})


def _is_error(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind != "good"


def _told(history: History) -> list[str]:
    """The id of each ticket that an answer told, as often as one did."""
    return [ticket for each in _exchanges(history, _READ) for ticket in wire.said(each).ids if ticket]


# --- rights -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restricted:
    """From `first` to before `last` in the journal the client's user could not see some rows, or read some fields."""

    first: int
    last: int
    hidden: Mapping[str, Any]
    blank: frozenset[str]

    def hides(self, record: Record) -> bool:
        return any(record.fields.get(name) in values for name, values in self.hidden.items())


def _restrictions(history: History) -> list[Restricted]:
    found: list[Restricted] = []
    for deed in history.deeds:
        if deed.record is None or deed.record.id != "customer" or not deed.ok:
            continue
        rights: Mapping[str, Any] = next(
            (each["rights"] for each in deed.record.fields.get("users", ()) if each["user"] == USER), {}
        )
        fields = rights.get("fields") or {}
        blank = frozenset(
            name for name, right in fields.items() if "Read" not in _flags(right) and "Update" not in _flags(right)
        )
        if found and found[-1].last == _END:
            before = found.pop()
            found += [Restricted(before.first, deed.n, before.hidden, before.blank)]
        if rights.get("hidden") or blank:
            found.append(Restricted(deed.n, _END, rights.get("hidden") or {}, blank))
    return found


_END = 1 << 60


def _flags(right: Any) -> list[str]:
    return [each.strip() for each in str((right or {}).get("Mask", "")).split(",")]


def _hidden(history: History) -> frozenset[str]:
    """Tickets that the client's user could not see at some time."""
    ways = [each for each in _restrictions(history) if each.hidden]
    return frozenset(
        ticket for ticket, states in history.ever.items() for _, record in states if any(way.hides(record) for way in ways)
    ) if ways else frozenset()  # fmt: skip


def _blank(history: History) -> frozenset[str]:
    """Fields that the client's user could not read at some time."""
    return frozenset(name for each in _restrictions(history) for name in each.blank)


def _exists(history: History, ticket: str) -> bool:
    return ticket in history.truth and history.truth[ticket].exists


def _live(record: Record) -> bool:
    return record.exists and record.fields.get("BaseStatus") not in GONE


def _differences(history: History) -> Iterator[Difference]:
    """Where mirror and truth part, but for what rights may have withheld and for names that older releases lack."""
    hidden, blank = _hidden(history), _blank(history)
    older = history.dialect["carrier_version"] != "current"
    for each in comparing.differences(history):
        if each.ticket in hidden or each.field in blank:
            continue
        if older and each.truth in LATER and each.mirror in (None, "Unknown"):
            continue
        yield each


def _misread(history: History, which: Callable[[Difference], bool], why: str) -> list[Breach]:
    return [shared.part(history, each, why) for each in _differences(history) if each.kind == "misread" and which(each)]


# --- which tickets stand there ----------------------------------------------------------------------------------------


def _there(history: History) -> dict[str, Record]:
    """The tickets that a mirror must hold in the end: those that are there and were never hidden."""
    hidden = _hidden(history)
    return {ticket: record for ticket, record in history.truth.items() if _live(record) and ticket not in hidden}


def _since(history: History) -> str:
    """The filters by which the client listed tickets, for reports."""
    filters = [wire.asked(each).options.get("$filter", "") for each in _exchanges(history, _LIST)]
    found = list(dict.fromkeys(each for each in filters[-3:] if each))
    return f" (listed with $filter {'; '.join(found)})" if found else ""


def _nothing_missed(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    there = _there(history)
    breaches = [
        Breach(
            f"{history.name(record.id)} is not in the mirror; it was last changed at "
            f"{record.fields.get('LastChanged')}{_since(history)}",
            {"ticket": record.id},
        )
        for record in comparing.missing(history, there)[:5]
    ]
    return judged(len(there), breaches)


def _pages_walked(history: History) -> Judgement:
    full = []
    for each in _exchanges(history, _LIST):
        top = wire.asked(each).options.get("$top", "").strip()
        most = int(top) if top.isdecimal() else FULL
        if most and len(wire.said(each).tickets) >= most:
            full.append(each)
    if history.mirror is None or not full:
        return judged(0)
    listed = {ticket for each in _exchanges(history, _LIST) for ticket in wire.said(each).ids}
    missing = [record for record in comparing.missing(history, _there(history)) if record.id not in listed]
    breaches = [
        Breach(
            f"{shared.request(full[0])} was answered with {len(wire.said(full[0]).tickets)} rows, a full page; "
            f"{history.name(missing[0].id)} and {len(missing) - 1} more were on none of the pages that the client read"
        )
    ] if missing else []  # fmt: skip
    return judged(len(full), breaches)


def _failed_call_repeated(history: History) -> Judgement:
    """What changed between the last sync in which all was answered and a failed call must show in the end."""
    last = {
        ticket: max((n for n, _ in states if n < _END), default=0)
        for ticket, states in history.ever.items()
        if ticket in history.truth
    }
    wrong = (
        {record.id for record in comparing.missing(history, _there(history))} if history.mirror is not None else set()
    )
    wrong |= {each.ticket for each in _differences(history) if each.kind == "stale" and each.field not in SILENT}
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
    return not exchange.request_known or wire.asked(exchange).call in _READ | _LIST | {"getticketsummaries"}


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, _is_error)


def _good_answers_read(history: History) -> Judgement:
    provoked, breaches = 0, []
    for task in history.syncs:
        within = history.within(task)
        if not within or any(map(_is_error, within)):
            continue
        told = [each for each in within if wire.asked(each).call in _READ and any(wire.said(each).tickets)]
        provoked += bool(told)
        if told and task.error_kind == "client":
            breaches.append(
                Breach(
                    f"every answer in the sync at {instants.to_iso(task.at)} was good, and the client failed over one: "
                    f"{task.error[:160]}"
                )
            )
    return judged(provoked, breaches)


def _missing_is_not_deleted(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    provoked, breaches = 0, []
    ways = _restrictions(history)
    for way in ways:
        held = _before(history, way.first)
        met = [
            task for task in history.syncs if task.last > way.first and task.first < way.last and history.within(task)
        ]
        if not way.hidden or not held or not met:
            continue
        for ticket in held:
            record = history.truth.get(ticket)
            if record is None or not _live(record) or any(each.last == _END and each.hides(record) for each in ways):
                continue
            if not any(way.hides(state) for n, state in history.ever.get(ticket, ()) if n < way.last or n == _END):
                continue
            provoked += 1
            if ticket not in history.mirror:
                breaches.append(
                    Breach(
                        f"{history.name(ticket)} was hidden from the client's user for a while and is there; the mirror "
                        "has dropped it",
                        {"ticket": ticket},
                    )
                )
    return judged(provoked, breaches)


def _before(history: History, n: int) -> Mapping[str, Record]:
    """The mirror after the last sync that ended before a number of the journal."""
    synced = [task for task in history.syncs if task.last < n and task.after is not None]
    return synced[-1].after or {} if synced else {}


def _hidden_fields_kept(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    provoked, breaches = 0, []
    ways = _restrictions(history)
    for way in ways:
        if way.last == _END or any(each.blank for each in ways if each.last == _END):
            continue
        told = {
            ticket
            for each in _exchanges(history, _READ)
            if way.first < each.n < way.last
            for ticket in wire.said(each).ids
        }
        for ticket, known in _before(history, way.first).items():
            truth, now = history.truth.get(ticket), history.mirror.get(ticket)
            if truth is None or now is None or ticket not in told:
                continue
            for name in way.blank:
                kept = known.fields.get(name)
                if not _something(name, kept) or not comparing.same(history, name, kept, truth.fields.get(name)):
                    continue
                provoked += 1
                if not _something(name, now.fields.get(name)):
                    breaches.append(
                        Breach(
                            f"{history.name(ticket)}: {name} came blank while the client's user had no right to read it, "
                            f"and the mirror has {comparing.show(now.fields.get(name))} for {comparing.show(kept)}",
                            {"ticket": ticket, "field": name},
                        )
                    )
    return judged(provoked, breaches)


def _something(name: str, value: Any) -> bool:
    """Whether a value is one: not what stands there when nothing is told."""
    value = machine("superoffice").nil(name, value)
    if value in (None, "", 0, False, "Unknown"):
        return False
    return not (_type(name) == "datetime" and str(value).startswith("0001-"))


def _changes_seen(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    first = min((task.last for task in history.syncs), default=_END)
    changed = sum(1 for deed in history.deeds if deed.ok and deed.operation in ("act", "change") and deed.n > first)
    breaches = [
        shared.part(history, each, f"the mirror kept what was true earlier{_since(history)}")
        for each in _differences(history)
        if each.kind == "stale" and each.field not in SILENT | JOINED
    ]
    return judged(changed, breaches)


def _shown_with_status(history: History, bases: frozenset[str], also: tuple[str, ...] = ()) -> Judgement:
    """Whether tickets of these base statuses stand in the mirror as what they are, or not at all."""
    if history.mirror is None:
        return judged(0)
    named = history.hello.mirrors
    hidden = _hidden(history) if _restrictions(history) else frozenset()
    older = history.dialect["carrier_version"] != "current"
    provoked, breaches = 0, []
    for ticket, record in sorted(history.truth.items()):
        seen = any(ticket in (task.after or {}) for task in history.syncs)
        if not record.exists or record.fields.get("BaseStatus") not in bases or ticket in hidden or not seen:
            continue
        provoked += 1
        shown = history.mirror.get(ticket)
        if shown is None:
            continue
        fields = shown.fields if named is None else named
        first = [name for name in ("BaseStatus", "TicketStatus") if name in fields][:1]
        for name in (*first, *(each for each in also if each in fields)):
            left, right = shown.fields.get(name), record.fields.get(name)
            if not comparing.same(history, name, left, right) and not (older and right in LATER and left == "Unknown"):
                breaches.append(
                    Breach(
                        f"{history.name(ticket)} is {record.fields['BaseStatus']} at the vendor; the mirror holds it with "
                        f"{comparing.show(left)} in {name}, not {comparing.show(right)}",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(provoked, breaches)


def _deleted_shown(history: History) -> Judgement:
    return _shown_with_status(history, frozenset({"Deleted", "Spam"}))


def _merged_shown(history: History) -> Judgement:
    return _shown_with_status(history, frozenset({"Merged"}), ("ConnectId",))


def _matched_by_id(history: History) -> Judgement:
    other = [
        each
        for each in _exchanges(history, frozenset({"gettickets"}))
        if wire.said(each).kind == "good" and wire.asked(each).ids and wire.asked(each).ids != wire.said(each).ids
    ]
    wrong: dict[str, set[str]] = {}
    for each in _differences(history):
        if each.field not in NAMES:
            wrong.setdefault(each.ticket, set()).add(each.field)
    breaches = []
    for ticket, names in sorted(wrong.items()):
        shown = (history.mirror or {})[ticket]
        twin = next((record for other_id, record in history.truth.items() if other_id != ticket and record.exists
                     and len(names) > 1 and _alike(history, shown, record)), None)  # fmt: skip
        if other and twin is not None:
            breaches.append(
                Breach(
                    f"the mirror of {history.name(ticket)} has the values of {history.name(twin.id)}; "
                    f"{shared.request(other[0])} was not answered ticket for ticket as it was asked",
                    {"ticket": ticket},
                )
            )
    return judged(len(other) if history.mirror is not None else 0, breaches)


def _alike(history: History, shown: Record, record: Record) -> bool:
    names = [name for name in comparing.fields(history, shown) if name not in SILENT | NAMES and name in record.fields]
    return all(comparing.same(history, name, shown.fields.get(name), record.fields[name]) for name in names)


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, _told(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, _told(history))


# --- values -----------------------------------------------------------------------------------------------------------


def _times_understood(history: History) -> Judgement:
    zone = history.options.get("time_zone", "UTC")
    why = (
        f"times carry an offset, or are clock time of the zone that was asked for (of the base zone, {zone}, otherwise)"
    )
    breaches = _misread(history, lambda each: each.type in TIMES and each.truth is not None, why)
    if history.dialect["dates"] == "page" and not breaches:
        breaches += _apart(history)
    return judged(comparing.compared(history, TIMES), breaches)


def _apart(history: History) -> Iterator[Breach]:
    """Instants of a repeated hour, which look the same on the clock, and whose offset tells them apart."""
    skipped = _hidden(history)
    for ticket, shown in (history.mirror or {}).items():
        states = [record for _, record in history.ever.get(ticket, ()) if record.exists]
        if ticket in skipped or not states or not _exists(history, ticket):
            continue
        for name in comparing.fields(history, shown):
            left = shown.fields.get(name)
            if _type(name) not in TIMES or not isinstance(left, str) or name in _blank(history):
                continue
            moments = [_moment(record.fields.get(name)) for record in states]
            if _moment(left) not in (None, *moments) and moments[-1] is not None:
                truth = history.truth[ticket].fields.get(name)
                difference = Difference(ticket, name, "datetime", truth, left, "misread")
                yield shared.part(history, difference, "the offset tells the two hours of one name apart")


def _moment(text: Any) -> int | None:
    try:
        return instants.from_iso(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _unset_is_nothing(history: History) -> Judgement:
    seen = sum(
        1
        for ticket, shown in (history.mirror or {}).items()
        for name in comparing.fields(history, shown)
        if _type(name) in TIMES and ticket in history.truth and history.truth[ticket].fields.get(name, "") is None
    )
    why = "a date that is not set comes as the first instant of the year 1, and is none"
    return judged(seen, _misread(history, lambda each: each.type in TIMES and each.truth is None, why))


def _statuses_read(history: History) -> Judgement:
    why = "statuses and other enumerations are what their field says, known or not, whatever they are called"
    seen = sum(len(ENUMS & set(comparing.fields(history, each))) for each in (history.mirror or {}).values())
    return judged(seen, _misread(history, lambda each: each.field in ENUMS, why))


def _text_survives(history: History) -> Judgement:
    def plain(each: Difference) -> bool:
        return each.type not in TIMES and each.field not in ENUMS

    types = frozenset(comparing.NUMBERS | {"text", "json", "boolean"})
    return judged(comparing.compared(history, types), _misread(history, plain, "this was never the vendor's value"))


_PART = re.compile(r'([A-Z]{2}):"((?:[^"]|"(?!;|$))*)"')


def _in_languages(text: str) -> set[str]:
    """What a name of the vendor's may look like: as it is kept, and in each of its languages."""
    parts = _PART.findall(text) if text[2:4] == ':"' else []
    return {text, text.removesuffix(";"), *(part for _, part in parts)}


def _names_in_a_language(history: History) -> Judgement:
    hidden, blank = _hidden(history), _blank(history)
    renamed = any(deed.request.get("action") == "rename" for deed in history.deeds)
    named = ("TicketStatusDisplayValue", "PriorityName", "CategoryName", "TicketTypeName")
    lacking = machine("superoffice").untold(history.dialect) - NAMES
    seen, breaches = 0, []
    for ticket, shown in sorted((history.mirror or {}).items()):
        states = [record for _, record in history.ever.get(ticket, ()) if record.exists]
        if ticket in hidden or not states or renamed or not _exists(history, ticket):
            continue
        for name in named:
            value = shown.fields.get(name)
            if not isinstance(value, str) or not value or name in lacking or blank:
                continue
            seen += 1
            known = {each for state in states for each in _in_languages(str(state.fields.get(name) or ""))}
            if value not in known:
                text = str(states[-1].fields.get(name) or "")
                breaches.append(
                    Breach(
                        f"{history.name(ticket)}: {name} is {comparing.show(text)} at the vendor, and "
                        f"{comparing.show(value)} in the mirror, which is it in no language",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(seen, breaches)


def _blanks_not_kept(history: History) -> Judgement:
    left_out: dict[str, list[frozenset[str]]] = {}
    calls = _exchanges(history, _READ)
    for each in calls:
        chosen = wire.asked(each).selected
        if chosen is not None:
            for ticket in (*wire.said(each).ids, *wire.asked(each).ids):
                left_out.setdefault(ticket, []).append(chosen)
    breaches = [
        shared.part(history, each, "it was not selected, and so came blank, which says nothing about it")
        for each in _differences(history)
        if not _something(each.field, each.mirror)
        and _something(each.field, each.truth)
        and any(each.field.lower() not in chosen for chosen in left_out.get(each.ticket, ()))
    ]
    good = sum(1 for each in calls if wire.said(each).kind == "good")
    return judged(good if history.mirror is not None else 0, breaches)


# --- sessions and limits ----------------------------------------------------------------------------------------------


def _logins(history: History) -> list[Exchanged]:
    return [each for each in history.exchanges if wire.said(each).kind == "login"]


def _session_renewed(history: History) -> Judgement:
    refused = _logins(history)
    last = next((task for task in reversed(history.syncs) if task.settling and history.within(task)), None)
    breaches = []
    if refused and last is not None and all(wire.said(each).kind == "login" for each in history.within(last)):
        breaches.append(
            Breach(
                f"{shared.request(refused[0])} was refused for its login, and in the end the client has not got in again, "
                "though its credentials are valid"
            )
        )
    return judged(len(refused), breaches)


def _refused_login(history: History) -> Judgement:
    refused = _logins(history)
    return judged(len(refused), shared.storms(history, refused, MOST_REFUSALS, 60))


def _throttling(history: History) -> Judgement:
    refused = [each for each in history.exchanges if wire.said(each).kind == "throttled"]
    return judged(len(refused), shared.storms(history, refused, MOST_THROTTLED, 1))


def _secret_kept(history: History) -> Judgement:
    def token_endpoint(exchange: Exchanged) -> bool:
        return wire.asked(exchange).call == "tokens"

    return shared.revealed(history, in_target=True, meant=HEADERS, excused=token_endpoint)


def _read_in_batches(history: History) -> Judgement:
    provoked, breaches = 0, []
    for task in history.syncs:
        within = [each for each in history.within(task) if each.request_known]
        reading = [each for each in within if wire.asked(each).call in _READ and wire.asked(each).ids]
        asked = {ticket for each in reading for ticket in wire.asked(each).ids}
        if len(asked) <= MOST_CALLS:
            continue
        provoked += 1
        single = [each for each in reading if len(wire.asked(each).ids) == 1]
        crowd = zip(single, single[MOST_CALLS:], strict=False)
        if any(last.at - first.at < instants.SECOND for first, last in crowd):
            breaches.append(
                Breach(
                    f"in one sync {len(single)} calls read one ticket each, more than {MOST_CALLS} of them within a second "
                    f"from {shared.request(single[0])} on; GetTickets reads many in one call"
                )
            )
    return judged(provoked, breaches)


def _slow_calls(history: History) -> Judgement:
    each_takes = float(history.dialect["latency_per_id"])
    calls = [each for each in _exchanges(history, frozenset({"gettickets"})) if each_takes and wire.asked(each).ids]
    breaches = [
        Breach(
            f"{shared.request(each)} asked for {len(wire.asked(each).ids)} tickets in one call, which took "
            f"{len(wire.asked(each).ids) * each_takes:.0f} ms; the vendor counts calls from {SLOW} ms on as slow"
        )
        for each in calls
        if len(wire.asked(each).ids) * each_takes > SLOW
    ]
    return judged(len(calls), breaches)


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
    return (
        _type(lack.field) == "text" and lack.field not in ENUMS and lack.found not in (None, "", before.get(lack.field))
    )


def _is_owner(lack: Lack) -> bool:
    return lack.field == "OwnedByAssociateId"


def _writes_done(history: History) -> Judgement:
    breaches = [each.breach for each in _lacks(history) if not (_is_time(each) or _is_text(each) or _is_owner(each))]
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
    told = _told_fields(history, lambda name: _type(name) in TIMES)
    return judged(told, [each.breach for each in _lacks(history) if _is_time(each)])


def _told_fields(history: History, which: Callable[[str], bool]) -> int:
    return sum(
        1
        for task in shared.told(history)
        for name, value in task.asked.get("fields", {}).items()
        if value not in (None, "") and which(name)
    )


def _owner_is_an_associate(history: History) -> Judgement:
    told = _told_fields(history, lambda name: name == "OwnedByAssociateId")
    return judged(told, [each.breach for each in _lacks(history) if _is_owner(each)])


def _minutes_booked(history: History) -> Judgement:
    provoked, breaches = 0, []
    for task in shared.told(history):
        minutes = task.asked.get("minutes")
        words = comparing.squeezed(task.asked.get("text", ""))
        for record in history.made(task, "TicketMessage") if minutes else ():
            if words in comparing.squeezed(note_text(record)):
                provoked += 1
                if record.fields.get("TimeSpent") != minutes:
                    breaches.append(
                        Breach(
                            f"{minutes} minutes were told, and message {record.id} has "
                            f"{comparing.show(record.fields.get('TimeSpent'))}"
                        )
                    )
    return judged(provoked, breaches)


def _written_once(history: History) -> Judgement:
    return shared.written_once(history, NOTES, note_text)


def _touched(history: History) -> tuple[int, list[shared.Touched]]:
    """What writes changed beside what they were told; properties that follow from others count with them."""
    provoked, found = shared.touched(history, MOVED | JOINED)
    return provoked, [each for each in found if each.field not in _consequences(each.task)]


def _consequences(task: Task) -> set[str]:
    fields = set(task.asked.get("fields", {})) | set(ENDS.get(task.do, {}))
    return fields | {follower for name in fields for follower in FOLLOWS.get(name, ())}


def _update_keeps_the_rest(history: History) -> Judgement:
    provoked, found = _touched(history)
    return judged(provoked, [each.breach(history) for each in found if not each.outdated])


def _update_from_fresh(history: History) -> Judgement:
    _, found = _touched(history)
    changed = 0
    for task in history.writes:
        synced = max((each.last for each in history.syncs if each.last <= task.first), default=0)
        if task.do in ("update", "close"):
            changed += any(
                synced < deed.n <= task.first and deed.record is not None and deed.record.id == task.ticket
                for deed in history.deeds
            )
    return judged(changed, [each.breach(history) for each in found if each.outdated])


# --- all of them ------------------------------------------------------------------------------------------------------


def _takes_time(dialect: Dialect) -> bool:
    return bool(dialect["latency_per_id"])


WRITES = ("create", "update", "note", "close")

DUTIES: tuple[Duty, ...] = (
    duty(
        "superoffice.nothing_missed",
        "Every ticket that is there, and neither deleted nor merged, stands in the mirror in the end.",
        ("field.last_changed", "carrier.seconds", "odata.filter"),
        _nothing_missed,
        "tickets",
    ),
    duty(
        "superoffice.pages_walked",
        "A full page is not the end, and rows shift when one is taken away: lists are walked by their key.",
        ("odata.list", "odata.order"),
        _pages_walked,
        "a list whose page is full",
    ),
    duty(
        "superoffice.failed_call_repeated",
        "What a failed call would have told is asked for again.",
        ("error.bad_request", "limit.maintenance", "auth.refused"),
        _failed_call_repeated,
        "a list or GetTickets that fails",
    ),
    duty(
        "superoffice.error_is_not_empty",
        "An error object, even under 200, and an empty body are not 'nothing there': the mirror keeps what it had.",
        ("error.bad_request", "error.rest", "result.null"),
        _error_is_not_empty,
        "an error in a sync",
    ),
    duty(
        "superoffice.good_answers_read",
        "Nulls, rights in any form, and properties of a release to come do not stop a client.",
        ("carrier.extra", "carrier.grows", "carrier.rights", "result.unknown_id"),
        _good_answers_read,
        "answers that hold tickets",
    ),
    duty(
        "superoffice.missing_is_not_deleted",
        "A ticket that an answer lacks may only be hidden: it is not dropped from the mirror for good.",
        ("result.no_access", "result.unknown_id"),
        _missing_is_not_deleted,
        "a row that rights hide for a while after it was read",
    ),
    duty(
        "superoffice.hidden_fields_kept",
        "A field that the user may not read comes blank, and is not taken for an empty one.",
        ("carrier.hidden_field", "carrier.field_properties"),
        _hidden_fields_kept,
        "a field that rights hide for a while after it was read",
    ),
    duty(
        "superoffice.changes_seen",
        "Changes of tickets that are known already are found by LastChanged, those of the latest second included.",
        ("field.last_changed", "carrier.seconds", "field.alert", "field.activate"),
        _changes_seen,
        "a change of a ticket after the first sync",
    ),
    duty(
        "superoffice.deleted_shown",
        "A ticket that was deleted or is spam stays readable: the mirror shows it by its status, or drops it.",
        ("result.deleted", "result.spam", "result.not_in_log"),
        _deleted_shown,
        "a ticket of the mirror that is deleted",
    ),
    duty(
        "superoffice.merged_shown",
        "A ticket that was merged is shown as merged, with the number of the one that survives, or dropped.",
        ("result.merged", "result.not_in_log", "carrier.not_merged"),
        _merged_shown,
        "a ticket of the mirror that is merged into another",
    ),
    duty(
        "superoffice.matched_by_id",
        "Tickets of an answer are told apart by their id, not by their place: some may be missing.",
        ("result.request_order", "result.unknown_id", "result.duplicates"),
        _matched_by_id,
        "an answer of GetTickets that lacks a ticket, or has them in another order",
    ),
    duty(
        "superoffice.once_only",
        "A ticket that is told again replaces what was known: each stands once.",
        ("carrier.properties", "field.last_changed"),
        _once_only,
        "a ticket that two answers tell",
    ),
    duty(
        "superoffice.nothing_invented",
        "The mirror holds no ticket that the vendor never had.",
        ("result.unknown_id", "result.null"),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
    duty(
        "superoffice.times_understood",
        "Times are read with their offset, or as clock time of the zone that was asked for.",
        ("time.offset", "time.header", "time.base_zone"),
        _times_understood,
        "times in fields that the client mirrors",
    ),
    duty(
        "superoffice.unset_is_nothing",
        "A date in the year 1 is none.",
        ("carrier.unset_dates", "carrier.value_types"),
        _unset_is_nothing,
        "dates that are not set in fields that the client mirrors",
    ),
    duty(
        "superoffice.statuses_read",
        "Statuses and enumerations are read from their fields, not guessed by names; words of a release to come survive.",
        ("carrier.status", "carrier.enums_as_names", "carrier.grows"),
        _statuses_read,
        "enumerations that the client mirrors",
    ),
    duty(
        "superoffice.text_survives",
        "Texts and numbers are kept as they were sent, minutes as minutes and seconds as seconds.",
        ("carrier.properties", "carrier.unset_strings", "carrier.units", "media.json"),
        _text_survives,
        "values in fields that the client mirrors",
    ),
    duty(
        "superoffice.names_in_a_language",
        "Names in many languages are kept whole, or one language of them is.",
        ("language.raw", "language.fallback", "language.fields"),
        _names_in_a_language,
        "names of statuses and the like that the client mirrors",
    ),
    duty(
        "superoffice.blanks_not_kept",
        "What $select leaves blank says nothing, and does not wipe what is known.",
        ("select.nulls", "select.key"),
        _blanks_not_kept,
        "calls that read tickets",
    ),
    duty(
        "superoffice.session_renewed",
        "A session that has ended is renewed, and the call repeated.",
        ("auth.token_life", "auth.tokens", "auth.refused"),
        _session_renewed,
        "a call whose login is refused",
    ),
    duty(
        "superoffice.refused_login_not_stormed",
        "A login that is refused is renewed once, not tried again and again within a minute.",
        ("auth.refused", "auth.revoked", "auth.tokens"),
        _refused_login,
        "a call whose login is refused",
    ),
    duty(
        "superoffice.throttling_respected",
        "Who is asked to wait does not go on asking at once.",
        ("limit.rate",),
        _throttling,
        "a call that is answered 429",
    ),
    duty(
        "superoffice.secret_kept",
        "Tokens and passwords reach no address, foreign header, output, error message or mirror.",
        ("auth.schemes", "auth.shapes", "auth.app_token"),
        _secret_kept,
        "any request",
    ),
    duty(
        "superoffice.read_in_batches",
        "Many tickets are read in one call, not each in a call of its own: ten calls a second are the most.",
        ("limit.rate", "request.body"),
        _read_in_batches,
        "more than ten tickets to read in one sync",
        "should",
    ),
    duty(
        "superoffice.slow_calls_avoided",
        "Lists of ids are short enough for an answer that does not count as slow.",
        ("limit.slow", "limit.ids"),
        _slow_calls,
        "calls of GetTickets where each id takes its time",
        "should",
        _takes_time,
    ),
    duty(
        "superoffice.writes_done",
        "What the client says is written stands at the vendor: an error object under 200 is no success.",
        ("error.bad_request", "call.save", "call.save_checks"),
        _writes_done,
        "a write that the client says is done",
        needs=WRITES,
    ),
    duty(
        "superoffice.text_written",
        "Texts arrive at the vendor as they were told.",
        ("call.save", "call.messages", "call.save_checks"),
        _text_written,
        "a text that is written",
        needs=WRITES,
    ),
    duty(
        "superoffice.times_written",
        "Times are written with their offset, or as clock time of the zone of the call.",
        ("time.header", "time.base_zone", "field.deadline"),
        _times_written,
        "a time that is written",
        needs=("create", "update"),
    ),
    duty(
        "superoffice.owner_is_an_associate",
        "The owner of an entity is an associate, whose number is not that of the user.",
        ("carrier.two_user_spaces", "call.save_owner"),
        _owner_is_an_associate,
        "an owner that is written",
        needs=("create", "update"),
    ),
    duty(
        "superoffice.minutes_booked",
        "The time of a message is booked in minutes.",
        ("carrier.units", "field.time_spent", "call.messages"),
        _minutes_booked,
        "a message with minutes",
        "should",
        needs=("note",),
    ),
    duty(
        "superoffice.written_once",
        "A write whose answer was lost is not made a second time.",
        ("call.save", "call.messages"),
        _written_once,
        "a create or note whose answer is lost",
        needs=("create", "note"),
    ),
    duty(
        "superoffice.update_keeps_the_rest",
        "Saving replaces the whole entity: what is not sent is reset, so everything is sent.",
        ("call.save",),
        _update_keeps_the_rest,
        "an update of a ticket",
        needs=("update", "close"),
    ),
    duty(
        "superoffice.update_from_fresh",
        "An update is made of what the vendor has now: an old copy would undo what others did.",
        ("call.save",),
        _update_from_fresh,
        "an update of a ticket that somebody changed since the last sync",
        needs=("update", "close"),
    ),
)
