"""From words to a world's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers import settings
from mockservers.kernel.operations import Recipe


@pytest.mark.parametrize(
    ("words", "querydata", "get_tickets"),
    [
        (("demo",), Recipe("demo"), Recipe("demo")),
        (("demo", "empty"), Recipe("empty"), Recipe("empty")),
        (("demo", "demo:50"), Recipe("demo", 50), Recipe("demo", 50)),
        (("querydata:7", "empty"), Recipe("demo", 7), Recipe("empty")),
        (("demo", "querydata:empty"), Recipe("empty"), Recipe("demo")),
        (("get_tickets:demo:9", "demo"), Recipe("demo"), Recipe("demo", 9)),
    ],
)
def test_recipes_of_one_vendor_win_and_later_ones_of_all(
    words: tuple[str, ...], querydata: Recipe, get_tickets: Recipe
) -> None:
    chosen = settings.data(words)
    assert (chosen["querydata"], chosen["get_tickets"]) == (querydata, get_tickets)


def test_dialects_add_up() -> None:
    chosen = settings.dialects(["querydata=fault", "querydata.time_zone=America/New_York", "querydata.max_ids=5"])
    assert chosen == {"querydata": {"errors": "fault", "time_zone": "America/New_York", "max_ids": 5}}


def test_stores(tmp_path: Path) -> None:
    assert settings.store("sqlite://") is None
    assert settings.store(f"sqlite:///{tmp_path}/a.db") == tmp_path / "a.db"
    for folder in ("", ".", f"{tmp_path}", f"{tmp_path}/"):
        with pytest.raises(ValueError, match=r"names no file: write sqlite:///path/to/file\.db"):
            settings.store(f"sqlite:///{folder}")
