"""From words to a world's configuration."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from mockservers import registry, settings
from mockservers.kernel.instants import DAY
from mockservers.kernel.keeping import Database
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World


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


@pytest.mark.parametrize("password", ["hunter@2", "h/unter@2", "12?hunter2", "@hunter2"])
def test_a_password_that_ends_too_soon_is_told_to_nobody(password: str) -> None:
    with pytest.raises(ValueError, match="write %40 for @") as raised:
        settings.store(f"postgresql://u:{password}@127.0.0.1:1/d")
    assert "unter" not in str(raised.value)
    escaped = quote(password, safe="")
    assert settings.store(f"postgresql://u:{escaped}@127.0.0.1:1/d?a=b@c") == Database(
        f"postgresql://u:{escaped}@127.0.0.1:1/d?a=b%40c"
    )
    assert settings.store("postgresql:///d?user=a@b") is not None


def test_stores(tmp_path: Path) -> None:
    assert settings.store("sqlite://") is None
    assert settings.store(f"sqlite:///{tmp_path}/a.db") == tmp_path / "a.db"
    for folder in ("", ".", f"{tmp_path}", f"{tmp_path}/"):
        with pytest.raises(ValueError, match=r"names no file: write sqlite:///path/to/file\.db"):
            settings.store(f"sqlite:///{folder}")


@pytest.mark.parametrize("start", ["0001-01-03T00:00:00Z", "1099-12-31T23:59:59Z", "9900-01-01T00:00:00Z"])
def test_a_world_does_not_begin_at_an_end_of_the_calendar(start: str) -> None:
    with pytest.raises(ValueError, match="the clock cannot leave the years 1100 to 9899"):
        settings.world(start=start)


@pytest.mark.parametrize("vendor", ["autotask", "get_tickets", "querydata", "superoffice", "trackit"])
@pytest.mark.parametrize("start", ["1100-01-01T00:00:00Z", "9899-12-30T20:00:00Z"])
def test_every_vendor_has_its_demo_at_the_first_and_the_last_day_of_a_clock(vendor: str, start: str) -> None:
    world = World("ends", settings.world(start=start, clock_text="frozen", data_texts=["demo:10"]), registry.emulator)
    found = [len(world.act(vendor, "list", {"most": 1000})["records"])]
    world.clock.advance(DAY)
    found.append(len(world.act(vendor, "list", {"most": 1000})["records"]))
    assert 5 < found[0] <= found[1]
    world.close()
