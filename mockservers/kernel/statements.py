"""Statements that are executed again and again: read once, then handed to SQLite with nothing done anew but their values.

SQLAlchemy finds a statement's SQL in a cache at each execution, and then makes a context, the parameters and a result of
it, which takes ten times as long as SQLite takes for a row. What all of this comes to depends on the statement and on the
names of its parameters alone. So it is learnt from one ordinary execution, and kept as long as the statement is there.

No plan is ever stale: a statement cannot be changed (its methods return others), nor can a table that has been made, and a
plan serves its own statement alone. Whatever is out of the ordinary is left to SQLAlchemy: execution options, several rows
at once, defaults, RETURNING, values that the database refuses. It also raises all errors.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import IteratorResult

_MOST_SHAPES = 64
"""Forms of one statement that are kept: sets of parameters, and numbers of values of each list."""
_MOST_INSERTS = 1000

Bind = Callable[[Any], Any]


class _Done:
    """What came of a statement that returns no rows."""

    __slots__ = ("rowcount",)
    returns_rows = False

    def __init__(self, rowcount: int) -> None:
        self.rowcount = rowcount


class _Text:
    """SQL with the places of its values, in their order: a parameter's name, and which value of a list it is."""

    __slots__ = ("binds", "fixed", "names", "places", "sql")

    def __init__(
        self, sql: str, places: Sequence[tuple[str, int | None, Bind | None]], fixed: Mapping[str, Any]
    ) -> None:
        self.sql, self.places, self.fixed = sql, tuple(places), dict(fixed)
        simple = all(at is None and name not in fixed for name, at, _ in places)
        self.names = tuple(name for name, _, _ in places) if simple else None
        self.binds = tuple((place, bind) for place, (_, _, bind) in enumerate(places) if bind is not None)

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The values as SQLite takes them; raises KeyError for one that was not given."""
        if self.names is not None:  # most have no lists, and rows have a hundred columns
            row = [given[name] for name in self.names]
            for place, made in self.binds:
                row[place] = made(row[place])
            return row
        found = []
        for name, at, bind in self.places:
            value = given[name] if name in given else self.fixed[name]
            if at is not None:
                value = value[at]
            found.append(value if bind is None else bind(value))
        return found


class _Plan:
    """How a statement is executed with parameters of certain names."""

    __slots__ = ("compiled", "fixed", "lists", "metadata", "texts")

    def __init__(self, compiled: Any, metadata: Any, fixed: Mapping[str, Any], lists: tuple[str, ...]) -> None:
        self.compiled, self.metadata, self.fixed, self.lists = compiled, metadata, fixed, lists
        self.texts: dict[tuple[int, ...], _Text] = {}
        """By the number of values of each list."""

    def run(self, raw: sqlite3.Connection, given: Mapping[str, Any]) -> Any:
        lengths = tuple([len(given[name]) for name in self.lists]) if self.lists else ()
        text = self.texts.get(lengths) or self._text(lengths, given)
        cursor = raw.execute(text.sql, text.values(given))
        return _Done(cursor.rowcount) if self.metadata is None else IteratorResult(self.metadata, cursor)

    def _text(self, lengths: tuple[int, ...], given: Mapping[str, Any]) -> _Text:
        compiled = self.compiled
        sql, order = compiled.string, compiled.positiontup
        source: dict[str, tuple[str, int | None]] = {}
        if self.lists:
            expanded = compiled.construct_expanded_state({**self.fixed, **given}, escape_names=False)
            sql, order = expanded.statement, expanded.positiontup
            for name, parts in expanded.parameter_expansion.items():
                source |= {part: (name, at) for at, part in enumerate(parts)}
        places = []
        for part in order or ():
            name, at = source.get(part, (part, None))
            kind = compiled.binds[name].type.dialect_impl(compiled.dialect)
            places.append((name, at, kind.bind_processor(compiled.dialect)))
        if len(self.texts) >= _MOST_SHAPES:
            self.texts.clear()
        found = self.texts[lengths] = _Text(sql, places, self.fixed)
        return found


def _learnt(statement: Any, result: Any, given: Mapping[str, Any]) -> _Plan | None:
    """The plan that an ordinary execution shows; None where something is out of the ordinary."""
    context = result.context
    compiled = getattr(context, "compiled", None)
    if compiled is None or compiled.literal_execute_params or statement.get_execution_options():
        return None
    if not result.returns_rows and not (context.isinsert or context.isupdate or context.isdelete):
        return None
    if not result.returns_rows and (
        compiled.effective_returning or compiled.insert_prefetch or compiled.update_prefetch
    ):
        return None
    if result.returns_rows and not compiled.statement.is_select:
        return None
    if any(bind.callable is not None for bind in compiled.binds.values()):
        return None
    lists = tuple(sorted(compiled.bind_names[bind] for bind in compiled.post_compile_params))
    tuples = any(isinstance(bind.type, sa.types.TupleType) for bind in compiled.post_compile_params)
    if tuples or not all(type(given.get(name)) in (list, tuple) for name in lists):
        return None
    # Equal statements but for their values share what is compiled, so the values are those of this execution.
    used = context.compiled_parameters[0]
    fixed = {name: used[name] for name in compiled.binds if name in used and name not in given}
    return _Plan(compiled, result._metadata if result.returns_rows else None, fixed, lists)


class _Statement:
    """What is known of one statement: plans by the names of the parameters."""

    __slots__ = ("of", "plans")

    def __init__(self, of: Any, forget: Callable[[Any], object]) -> None:
        self.of = weakref.ref(of, forget)
        self.plans: dict[tuple[str, ...], _Plan | None] = {}


_KNOWN: dict[int, _Statement] = {}
"""By the identity of the statement; whether it is the same one still is looked at each time."""
_INSERTS: dict[tuple[Any, tuple[str, ...]], _Plan | None] = {}
"""Inserts of which nothing is said but the table are alike, whoever makes one."""
_UNKNOWN: Any = object()


class Connection(sa.Connection):
    """A connection to SQLite that remembers how statements are executed; `raw` is what stands below it."""

    raw: sqlite3.Connection

    def execute(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """As SQLAlchemy's; the result of a statement that is known has rows and `rowcount`, and no more."""
        given = parameters
        if given is None:
            given = {}
        elif type(given) is list and len(given) == 1:
            given = given[0]
        if type(given) is not dict or execution_options is not None:
            return super().execute(statement, parameters, execution_options=execution_options)
        kind = type(statement)
        plans: dict[Any, _Plan | None]
        if kind is sa.Insert and len(statement.__dict__) == 1:  # nothing but the table
            plans, key = _INSERTS, (statement.table, *given)
        else:
            known = _KNOWN.get(id(statement))
            if known is None or known.of() is not statement:
                return self._first(statement, parameters)
            plans, key = known.plans, tuple(given)
        plan: Any = plans.get(key, _UNKNOWN)
        if plan is None or not self.in_transaction() or self.in_nested_transaction():
            return super().execute(statement, parameters)
        if plan is _UNKNOWN:
            result = super().execute(statement, parameters)
            if len(plans) >= (_MOST_INSERTS if plans is _INSERTS else _MOST_SHAPES):
                plans.clear()
            plans[key] = _learnt(statement, result, given)
            return result
        begun = self.raw.in_transaction
        try:
            return plan.run(self.raw, given)
        except (KeyError, TypeError, ValueError, sqlite3.Error) as error:
            if begun and not self.raw.in_transaction:
                # A full disk makes SQLite take back all of the transaction. Executed again, the statement would begin another
                # and succeed, for now there is room: the rest would be kept without what came before it.
                raise sa.exc.OperationalError(str(plan.compiled), given, error) from error
            return super().execute(statement, parameters)  # nothing was done, and SQLAlchemy says what is wrong

    def _first(self, statement: Any, parameters: Any) -> Any:
        """Execute a statement that was never met before. Most that are made for one call never are again."""
        if isinstance(statement, (sa.Select, sa.CompoundSelect, sa.Update, sa.Delete, sa.Insert)):
            key = id(statement)
            _KNOWN[key] = _Statement(statement, lambda gone: _KNOWN.pop(key, None))
        return super().execute(statement, parameters)

    def scalar(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """The first value of the first row; None where there is no row."""
        return self.execute(statement, parameters, execution_options=execution_options).scalar()

    def scalars(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """The first value of each row."""
        return self.execute(statement, parameters, execution_options=execution_options).scalars()
