"""How much of a limit calls met, read from a history: windows that slide, as vendors count them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from mockservers.harness.history import Exchanged, History
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal.events import Usage

SLOW = 5.0
"""Seconds that an answer takes in slow hours, of the world's time: a play lets its clock pass, and waits for nothing."""


def sliding(
    history: History,
    limit: int,
    window: int = MINUTE,
    *,
    refused: Callable[[Exchanged], bool],
    latency: Callable[[float], float] = lambda share: 0.0,
    others: Sequence[tuple[int, int]] = (),
) -> dict[int, Usage]:
    """The share of `limit` calls in `window` microseconds that each request met, by the journal's number.

    `latency` says how long a vendor makes a client wait at a share. `others` are calls of other integrations, as instants with
    their counts, ascending.
    """
    found: dict[int, Usage] = {}
    recent: deque[tuple[int, int]] = deque()
    total = place = 0
    for exchange in history.exchanges:
        while place < len(others) and others[place][0] <= exchange.at:
            recent.append(others[place])
            total += others[place][1]
            place += 1
        while recent and recent[0][0] <= exchange.at - window:
            total -= recent.popleft()[1]
        recent.append((exchange.at, 1))
        total += 1
        throttled = refused(exchange)
        share = total / limit
        found[exchange.n] = Usage(share, throttled, 0.0 if throttled else latency(share))
    return found
