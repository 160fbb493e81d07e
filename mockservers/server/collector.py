"""The collector of cycles, so that no caller waits while it looks through all that a server holds.

A server keeps some hundred thousand objects for as long as it lives: modules, statements, its journal. A full collection looks at
each of them, 150 ms at a time, while nobody is answered. Here one looks only at what is new since the one before it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

GROWTH = 250_000
"""Objects by which what was set aside may at least grow before all of it is looked at again."""
COUNTED = 16
"""Full collections after which what was set aside is counted: counting walks along all of it."""
OFTEN = 3
"""Collections of the middle generation after which a full one is due: a sooner one has less to look at."""


class Collector:
    """Sets aside what outlived a full collection, which then is freed as soon as nobody refers to it.

    What refers to itself is not freed so, such as a world that was deleted. Once twice as much is set aside as there was after
    a collection of everything, everything is collected again: so memory is bounded, and the pause is rare.
    """

    def __init__(self) -> None:
        self._whole = True
        self._most = 0
        self._since = 0

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        """What `gc.callbacks` calls."""
        if phase != "stop" or info["generation"] < 2:
            return
        gc.freeze()
        self._since += 1
        if self._whole:
            self._whole, self._since, self._most = False, 0, 2 * gc.get_freeze_count() + GROWTH
        elif self._since >= COUNTED:
            self._since = 0
            if gc.get_freeze_count() > self._most:
                gc.unfreeze()
                self._whole = True


@contextmanager
def paced() -> Iterator[None]:
    """Collect in small parts meanwhile. For programs that are servers alone: it speaks for the whole process."""
    collector, thresholds = Collector(), gc.get_threshold()
    gc.callbacks.append(collector)
    gc.set_threshold(*thresholds[:2], OFTEN)
    try:
        yield
    finally:
        gc.callbacks.remove(collector)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
