"""The courier: it sends what the vendors of a server owe to listeners, when it is due.

A task of the loop looks at the worlds in which some vendor calls listeners, after each call there, and now and then, for
clocks move without being told. What touches a world takes its turn like a call; a listener is waited for in a thread, so a
slow one holds up the further calls of its own world alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from mockservers.kernel import listeners, webhooks
from mockservers.kernel.journal import Entry
from mockservers.kernel.keeping import Gone
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.world import World, Worlds
from mockservers.server.turns import Turns

LOOK = 0.25
"""Seconds between two looks where something is owed, or happens by itself."""
Hold = Callable[[World, bool], Awaitable[bool]]


async def _nobody_else(_world: World, _busy: bool) -> bool:
    """Nobody else answers for the worlds of this process."""
    return False


class Courier:
    """The courier of one listener. Used in its loop alone, but for `watch`."""

    def __init__(self, worlds: Worlds, turns: Turns, hold: Hold = _nobody_else) -> None:
        """`hold` lets a vendor answer nobody, or again, at whoever else answers for it; tells whether one waited there."""
        self._worlds, self._turns, self._hold = worlds, turns, hold
        self._rounds: dict[World, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._given_up = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._worlds.watchers.append(self.watch)
        self._task = self._loop.create_task(self._run())

    async def stop(self, grace: float) -> None:
        """Send nothing more. Who was called is waited for so many seconds, so that nothing is sent twice; then it stays owed."""
        if self._task is None:
            return
        self._worlds.watchers.remove(self.watch)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self._rounds:
            await asyncio.wait(self._rounds.values(), timeout=grace)
        self._given_up = True
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    def watch(self, world: World, entry: Entry) -> None:
        """A call is complete, in whatever thread: perhaps somebody is owed one now."""
        if entry.actor != "vendor" and world.calls_listeners and self._loop is not None and not self._news.is_set():
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._news.set)

    async def _run(self) -> None:
        while True:
            self._news.clear()
            concerned = [world for world in self._worlds.here() if world.calls_listeners]
            for world in concerned:
                if world not in self._rounds:
                    self._rounds[world] = asyncio.get_running_loop().create_task(self._round(world))
            with contextlib.suppress(TimeoutError):
                # not `wait_for`: on Python 3.11 it swallows a cancellation that comes together with the news
                async with asyncio.timeout(LOOK if concerned else None):
                    await self._news.wait()

    async def _send(self, world: World, taken: webhooks.Taken) -> webhooks.Reply:
        """Call the listener; while a vendor that answers nobody waits for it, so do requests at every worker."""
        if taken.alone:
            await self._hold(world, True)
        try:
            return await asyncio.to_thread(listeners.send, world, taken, lambda: self._given_up)
        finally:
            if taken.alone and await self._hold(world, False):
                world.kept_waiting = True

    async def _round(self, world: World) -> None:
        """Send what is due in a world now."""
        try:
            while self._task is not None and not self._task.cancelled():
                taken = await self._turns.take(world, partial(webhooks.take, world), long=True)
                if taken is None:
                    return
                reply = await self._send(world, taken)
                if self._given_up and reply.status is None:
                    return
                await self._turns.take(world, partial(webhooks.settle, world, taken, reply), long=True)
        except (Gone, Unwritable):
            pass  # the world was deleted, or has no room: the next call there says so
        except Exception:
            logging.getLogger("mockservers").exception("what world %s owes to listeners could not be sent", world.name)
        finally:
            self._rounds.pop(world, None)
