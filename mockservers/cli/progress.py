"""What a check is doing, on standard error: one line that is written over on a terminal, elsewhere a line now and then.

The stream is taken once, before the check begins: meanwhile a client in process has its own in place of `sys.stderr`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import IO

from mockservers.kernel import clock
from mockservers.wirekit.templates import counted

EVERY = 10.0
"""Seconds between two lines where nothing can be written over."""
OFTEN = 0.1
"""Seconds between two pictures on a terminal."""
NARROWEST_BAR, WIDEST_BAR = 5, 40


class Progress:
    """Told examples done, examples planned (0 where nobody knows) and what is being done; writes about it."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.terminal = stream.isatty()
        self.begun = clock.wall()
        self._phase = ""
        self._phase_begun = self.begun
        self._last = 0
        self._drawn = False

    def __call__(self, done: int, total: int, what: str) -> None:
        now, fresh = clock.wall(), what != self._phase
        if fresh:
            self._phase, self._phase_begun = what, now
        if not fresh and (not total or done != total) and now - self._last < (OFTEN if self.terminal else EVERY) * 1e6:
            return
        self._last = now
        with contextlib.suppress(OSError, ValueError):  # a terminal that is gone must not cost a verdict
            self._write(done, total, now)

    def _write(self, done: int, total: int, now: int) -> None:
        spent = (now - self.begun) / 1e6
        if not self.terminal:
            self.stream.write(f"{spent:6.0f} s  {self._phase}{': ' if done or total else ''}{_counted(done, total)}\n")
        else:
            left = (now - self._phase_begun) / 1e6 / done * (total - done) if done and total else None
            columns = width(self.stream)
            # Blanks wipe out what stood there, as every terminal understands them.
            self.stream.write("\r" + line(self._phase, done, total, left, spent, columns).ljust(columns - 1))
            self._drawn = True
        self.stream.flush()

    def warn(self, text: str) -> None:
        """Say something that stays, on a line of its own."""
        from mockservers.harness.reports.characters import visible

        self.end()
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"mockservers: warning: {visible(text)}\n")
            self.stream.flush()

    def end(self) -> None:
        """Leave an empty line on a terminal."""
        if self._drawn:
            self._drawn = False
            with contextlib.suppress(OSError, ValueError):
                self.stream.write("\r" + " " * (width(self.stream) - 1) + "\r")
                self.stream.flush()


def width(stream: IO[str]) -> int:
    """The columns of a terminal now; somebody may have changed it."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _counted(done: int, total: int) -> str:
    if total:
        return f"{done} of {total} examples"
    if not done:
        return ""  # something has only begun
    return counted(done, "play")


def line(what: str, done: int, total: int, left: float | None, spent: float, columns: int) -> str:
    """One line for a terminal of so many columns, whole in each: the bar goes first, then the words are cut."""
    room = columns - 1  # the last column stays free, for some terminals go on in the next line
    if total:
        tail = f" {done}/{total}" + ("" if left is None or done == total else f" {_clock(left)} left")
    else:
        tail = f" {_counted(done, total)}{', ' if done else ''}{_clock(spent)}"
    bar = min(WIDEST_BAR, room - len(what) - len(tail) - 3)
    if total and bar >= NARROWEST_BAR:
        full = bar * done // total
        return f"{what} [{'#' * full}{'-' * (bar - full)}]{tail}"
    words = max(0, room - len(tail))
    return ((what if len(what) <= words else what[: max(0, words - 2)] + "..") + tail)[:room]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """Tells of a check on standard error, and cleans up behind it."""
    shown = Progress(sys.stderr)
    shown(0, 0, "starting the client")
    try:
        yield shown
    finally:
        shown.end()
