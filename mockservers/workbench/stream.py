"""What happens in a world, told to one reader as server-sent events: rows of calls, and the state of the world beside them.

A reader has a queue of bounded length. One that reads too slowly is told how many calls it missed, and asks again from the last
it has: what the journal keeps is told first. A call costs an append to the queue; rows are made when they are sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel import clock, instants
from mockservers.kernel.journal import Entry, Headers
from mockservers.kernel.redaction import Redaction, coding
from mockservers.kernel.world import World, Worlds

MOST_QUEUED = 5_000
"""Calls that wait for a reader; of more it is told their number alone."""
BATCH = 250
"""Rows of one event."""
PAUSE, GLANCE, BEAT = 0.2, 0.25, 10.0
"""Seconds between two events, between two looks at a world in which nothing happens, and between two signs of life."""
SHARED = 1.0
"""Seconds between two looks at a world that other processes serve too: each is a turn in its database."""
LONGEST_TARGET = 400
_STARTED = clock.wall()
"""Tells the journals of this process from those of one before it, whose calls had the same numbers. That of a world which several
processes serve is the same for whoever of them a reader asks next."""
JUMP = 1000
"""By so many milliseconds, times its rate, a clock that runs differs from what was to be expected where somebody has moved it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls a reader wants: after a number, with a rule, with a text in address, request or answer (case aside)."""

    since: int = 0
    rule: str | None = None
    text: str | None = None

    def meets(self, entry: Entry) -> bool:
        if entry.n <= self.since or (self.rule is not None and self.rule not in entry.rules):
            return False
        return self.text is None or _shows(entry, self.text.casefold())


def _shows(entry: Entry, text: str) -> bool:
    told = (entry.operation, entry.refusal, entry.tenant, entry.error, *(note.text for note in entry.notes))
    if any(text in each.casefold() for each in told if each):
        return True
    exchange = entry.exchange
    if exchange is None:
        return text in json.dumps([entry.request, entry.result], ensure_ascii=False, default=str).casefold()
    return (
        text in exchange.target.casefold()
        or text in _read(exchange.body, exchange.headers).casefold()
        or text in _read(exchange.reply_body, exchange.reply_headers).casefold()
    )


def _read(body: bytes, headers: Headers) -> str:
    media = next((value for name, value in headers if name.lower() == "content-type"), "")
    return body.decode(coding(body, media) or "utf-8", "replace")


def row(entry: Entry, clean: Redaction) -> dict[str, Any]:
    """A call in a line of a table; its number finds the rest in the journal."""
    exchange = entry.exchange
    told: dict[str, Any] = {
        "n": entry.n,
        "at": instants.to_iso(entry.at),
        "wall": entry.wall // 1000,
        "vendor": entry.vendor,
        "operation": entry.operation,
        "actor": entry.actor,
        "tenant": entry.tenant,
        "outcome": entry.outcome,
        "refusal": entry.refusal,
        "faults": entry.faults,
        "findings": len(entry.notes),
        "rules": len(entry.rules),
        "error": entry.error is not None,
    }
    if entry.actor == "other" and isinstance(entry.request, Mapping) and isinstance(entry.request.get("action"), str):
        told["action"] = clean(entry.request["action"])[:LONGEST_TARGET]
    if exchange is not None:
        told |= {
            "method": exchange.method,
            "target": clean(exchange.target)[:LONGEST_TARGET],
            "status": exchange.status,
            "override": exchange.override,
            "sent": len(exchange.body),
            "got": len(exchange.reply_body),
        }
    return told


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, default=str)}\n\n".encode()


class Feed:
    """What one reader of a world is to be told. Register `watch` among the watchers of the worlds, then `serve`."""

    def __init__(self, world: World, worlds: Worlds, wanted: Wanted) -> None:
        self.world, self.worlds, self.wanted = world, worlds, wanted
        self._journal = world.journal
        self._queue: deque[Entry] = deque()
        self._missed = 0
        self._lock = threading.Lock()
        self._wake: Callable[[], object] = lambda: None
        self._state: dict[str, Any] = {}
        self._shared = world.keeping.shared
        self._known: set[int] = set()
        """Calls of a shared world that were looked at: what other processes answer tells nobody here."""

    def watch(self, world: World, entry: Entry) -> None:
        """A call is complete, in whatever thread."""
        if world is not self.world:
            return
        with self._lock:
            waiting = bool(self._queue)
            if self._missed or len(self._queue) >= MOST_QUEUED:
                self._missed += 1
            else:
                self._queue.append(entry)
        if not waiting:
            self._wake()

    def _taken(self) -> tuple[list[Entry], int]:
        """What came since it was last asked, and how many calls there was no room for."""
        with self._lock:
            entries, missed = list(self._queue), self._missed
            self._queue.clear()
            return entries, missed

    async def serve(self, write: Callable[[bytes], Awaitable[None]], over: Callable[[], bool]) -> None:
        """Tell what the journal keeps, then what happens, until it is `over` or calls were missed or forgotten."""
        happened, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(happened.set)
        entries, self._state = await self._looked()
        await write(event("state", self._state))
        await self._tell(self._journal.settled if not self._shared else entries, write)
        await write(event("live", {"count": self._journal.count}))
        beat = looked = loop.time()
        while not over():
            happened.clear()
            entries, missed = self._taken()
            seen = None
            if not self._shared or loop.time() >= looked + SHARED:
                others, seen = await self._looked()
                came = {entry.n for entry in entries}
                entries += [entry for entry in others if entry.n not in came]
                looked = loop.time()
            if self.worlds.known(self.world.name) is not self.world:
                return await write(event("gone", {"world": self.world.name}))
            if self.world.journal is not self._journal:
                return await write(event("reset", {"world": self.world.name}))
            await self._tell(entries, write)
            if missed:
                return await write(event("missed", {"count": missed}))
            if seen is not None and self._noted(seen, due=loop.time() >= beat + BEAT):
                beat = loop.time()
                await write(event("state", self._state))
            if entries:
                await asyncio.sleep(PAUSE)
            else:
                await _either(happened, GLANCE)
        return None

    async def _looked(self) -> tuple[list[Entry], dict[str, Any]]:
        """What other processes answered since the last look, and what stands beside the calls."""
        return await asyncio.to_thread(self._turn) if self._shared else ([], self._seen(list(self.worlds)))

    def _turn(self) -> tuple[list[Entry], dict[str, Any]]:
        # Before the turn: to learn of another world is to wait for its turn, and whoever has that may wait for this one.
        names = list(self.worlds)
        with self.world.keeping.turn(whole=True):
            seen = self._seen(names)
            self._known = {n for n in self._known if n > seen["dropped"]}
            return [entry for entry in self.world.journal.settled if entry.n not in self._known], seen

    async def _tell(self, entries: Iterable[Entry], write: Callable[[bytes], Awaitable[None]]) -> None:
        """Send rows, some at a time: the calls of others are answered in between."""
        clean = self.world.redaction()
        rows: list[dict[str, Any]] = []
        for looked_at, entry in enumerate(entries):
            if self._shared:
                self._known.add(entry.n)
            if entry.size and self.wanted.meets(entry):
                rows.append(row(entry, clean))
            if len(rows) >= BATCH:
                await write(event("calls", rows))
                rows = []
            if looked_at % 50 == 49:
                await asyncio.sleep(0)
        if rows:
            await write(event("calls", rows))

    def _seen(self, worlds: list[str]) -> dict[str, Any]:
        """What stands beside the calls."""
        state, faults = self.world.clock.state, self.world.faults.faults
        return {
            "now": state.now // 1000,
            "wall": clock.wall() // 1000,
            "mode": state.mode,
            "rate": state.rate,
            "count": self._journal.count,
            "dropped": self._journal.dropped,
            "journal": f"{self.world.keeping.generation:x}" if self._shared else f"{_STARTED:x}-{id(self._journal):x}",
            "faults": [len(faults), sum(each.hits for each in faults)],
            "checkpoints": self.world.checkpoints,
            "worlds": worlds,
        }

    def _noted(self, seen: dict[str, Any], due: bool) -> bool:
        """Whether anything but the running on of the clock has changed since it was told, or is due; it is noted anew then."""
        before = self._state
        ran = 0.0 if before["mode"] == "frozen" else (seen["wall"] - before["wall"]) * before["rate"]
        moved = abs(seen["now"] - before["now"] - ran) > (0 if before["mode"] == "frozen" else JUMP * before["rate"])
        if not (due or moved or {**before, "now": 0, "wall": 0} != {**seen, "now": 0, "wall": 0}):
            return False
        self._state = seen
        return True


async def _either(happened: asyncio.Event, seconds: float) -> None:
    """Until something happened, or for so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await happened.wait()
