"""A world that many processes serve: its turns over all of them, and what they must agree about.

A turn is one transaction. It begins with the world's advisory lock, so that calls of a world take turns over processes as they do
in one, and with a look at the world's version: only where another process has changed something since is that read anew. It
ends with everything that was done in it, written and committed before anybody is told.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from mockservers.kernel.checkpoints import Checkpoint, Checkpoints
from mockservers.kernel.clock import ClockState
from mockservers.kernel.installation import MOST_COUNTED
from mockservers.kernel.keeping import Database, Find, Gone, Keeping, Registry
from mockservers.kernel.postgresql import base as bases
from mockservers.kernel.postgresql import configs, entries, layout
from mockservers.kernel.postgresql.store import Store
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Durability

if TYPE_CHECKING:
    from mockservers.kernel.world import World

_TIDY = 500
"""Calls after which what the journal and the counts have forgotten is taken out of the database too."""
_ERRORS = (psycopg.Error, sa.exc.DBAPIError, sa.exc.TimeoutError)


class Shared(Keeping):
    """One world in a database. `world` is set once it has begun."""

    shared = True

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.base = bases.base(database)
        self.place = self.base.place
        self.name = name
        self.checkpoints: Checkpoints = KeptCheckpoints(self)
        self.world: World | None = None
        self._lock = threading.RLock()
        self._turn: Turn | None = None
        self._seen = -1
        """The version up to which this process knows the world; -1 where it knows nothing."""
        self._generation = 0
        """Which beginning of the world this process knows: a reset and a new world of the same name have another."""
        self._parts: dict[str, str | None] = {}
        """What is kept beside rows, as it stands in the database."""
        self._usage = 0
        """Up to which count the calls of customers are known."""
        self._whole = 0
        """Up to which call the journal is known without a gap."""

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
            finally:
                self._turn = None
                turn.close()

    def _enter(self) -> Turn:
        """Wait for the turn, and learn what others have done."""
        turn = Turn(self.base, self.name)
        try:
            if turn.row is None:
                raise Gone(self.name)
            if self.world is not None and (turn.generation, turn.version) != (self._generation, self._seen):
                self._turn = turn
                self._read(turn)
        except BaseException:
            self._turn = None
            turn.close()
            self._seen = -1
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
            if turn.changed or turn.pending or told or counted:
                turn.write(world.journal.count, told, counted)
                if counted:
                    self._usage = turn.last_usage
            else:
                turn.commit()
        except _ERRORS as error:
            self._seen = -1
            raise Unwritable(self.base.unwritable(getattr(error, "orig", None) or error)) from error
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
        assert self._turn is not None, "a store is used inside a turn of its world"
        return self._turn.of(store)

    @contextmanager
    def saved(self, store: Store) -> Iterator[sa.Connection]:
        """Inside a turn: everything in the block is kept, or nothing when an exception leaves it."""
        turn = self._turn
        assert turn is not None
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

    def keep(self, name: str, value: Any) -> None:
        """Keep something under a name; None takes it away."""
        text = None if value is None else json.dumps(value)
        with self.turn():
            if self._turn is not None and text != self._parts.get(name):
                self._parts[name] = self._turn.pending[name] = text

    def _read(self, turn: Turn) -> None:
        """Learn what others have changed since this process looked last."""
        world = self.world
        assert world is not None
        if turn.generation != self._generation or self._seen < 0:
            if self._generation or self._seen < 0:
                world.leave()
            self._generation, self._seen, self._usage, self._whole = turn.generation, -1, 0, 0
            self._parts.clear()
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
            except _ERRORS as error:
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
            self._generation, self._seen = turn.generation, turn.version
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
            assert self._turn is not None
            for vendor in self._turn.vendors():
                Store(self, vendor).remove()
            self._generation = self._turn.renew()
            self._parts.clear()
            self._usage = self._whole = 0


class Turn:
    """The transaction of one turn."""

    def __init__(self, base: bases.Base, name: str) -> None:
        self.base, self.name = base, name
        self.changed = False
        self.touched: set[str] = set()
        self.path: str | None = None
        self.last_usage = 0
        self.pending: dict[str, str | None] = {}
        """What is kept beside rows and not yet written."""
        self._saved = False
        self._key = layout.key(base.namespace, name)
        self.row: tuple[Any, ...] | None = None
        self._connect()

    def _connect(self) -> None:
        for last in (False, True):
            try:
                self.db = self.base.engine.connect()
                self.db.begin()
                self.raw = raw_of(self.db)
                self.db.info.pop(bases.STORE, None)
                self.row = self._begin()
            except _ERRORS as error:
                if hasattr(self, "db"):
                    self.db.invalidate()
                    self.db.close()
                # A connection that lay idle may have died meanwhile, with all of its like; a new one has not.
                self.base.engine.dispose()
                if last:
                    raise Unwritable(self.base.unwritable(getattr(error, "orig", None) or error)) from error
            else:
                break
        if self.row is not None:
            self.generation, self.version, self.calls, self.config = self.row

    def _begin(self) -> tuple[Any, ...] | None:
        # One way to the server and back. Each statement sees what was committed before it, so the row is read after the wait.
        statements = (
            "BEGIN; SELECT pg_advisory_xact_lock(KEY); "
            "SELECT generation, version, calls, config FROM mock.world WHERE lock = KEY"
        )
        found = self.raw.execute(self.base.sql(statements).replace("KEY", str(self._key)))
        while found.nextset():
            pass
        row: tuple[Any, ...] | None = found.fetchone()
        return row

    def _execute(self, statement: str, *values: Any) -> Any:
        return self.raw.execute(self.base.sql(statement), values)

    def _one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._execute(statement, *values).fetchone()
        return found

    def of(self, store: Store) -> sa.Connection:
        """The connection, finding the tables of a store."""
        if self.path != store.schema:
            self.raw.execute(store.set_path)
            self._now_of(store)
        return self.db

    def _now_of(self, store: Store) -> None:
        self.path = store.schema
        self.db.info[bases.STORE] = store
        self.touched.add(store.vendor)

    def save(self, store: Store) -> sa.Connection:
        """Remember the state of the transaction, for `take_back`; the connection finds the tables of the store."""
        before = "RELEASE mock; " if self._saved else ""
        self.raw.execute(f"{before}{store.set_path}; SAVEPOINT mock")
        self._saved = True
        self._now_of(store)
        return self.db

    def take_back(self) -> None:
        """Return to the state that was remembered last."""
        self.raw.execute("ROLLBACK TO mock")

    # --- reading ----------------------------------------------------------------------------------------------------

    def parts_since(self, version: int) -> list[tuple[str, str | None]]:
        rows = self._execute(
            "SELECT name, value FROM mock.part WHERE world = %s AND version > %s ORDER BY name", self.name, version
        )
        found: list[tuple[str, str | None]] = rows.fetchall()
        return found

    def usage_since(self, n: int) -> list[tuple[int, str, str, int]]:
        rows = self._execute(
            "SELECT n, vendor, key, at FROM mock.usage WHERE world = %s AND n > %s ORDER BY n", self.name, n
        )
        found: list[tuple[int, str, str, int]] = rows.fetchall()
        return found

    def calls_since(self, n: int) -> Iterator[Any]:
        for size, text in self._execute(
            "SELECT size, entry FROM mock.call WHERE world = %s AND n > %s ORDER BY n", self.name, n
        ):
            yield entries.load(text, size)

    def vendors(self) -> list[str]:
        """Vendors that have tables in this world."""
        return [vendor for (vendor,) in self._execute("SELECT vendor FROM mock.tables WHERE world = %s", self.name)]

    # --- writing ----------------------------------------------------------------------------------------------------

    def make(self, config: str) -> None:
        """Make the world."""
        self._execute(
            "INSERT INTO mock.world (name, lock, version, calls, config) VALUES (%s, %s, 0, 0, %s)",
            self.name,
            self._key,
            config,
        )

    def renew(self) -> int:
        """Take away what was, and give the number of a new beginning."""
        for table in layout.OF_WORLDS:
            self._execute(f"DELETE FROM mock.{table} WHERE world = %s", self.name)  # noqa: S608 - a name of ours
        row = self._one(
            "UPDATE mock.world SET generation = DEFAULT, calls = 0 WHERE name = %s RETURNING generation", self.name
        )
        assert row is not None
        self.changed = True
        self.generation, self.calls = int(row[0]), 0
        return int(row[0])

    def forget_usage(self, vendor: str) -> None:
        self.changed = True
        self._execute("DELETE FROM mock.usage WHERE world = %s AND vendor = %s", self.name, vendor)

    def write(self, calls: int, told: Iterable[Any], counted: Iterable[tuple[str, str, int]]) -> None:
        """Write what is kept, calls and counts, say that the world has changed, and commit: one way there and back."""
        version = self.version + 1
        with self.raw.pipeline():
            for name, text in self.pending.items():
                self._execute(
                    "INSERT INTO mock.part (world, name, version, value) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (world, name) DO UPDATE SET version = excluded.version, value = excluded.value",
                    *(self.name, name, version, text),
                )
            for entry in told:
                self._execute(
                    "INSERT INTO mock.call (world, n, size, entry) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (world, n) DO UPDATE SET size = excluded.size, entry = excluded.entry",
                    *(self.name, entry.n, entry.size, entries.dump(entry)),
                )
            last = None
            for vendor, key, at in counted:
                last = self._execute(
                    "INSERT INTO mock.usage (world, vendor, key, at) VALUES (%s, %s, %s, %s) RETURNING n",
                    *(self.name, vendor, key, at),
                )
            self._execute("UPDATE mock.world SET version = %s, calls = %s WHERE name = %s", version, calls, self.name)
            self.commit()
        if last is not None:
            self.last_usage = last.fetchone()[0]
        self.version = version

    def tidy(self, most_entries: int, most_bytes: int) -> None:
        """Take out of the database what journals and counts have forgotten."""
        self._execute(
            "DELETE FROM mock.call USING (SELECT n, row_number() OVER newest AS place, sum(size) OVER newest AS size "
            "FROM mock.call WHERE world = %s WINDOW newest AS (ORDER BY n DESC)) AS kept "
            "WHERE mock.call.world = %s AND mock.call.n = kept.n AND (kept.place > %s OR kept.size > %s)".replace(
                "mock.call.", "call."
            ),
            self.name,
            self.name,
            most_entries,
            most_bytes,
        )

    def commit(self) -> None:
        self.raw.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed never was."""
        try:
            self.raw.rollback()  # sends nothing where all was committed
            self.db.close()
        except _ERRORS:
            self.db.invalidate()


