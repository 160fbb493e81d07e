"""The duties of a client of QueryData that reads: what it must find, keep, and ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import END, Exchanged, History, Record, Task
from mockservers.kernel import instants
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.vendors.querydata.contract import decoder as wire

LONGEST_WINDOW = 10 * MINUTE
"""The page says about five minutes or less; twice that is beyond argument."""


Span = tuple[int, int]


def _summaries(exchanges: Iterable[Exchanged]) -> list[tuple[Exchanged, wire.Asked]]:
    """Every Summary against the live store, with what it asked."""
    asked = ((exchange, wire.asked(exchange)) for exchange in exchanges if exchange.body)
    return [(exchange, want) for exchange, want in asked if want.result == "Summary" and not want.warehouse]


def _details(history: History) -> list[tuple[Exchanged, str]]:
    asked = ((exchange, wire.asked(exchange)) for exchange in history.exchanges if exchange.body)
    return [(exchange, want.id) for exchange, want in asked if want.result == "Details" and want.id]


def span(history: History, window: tuple[datetime, datetime]) -> Span:
    """A window's ends as instants, both inside, by the tenant's zone and the dialect's idea of the end minute."""
    zone = instants.zone(history.dialect["time_zone"])
    low, high = instants.from_wall(window[0], zone), instants.from_wall(window[1], zone, later=True)
    bounds = history.dialect["window_bounds"]
    if bounds == "whole_minute":
        high += MINUTE - 1
    elif bounds == "end_exclusive":
        high -= 1
    return low, high


def windows(history: History, task: Task | None = None) -> list[tuple[Exchanged, wire.Asked, Span]]:
    """Every live Summary of a window, or those of one task, with what it asked and the window's ends."""
    exchanges = history.exchanges if task is None else history.within(task)
    return [(exchange, want, span(history, want.window)) for exchange, want in _summaries(exchanges) if want.window]


def _wanted(history: History) -> dict[str, Record]:
    """The tickets whose latest action came after the client was told to begin."""
    found = {}
    for ticket, record in history.truth.items():
        last = record.fields.get("LastActionDateTime")
        if record.exists and isinstance(last, str) and instants.from_iso(last) >= history.start:
            found[ticket] = record
    return found


def _newest(history: History) -> dict[str, Record]:
    """The newest version of each ticket number that has several."""
    found: dict[str, Record] = {}
    for record in history.truth.values():
        if record.exists and record.fields.get("IsNewestVersion") and (record.fields.get("Version") or 0) > 0:
            found[str(record.fields.get("TicketNumber"))] = record
    return found


