"""Whose turn it is in a world: calls of one world wait for each other, and nobody else waits for them.

A world is locked while it works. What may take long is done in a thread, so that the loop, and with it all other worlds,
goes on; and the loop never waits for a world's lock itself. A world that other processes serve too can be locked by one of them
at any time, so everything in it is done in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar
from weakref import WeakKeyDictionary

from mockservers.kernel.world import World

Result = TypeVar("Result")


class Turns:
    """The order of calls in each world of one listener. Used in its loop alone."""

    def __init__(self) -> None:
        self._locks: WeakKeyDictionary[World, asyncio.Lock] = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def _lock(self, world: World) -> asyncio.Lock:
        found = self._locks.get(world)
        if found is None:
            found = self._locks[world] = asyncio.Lock()
        return found

    async def take(self, world: World, act: Callable[[], Result], *, long: bool = False) -> Result:
        """Do something in a world when it is free; `long` in a thread."""
        async with self._lock(world):
            return await asyncio.to_thread(act) if long or world.keeping.shared else act()

    def later(self, world: World, act: Callable[[], None]) -> None:
        """Do something in a world once it is free, at once if it is, and let nobody wait for that."""
        if not self._lock(world).locked() and not world.keeping.shared:
            act()
            return
        task = asyncio.get_running_loop().create_task(self.take(world, act))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def free(self, worlds: Iterable[World]) -> None:
        """Wait until all of these are free at the same time; they are until the caller waits for something."""
        locks = [self._lock(world) for world in worlds]
        while busy := [lock for lock in locks if lock.locked()]:
            async with busy[0]:
                pass
