"""A world that many processes serve: its turns over all of them, and what they must agree about.

A turn is one transaction. It begins with the world's advisory lock, so that calls of a world take turns over processes as they do
in one, and with a look at the world's version: only where another process has changed something since is that read anew. It
ends with everything that was done in it, written and committed before anybody is told.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from mockservers.kernel.checkpoints import Checkpoints
from mockservers.kernel.installation import MOST_COUNTED
from mockservers.kernel.keeping import Database, Find, Gone, Keeping, Registry
from mockservers.kernel.postgresql import base as bases
from mockservers.kernel.postgresql import configs, layout
from mockservers.kernel.postgresql.checkpoints import KeptCheckpoints
from mockservers.kernel.postgresql.store import Store
from mockservers.kernel.postgresql.turns import ERRORS, Turn, cause_of, raw_of, reached
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Durability

if TYPE_CHECKING:
    from mockservers.kernel.world import World

_TIDY = 500
"""Calls after which what the journal and the counts have forgotten is taken out of the database too."""


class Shared(Keeping):
    """One world in a database. `world` is set once it has begun."""

    shared = True

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.base = bases.base(database)
        self.name = name
        self.checkpoints: Checkpoints = KeptCheckpoints(self)
        self.world: World | None = None
        self._lock = threading.RLock()
        self._turn: Turn | None = None
        self._seen = -1
        """The version up to which this process knows the world; -1 where it knows nothing."""
        self.generation = 0
        """As this process knows it: a reset and a new world of the same name have another."""
        self._parts: dict[str, str | None] = {}
        """What is kept beside rows, as it stands in the database."""
        self._usage = 0
        """Up to which count the calls of customers are known."""
        self._whole = 0
        """Up to which call the journal is known without a gap."""

    @property
    def current(self) -> Turn:
        """The turn that is under way."""
        assert self._turn is not None, "what is kept of a world is used inside a turn of it"
        return self._turn

    # --- turns ------------------------------------------------------------------------------------------------------

    @contextmanager
    def turn(self, whole: bool = False) -> Iterator[None]:
        with self._lock:
            if self._turn is not None:
                if whole:
                    self._read_calls(self._turn)
                yield
                return
            self._turn = turn = self._enter()
            try:
                try:
                    if whole:
                        self._read_calls(turn)
                    yield
                finally:
                    self._end(turn, whole)
            except ERRORS as error:
                if not bases.of_no_room(cause_of(error)):
                    raise
                raise Unwritable(self.base.unwritable(cause_of(error))) from error
            finally:
                self._turn = None
                turn.close()

    def _enter(self) -> Turn:
        """Wait for the turn, and learn what others have done."""
        turn = Turn(self.base, self.name)
        try:
            if turn.row is None:
                raise Gone(self.name)
            if self.world is not None and (turn.generation, turn.version) != (self.generation, self._seen):
                self._turn = turn
                self._read(turn)
        except BaseException as error:
            self._turn = None
            turn.close()
            self._seen = -1
            if isinstance(error, ERRORS):
                raise Unwritable(self.base.unwritable(cause_of(error))) from error
            raise
        return turn

    def _end(self, turn: Turn, whole: bool) -> None:
        """Write what was done, and let everybody see it."""
        world = self.world
        if world is None:
            turn.commit()
            return
        try:
            for vendor in sorted(world.opened_vendors if whole else turn.touched & world.opened_vendors):
                world.installation(vendor).keep_state()
            for name, value in world.parts().items():
                self.keep(name, value)
            told = world.journal.take_touched()
            counted = self._counted(world, turn)
            if told and world.journal.count // _TIDY != turn.calls // _TIDY:
                turn.tidy(world.journal.most_entries, world.journal.most_bytes)
                for vendor, counted_calls in world.usages.items():
                    for key, instants in counted_calls.items():
                        turn.tidy_usage(vendor, key, instants[0] if instants else None)
            if turn.changed or turn.pending or told or counted:
                turn.write(world.journal.count, told, counted)
                if counted:
                    self._usage = turn.last_usage
            else:
                turn.commit()
        except ERRORS as error:
            self._seen = -1
            raise Unwritable(self.base.unwritable(cause_of(error))) from error
        except BaseException:
            self._seen = -1
            raise
        self._seen = turn.version

    def _counted(self, world: World, turn: Turn) -> list[tuple[str, str, int]]:
        """The counted calls that are to be written."""
        counts = world.counts
        assert counts is not None
        added = [each for each in counts.added if each[0] not in counts.rewritten]
        for vendor in sorted(counts.rewritten):
            turn.forget_usage(vendor)
            added += [(vendor, key, at) for key, calls in world.usages.get(vendor, {}).items() for at in calls]
        counts.added.clear()
        counts.rewritten.clear()
        return added

    def connection(self, store: Store) -> sa.Connection:
        """The connection of the turn, for a vendor's tables."""
        return self.current.of(store)

    @contextmanager
    def saved(self, store: Store) -> Iterator[sa.Connection]:
        """Inside a turn: everything in the block is kept, or nothing when an exception leaves it."""
        turn = self.current
        parts, pending = dict(self._parts), dict(turn.pending)
        db = turn.save(store)
        try:
            yield db
        except BaseException:
            self._parts, turn.pending = parts, pending
            with suppress(psycopg.Error):  # where the connection is lost, the end of the turn says so
                turn.take_back()
            raise

    # --- what is kept beside rows -----------------------------------------------------------------------------------

    def part(self, name: str) -> Any:
        """What is kept under a name; None where nothing is."""
        with self.turn():
            text = self._parts.get(name)
            return None if text is None else json.loads(text)

    def vendors(self) -> list[str]:
        kept = [name.partition("/") for name, text in self._parts.items() if text is not None]
        return [vendor for kind, _, vendor in kept if kind == "vendor"]

    def keep(self, name: str, value: Any) -> None:
        """Keep something under a name; None takes it away."""
        text = None if value is None else json.dumps(value)
        with self.turn():
            if text != self._parts.get(name):
                self._parts[name] = self.current.pending[name] = text

    def _read(self, turn: Turn) -> None:
        """Learn what others have changed since this process looked last."""
        world = self.world
        assert world is not None
        if turn.generation != self.generation or self._seen < 0:
            world.leave()
            self.generation, self._seen, self._usage, self._whole = turn.generation, -1, 0, 0
            self._parts.clear()
            if world.counts is not None:
                world.counts.clear()
            world.begin_anew(configs.load(turn.config, world.wished))
        for name, text in turn.parts_since(self._seen):
            self._parts[name] = text
            kind, _, vendor = name.partition("/")
            value = {} if text is None else json.loads(text)
            if kind != "vendor":
                world.load_part(name, value)
                continue
            if world.counts is not None and world.counts.turns.get(vendor, 0) != value.get("counted", 0):
                world.counts.turns[vendor] = value.get("counted", 0)
                world.usages.get(vendor, {}).clear()
            if vendor in world.opened_vendors:
                if text is None:
                    world.drop(vendor)
                else:
                    world.installation(vendor).renew()
        world.journal.go_on(turn.calls)
        last = self._usage
        for n, vendor, key, at in turn.usage_since(self._usage):
            calls = world.usages.setdefault(vendor, {}).setdefault(key, deque(maxlen=MOST_COUNTED))
            calls.append(at)
            last = n
        self._usage = last

    def _read_calls(self, turn: Turn) -> None:
        """Bring what others have answered into the journal."""
        world = self.world
        if world is None:
            return
        if self._whole < turn.calls:
            world.journal.merge(self._whole, turn.calls_since(self._whole))
        self._whole = world.journal.count

    # --- the world --------------------------------------------------------------------------------------------------

    def begin(self, world: World, found: bool | None) -> None:
        if world.config.desk is not None:
            raise ValueError("a desk lives in the memory of one process; leave --desk out, or keep the world in a file")
        made = False
        while True:
            try:
                turn = Turn(self.base, self.name)
            except ERRORS as error:
                raise Unwritable(self.base.unwritable(error)) from error
            try:
                if turn.row is not None or made:
                    break
                if found:
                    raise Gone(self.name)
                turn.make(configs.dump(world.wished))
                turn.commit()
                made = True
            finally:
                turn.close()
        if turn.row is None:
            raise Gone(self.name)
        if found is False and not made:
            raise ValueError(f"there is a world {self.name!r} already")
        if not made:
            world.reopened += configs.says(self.name, turn.config, world.wished)
            world.wished = configs.load(turn.config, world.wished)
        self.world = world
        if made:
            self.generation, self._seen = turn.generation, turn.version
            with self.turn():
                pass  # keeps the clock, so that every process has this beginning
        else:
            with self.turn():
                pass

    def clear(self, emulator: Find) -> None:
        """A world of that name is somebody else's."""

    def close(self) -> None:
        """All is kept, and others go on with it."""

    def store(self, vendor: str, durability: Durability) -> Any:
        return Store(self, vendor)

    def keep_clock(self, world: World) -> None:
        if self.world is None or self._turn is not None:
            return  # the turn keeps it when it ends
        moved = world.clock.dump()
        with self.turn():
            world.clock.load(moved)

    def forget(self, emulator: Find) -> None:
        with self.turn():
            for vendor in self.current.vendors():
                Store(self, vendor).remove()
            self.generation = self.current.renew()
            self._parts.clear()
            self._usage = self._whole = 0


class Everywhere(Registry):
    """The worlds of a database."""

    shared = True

    def __init__(self, database: Database) -> None:
        self._base = bases.base(database)

    def names(self) -> list[str]:
        asked = self._base.sql("SELECT name FROM mock.world ORDER BY name")
        db, names = reached(self._base, lambda db: [name for (name,) in raw_of(db).execute(asked)])
        db.close()
        return names

    def connections(self) -> int:
        asked = (
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        db, (most,) = reached(self._base, lambda db: raw_of(db).execute(asked).fetchone())
        db.close()
        return int(most)

    def disconnect(self) -> None:
        self._base.engine.dispose()

    def deleted(self, name: str) -> None:
        turn = Turn(self._base, name)
        try:
            for vendor in turn.vendors():
                schema = sql.Identifier(layout.schema_of(self._base.namespace, name, vendor))
                turn.raw.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            for table in (*layout.OF_WORLDS, "tables"):
                turn.execute(f"DELETE FROM mock.{table} WHERE world = %s", name)  # noqa: S608 - a name of ours
            turn.execute("DELETE FROM mock.world WHERE name = %s", name)
            turn.commit()
        finally:
            turn.close()

    def release(self) -> None:
        """Connections close with the process; other worlds of it may use the same database."""
