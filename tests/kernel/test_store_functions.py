"""What the store adds to SQLite so that every database behaves alike."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Store, soundex


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Robert", "R163"),
        ("Rupert", "R163"),
        ("Ashcraft", "A261"),
        ("Tymczak", "T522"),
        ("Pfister", "P236"),
        ("Honeyman", "H555"),
        ("lee", "L000"),
        ("", "0000"),
        ("9x", "0000"),
        ("O'Brien", "O000"),
        (None, None),
    ],
)
def test_soundex_is_the_one_databases_have(text: str | None, code: str | None) -> None:
    store = Store()
    assert soundex(text) == code
    assert store.db.execute(sa.text("SELECT soundex(:text)"), {"text": text}).scalar() == code
    store.close()


def test_like_tells_letter_cases_apart() -> None:
    store = Store()
    found = store.db.execute(sa.text("SELECT 'a' LIKE 'A', 'a' LIKE 'a', 'abc' LIKE '%B%', 'abc' LIKE 'a_c'")).one()
    assert tuple(found) == (0, 1, 0, 1)
    store.close()


# --- a store that spills ----------------------------------------------------------------------------------------------

SMALL = 1 << 18
METADATA = sa.MetaData()
NOTES = sa.Table("notes", METADATA, sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))


@pytest.fixture
def spilling(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that keeps a quarter of a megabyte in memory, with four times as much in it."""
    monkeypatch.setattr("mockservers.kernel.store.SPILLED_AT", SMALL)
    store = Store(spilling=True)
    filled(store)
    yield store
    store.close()


def filled(store: Store) -> None:
    store.prepare(METADATA)
    with store.transaction() as db:
        db.execute(sa.insert(NOTES), [{"id": n, "text": f"{n} " * 300} for n in range(1000)])
    with contextlib.suppress(KeyError), store.transaction() as db:
        db.execute(sa.delete(NOTES).where(NOTES.c.id < 900))
        raise KeyError
    with store.transaction() as db:
        db.execute(sa.update(NOTES).where(NOTES.c.id % 7 == 0).values(text="seven"))


def content(store: Store) -> list[tuple[int, str]]:
    with store.transaction() as db:
        return [tuple(row) for row in db.execute(sa.select(NOTES).order_by(NOTES.c.id))]


def test_a_store_that_spilled_holds_what_one_in_memory_does(spilling: Store) -> None:
    memory = Store()
    filled(memory)
    assert content(spilling) == content(memory)
    assert len(spilling.dump()) == len(memory.dump()) > 4 * SMALL
    assert (memory.size, spilling.size) == (len(memory.dump()), SMALL)
    memory.load(spilling.dump())
    assert content(spilling) == content(memory)
    memory.close()


def test_an_image_in_a_store_that_spills_leaves_it_one(spilling: Store) -> None:
    image, before = spilling.dump(), content(spilling)
    with spilling.transaction() as db:
        db.execute(sa.delete(NOTES))
    spilling.load(image)
    assert content(spilling) == before
    assert spilling.size == SMALL


def test_an_image_that_a_full_disk_cannot_hold_is_told_of(spilling: Store) -> None:
    image = spilling.dump()
    full = Store(spilling=True)
    full._raw.execute("PRAGMA max_page_count=20")
    with pytest.raises(Unwritable, match="is the disk full"):
        full.load(image)
    full.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list open files")
def test_what_is_beyond_the_share_lies_in_a_file_that_goes_with_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def files() -> int:
        named = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
        return sum("etilqs_" in str(each) for each in named)

    before = files()
    monkeypatch.setattr("mockservers.kernel.store.SPILLED_AT", SMALL)
    store = Store(spilling=True)
    store.prepare(METADATA)
    assert files() == before  # as long as there is little
    filled(store)
    assert files() == before + 1
    store.close()
    assert files() == before
