"""What a world keeps in files, whenever its process ends; and what it does where there is no room."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockservers import registry
from mockservers.kernel import files, installation, instants
from mockservers.kernel.clock import Mode
from mockservers.kernel.instants import DAY, HOUR, MINUTE
from mockservers.kernel.operations import Call, Recipe
from mockservers.kernel.room import Room
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.store import Store
from mockservers.kernel.world import World, WorldConfig, Worlds
from tests.server import toy

START = instants.from_iso("2026-03-01T10:00:00Z")
FROZEN = WorldConfig(mode="frozen", start=START, data={"toy": Recipe("demo", 4)})


@pytest.fixture
def on_disk(tmp_path: Path) -> WorldConfig:
    (tmp_path / "live").mkdir()
    return replace(FROZEN, store=tmp_path / "live" / "base.db")


def add(world: World, word: str = "new") -> Any:
    return world.perform(Call("toy", "Add", {"key": "demo-key-1", "word": word}))


def killed(world: World, config: WorldConfig, tmp_path: Path) -> World:
    """What another process finds when that of `world` is killed now: the files as they lie there."""
    assert config.store is not None
    other = tmp_path / f"after-{len(list(tmp_path.iterdir()))}"
    shutil.copytree(config.store.parent, other)
    return World(world.name, replace(config, store=other / config.store.name), toy.emulator)


# --- the clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["frozen", "real", "scaled"])
@pytest.mark.parametrize("durability", ["normal", "full"])
def test_the_clock_is_not_behind_what_was_acknowledged(
    on_disk: WorldConfig, tmp_path: Path, mode: Any, durability: Any
) -> None:
    config = replace(on_disk, mode=mode, rate=3600.0, durability=durability)
    world = World("w", config, toy.emulator)
    for step in (
        lambda: world.clock.advance(2 * DAY),
        lambda: add(world),
        lambda: world.act("toy", "create", {"fields": {"word": "other"}}),
        lambda: world.clock.change_mode("scaled", 100_000),
        lambda: add(world),
        lambda: world.clock.set(START + 9 * DAY),
    ):
        world.installation("toy")
        before = world.clock.now()
        step()
        after = killed(world, config, tmp_path)
        assert after.clock.now() >= min(before, world.clock.now())
        assert after.clock.state.mode == world.clock.state.mode
        after.close()
    world.close()


def test_a_clock_set_back_stays_set_back_in_every_file(on_disk: WorldConfig, tmp_path: Path) -> None:
    """Also in files of vendors that nobody has opened since."""
    emulators = {name: replace(toy.emulator("toy"), name=name) for name in ("toy", "toy2")}
    config = replace(on_disk, data={name: Recipe("demo", 1) for name in emulators})
    first = World("w", config, emulators.__getitem__)
    for name in emulators:
        first.installation(name)
    first.clock.advance(DAY)
    first.close()
    second = World("w", config, emulators.__getitem__)
    assert second.clock.now() == START + DAY
    second.installation("toy2")
    second.clock.advance(-2 * DAY)
    second.close()
    files.remove(files.file_of(config.store, "w", "toy2") or tmp_path)
    assert World("w", config, emulators.__getitem__).clock.now() == START - DAY


def test_after_a_restore_the_clock_of_the_checkpoint_is_kept(on_disk: WorldConfig, tmp_path: Path) -> None:
    world = World("w", on_disk, toy.emulator)
    add(world)
    world.checkpoint("c")
    world.clock.advance(DAY)
    world.restore("c")
    assert killed(world, on_disk, tmp_path).clock.now() == START
    world.close()


def test_what_is_no_row_is_kept_with_the_rows(on_disk: WorldConfig, tmp_path: Path) -> None:
    """A client's write takes counters and tenants along, and one that failed leaves them."""
    world = World("w", on_disk, toy.emulator)
    there = world.installation("toy")
    there.tenants.grant("demo", "key", "granted-now")
    there.ids.counters["n"] = 7
    add(world)
    after = killed(world, on_disk, tmp_path)
    assert after.perform(Call("toy", "Echo", {"key": "granted-now", "word": "a"}))["word"] == "a"
    assert after.installation("toy").ids.counters["n"] == 7
    after.close()
    world.close()


# --- history ----------------------------------------------------------------------------------------------------------


def rows(world: World, vendor: str) -> list[str]:
    """Everything in a vendor's database but the state of the world."""
    return [line for line in world.installation(vendor).store._raw.iterdump() if '"mock_state"' not in line]


@pytest.mark.parametrize("vendor", registry.names())
def test_history_hangs_on_the_start_and_the_seed_and_not_on_the_first_call(vendor: str) -> None:
    config = WorldConfig(mode="frozen", start=START, data={vendor: Recipe("demo")})
    made = []
    beginnings: list[tuple[Mode, int]] = [("frozen", 0), ("real", 40 * DAY + 10 * MINUTE)]
    for mode, later in beginnings:
        installation._TEMPLATES.clear()  # both are to be made, not the second copied
        world = World("w", replace(config, mode=mode), registry.emulator)
        world.clock.advance(later)
        made.append(rows(world, vendor))
        world.reset()
        world.clock.advance(HOUR)
        made.append(rows(world, vendor))
        world.close()
    assert all(each == made[0] for each in made)


