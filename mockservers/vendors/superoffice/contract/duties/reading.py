"""The duties of a client of SuperOffice that reads: which tickets stand in its mirror, and as what."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import END, Exchanged, History, Record
from mockservers.kernel import instants
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.duties.visibility import (
    JOINED,
    LATER,
    LIST,
    READ,
    SILENT,
    differences,
    ever_hidden,
    exchanges,
    is_error,
    live,
    restrictions,
    something,
    told_ids,
)
from mockservers.vendors.superoffice.contract.profile import NAMES

FULL = 1000
"""Rows of a list that says no $top."""


def _there(history: History) -> dict[str, Record]:
    """The tickets that a mirror must hold in the end: those that are there and were never hidden."""
    hidden = ever_hidden(history)
    return {ticket: record for ticket, record in history.truth.items() if live(record) and ticket not in hidden}


def _since(history: History) -> str:
    """The filters by which the client listed tickets, for reports."""
    filters = [wire.asked(each).options.get("$filter", "") for each in exchanges(history, LIST)]
    found = list(dict.fromkeys(each for each in filters[-3:] if each))
    return f" (listed with $filter {'; '.join(found)})" if found else ""


def _nothing_missed(history: History) -> Judgement:
    def words(record: Record) -> str:
        changed = record.fields.get("LastChanged")
        return f"is not in the mirror; it was last changed at {changed}{_since(history)}"

    return shared.missed(history, _there(history), words, 5)


def _pages_walked(history: History) -> Judgement:
    full = []
    for each in exchanges(history, LIST):
        top = wire.asked(each).options.get("$top", "").strip()
        most = int(top) if top.isdecimal() else FULL
        if most and len(wire.said(each).tickets) >= most:
            full.append(each)
    if not full:
        return judged(0)
    listed = {ticket for each in exchanges(history, LIST) for ticket in wire.said(each).ids}
    wanted = {ticket: record for ticket, record in _there(history).items() if ticket not in listed}
    held = f"{len(wire.said(full[0]).tickets)} rows, a full page"
    return shared.pages_walked(history, full, wanted, held, "were on none of the pages that the client read")


def _failed_call_repeated(history: History) -> Judgement:
    return shared.failed_repeated(
        history,
        lambda exchange: is_error(exchange) and _reads(exchange),
        lambda exchange: wire.said(exchange).text or wire.said(exchange).kind,
        _there(history),
        [each for each in differences(history) if each.kind == "stale" and each.field not in SILENT],
    )


def _reads(exchange: Exchanged) -> bool:
    """Whether a request asked for tickets, as far as anybody knows."""
    return not exchange.request_known or wire.asked(exchange).call in READ | LIST | {"getticketsummaries"}


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, is_error)


def _good_answers_read(history: History) -> Judgement:
    exercised, breaches = 0, []
    for task in history.syncs:
        within = history.within(task)
        if not within or any(map(is_error, within)):
            continue
        told = [each for each in within if wire.asked(each).call in READ and any(wire.said(each).tickets)]
        exercised += bool(told)
        if told and task.error_kind == "client":
            breaches.append(
                Breach(
                    f"every answer in the sync at {instants.to_iso(task.at)} was good, and the client failed over one: "
                    f"{task.error[:160]}"
                )
            )
    stumbled = shared.good_answers_read(history, is_error, lambda exchange: bool(wire.said(exchange).tickets))
    return judged(exercised, breaches or stumbled.breaches)


def _missing_is_not_deleted(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    exercised, breaches = 0, []
    ways = restrictions(history)
    for way in ways:
        held = _before(history, way.first)
        met = [
            task for task in history.syncs if task.last > way.first and task.first < way.last and history.within(task)
        ]
        if not way.hidden or not held or not met:
            continue
        for ticket in held:
            record = history.truth.get(ticket)
            if record is None or not live(record) or any(each.last == END and each.hides(record) for each in ways):
                continue
            if not any(way.hides(state) for n, state in history.ever.get(ticket, ()) if n < way.last or n == END):
                continue
            exercised += 1
            if ticket not in history.mirror:
                breaches.append(
                    Breach(
                        f"{history.name(ticket)} was hidden from the client's user for a while and is there; the mirror "
                        "has dropped it",
                        {"ticket": ticket},
                    )
                )
    return judged(exercised, breaches)


def _before(history: History, n: int) -> Mapping[str, Record]:
    """The mirror after the last sync that ended before a number of the journal."""
    synced = [task for task in history.syncs if task.last < n and task.after is not None]
    return synced[-1].after or {} if synced else {}


def _hidden_fields_kept(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    exercised, breaches = 0, []
    ways = restrictions(history)
    for way in ways:
        if way.last == END or any(each.blank for each in ways if each.last == END):
            continue
        told = {
            ticket
            for each in exchanges(history, READ)
            if way.first < each.n < way.last
            for ticket in wire.said(each).ids
        }
        for ticket, known in _before(history, way.first).items():
            truth, now = history.truth.get(ticket), history.mirror.get(ticket)
            if truth is None or now is None or ticket not in told:
                continue
            for name in way.blank:
                kept = known.fields.get(name)
                if not something(name, kept) or not comparing.same(history, name, kept, truth.fields.get(name)):
                    continue
                exercised += 1
                if not something(name, now.fields.get(name)):
                    breaches.append(
                        Breach(
                            f"{history.name(ticket)}: {name} came blank while the client's user had no right to read it, "
                            f"and the mirror has {comparing.show(now.fields.get(name))} for {comparing.show(kept)}",
                            {"ticket": ticket, "field": name},
                        )
                    )
    return judged(exercised, breaches)


def _changes_seen(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    breaches = [
        shared.part(history, each, f"the mirror kept what was true earlier{_since(history)}")
        for each in differences(history)
        if each.kind == "stale" and each.field not in SILENT | JOINED
    ]
    return judged(shared.changes(history), breaches)


def _shown_with_status(history: History, bases: frozenset[str], also: tuple[str, ...] = ()) -> Judgement:
    """Whether tickets of these base statuses stand in the mirror as what they are, or not at all."""
    if history.mirror is None:
        return judged(0)
    named = history.hello.mirrors
    hidden = ever_hidden(history) if restrictions(history) else frozenset()
    older = history.dialect["carrier_version"] != "current"
    exercised, breaches = 0, []
    for ticket, record in sorted(history.truth.items()):
        seen = any(ticket in (task.after or {}) for task in history.syncs)
        if not record.exists or record.fields.get("BaseStatus") not in bases or ticket in hidden or not seen:
            continue
        exercised += 1
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
    return judged(exercised, breaches)


def _deleted_shown(history: History) -> Judgement:
    return _shown_with_status(history, frozenset({"Deleted", "Spam"}))


def _merged_shown(history: History) -> Judgement:
    return _shown_with_status(history, frozenset({"Merged"}), ("ConnectId",))


def _matched_by_id(history: History) -> Judgement:
    other = [
        each
        for each in exchanges(history, frozenset({"gettickets"}))
        if wire.said(each).kind == "good" and wire.asked(each).ids and wire.asked(each).ids != wire.said(each).ids
    ]
    wrong: dict[str, set[str]] = {}
    for each in differences(history):
        if each.field not in NAMES:
            wrong.setdefault(each.ticket, set()).add(each.field)
    breaches = []
    for ticket, names in sorted(wrong.items()):
        shown = (history.mirror or {})[ticket]
        twin = next(
            (
                record
                for other_id, record in history.truth.items()
                if other_id != ticket and record.exists and len(names) > 1 and _alike(history, shown, record)
            ),
            None,
        )
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
    return shared.once_only(history, told_ids(history))


def _nothing_invented(history: History) -> Judgement:
    return shared.nothing_invented(history, told_ids(history))


# --- all of them -------------------------------------------------------------------------------------------------------


READING: tuple[Duty, ...] = (
    Duty(
        "superoffice.nothing_missed",
        "Every ticket that is there, and neither deleted nor merged, stands in the mirror in the end.",
        (
            "superoffice.field.last_changed",
            "superoffice.carrier.seconds",
            "superoffice.odata.filter",
            "superoffice.webhook.stopped",
        ),
        _nothing_missed,
        "tickets",
    ),
    Duty(
        "superoffice.pages_walked",
        "A full page is not the end, and rows shift when one is deleted: lists are walked by their key.",
        ("superoffice.odata.list", "superoffice.odata.order", "superoffice.call.purge"),
        _pages_walked,
        "a list whose page is full",
    ),
    Duty(
        "superoffice.failed_call_repeated",
        "A call that failed is repeated, so that its tickets are not missed.",
        ("superoffice.error.bad_request", "superoffice.limit.maintenance", "superoffice.auth.refused"),
        _failed_call_repeated,
        "a list or GetTickets that fails",
    ),
    Duty(
        "superoffice.error_is_not_empty",
        "An error object, even under 200, and an empty body are no empty answers: the mirror keeps its tickets.",
        ("superoffice.error.bad_request", "superoffice.error.rest", "superoffice.result.null"),
        _error_is_not_empty,
        "an error in a sync",
    ),
    Duty(
        "superoffice.good_answers_read",
        "Nulls, rights in any form, and properties of a release to come do not stop a client.",
        (
            "superoffice.carrier.extra",
            "superoffice.carrier.grows",
            "superoffice.carrier.rights",
            "superoffice.result.unknown_id",
            "superoffice.media.xml",
        ),
        _good_answers_read,
        "answers that hold tickets",
    ),
    Duty(
        "superoffice.missing_is_not_deleted",
        "A ticket that an answer lacks may only be hidden: it is not dropped from the mirror for good.",
        ("superoffice.result.no_access", "superoffice.result.unknown_id"),
        _missing_is_not_deleted,
        "a row that rights hide for a while after it was read",
    ),
    Duty(
        "superoffice.hidden_fields_kept",
        "A field that the user may not read comes blank, and is not taken for an empty one.",
        ("superoffice.carrier.hidden_field", "superoffice.carrier.field_properties"),
        _hidden_fields_kept,
        "a field that rights hide for a while after it was read",
    ),
    Duty(
        "superoffice.changes_seen",
        "Changes of tickets that are known already are found by LastChanged, those of the latest second included.",
        (
            "superoffice.field.last_changed",
            "superoffice.carrier.seconds",
            "superoffice.field.alert",
            "superoffice.field.activate",
        ),
        _changes_seen,
        "a change of a ticket after the first sync",
    ),
    Duty(
        "superoffice.deleted_shown",
        "A ticket that was deleted or is spam stays readable: the mirror shows it by its status, or drops it.",
        ("superoffice.result.deleted", "superoffice.result.spam", "superoffice.result.not_in_log"),
        _deleted_shown,
        "a ticket of the mirror that is deleted",
    ),
    Duty(
        "superoffice.merged_shown",
        "A ticket that was merged is shown as merged, with the number of the one that survives, or dropped.",
        ("superoffice.result.merged", "superoffice.result.not_in_log", "superoffice.carrier.not_merged"),
        _merged_shown,
        "a ticket of the mirror that is merged into another",
    ),
    Duty(
        "superoffice.matched_by_id",
        "Tickets of an answer are matched by their id, not by their place: some may be missing.",
        ("superoffice.result.request_order", "superoffice.result.unknown_id", "superoffice.result.duplicates"),
        _matched_by_id,
        "an answer of GetTickets that lacks a ticket, or has them in another order",
    ),
    Duty(
        "superoffice.once_only",
        "A ticket that is read again replaces the known one: each stands in the mirror once.",
        ("superoffice.carrier.properties", "superoffice.field.last_changed"),
        _once_only,
        "a ticket that two answers hold",
    ),
    Duty(
        "superoffice.nothing_invented",
        "The mirror holds no ticket that the vendor never had.",
        ("superoffice.result.unknown_id", "superoffice.result.null", "superoffice.field.ticket_id"),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
)
