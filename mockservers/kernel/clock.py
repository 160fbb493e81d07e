"""The virtual clock of a world. The only module that reads the machine's time.

A clock is frozen, or runs from an anchor at a rate (1 = real speed). It never fires anything: expiry, lag and
visibility are computed from stored instants when somebody looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mockservers.kernel import instants

Mode = Literal["real", "frozen", "scaled"]
MODES: tuple[Mode, ...] = ("real", "frozen", "scaled")


def wall() -> int:
    """The machine's time as an instant. For journals and figures, never for a vendor's behaviour."""
    return time.time_ns() // 1000


def steady() -> float:
    """Seconds of a clock of the machine that nobody sets: for waiting, and for figures of how long something took."""
    return time.monotonic()


def steady_moment() -> int:
    """Microseconds of that clock, which is the same for all processes of a machine."""
    return time.monotonic_ns() // 1000


FIRST, LAST = instants.from_iso("1100-01-01T00:00:00Z"), instants.from_iso("9899-12-31T23:59:59.999999Z")
"""Within these a clock stays: years that vendors reckon with before and after it are in the calendar, and have four digits."""


def checked(instant: int) -> int:
    """An instant at which a clock can stand; raises ValueError for another."""
    if not FIRST <= instant <= LAST:
        raise ValueError(
            "the clock cannot leave the years 1100 to 9899: vendors reckon with times long before it and after"
        )
    return instant


@dataclass(frozen=True, slots=True)
class ClockState:
    """What there is to know of a clock at one moment; also its form in checkpoints."""

    mode: Mode
    now: int
    rate: float


class Clock:
    """Time in one world.

    `real` follows the machine, with an offset once it was moved; `scaled` runs `rate` times as fast; `frozen`
    stands still until it is moved. Moving backwards is allowed, as clocks in the field do step back.
    """

    def __init__(self, mode: Mode = "real", start: int | None = None, rate: float = 1.0) -> None:
        self._mode: Mode = mode
        self._rate = self._checked_rate(mode, rate)
        self._anchor_wall = wall()
        self._anchor = self._anchor_wall if start is None else checked(start)
        self.beginning = self._anchor
        """The instant at which it began, wherever it was moved since."""
        self.moved: Callable[[], None] | None = None
        """Told of every change but the running on by itself."""

    @staticmethod
    def _checked_rate(mode: Mode, rate: float) -> float:
        if mode not in MODES:
            raise ValueError(f"{mode!r} is not a clock mode; use one of {', '.join(MODES)}")
        if not 0 < rate <= 100_000:
            raise ValueError(f"rate {rate} is out of range; it says how many virtual seconds pass in one, up to 100000")
        return rate if mode == "scaled" else 1.0

    def now(self) -> int:
        """The current virtual instant, in microseconds UTC."""
        if self._mode == "frozen":
            return self._anchor
        return min(self._anchor + round((wall() - self._anchor_wall) * self._rate), LAST)

    @property
    def state(self) -> ClockState:
        return ClockState(self._mode, self.now(), self._rate)

    def set(self, instant: int) -> None:
        """Make it `instant` now, keeping mode and rate."""
        self._move(instant, self._mode, self._rate)

    def advance(self, microseconds: int) -> None:
        """Move by `microseconds`, backwards when negative."""
        self.set(self.now() + microseconds)

    def change_mode(self, mode: Mode, rate: float = 1.0) -> None:
        """Go on in another mode from the present instant; `real` keeps the offset the clock has by now."""
        self._move(self.now(), mode, self._checked_rate(mode, rate))

    def restore(self, state: ClockState) -> None:
        """Return to a state read earlier."""
        self._move(state.now, state.mode, state.rate)

    def dump(self) -> dict[str, Any]:
        """All of it, as JSON can hold it: another process that loads this has the same time."""
        return {"mode": self._mode, "at": self._anchor, "wall": self._anchor_wall, "rate": self._rate}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what another clock was when it was dumped; nobody is told."""
        self._mode, self._rate = kept["mode"], kept["rate"]
        self._anchor, self._anchor_wall = kept["at"], kept["wall"]

    def _move(self, instant: int, mode: Mode, rate: float) -> None:
        before = self._anchor, self._anchor_wall, self._mode, self._rate
        self._anchor, self._anchor_wall, self._mode, self._rate = checked(instant), wall(), mode, rate
        try:
            if self.moved is not None:
                self.moved()
        except BaseException:  # whoever was to keep it could not, so it did not happen
            self._anchor, self._anchor_wall, self._mode, self._rate = before
            raise

    def real_seconds(self, virtual_seconds: float) -> float:
        """How long a client has to wait for `virtual_seconds` of the vendor's time: shorter in a scaled world."""
        return virtual_seconds / self._rate
