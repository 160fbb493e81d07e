"""What the store adds to SQLite so that every database behaves alike."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

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
