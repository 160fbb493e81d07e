"""The store of one vendor in a shared world: tables of a schema of its own, inside the world's turn."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from mockservers.kernel.postgresql import base as bases
from mockservers.kernel.postgresql import layout
from mockservers.kernel.rules import Unwritable

if TYPE_CHECKING:
    from mockservers.kernel.postgresql.worlds import Shared


class Store:
    """As `mockservers.kernel.store.Store`, in PostgreSQL. It has no connection: it uses that of the world's turn."""

    engine = "postgresql"
    lasting = templated = True
    imaged = False
    path = None
    size = 0

    def __init__(self, shared: Shared, vendor: str) -> None:
        self._shared, self.vendor = shared, vendor
        self.schema = layout.schema_of(shared.base.namespace, shared.name, vendor)
        path = sql.SQL("SET LOCAL search_path TO {}, {}").format(sql.Identifier(self.schema), shared.base.schema)
        self.set_path = path.as_string(None)
        """Lets the connection of a turn find the tables here by their bare names."""
        self.changes = 0
        """How many writes there were, in this process and as far as others have told."""

    @property
    def empty(self) -> bool:
        """Whether nothing was seeded here yet."""
        return self._shared.part(self._part) is None

    @property
    def _part(self) -> str:
        return f"vendor/{self.vendor}"

    @property
    def db(self) -> sa.Connection:
        """The connection of the turn, on which the tables of this vendor are found by their bare names."""
        return self._shared.connection(self)

    def whole(self) -> bool:
        """Seeding is one transaction: a store that is not empty is whole."""
        return True

    def create(self, metadata: sa.MetaData) -> None:
        """Make the tables and indexes of `metadata` that are not there."""
        with self.transaction() as db:
            metadata.create_all(db)

    def prepare(self, metadata: sa.MetaData) -> None:
        """Make the schema and its tables, unless they are there, and empty.

        Raises ValueError for tables that another version of the program has made.
        """
        with self.transaction() as db:
            raw = self._raw
            statements = layout.tables(metadata, db.dialect)
            made = layout.mark(statements)
            mine = (self._shared.name, self.vendor)
            query = self._shared.base.sql("SELECT made FROM mock.tables WHERE world = %s AND vendor = %s")
            row = raw.execute(query, mine).fetchone()
            if row is not None and row[0] == made:
                self._empty(raw)
                return
            name = sql.Identifier(self.schema)
            raw.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
            raw.execute(sql.SQL("CREATE SCHEMA {}").format(name))
            raw.execute(statements)
            raw.execute(
                self._shared.base.sql(
                    "INSERT INTO mock.tables VALUES (%s, %s, %s) ON CONFLICT (world, vendor) DO UPDATE SET made = excluded.made"
                ),
                (*mine, made),
            )

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Everything inside is kept, or nothing when an exception leaves the block.

        Raises Unwritable when the database is away or has no room.
        """
        with self._shared.turn():
            try:
                with self._shared.saved(self) as db:
                    yield db
            except (sa.exc.DBAPIError, psycopg.Error) as error:
                cause = getattr(error, "orig", error)
                if not bases.of_no_room(cause):
                    raise
                raise Unwritable(self._shared.base.unwritable(cause)) from error

    @property
    def _raw(self) -> Any:
        """The connection below SQLAlchemy's."""
        return self.db.connection.dbapi_connection

    # --- state ------------------------------------------------------------------------------------------------------

    def keep(self, state: Mapping[str, Any]) -> None:
        """Keep what is no row, in the place of what was kept before; inside a transaction."""
        self._shared.keep(self._part, {**state, "changes": self.changes})

    def kept(self) -> dict[str, Any]:
        """What `keep` kept last."""
        state = dict(self._shared.part(self._part) or {})
        self.changes = max(self.changes, state.pop("changes", 0))
        return state

    # --- images -----------------------------------------------------------------------------------------------------

    def _tables(self, raw: Any) -> list[str]:
        """The tables that have rows."""
        rows = raw.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (self.schema,)
        ).fetchall()
        if not rows:
            return []
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), self._table(name))
            for (name,) in rows
        )
        return [name for (name,) in raw.execute(asked).fetchall()]

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.schema, name)

    def _empty(self, raw: Any) -> None:
        for name in self._tables(raw):
            raw.execute(sql.SQL("DELETE FROM {}").format(self._table(name)))

    def dump(self) -> bytes:
        """All rows and the state as bytes, for checkpoints."""
        with self.transaction():
            raw = self._raw
            pieces: list[tuple[str, bytes]] = []
            for name in self._tables(raw):
                with (
                    raw.cursor() as cursor,
                    cursor.copy(sql.SQL("COPY {} TO STDOUT").format(self._table(name))) as copy,
                ):
                    pieces.append((name, b"".join(bytes(part) for part in copy)))
        head = json.dumps(
            {"state": self._shared.part(self._part), "tables": [(name, len(rows)) for name, rows in pieces]}
        ).encode()
        return zlib.compress(b"\n".join((head, b"".join(rows for _, rows in pieces))), 1)

    def load(self, image: bytes) -> None:
        """Replace everything by what `dump` gave."""
        head, _, rows = zlib.decompress(image).partition(b"\n")
        told = json.loads(head)
        with self.transaction():
            raw = self._raw
            self._empty(raw)
            at = 0
            for name, size in told["tables"]:
                with (
                    raw.cursor() as cursor,
                    cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self._table(name))) as copy,
                ):
                    copy.write(rows[at : at + size])
                at += size
            self.changes += 1  # what others have remembered of rows is gone
            self._shared.keep(self._part, {**told["state"], "changes": self.changes})

    def begin_with(self, image: bytes, metadata: sa.MetaData) -> None:
        """Make an empty store of those tables what `dump` gave of another."""
        self.prepare(metadata)
        self.load(image)

    def close(self) -> None:
        """Nothing is held here."""

    def remove(self) -> None:
        """Take away every row and the state; the tables stay, for they take long to make."""
        with self.transaction():
            self._empty(self._raw)
            self._shared.keep(self._part, None)
