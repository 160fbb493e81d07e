"""The turn of a world over all processes: one transaction, under the world's advisory lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import sqlalchemy as sa

from mockservers.kernel.postgresql import base as bases
from mockservers.kernel.postgresql import entries, layout
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import LARGEST

if TYPE_CHECKING:
    from mockservers.kernel.postgresql.store import Store

Result = TypeVar("Result")

ERRORS = (psycopg.Error, sa.exc.DBAPIError, sa.exc.TimeoutError)
"""What a database raises that is away, full or at its end."""


def cause_of(error: BaseException) -> BaseException:
    """What the database said, without what SQLAlchemy adds."""
    return getattr(error, "orig", None) or error


def raw_of(db: sa.Connection) -> Any:
    """The connection below SQLAlchemy's."""
    return db.connection.dbapi_connection


def reached(base: bases.Base, act: Callable[[sa.Connection], Result]) -> tuple[sa.Connection, Result]:
    """A connection on which something was done, and what came of that; raises Unwritable where the database is away."""
    failure: BaseException | None = None
    # Connections that lay idle may have died meanwhile, each of them; a new one has not.
    for _ in range(2 * bases.MOST_CONNECTIONS + 1):
        try:
            db = base.engine.connect()
        except ERRORS as error:
            failure = error
            break
        try:
            return db, act(db)
        except ERRORS as error:
            failure = error
            db.invalidate()
            db.close()
            if not bases.of_no_room(cause_of(error)):
                break
    assert failure is not None
    raise Unwritable(base.unwritable(cause_of(failure))) from failure


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
        self.db, self.row = reached(base, self._begin)
        self.raw = raw_of(self.db)
        if self.row is not None:
            self.generation, self.version, self.calls, self.config = self.row

    def _begin(self, db: sa.Connection) -> tuple[Any, ...] | None:
        db.begin()
        db.info.pop(bases.STORE, None)
        # One way to the server and back. Each statement sees what was committed before it, so the row is read after the wait.
        statements = (
            "BEGIN; SELECT pg_advisory_xact_lock(KEY); "
            "SELECT generation, version, calls, config FROM mock.world WHERE lock = KEY"
        )
        found = raw_of(db).execute(self.base.sql(statements).replace("KEY", str(self._key)))
        while found.nextset():
            pass
        row: tuple[Any, ...] | None = found.fetchone()
        return row

    def execute(self, statement: str, *values: Any) -> Any:
        return self.raw.execute(self.base.sql(statement), values)

    def one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.execute(statement, *values).fetchone()
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
        rows = self.execute(
            "SELECT name, value FROM mock.part WHERE world = %s AND version > %s ORDER BY name", self.name, version
        )
        found: list[tuple[str, str | None]] = rows.fetchall()
        return found

    def usage_since(self, n: int) -> list[tuple[int, str, str, int]]:
        rows = self.execute(
            "SELECT n, vendor, key, at FROM mock.usage WHERE world = %s AND n > %s ORDER BY n", self.name, n
        )
        found: list[tuple[int, str, str, int]] = rows.fetchall()
        return found

    def calls_since(self, n: int) -> Iterator[Any]:
        for size, text in self.execute(
            "SELECT size, entry FROM mock.call WHERE world = %s AND n > %s ORDER BY n", self.name, n
        ):
            yield entries.load(text, size)

    def vendors(self) -> list[str]:
        """Vendors that have tables in this world."""
        return [vendor for (vendor,) in self.execute("SELECT vendor FROM mock.tables WHERE world = %s", self.name)]

    # --- writing ----------------------------------------------------------------------------------------------------

    def make(self, config: str) -> None:
        """Make the world."""
        self.execute(
            "INSERT INTO mock.world (name, lock, version, calls, config) VALUES (%s, %s, 0, 0, %s)",
            self.name,
            self._key,
            config,
        )

    def renew(self) -> int:
        """Take away what was, and give the number of a new beginning."""
        for table in layout.OF_WORLDS:
            self.execute(f"DELETE FROM mock.{table} WHERE world = %s", self.name)  # noqa: S608 - a name of ours
        row = self.one(
            "UPDATE mock.world SET generation = DEFAULT, calls = 0 WHERE name = %s RETURNING generation", self.name
        )
        assert row is not None
        self.changed = True
        self.generation, self.calls = int(row[0]), 0
        return int(row[0])

    def forget_usage(self, vendor: str) -> None:
        self.changed = True
        self.execute("DELETE FROM mock.usage WHERE world = %s AND vendor = %s", self.name, vendor)

    def write(self, calls: int, told: Iterable[Any], counted: Iterable[tuple[str, str, int]]) -> None:
        """Write what is kept, calls and counts, say that the world has changed, and commit: one way there and back."""
        version = self.version + 1
        with self.raw.pipeline():
            for name, text in self.pending.items():
                self.execute(
                    "INSERT INTO mock.part (world, name, version, value) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (world, name) DO UPDATE SET version = excluded.version, value = excluded.value",
                    *(self.name, name, version, text),
                )
            for entry in told:
                self.execute(
                    "INSERT INTO mock.call (world, n, size, entry) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (world, n) DO UPDATE SET size = excluded.size, entry = excluded.entry",
                    *(self.name, entry.n, entry.size, entries.dump(entry)),
                )
            last = None
            for vendor, key, at in counted:
                last = self.execute(
                    "INSERT INTO mock.usage (world, vendor, key, at) VALUES (%s, %s, %s, %s) RETURNING n",
                    *(self.name, vendor, key, at),
                )
            self.execute("UPDATE mock.world SET version = %s, calls = %s WHERE name = %s", version, calls, self.name)
            self.commit()
        if last is not None:
            self.last_usage = last.fetchone()[0]
        self.version = version

    def tidy(self, most_entries: int, most_bytes: int) -> None:
        """Take out of the database what journals and counts have forgotten."""
        self.execute(
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

    def tidy_usage(self, vendor: str, key: str, first: int | None) -> None:
        """Take out of the database the counted calls before the first that is remembered."""
        self.execute(
            "DELETE FROM mock.usage WHERE world = %s AND vendor = %s AND key = %s AND at < %s",
            *(self.name, vendor, key, LARGEST if first is None else first),
        )

    def commit(self) -> None:
        self.raw.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed never was."""
        try:
            self.raw.rollback()  # sends nothing where all was committed
            self.db.close()
        except ERRORS:
            self.db.invalidate()
