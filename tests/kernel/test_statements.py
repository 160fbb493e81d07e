"""What is remembered of statements changes nothing: the same rows, the same values and the same errors as SQLAlchemy's own."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import statements
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Store

METADATA = sa.MetaData()
_COUNT: Iterator[int] = iter(range(1, 1000))
THINGS = sa.Table(
    "thing",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("good", sa.Boolean),
    sa.Column("data", sa.LargeBinary),
    sa.Column("facts", sa.JSON),
)
STAMPED = sa.Table(
    "stamped",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("made", sa.Text, default=lambda: f"made {next(_COUNT)}"),
    sa.Column("moved", sa.Text, onupdate=lambda: f"moved {next(_COUNT)}"),
)
ROWS: list[dict[str, Any]] = [
    {"id": n, "name": f"thing {n}", "good": n % 2 == 0, "data": bytes([n]), "facts": {"n": [n]}} for n in range(1, 8)
]
_p = sa.bindparam


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    made.prepare(METADATA)
    with made.transaction() as db:
        sa.Connection.execute(db, sa.insert(THINGS), ROWS)
    yield made
    made.close()


SELECTS: list[tuple[sa.Select[Any], list[Mapping[str, Any] | None]]] = [
    (sa.select(THINGS).where(THINGS.c.id == _p("of")), [{"of": 1}, {"of": 2}, {"of": 99}]),
    (sa.select(THINGS.c.name).where(THINGS.c.good == _p("good")), [{"good": True}, {"good": False}]),
    (sa.select(THINGS.c.id).where(THINGS.c.data == _p("data")), [{"data": b"\x03"}, {"data": b""}]),
    (
        sa.select(THINGS).where(THINGS.c.id.in_(_p("ids", expanding=True)), THINGS.c.good == sa.true()),
        [{"ids": [1, 2]}, {"ids": []}, {"ids": (4, 6, 2)}, {"ids": [2, 1]}, {"ids": {2, 4}}],
    ),
    (
        sa.select(THINGS.c.id).where(
            THINGS.c.id.in_(_p("ids", expanding=True)) | THINGS.c.name.in_(_p("names", expanding=True))
        ),
        [{"ids": [1], "names": ["thing 2", "thing 3"]}, {"ids": [1, 5], "names": []}, {"names": [], "ids": []}],
    ),
    (sa.select(THINGS.c.id).where(THINGS.c.id > _p("low", 5)), [None, {"low": 2}, {}, {"low": 6}]),
    (sa.select(sa.func.count()).select_from(THINGS).where(THINGS.c.id < 4), [None, None]),
    (sa.select(THINGS.c.id, THINGS.c.facts).order_by(THINGS.c.id.desc()).limit(_p("most")), [{"most": 2}, {"most": 0}]),
]


@pytest.mark.parametrize(("statement", "asked"), SELECTS, ids=range(len(SELECTS)))
def test_a_select_answers_each_time_what_it_answers_the_first_time(
    store: Store, statement: sa.Select[Any], asked: list[Mapping[str, Any] | None]
) -> None:
    with store.transaction() as db:
        for values in asked * 3:
            plain = sa.Connection.execute(db, statement, values)
            right = [(tuple(row), dict(row._mapping)) for row in plain]
            assert [(tuple(row), dict(row._mapping)) for row in db.execute(statement, values)] == right
            assert [tuple(row) for row in db.execute(statement, values).all()] == [row for row, _ in right]
            assert [dict(row) for row in db.execute(statement, values).mappings()] == [row for _, row in right]
            assert list(db.scalars(statement, values)) == [row[0] for row, _ in right]
            assert db.scalar(statement, values) == (right[0][0][0] if right else None)
            first = db.execute(statement, values).first()
            assert (first is None) == (not right)
            for row in db.execute(statement, values):
                assert [row._mapping[column] for column in statement.selected_columns] == list(row)


def test_a_statement_made_of_another_is_not_taken_for_it(store: Store) -> None:
    base = sa.select(THINGS.c.id).order_by(THINGS.c.id)
    with store.transaction() as db:
        for _ in range(4):
            assert db.scalars(base).all() == [1, 2, 3, 4, 5, 6, 7]
        for low in (3, 5):  # equal but for a value
            narrow = base.where(THINGS.c.id > low)
            for _ in range(4):
                assert db.scalars(narrow).all() == list(range(low + 1, 8))
        assert db.scalars(base).all() == [1, 2, 3, 4, 5, 6, 7]


def test_a_statement_that_is_gone_is_forgotten(store: Store) -> None:
    with store.transaction() as db:
        db.scalars(sa.select(THINGS.c.id)).all()  # what every first statement leaves behind
        gc.collect()
        before = len(statements._KNOWN)
        for low in range(50):
            statement = sa.select(THINGS.c.id).where(THINGS.c.id > low)
            for _ in range(3):
                assert db.scalars(statement).all() == list(range(low + 1, 8))
        del statement
        gc.collect()
        assert len(statements._KNOWN) <= before + 1


def test_what_is_written_is_the_same(store: Store) -> None:
    change = sa.update(THINGS).where(THINGS.c.id == _p("of"))
    with store.transaction() as db:
        for n in range(10, 14):
            db.execute(sa.insert(THINGS), {"id": n, "good": n % 2 == 0, "data": b"x"})
            db.execute(sa.insert(THINGS), [{"id": n + 10, "facts": {"n": n}}])
        for n in (1, 2, 3, 99):
            assert db.execute(change, {"of": n, "name": f"new {n}"}).rowcount == (n != 99)
            assert db.execute(change, {"of": n, "good": None, "facts": [n]}).rowcount == (n != 99)
        gone = sa.delete(THINGS).where(THINGS.c.id.in_(_p("ids", expanding=True)))
        assert [db.execute(gone, {"ids": ids}).rowcount for ids in ([4], [5, 6], [], [4, 7])] == [1, 2, 0, 1]
        found = {row.id: row for row in sa.Connection.execute(db, sa.select(THINGS))}
    assert sorted(found) == [1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
    assert tuple(found[12]) == (12, None, True, b"x", None)
    assert tuple(found[23]) == (23, None, None, None, {"n": 13})
    assert tuple(found[3]) == (3, "new 3", None, b"\x03", [3])


def test_defaults_are_made_anew_each_time(store: Store) -> None:
    moved = sa.update(STAMPED).where(STAMPED.c.id == _p("of"))
    with store.transaction() as db:
        for n in range(1, 5):
            db.execute(sa.insert(STAMPED), {"id": n})
        for n in range(1, 5):
            db.execute(moved, {"of": n, "id": n})
        found = db.execute(sa.select(STAMPED)).all()
    assert len({row.made for row in found} | {row.moved for row in found}) == 8


FAILING: list[tuple[str, Callable[[], Any], Any, type[Exception]]] = [
    ("a name is missing", lambda: SELECTS[0][0], {}, sa.exc.StatementError),
    ("a key is taken", lambda: sa.insert(THINGS), {"id": 1}, sa.exc.IntegrityError),
    ("a value that SQLite does not take", lambda: SELECTS[0][0], {"of": object()}, sa.exc.DBAPIError),
    ("a value that its type does not take", lambda: SELECTS[1][0], {"good": 5}, sa.exc.StatementError),
    ("half a letter", lambda: SELECTS[4][0], {"ids": [], "names": ["\ud800"]}, UnicodeEncodeError),
    ("a list that is none", lambda: SELECTS[3][0], {"ids": 5}, Exception),
    ("a number that is too large", lambda: SELECTS[0][0], {"of": 2**70}, OverflowError),
]


@pytest.mark.parametrize(("why", "make", "values", "expected"), FAILING, ids=[why for why, *_ in FAILING])
def test_errors_are_those_of_sqlalchemy(
    store: Store, why: str, make: Callable[[], Any], values: Any, expected: type[Exception]
) -> None:
    with store.transaction() as db:
        for good in SELECTS[0][1] * 3:
            db.execute(SELECTS[0][0], good).all()
        for statement, asked in (SELECTS[1], SELECTS[3], SELECTS[4]):
            for good in asked * 3:
                db.execute(statement, good).all()
        for n in range(30, 33):
            db.execute(sa.insert(THINGS), {"id": n})
        with pytest.raises(expected) as plain:
            sa.Connection.execute(db, make(), values)
        with pytest.raises(expected) as found:
            db.execute(make(), values)
        assert type(found.value) is type(plain.value), why
        assert str(found.value) == str(plain.value)
        assert db.scalar(sa.select(sa.func.count()).select_from(THINGS)) == 10


def test_what_a_transaction_did_is_taken_back_with_it(store: Store) -> None:
    for n in range(3):
        with pytest.raises(sa.exc.IntegrityError), store.transaction() as db:  # noqa: PT012
            db.execute(sa.insert(THINGS), {"id": 50 + n})
            db.execute(sa.insert(THINGS), {"id": 1})
    with store.transaction() as db:
        assert db.scalar(sa.select(sa.func.max(THINGS.c.id))) == 7
    for n in range(3):  # outside of any
        store.db.execute(sa.insert(THINGS), {"id": 50 + n})
        store.db.rollback()
    with store.transaction() as db:
        assert db.scalar(sa.select(sa.func.max(THINGS.c.id))) == 7


def test_a_full_database_is_told_as_such_by_what_is_known_too(store: Store) -> None:
    with store.transaction() as db:
        for n in range(60, 64):
            db.execute(sa.insert(THINGS), {"id": n, "data": b""})
    pages = store._raw.execute("PRAGMA page_count").fetchone()[0]
    store._raw.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Unwritable), store.transaction() as db:
        db.execute(sa.insert(THINGS), {"id": 70, "data": bytes(1_000_000)})


def test_a_transaction_that_sqlite_took_back_is_not_gone_on_with(store: Store) -> None:
    """What does not fit beside the rows before it would fit without them, and be kept alone."""
    with store.transaction() as db:
        for n in range(60, 64):
            db.execute(sa.insert(THINGS), {"id": n, "data": b""})
    pages = store._raw.execute("PRAGMA page_count").fetchone()[0]
    store._raw.execute(f"PRAGMA max_page_count={pages + 10}")
    with pytest.raises(Unwritable), store.transaction() as db:  # noqa: PT012
        db.execute(sa.insert(THINGS), {"id": 70, "data": bytes(25_000)})
        db.execute(sa.insert(THINGS), {"id": 71, "data": bytes(25_000)})
    with store.transaction() as db:
        assert db.scalars(sa.select(THINGS.c.id).where(THINGS.c.id >= 64)).all() == []
