"""Memory that the worlds of one process may take together, and giving it back to the system.

Counted are databases in memory, journals and checkpoints, as their owners tell them. Knows no world.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from functools import lru_cache

MOST_MEMORY = 4 << 30
"""Bytes, unless told otherwise."""

_TRIM = 32 << 20
"""So many bytes must have become free before the allocator is asked to give them back: asking takes a while."""


class Room:
    """Bytes that are held of those that may be."""

    def __init__(self, most: int = MOST_MEMORY) -> None:
        self.most = most
        self.held = 0
        self._freed = 0

    @property
    def full(self) -> bool:
        return self.held >= self.most

    def add(self, size: int) -> None:
        """Count `size` bytes more, or fewer when negative."""
        self.held += size
        self._freed = max(0, self._freed - size)

    def give_back(self) -> None:
        """Let the system have what became free, once that is worth the time."""
        if self._freed >= max(_TRIM, self.held // 8):
            self._freed = 0
            trim()

    def refusal(self, what: str) -> str:
        """The sentence that says why `what` is not done."""
        return (
            f"{what}: the worlds of this server hold {self.held >> 20} MiB, and {self.most >> 20} MiB is the most that "
            "they may. Delete or reset worlds, or give the server more with --most-memory"
        )


@lru_cache(maxsize=1)
def _trimmer() -> Callable[[int], int] | None:
    # glibc alone has it; elsewhere freed memory is used again, and the process stays as large as it once was.
    if sys.platform != "linux":
        return None
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None
    return found


def resident() -> int | None:
    """Bytes of memory that this process has in use, where the system tells."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def trim() -> None:
    """Ask the allocator to give free memory back to the system, where it can be asked."""
    release = _trimmer()
    if release is not None:
        release(0)