def _nothing_missed(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    newest = {number: record.id in history.mirror for number, record in _newest(history).items()}
    # Who keeps a number's newest version alone has missed nothing by dropping the older ones.
    wanted = {
        ticket: record
        for ticket, record in _wanted(history).items()
        if record.fields.get("IsNewestVersion", True) or not newest.get(str(record.fields.get("TicketNumber")))
    }

    def words(record: Record) -> str:
        last = instants.from_iso(record.fields["LastActionDateTime"])
        asked = [
            f"{want.value} ({shared.request(exchange)})"
            for exchange, want, (low, high) in windows(history)
            if low <= last <= high
        ]
        told = f"asked for in {', '.join(asked[:3])}" if asked else "in no window that the client asked for"
        return (
            "is not in the mirror; its last action, "
            f"{record.fields.get('LastAction')!r} at {instants.to_iso(last)}, was {told}"
        )

    return shared.missed(history, wanted, words)


def _current_state(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    fetched: dict[str, int] = {}
    for exchange, ticket in _details(history):
        if wire.said(exchange).tickets:
            fetched.setdefault(ticket, exchange.n)
    changed = sum(
        1
        for change in history.changes
        if change.ok
        and change.operation != "read"
        and change.record is not None
        and change.n > fetched.get(change.record.id, END)
    )
    return shared.current(history, changed)


def _failed_window_repeated(history: History) -> Judgement:
    told: list[Span] = []
    failed: list[tuple[Exchanged, wire.Asked, Span]] = []
    for exchange, want, (low, high) in windows(history):
        if wire.said(exchange).kind == "ids":
            told.append((low, min(high, exchange.at)))
        else:
            failed.append((exchange, want, (max(low, history.start), min(high, exchange.at))))
    breaches = []
    for exchange, want, part in failed:
        missing = gap(part, told)
        if missing is not None:
            said = wire.said(exchange)
            breaches.append(
                Breach(
                    f"the Summary of {want.value} failed ({said.code or said.kind}, {shared.request(exchange)}) and "
                    f"nobody ever asked again for {instants.to_iso(missing[0])} to {instants.to_iso(missing[1])}",
                    {"window": want.value},
                )
            )
    return judged(len(failed), breaches)


def gap(part: Span, told: list[Span]) -> Span | None:
    """The first stretch of `part` that no span of `told` holds; a single instant is none."""
    at, end = part
    for low, high in sorted(told):
        if low > at + 1:
            break
        at = max(at, high + 1)
    if at >= end:
        return None
    return at, min([end, *(low for low, high in told if low > at)])


def _failed_details_repeated(history: History) -> Judgement:
    """Whether what a Summary named was read in the end.

    Who looks at tickets now and then that nothing happened to, and is refused, has lost nothing.
    """
    failed: dict[str, Exchanged] = {}
    read: set[str] = set()  # and named by no Summary since
    failures = 0
    for exchange in history.exchanges:
        want = wire.asked(exchange) if exchange.body else wire.Asked()
        if want.result == "Summary":
            read.difference_update(wire.said(exchange).ids)
        if want.result != "Details" or not want.id:
            continue
        good = wire.said(exchange).kind == "tickets"
        failures += not good
        if good:
            read.add(want.id)
            failed.pop(want.id, None)
        elif want.id not in read:
            failed[want.id] = exchange
    breaches = [
        Breach(
            f"the Details of {history.name(ticket)} failed ({wire.said(exchange).code or wire.said(exchange).kind}, "
            f"{shared.request(exchange)}) and were never asked for again",
            {"ticket": ticket},
        )
        for ticket, exchange in sorted(failed.items())
        if ticket in history.truth  # one that is gone may be an error for good
    ]
    return judged(failures, breaches)


def _told(history: History) -> list[str]:
    """The id of each ticket whose Details arrived, as often as they did."""
    return [ticket for exchange, ticket in _details(history) if wire.said(exchange).tickets]


def _good_answers_read(history: History) -> Judgement:
    def is_error(exchange: Exchanged) -> bool:
        # A look at the service's page, for its clock, is no question.
        return not exchange.request_known or (bool(exchange.body) and wire.said(exchange).kind in ("error", "unusable"))

    return shared.good_answers_read(history, is_error, lambda exchange: bool(wire.said(exchange).tickets))


def _once_only(history: History) -> Judgement:
    return shared.once_only(history, _told(history))


def _nothing_invented(history: History) -> Judgement:
    named = [ticket for exchange, _ in _summaries(history.exchanges) for ticket in wire.said(exchange).ids]
    return shared.nothing_invented(history, [*_told(history), *named])


def _text_survives(history: History) -> Judgement:
    why = "this was never the vendor's value"
    breaches = shared.misread(history, lambda each: each.type not in shared.TIMES, why)
    return judged(comparing.compared(history, shared.VALUES), breaches)


def _zone_understood(history: History) -> Judgement:
    zone = history.dialect["time_zone"]
    why = f"the vendor's clocks are those of {zone}"
    breaches = shared.misread(history, lambda each: each.type in shared.TIMES, why)
    asked = windows(history)
    present = {exchange.task for exchange, _, (low, high) in asked if low <= exchange.at <= high}
    for exchange, want, (low, _) in asked:
        # A sync that asks for the present too goes by a clock that is fast, and loses nothing by it.
        if low > exchange.at + MINUTE and exchange.task not in present:
            breaches.append(
                Breach(
                    f"{shared.request(exchange)} asks for {want.value}, which begins in the future: the vendor reads "
                    f"it as {zone} time",
                    {"window": want.value},
                )
            )
    return judged(comparing.compared(history, shared.TIMES) + len(asked), breaches)


def _short_windows(history: History) -> Judgement:
    asked, breaches = windows(history), []
    for exchange, want, (low, high) in asked:
        assert want.window is not None
        # Where clocks change, walls or instants make a short window look long; the kinder reading counts.
        length = min((want.window[1] - want.window[0]).total_seconds(), (high - low) / SECOND)
        if length * SECOND > LONGEST_WINDOW:
            told = f"asks for {want.value}, a window of {length / 60:.0f} minutes"
            breaches.append(Breach(f"{shared.request(exchange)} {told}"))
    return judged(len(asked), breaches)


def _versions_followed(history: History) -> Judgement:
    if history.mirror is None:
        return judged(0)
    breaches, newest = [], _newest(history)
    for number, record in sorted(newest.items()):
        last = record.fields.get("LastActionDateTime")
        if not isinstance(last, str) or instants.from_iso(last) < history.start:
            continue
        if record.id not in history.mirror:
            breaches.append(
                Breach(
                    f"ticket number {number} has the version {record.fields.get('Version')}, {history.name(record.id)}, and "
                    "the mirror does not have it",
                    {"ticket": record.id},
                )
            )
    breaches += [
        shared.part(history, each, "a newer version took its place")
        for each in comparing.differences(history)
        if each.field == "IsNewestVersion" and each.truth is False
    ]
    return judged(len(newest), breaches)


def _gone_dropped(history: History) -> Judgement:
    told: dict[str, Exchanged] = {}
    named: set[str] = set()
    exercised = 0
    for exchange, ticket in _details(history):
        said = wire.said(exchange)
        if said.kind != "tickets":
            continue
        if said.tickets:
            named.add(ticket)
            told.pop(ticket, None)
        else:
            exercised += ticket in named
            told[ticket] = exchange
    breaches = [
        Breach(
            f"{shared.request(exchange)} asked for the Details of {history.name(ticket)} and was told that there is no such "
            "ticket; the mirror still holds it",
            {"ticket": ticket},
        )
        for ticket, exchange in sorted(told.items())
        if ticket in (history.mirror or {}) and ticket not in history.truth
    ]
    return judged(exercised, breaches)


def _questions_documented(history: History) -> Judgement:
    asked, breaches = 0, []
    for exchange in history.exchanges:
        if not exchange.body or exchange.received is None or "refuse" in exchange.faults or "fail" in exchange.faults:
            continue
        asked += 1
        said, want = wire.said(exchange), wire.asked(exchange)
        if said.kind != "error" or said.code.upper() == "AUTH":
            continue
        if want.id is not None and want.id.isdecimal() and want.id in history.ever:
            continue  # a ticket that is gone is no mistake of whoever asks for it
        if history.dialect["rate_limit"] is not None or history.dialect["max_ids"] is not None:
            continue
        what = f"{want.result} of {want.value}" if want.result else "what it asks"
        breaches.append(
            Breach(f"{shared.request(exchange)} ({what}) is none that the page has: {said.text or said.code}")
        )
    return judged(asked, breaches)


def _last_window(history: History, sync: Task) -> tuple[Exchanged, wire.Asked, Span] | None:
    """The live Summary of a sync whose window ends last, of those that were answered."""
    found = [each for each in windows(history, sync) if wire.said(each[0]).kind == "ids"]
    return max(found, key=lambda each: each[2][1], default=None)


def _windows_near_now(history: History) -> Judgement:
    zone = instants.zone(history.dialect["time_zone"])
    syncs, breaches = 0, []
    for sync in history.syncs:
        last = _last_window(history, sync) if sync.ok else None
        if last is None:
            continue
        syncs += 1
        exchange, want, (_, high) = last
        assert want.window is not None
        wall = instants.to_datetime(exchange.at, zone).replace(tzinfo=None)
        # Where clocks change, the kinder reading counts.
        behind = min((wall - want.window[1]).total_seconds(), (exchange.at - high) / SECOND)
        if behind * SECOND > LONGEST_WINDOW:
            breaches.append(
                Breach(
                    f"the last window of the sync at {instants.to_iso(sync.at)}, {want.value} ({shared.request(exchange)}), "
                    f"ends {behind / 60:.0f} minutes before the present",
                    {"window": want.value},
                )
            )
    return judged(syncs, breaches)


def _windows_overlap(history: History) -> Judgement:
    """Between syncs that succeed, in whatever order they ask: inside one, nothing changes between two windows."""
    syncs, breaches = 0, []
    seen = 0  # up to which instant answers have shown what there was
    good = {task.index for task in history.syncs if task.ok}
    by_task: dict[int | None, list[tuple[Exchanged, wire.Asked, Span]]] = {}
    for each in windows(history):
        by_task.setdefault(each[0].task, []).append(each)
    for task, asked in by_task.items():
        exchange, want, (low, _) = min(asked, key=lambda each: each[2])
        syncs += seen > 0
        if task in good and 0 < seen < low - 1:  # windows that touch count: in minutes, most of them share one
            breaches.append(
                Breach(
                    f"{shared.request(exchange)} begins with {want.value}, though what was asked before showed what there "
                    f"was until {instants.to_iso(seen)} only: nothing is looked at twice",
                    {"window": want.value},
                )
            )
        answered = [each for each in asked if wire.said(each[0]).kind == "ids"]
        seen = max([seen, *(min(high, each.at) for each, _, (_, high) in answered)])
    return judged(syncs, breaches)


READING: tuple[Duty, ...] = (
    Duty(
        "querydata.nothing_missed",
        "Every ticket acted upon since the client began is in its mirror in the end.",
        (
            "querydata.window.last_action",
            "querydata.window.moves_out",
            "querydata.window.overlap",
            "querydata.visibility.lag",
            "querydata.visibility.tenant",
            "querydata.window.after_gap",
            "querydata.window.zone",
            "querydata.summary.ids_only",
            "querydata.summary.order",
            "querydata.id.any_number",
            "querydata.auth.letters",
        ),
        _nothing_missed,
        "a ticket that somebody acts upon",
    ),
    Duty(
        "querydata.current_state",
        "A ticket that was acted upon again is fetched again, and an older answer never wins.",
        (
            "querydata.repeat.is_normal",
            "querydata.details.current_state",
            "querydata.details.times",
            "querydata.window.actions_that_count",
        ),
        _current_state,
        "an action upon a ticket the client has fetched before",
    ),
    Duty(
        "querydata.failed_window_repeated",
        "A window whose Summary failed is asked for again until it is answered.",
        ("querydata.window.after_gap", "querydata.error.form", "querydata.window.last_action"),
        _failed_window_repeated,
        "a Summary that fails: refused, broken off, or an error inside a good answer",
    ),
    Duty(
        "querydata.failed_details_repeated",
        "A ticket whose Details failed is fetched again until it is answered.",
        ("querydata.details.one_id", "querydata.error.form", "querydata.window.moves_out"),
        _failed_details_repeated,
        "a Details call that fails",
    ),
    Duty(
        "querydata.good_answers_read",
        "A good answer makes no client fail over its own code, whatever is in it or left out, nor does its copy of it.",
        ("querydata.details.content", "querydata.details.further_members", "querydata.summary.ids_only"),
        _good_answers_read,
        "Details of a ticket",
    ),
    Duty(
        "querydata.once_only",
        "A ticket that is delivered again replaces its older copy: the mirror has each id once.",
        ("querydata.repeat.is_normal", "querydata.details.current_state"),
        _once_only,
        "a ticket whose Details are fetched twice",
    ),
    Duty(
        "querydata.nothing_invented",
        "The mirror holds no ticket that the vendor never had, whatever an error or an empty answer looked like.",
        ("querydata.summary.ids_only", "querydata.details.one_id", "querydata.error.form"),
        _nothing_invented,
        "a mirror that holds tickets",
    ),
    Duty(
        "querydata.text_survives",
        "Values arrive character for character: the answer's text is un-escaped once, no more and no less.",
        ("querydata.details.content", "querydata.details.further_members", "querydata.framework.escaped_once"),
        _text_survives,
        "values with & < > quotes or umlauts in fields that the client mirrors",
    ),
    Duty(
        "querydata.zone_understood",
        "Times are read, and windows written, in the tenant's zone.",
        ("querydata.window.zone", "querydata.window.minute_notation"),
        _zone_understood,
        "times in fields that the client mirrors, or windows",
    ),
    Duty(
        "querydata.short_windows",
        "Windows are about five minutes long; a long gap is asked for in pieces.",
        ("querydata.window.short", "querydata.window.after_gap"),
        _short_windows,
        "a Summary",
        "should",
    ),
    Duty(
        "querydata.versions_followed",
        "A revised ticket is followed: its new version comes in under its own id, and the older one counts no more.",
        ("querydata.id.version", "querydata.window.actions_that_count"),
        _versions_followed,
        "a ticket that the centre revises",
    ),
    Duty(
        "querydata.gone_dropped",
        "A ticket that Details no longer return leaves the mirror.",
        ("querydata.details.current_state", "querydata.visibility.tenant"),
        _gone_dropped,
        "a known ticket that vanishes between a Summary that names it and its Details",
        "should",
    ),
    Duty(
        "querydata.questions_documented",
        "The client asks only what the page documents: one id as text, windows in whole minutes that do not run backwards.",
        (
            "querydata.window.minute_notation",
            "querydata.window.reversed",
            "querydata.details.one_id",
            "querydata.id.text_in_filter",
            "querydata.filter.pairing",
            "querydata.auth.letters",
        ),
        _questions_documented,
        "any request",
    ),
    Duty(
        "querydata.windows_near_now",
        "Windows of a sync reach the present, or nearly.",
        ("querydata.window.near_present",),
        _windows_near_now,
        "a sync that succeeds",
        "should",
    ),
    Duty(
        "querydata.windows_overlap",
        "The first window of a sync overlaps the end of what the sync before it has seen.",
        ("querydata.window.overlap", "querydata.repeat.is_normal"),
        _windows_overlap,
        "two syncs, the first of which is answered",
        "should",
    ),
)
