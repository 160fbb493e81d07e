"""How much of a limit calls met, read from a history: windows that slide, as vendors count them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockservers.harness.history import Exchanged, History
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal.events import Usage

SLOW = 5.0
"""Seconds that an answer takes in slow hours, of the world's time: a play lets its clock pass, and waits for nothing."""


@dataclass(frozen=True)
class Window:
    """A limit of so many calls in a window that slides, in microseconds.

    `refused` says whether an answer refuses for the limit, `free` whether a request is not counted, `told` how many calls the
    vendor itself says were made before, and `latency` how long it makes a client wait at a share.
    """

    calls: int
    refused: Callable[[Exchanged], bool]
    length: int = MINUTE
    free: Callable[[Exchanged], bool] = lambda exchange: False
    told: Callable[[Exchanged], int | None] = lambda exchange: None
    latency: Callable[[float], float] = lambda share: 0.0


def sliding(history: History, window: Window, others: Sequence[tuple[int, int]] = ()) -> dict[int, Usage]:
    """The share of a limit that each request met, by the journal's number.

    `others` are calls of other integrations: instants, ascending, and counts.
    """
    found: dict[int, Usage] = {}
    recent: deque[tuple[int, int]] = deque()
    total = place = 0
    for exchange in history.exchanges:
        while place < len(others) and others[place][0] <= exchange.at:
            recent.append(others[place])
            total += others[place][1]
            place += 1
        while recent and recent[0][0] <= exchange.at - window.length:
            total -= recent.popleft()[1]
        told = window.told(exchange)
        if told is not None and told > total:
            # Calls that nobody here has seen; when they were made nobody says, so they count as if just made.
            recent.append((exchange.at, told - total))
            total = told
        throttled = window.refused(exchange)
        if not throttled and not window.free(exchange):
            recent.append((exchange.at, 1))
            total += 1
        share = total / window.calls
        found[exchange.n] = Usage(share, throttled, 0.0 if throttled else window.latency(share))
    return found