class KeptCheckpoints(Checkpoints):
    """The checkpoints of a shared world, in its database."""

    held = 0

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @contextmanager
    def _turn(self) -> Iterator[Turn]:
        with self._shared.turn():
            assert self._shared._turn is not None
            yield self._shared._turn

    def __getitem__(self, name: str) -> Checkpoint:
        with self._turn() as turn:
            row = turn._one("SELECT clock FROM mock.checkpoint WHERE world = %s AND name = %s", turn.name, name)
            if row is None:
                raise KeyError(name)
            images = turn._execute(
                "SELECT vendor, image FROM mock.image WHERE world = %s AND checkpoint = %s ORDER BY vendor",
                turn.name,
                name,
            )
            return Checkpoint(ClockState(**json.loads(row[0])), {vendor: bytes(image) for vendor, image in images})

    def __setitem__(self, name: str, made: Checkpoint) -> None:
        clock = {"mode": made.clock.mode, "now": made.clock.now, "rate": made.clock.rate}
        with self._turn() as turn:
            turn._execute(
                "INSERT INTO mock.checkpoint (world, name, clock) VALUES (%s, %s, %s) "
                "ON CONFLICT (world, name) DO UPDATE SET clock = excluded.clock",
                turn.name,
                name,
                json.dumps(clock),
            )
            turn._execute("DELETE FROM mock.image WHERE world = %s AND checkpoint = %s", turn.name, name)
            for vendor, image in made.images.items():
                turn._execute("INSERT INTO mock.image VALUES (%s, %s, %s, %s)", turn.name, name, vendor, image)

    def __delitem__(self, name: str) -> None:
        with self._turn() as turn:
            for table, column in (("checkpoint", "name"), ("image", "checkpoint")):
                turn._execute(f"DELETE FROM mock.{table} WHERE world = %s AND {column} = %s", turn.name, name)  # noqa: S608

    def __iter__(self) -> Iterator[str]:
        with self._turn() as turn:
            rows = turn._execute("SELECT name FROM mock.checkpoint WHERE world = %s ORDER BY n", turn.name).fetchall()
        return iter([name for (name,) in rows])

    def __len__(self) -> int:
        return len(list(iter(self)))


def raw_of(db: sa.Connection) -> Any:
    """The connection below SQLAlchemy's."""
    return db.connection.dbapi_connection


class Everywhere(Registry):
    """The worlds of a database."""

    shared = True

    def __init__(self, database: Database) -> None:
        self._base = bases.base(database)

    def names(self) -> list[str]:
        try:
            with self._base.engine.connect() as db:
                return [
                    name for (name,) in raw_of(db).execute(self._base.sql("SELECT name FROM mock.world ORDER BY name"))
                ]
        except _ERRORS as error:
            raise Unwritable(self._base.unwritable(getattr(error, "orig", None) or error)) from error

    def deleted(self, name: str) -> None:
        turn = Turn(self._base, name)
        try:
            for vendor in turn.vendors():
                schema = sql.Identifier(layout.schema_of(self._base.namespace, name, vendor))
                turn.raw.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            for table in (*layout.OF_WORLDS, "tables"):
                turn._execute(f"DELETE FROM mock.{table} WHERE world = %s", name)  # noqa: S608 - a name of ours
            turn._execute("DELETE FROM mock.world WHERE name = %s", name)
            turn.commit()
        finally:
            turn.close()

    def release(self) -> None:
        """Connections close with the process; other worlds of it may use the same database."""
