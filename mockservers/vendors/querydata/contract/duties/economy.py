"""The duties of a client of QueryData on what it asks for without need, or not at all.

All are `should`: they rest on what it may have meant.
"""

from __future__ import annotations

from itertools import pairwise

from mockservers.harness.duties import Breach, Duty, Judgement, judged, shared
from mockservers.harness.history import Exchanged, History, Task
from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR, MINUTE, SECOND
from mockservers.vendors.querydata.contract import decoder as wire
from mockservers.vendors.querydata.contract.duties.reading import Span, gap, windows

NIGHTLY = 6 * HOUR
"""Loads from the warehouse that are as far apart are no polling."""
SOON = 15 * MINUTE
"""Who looks at a ticket again later than that, though no Summary named it, may have a reason."""
MOST_IDLE = 20
"""Details of one sync that nothing called for, and for which no client is blamed."""
OLD = HOUR // 2
"""What happened before shows up in no window any more, however late it was processed."""
MOST_AGAIN = 12
"""Old windows that a sync may ask for again: an hour of them."""


def _no_warehouse_polling(history: History) -> Judgement:
    """Whether loads come by day and not by minute; the first is for the beginning, and one that failed is gone on with."""
    asked: dict[int, list[Exchanged]] = {}
    for exchange in history.exchanges:
        if exchange.body and exchange.task is not None and wire.asked(exchange).warehouse:
            asked.setdefault(exchange.task, []).append(exchange)
    loads: list[Exchanged] = []
    unfinished = True
    for exchanges in asked.values():
        answered = [each for each in exchanges if wire.said(each).kind in ("ids", "tickets")]
        loads += [] if unfinished else answered[:1]
        unfinished = len(answered) < len(exchanges)
    breaches = [
        Breach(
            f"{len(asked)} of {len(history.syncs)} syncs read the warehouse, and that of {shared.request(later)} came "
            f"{(later.at - load.at) // MINUTE} minutes after the one before; it is for the first load and for bulk, as by night"
        )
        for load, later in pairwise(loads)
        if later.at - load.at < NIGHTLY
    ]
    return judged(len(history.syncs) if len(history.syncs) > 2 else 0, breaches[:1])


def _details_when_named(history: History) -> Judgement:
    """Whether a sync asked for many tickets that it had read a moment before, and that no Summary had named since."""
    told: set[str] = set()
    read: dict[str, int] = {}
    idle: dict[int | None, list[Exchanged]] = {}
    again = 0
    for exchange in history.exchanges:
        want = wire.asked(exchange) if exchange.body else wire.Asked()
        if want.result == "Summary":
            for ticket in wire.said(exchange).ids:
                read.pop(ticket, None)
        if want.result != "Details" or not want.id:
            continue
        before = read.get(want.id)
        again += want.id in told
        if before is not None and exchange.at - before < SOON:
            idle.setdefault(exchange.task, []).append(exchange)
        if wire.said(exchange).tickets:
            read[want.id] = exchange.at
            told.add(want.id)
    breaches = [
        Breach(
            f"one sync asked for the Details of {len(asked)} tickets, from {shared.request(asked[0])} on, that were read less "
            f"than {SOON // MINUTE} minutes before and named by no Summary since",
            {"details": len(asked)},
        )
        for asked in idle.values()
        if len(asked) > MOST_IDLE
    ]
    return judged(again, breaches)


def _windows_go_on(history: History) -> Judgement:
    """Whether a sync asked again for old windows that both of the syncs before it had been answered."""
    syncs, breaches = 0, []
    answered: list[list[Span]] = []
    for task in history.syncs:
        asked = windows(history, task)
        old = [(exchange, span) for exchange, _, span in asked if span[1] <= exchange.at - OLD]
        syncs += len(answered) > 1
        known = [each for each in old if all(gap(each[1], told) is None for told in answered[-2:])]
        if len(answered) > 1 and len(known) > MOST_AGAIN:
            breaches.append(_again(task, known))
        answered.append([span for exchange, _, span in asked if wire.said(exchange).kind == "ids"])
    return judged(syncs, breaches[:1])


def _no_moment_left_out(history: History) -> Judgement:
    """Whether the windows of all syncs, answered or not, leave no moment between the client's beginning and their last end.

    What the warehouse told of those moments is not known here, so who reads it is not judged.
    """
    asked = [(low, min(high, exchange.at)) for exchange, _, (low, high) in windows(history)]
    # A recording does not tell since when its client was to look; from its first window on, that is.
    begun = history.start if "since" in history.options else min((low for low, _ in asked), default=history.start)
    loaded = any(wire.asked(exchange).warehouse for exchange in history.exchanges if exchange.body)
    end = max((high for _, high in asked), default=history.start)
    if loaded or end <= begun:
        return judged(0)
    left = gap((begun, end), asked)
    if left is None or left[1] - left[0] < SECOND:
        return judged(1)
    return judged(
        1,
        [
            Breach(
                f"no window of all that were asked for holds {instants.to_iso(left[0])} to {instants.to_iso(left[1])}, and "
                "later ones were asked for: what happened to a ticket then, and nothing since, is never seen",
                {"from": instants.to_iso(left[0]), "to": instants.to_iso(left[1])},
            )
        ],
    )


def _again(task: Task, known: list[tuple[Exchanged, Span]]) -> Breach:
    return Breach(
        f"one {task.do} asked for {len(known)} windows, from {shared.request(known[0][0])} on, that ended more than "
        f"{OLD // MINUTE} minutes ago and were answered in each of the two syncs before",
        {"windows": len(known)},
    )


ECONOMY: tuple[Duty, ...] = (
    Duty(
        "querydata.no_warehouse_polling",
        "The warehouse is for the first load and for bulk, not for keeping up.",
        ("querydata.warehouse.bulk", "querydata.warehouse.lag"),
        _no_warehouse_polling,
        "three syncs",
        "should",
    ),
    Duty(
        "querydata.details_when_named",
        "Details are asked for what a Summary named, not for all that is known at every sync.",
        ("querydata.summary.ids_only", "querydata.window.last_action", "querydata.details.one_id"),
        _details_when_named,
        "Details of a ticket that were read before",
        "should",
    ),
    Duty(
        "querydata.windows_go_on",
        "Windows go on from sync to sync; what was answered long ago is not asked for at each of them.",
        ("querydata.window.last_action", "querydata.window.near_present"),
        _windows_go_on,
        "three syncs",
        "should",
    ),
    Duty(
        "querydata.no_moment_left_out",
        "Between the windows of a client no moment is left out, be it between two syncs or inside of one.",
        ("querydata.window.last_action", "querydata.window.bounds", "querydata.window.after_gap"),
        _no_moment_left_out,
        "windows that reach beyond the client's beginning",
        "should",
    ),
)