def test_a_vendor_opened_by_a_later_process_has_the_same_history(on_disk: WorldConfig, tmp_path: Path) -> None:
    emulators = {name: replace(toy.emulator("toy"), name=name) for name in ("toy", "toy2")}
    first = World("w", replace(on_disk, start=None), emulators.__getitem__)
    first.installation("toy")
    born = first.beginning
    first.clock.advance(DAY)
    first.close()
    second = World("w", replace(on_disk, start=None), emulators.__getitem__)
    assert (second.beginning, second.clock.now()) == (born, born + DAY)
    second.close()


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_are_their_owners_alone(on_disk: WorldConfig) -> None:
    assert on_disk.store is not None
    worlds = Worlds(toy.emulator, on_disk)
    add(worlds.default)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in on_disk.store.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) >= 3  # with what SQLite keeps beside a database
    worlds.close()


@pytest.mark.parametrize(("durability", "level"), [("normal", 1), ("full", 2)])
def test_durability_is_what_sqlite_is_told(tmp_path: Path, durability: Any, level: int) -> None:
    store = Store(tmp_path / "a.db", durability)
    assert store._raw.execute("PRAGMA synchronous").fetchone() == (level,)
    store.close()


# --- no room ----------------------------------------------------------------------------------------------------------


def fill_up(world: World) -> None:
    """Let the database of a world have no further page, as on a full disk."""
    raw = world.installation("toy").store._raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count={pages}")


@pytest.mark.parametrize("where", ["memory", "file"])
def test_a_full_store_says_so_and_goes_on_when_there_is_room(on_disk: WorldConfig, where: str) -> None:
    world = World("w", on_disk if where == "file" else FROZEN, toy.emulator)
    count = len(world.act("toy", "list", {})["records"])
    fill_up(world)
    long = "x" * 100_000
    acts: list[Callable[[], Any]] = [lambda: add(world, long)]
    acts.append(lambda: world.act("toy", "create", {"fields": {"word": long}}))
    for act in acts:
        with pytest.raises(Unwritable, match="nothing of this call was kept") as raised:
            act()
        entry = list(world.journal)[-1]
        assert (entry.outcome, entry.error) == ("error", str(raised.value))
    world.installation("toy").store._raw.execute("PRAGMA max_page_count=1000000")
    add(world, long)
    assert len(world.act("toy", "list", {})["records"]) == count + 1
    world.close()


def test_a_clock_that_cannot_be_kept_is_not_moved(on_disk: WorldConfig) -> None:
    world = World("w", on_disk, toy.emulator)
    world.installation("toy").tenants.grant("demo", "key", "k" * 100_000)
    fill_up(world)
    with pytest.raises(Unwritable):
        world.clock.advance(DAY)
    with pytest.raises(Unwritable):
        world.clock.change_mode("scaled", 60)
    assert (world.clock.now(), world.clock.state.mode) == (START, "frozen")
    with pytest.raises(Unwritable):
        world.close()


def test_closing_a_full_store_closes_everything_and_says_so(on_disk: WorldConfig) -> None:
    worlds = Worlds(toy.emulator, on_disk)
    world = worlds.default
    world.installation("toy").tenants.grant("demo", "key", "k" * 100_000)
    fill_up(world)
    with pytest.raises(Unwritable, match="Is the disk full"):
        worlds.close()
    Worlds(toy.emulator, on_disk).close()  # nobody holds the files any more


# --- memory -----------------------------------------------------------------------------------------------------------


def test_worlds_have_a_most_of_memory_together_and_give_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = Worlds(toy.emulator, FROZEN, most_memory=3_000_000)
    made = 0
    try:
        while made < 100:
            add(worlds.create(f"w{made}"), "x" * 500_000)
            made += 1
    except ValueError as error:
        assert "MiB is the most" in str(error)  # noqa: PT017 - how many worlds are made is not known before
    assert 3 <= made <= 6
    with pytest.raises(Unwritable, match="checkpoint 'c' is not made"):
        worlds["w0"].checkpoint("c")
    with pytest.raises(Unwritable, match="toy is not opened in the world 'default'"):
        worlds.default.installation("toy")
    for number in range(made):
        worlds.delete(f"w{number}")
    assert worlds.room.held == worlds.default._held
    worlds.default.installation("toy")
    worlds.default.reset()
    assert worlds.room.held == 0
    late = worlds.create("late")
    add(late)
    worlds.delete("late")
    late.act("toy", "list", {})  # a call that was under way
    assert worlds.room.held == 0
    worlds.close()


def test_freed_memory_goes_back_to_the_system_once_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    trims: list[int] = []
    monkeypatch.setattr("mockservers.kernel.room.trim", lambda: trims.append(1))
    room = Room()
    for _ in range(100):
        room.add(1 << 20)
    for _ in range(100):
        room.add(-(1 << 20))
        room.give_back()
    assert (room.held, len(trims)) == (0, 3)


def test_where_memory_is_short_journals_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("w", FROZEN, toy.emulator, Room(1))
    world.room.most = 10_000_000
    for _ in range(8):
        world.act("toy", "create", {"fields": {"word": "a"}})
    assert world.journal.dropped == 0
    world.room.most = 1
    add(world)
    world.act("toy", "create", {"fields": {"word": "a"}})
    assert world.journal.dropped > 0
    world.close()
