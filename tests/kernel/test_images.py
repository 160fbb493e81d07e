"""Images of large worlds: made once, copied from then on, whole or made anew. Large is small here (see `tests.large`)."""

from __future__ import annotations

import functools
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockservers import registry
from mockservers.cli import main
from mockservers.kernel import clock, images, instants
from mockservers.kernel.operations import Emulator, Recipe
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Store
from mockservers.kernel.world import World, WorldConfig
from tests import large

VENDOR = "trackit"
START = instants.from_iso("2026-03-02T10:00:00Z")


class Maker:
    """Makes worlds, and counts how often their data were made and not copied."""

    def __init__(self) -> None:
        self.made = 0
        known = registry.emulator(VENDOR)

        @functools.wraps(known.seed)
        def seed(*args: Any) -> None:
            self.made += 1
            known.seed(*args)

        self.emulator: Emulator = replace(known, seed=seed)

    def world(self, start: int | None = START, **config: Any) -> World:
        data = {VENDOR: Recipe.parse(large.DATA)}
        mode: clock.Mode = "real" if start is None else "frozen"
        world = World("default", WorldConfig(start=start, mode=mode, data=data, **config), lambda name: self.emulator)
        world.installation(VENDOR)
        return world


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    monkeypatch.setenv(images.FOLDER, str(tmp_path / "cache"))
    with large.in_small(large.DATA):
        yield Maker()


def folder() -> Path:
    found = images.folder()
    assert found is not None
    return found


def image() -> Path:
    (only,) = images.listed(folder())
    return only.path


def rows(world: World) -> dict[str, list[Any]]:
    """Everything in a world's tables, but the machine's time at which it was saved."""
    raw = world.installation(VENDOR).store._raw
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    found["mock_state"] = [each for each in found["mock_state"] if each[0] != "clock"]
    return found


def test_a_second_start_copies_the_image_and_holds_the_same(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    first = maker.world()
    second = maker.world()
    assert maker.made == 1
    assert stat.S_IMODE(image().stat().st_mode) == 0o600
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    left = sorted(folder().iterdir())
    monkeypatch.setenv(images.FOLDER, "off")
    direct = maker.world()
    assert maker.made == 2
    assert rows(first) == rows(second) == rows(direct)
    assert len(rows(first)["ticket"]) == 601 + 10
    for world in (first, second, direct):
        assert world.installation(VENDOR).size == 0, "it takes a file, and no memory"
        world.close()
    assert [each.suffix for each in left] == [".db", ".lock"], "copies have no name while they are open"


def test_what_a_world_changes_stays_in_it(maker: Maker) -> None:
    world = maker.world()
    fresh = rows(world)
    world.act(VENDOR, "create", {})
    assert rows(world) != fresh
    assert rows(maker.world()) == fresh
    world.checkpoint("now")
    world.act(VENDOR, "create", {})
    world.restore("now")
    assert len(rows(world)["ticket"]) == len(fresh["ticket"]) + 1
    world.reset()
    assert rows(world) == fresh
    assert maker.made == 1


@pytest.mark.parametrize("harm", ["cut", "written over"])
def test_a_damaged_image_is_made_anew(maker: Maker, harm: str) -> None:
    fresh = rows(maker.world())
    with image().open("r+b") as file:
        if harm == "cut":
            file.truncate(5000)
        else:
            file.seek(50_000)
            file.write(b"?")
    assert rows(maker.world()) == fresh
    maker.world()
    assert maker.made == 2


def test_another_seed_start_or_dialect_is_another_image(maker: Maker) -> None:
    maker.world()
    maker.world(seed=2)
    maker.world(start=START + instants.DAY)
    maker.world(dialects={VENDOR: "hostile"})
    assert maker.made == len(images.listed(folder())) == 4


def test_a_world_of_the_machines_time_uses_the_image_of_the_day(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    for hour in (1, 23):
        monkeypatch.setattr(clock, "wall", lambda at=START - START % instants.DAY + hour * instants.HOUR: at)
        assert maker.world(start=None).installation(VENDOR).world.beginning == clock.wall()
    assert maker.made == 1


def test_of_two_who_need_the_same_image_at_once_one_makes_it(maker: Maker) -> None:
    found: list[dict[str, list[Any]]] = []
    threads = [threading.Thread(target=lambda: found.append(rows(maker.world()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert maker.made == 1


def test_a_full_disk_is_said_and_leaves_nothing(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = Store._connect

    def full(store: Store) -> Any:
        raw = connect(store)
        if store.scratch is not None:
            raw.execute("PRAGMA max_page_count = 60")
        return raw

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_connect", full)
        with pytest.raises(Unwritable, match=r"the 601 tickets of trackit cannot be kept .* full.* MOCKSERVERS_CACHE"):
            maker.world()
    assert [each.name for each in folder().iterdir() if each.suffix != ".lock"] == []
    maker.world()


def test_the_least_used_images_go_first(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, seed in enumerate((1, 2)):
        maker.world(seed=seed)
        os.utime(images.listed(folder())[0].path, (n, n))
    older, newer = reversed(images.listed(folder()))
    monkeypatch.setenv(images.BYTES, str(newer.size * 5 // 2))
    maker.world(seed=3)
    left = [each.path for each in images.listed(folder())]
    assert older.path not in left
    assert newer.path in left
    monkeypatch.setenv(images.BYTES, "a lot")
    with pytest.raises(ValueError, match="MOCKSERVERS_CACHE_BYTES must be a whole number of bytes, got 'a lot'"):
        images.opened("toy-1-x", lambda path: pytest.fail("nothing is made for a bound that is no number"))


def test_a_store_in_a_file_begins_with_a_copy_and_goes_on(maker: Maker, tmp_path: Path) -> None:
    maker.world()
    world = maker.world(store=tmp_path / "desk.db")
    world.act(VENDOR, "create", {})
    kept = rows(world)
    world.close()
    assert rows(maker.world(store=tmp_path / "desk.db")) == kept
    assert maker.made == 1


def test_making_one_is_told_in_tenths_where_no_bar_can_be_drawn(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    from mockservers.cli.seeding import load

    data = {VENDOR: Recipe.parse(large.DATA)}
    config = WorldConfig(start=START, mode="frozen", data=data)
    for told in (True, False):
        world = World("default", config, lambda name: maker.emulator)
        load(world, VENDOR)
        assert ("trackit: 601 of 601 tickets are made" in capsys.readouterr().err) == told
        world.close()


def test_the_command_shows_and_clears_them(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    maker.world()
    shown = CliRunner().invoke(main, ["cache", "show"])
    assert shown.exit_code == 0
    assert "trackit" in shown.output
    assert "601 tickets" in shown.output
    assert "1 images" in shown.output
    cleared = CliRunner().invoke(main, ["cache", "clear"])
    assert cleared.exit_code == 0
    assert "are free again" in cleared.output
    assert list(folder().iterdir()) == []
    monkeypatch.setenv(images.FOLDER, "off")
    assert "no images are kept" in CliRunner().invoke(main, ["cache", "show"]).output
