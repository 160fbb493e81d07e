"""What is made in the database: one schema for what worlds have in common, one for each vendor of each world.

The common schema has a version. An older one is brought forward step by step; a newer one is left alone.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from psycopg import Connection, sql
from sqlalchemy.schema import CreateIndex, CreateTable

_SOUNDEX = """
CREATE FUNCTION {schema}.soundex(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
DECLARE
    found text := '';
    before text := '';
    code text;
    letter text;
BEGIN
    -- Two letters alone become English ones in small: the sign of Kelvin, and the Turkish I, which keeps its dot.
    given := replace(replace(given, chr(8490), 'k'), chr(304), 'i' || chr(775));
    FOREACH letter IN ARRAY regexp_split_to_array(lower(given COLLATE "C"), '') LOOP
        EXIT WHEN position(letter IN 'abcdefghijklmnopqrstuvwxyz') = 0 OR letter = '';
        code := translate(letter, 'bfpvcgjkqsxzdtlmnraeiouyhw', '111122222222334556');
        IF found = '' THEN
            found := upper(letter);
        ELSIF code <> '' AND code <> before THEN
            found := found || code;
            EXIT WHEN length(found) = 4;
        END IF;
        IF letter NOT IN ('h', 'w') THEN
            before := code;
        END IF;
    END LOOP;
    RETURN rpad(found, 4, '0');
END $body$
"""
"""As `mockservers.kernel.store.soundex` counts it."""

_STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE SEQUENCE {schema}.generation",
        """CREATE TABLE {schema}.world (
            name text PRIMARY KEY, lock bigint NOT NULL UNIQUE, generation bigint NOT NULL DEFAULT nextval('{schema}.generation'),
            version bigint NOT NULL, calls bigint NOT NULL, config text NOT NULL)""",
        """CREATE TABLE {schema}.part (
            world text NOT NULL, name text NOT NULL, version bigint NOT NULL, value text, PRIMARY KEY (world, name))""",
        """CREATE TABLE {schema}.tables (
            world text NOT NULL, vendor text NOT NULL, made text NOT NULL, PRIMARY KEY (world, vendor))""",
        """CREATE TABLE {schema}.call (
            world text NOT NULL, n bigint NOT NULL, size bigint NOT NULL, entry text NOT NULL, PRIMARY KEY (world, n))""",
        """CREATE TABLE {schema}.usage (
            n bigint GENERATED ALWAYS AS IDENTITY, world text NOT NULL, vendor text NOT NULL, key text NOT NULL,
            at bigint NOT NULL, PRIMARY KEY (world, n))""",
        """CREATE TABLE {schema}.checkpoint (
            n bigint GENERATED ALWAYS AS IDENTITY, world text NOT NULL, name text NOT NULL, clock text NOT NULL,
            PRIMARY KEY (world, name))""",
        """CREATE TABLE {schema}.image (
            world text NOT NULL, checkpoint text NOT NULL, vendor text NOT NULL, image bytea NOT NULL,
            PRIMARY KEY (world, checkpoint, vendor))""",
        _SOUNDEX,
    ),
)
"""What makes each version of the one before it; the first begins with an empty schema."""
VERSION = len(_STEPS)

OF_WORLDS = ("part", "call", "usage", "checkpoint", "image")
"""Tables with rows of each world, beside `world` and `tables`."""

_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,15}")


def checked(namespace: str) -> str:
    """A namespace that can begin the names of schemas; raises ValueError for another."""
    if _NAMESPACE.fullmatch(namespace) is None:
        raise ValueError(
            f"namespace must be a letter and up to 15 lower-case letters, digits and underscores, got {namespace!r}"
        )
    return namespace


def schema_of(namespace: str, world: str, vendor: str) -> str:
    """The schema of a vendor in a world; no two have the same, and none is longer than a name may be."""
    name = f"{namespace}.{world}.{vendor}"  # a dot is in no namespace, no world's name and no vendor's
    if len(name) <= 63:
        return name
    return f"{name[:40]}.{hashlib.blake2b(name.encode(), digest_size=10).hexdigest()}"


def key(namespace: str, world: str = "") -> int:
    """The number of the advisory lock of a world; without one, of the namespace."""
    digest = hashlib.blake2b(f"mockservers/{namespace}/{world}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


_NUMBERED = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    IF NEW.{column} IS NULL THEN
        SELECT coalesce(max({column}), 0) + 1 INTO NEW.{column} FROM {table};
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER numbered BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()
"""
"""Numbers of rows that are given none, as SQLite gives them: one more than the highest. A sequence would go on after what was
taken back."""


def _numbered(table: sa.Table, dialect: sa.Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    assert table._autoincrement_column is not None
    names = {"table": table.name, "column": table._autoincrement_column.name, "function": f"number_{table.name}"}
    return _NUMBERED.format(**{name: quote(value) for name, value in names.items()})


_MADE: WeakKeyDictionary[sa.MetaData, str] = WeakKeyDictionary()


def tables(metadata: sa.MetaData, dialect: sa.Dialect) -> str:
    """The statements that make a vendor's tables, in one text: two hundred ways to the server would take a while."""
    if metadata not in _MADE:
        made = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
        made += [
            str(CreateIndex(index).compile(dialect=dialect))
            for table in metadata.sorted_tables
            for index in sorted(table.indexes, key=lambda each: str(each.name))
        ]
        made += [
            _numbered(table, dialect) for table in metadata.sorted_tables if table._autoincrement_column is not None
        ]
        _MADE[metadata] = ";".join(made)
    return _MADE[metadata]


def mark(statements: str) -> str:
    """What tells tables of one version of a vendor from those of another."""
    return hashlib.blake2b(statements.encode(), digest_size=16).hexdigest()


def bring_forward(connection: Connection[Any], namespace: str) -> None:
    """Make what is missing in the common schema. Raises ValueError for one of a later version, or that is not ours."""
    schema = sql.Identifier(namespace)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (key(namespace),))
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (namespace,))
        there = cursor.fetchone() is not None
        cursor.execute("SELECT to_regclass(%s)", (f'"{namespace}".layout',))
        row = cursor.fetchone()
        ours = row is not None and row[0] is not None
        if there and not ours:
            raise ValueError(
                f"the database has a schema {namespace!r} that is not ours; choose another with ?namespace=NAME in the URL"
            )
        version = 0
        if ours:
            cursor.execute(sql.SQL("SELECT version FROM {}.layout").format(schema))
            version = int((cursor.fetchone() or (0,))[0])
        if version > VERSION:
            raise ValueError(
                f"the schema {namespace!r} has version {version}, and this mockservers knows {VERSION}: it was made by a "
                "later one. Use that, or another database, or ?namespace=NAME in the URL"
            )
        if not there:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
            cursor.execute(sql.SQL("CREATE TABLE {}.layout (version bigint NOT NULL)").format(schema))
            cursor.execute(sql.SQL("INSERT INTO {}.layout VALUES (0)").format(schema))
        for step in _STEPS[version:]:
            for statement in step:
                cursor.execute(statement.replace("{schema}", f'"{namespace}"'))
        if version < VERSION:
            cursor.execute(sql.SQL("UPDATE {}.layout SET version = %s").format(schema), (VERSION,))
