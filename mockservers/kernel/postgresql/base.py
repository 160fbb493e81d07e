"""The database as this process reaches it: connections, and what is said where it cannot be reached."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from mockservers.kernel.keeping import Database
from mockservers.kernel.postgresql import layout, text

MOST_CONNECTIONS = 16
"""That a process keeps; a turn needs one, and as many more are made while they are needed."""
STORE = "mockservers.store"
"""Key of a connection's `info` under which stands the store whose tables its search path finds."""

_NO_ROOM = ("53", "58", "57P0", "25006", "08")
"""How the codes begin by which PostgreSQL says that it has no room, is broken, stops, or may not be written."""


class _Types(PGTypeCompiler):
    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - SQLAlchemy's name
        return "BIGINT"  # as large as in SQLite


class _Tables(PGDDLCompiler):
    def get_column_specification(self, column: sa.Column[Any], **kwargs: Any) -> str:
        if column is column.table._autoincrement_column:  # numbered by a trigger (see `layout`)
            return f"{self.preparer.format_column(column)} BIGINT NOT NULL"
        found: str = super().get_column_specification(column, **kwargs)  # type: ignore[no-untyped-call]
        return found


class Dialect(PGDialect_psycopg):
    """PostgreSQL whose integers have 64 bits."""

    type_compiler_cls = _Types
    ddl_compiler = _Tables
    supports_statement_cache = True


registry.register("postgresql.mockservers", __name__, "Dialect")


def hidden(message: object) -> str:
    """One line of what libpq says, without anything that looks like a password in a URL."""
    line = " ".join(str(message).split())
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", line)[:300]


class Base:
    """A database, reached and laid out."""

    def __init__(self, database: Database) -> None:
        """Raises ValueError where it cannot be reached, or cannot be used."""
        self.namespace = layout.checked(database.namespace)
        self.schema = sql.Identifier(self.namespace)
        try:
            self.place = sa.make_url(database.url).set(query={}).render_as_string(hide_password=True)
            self.engine = _engine(database.url)
        except (sa.exc.ArgumentError, ValueError):
            raise ValueError(
                "--store is no URL of a database: write postgresql://user:password@host:5432/database"
            ) from None
        try:
            self._lay_out()
        except (psycopg.Error, sa.exc.DBAPIError) as error:
            cause = getattr(error, "orig", None) or error
            raise ValueError(
                f"the database {self.place} cannot be used: {hidden(cause)}. Is it running, and are host, database, user "
                "and password right?"
            ) from None
        except UnicodeError:
            raise ValueError(f"the database {self.place} cannot be used: its encoding must be UTF8") from None

    def _lay_out(self) -> None:
        with self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            found = raw.info.parameter_status("server_encoding")
            if found != "UTF8":
                raise ValueError(f"the database {self.place} has the encoding {found}; make one with ENCODING 'UTF8'")
            layout.bring_forward(raw, self.namespace)

    def sql(self, statement: str) -> str:
        """A statement about the common schema, which it names `mock`."""
        return statement.replace("mock.", f'"{self.namespace}".')

    def unwritable(self, error: BaseException | None) -> str:
        """The sentence for a call that could not be kept."""
        return (
            f"the database {self.place} cannot be read or written ({hidden(error)}), so nothing of this call was kept. Is it "
            "running, and does it have room? What was acknowledged before is whole"
        )


def of_no_room(error: BaseException | None) -> bool:
    """Whether an error of PostgreSQL is nobody's bug: it is away, stops, is full, or must not be written."""
    code = getattr(error, "sqlstate", None)
    return isinstance(error, psycopg.Error) and (
        code.startswith(_NO_ROOM) if code else isinstance(error, psycopg.OperationalError)
    )


def _begin(raw: Any, _record: Any) -> None:
    text.adapt(raw)
    raw.autocommit = True  # turns begin and end their transactions themselves
    # A machine that vanishes must not keep the lock of a world for the hours that TCP waits for it.
    raw.execute("SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")


def _count(connection: sa.Connection, _cursor: Any, _statement: Any, _parameters: Any, made: Any, _many: Any) -> None:
    """Tell the store whose tables are meant that rows of it were written."""
    if made is not None and (made.isinsert or made.isupdate or made.isdelete):
        store = connection.info.get(STORE)
        if store is not None:
            store.changes += 1


@lru_cache(maxsize=16)
def _engine(url: str) -> sa.Engine:
    """The connections of this process to a database."""
    made = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+mockservers"),
        pool_size=MOST_CONNECTIONS,
        max_overflow=MOST_CONNECTIONS,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        use_native_hstore=False,
        connect_args={"connect_timeout": 10, "prepare_threshold": None, "application_name": "mockservers"},
    )
    sa.event.listen(made, "connect", _begin)
    sa.event.listen(made, "after_cursor_execute", _count)
    return made


@lru_cache(maxsize=1024)
def base(database: Database) -> Base:
    """The database of that URL, reached once in this process."""
    return Base(database)
