"""Stores, installations, and the one door of a world."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import installation as installations
from mockservers.kernel import instants, keeping
from mockservers.kernel import worlds as worlds_module
from mockservers.kernel.instants import HOUR, MINUTE
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call, Context, Operation, Recipe
from mockservers.kernel.rules import Breakdown, Misuse, Refusal, Unsupported
from mockservers.kernel.store import LARGEST, SMALLEST, Store, fits
from mockservers.kernel.world import World, WorldConfig, Worlds
from tests.server import toy

START = instants.from_iso("2026-03-01T10:00:00Z")
FROZEN = WorldConfig(mode="frozen", start=START, data={"toy": Recipe("demo", 4)})
THINGS = sa.Table("things", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))


@pytest.fixture(params=["memory", "file"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return None if request.param == "memory" else tmp_path / "base.db"


@pytest.fixture
def make(path: Path | None) -> Any:
    """Makes worlds over memory and over files, and closes them."""
    made: list[World] = []

    def make_one(name: str = "w", config: WorldConfig = FROZEN) -> World:
        made.append(World(name, replace(config, store=path), toy.emulator))
        return made[-1]

    yield make_one
    for each in made:
        each.close()


def echo(world: World, key: str = "demo-key-1", **request: str) -> Any:
    return world.perform(Call("toy", "Echo", {"key": key, **request}))


def words(world: World) -> list[str]:
    return [each["fields"]["word"] for each in world.act("toy", "list", {})["records"]]


# --- store ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(path: Path | None) -> Any:
    opened = Store(path)
    assert opened.empty
    opened.create(THINGS.metadata)
    yield opened
    opened.close()


def names(store: Store) -> list[str]:
    with store.transaction() as db:
        return list(db.execute(sa.select(THINGS.c.name).order_by(THINGS.c.id)).scalars())


def put(store: Store, name: str) -> None:
    with store.transaction() as db:
        db.execute(sa.insert(THINGS), [{"name": name}])


def test_a_transaction_is_kept_or_undone_whole(store: Store) -> None:
    put(store, "kept")

    def undone() -> None:
        with store.transaction() as db:
            db.execute(sa.insert(THINGS), [{"name": "undone"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert names(store) == ["kept"]
    assert not store.empty


def test_a_dump_is_the_whole_database(store: Store) -> None:
    put(store, "one")
    image = store.dump()
    put(store, "two")
    other = Store()
    other.load(image)
    assert (names(store), names(other)) == (["one", "two"], ["one"])
    store.load(image)
    assert names(store) == ["one"]
    put(store, "three")
    assert names(store) == ["one", "three"]
    other.close()


def test_numbers_that_fit_are_kept_exactly(store: Store) -> None:
    with store.transaction() as db:
        db.execute(sa.insert(THINGS), [{"id": SMALLEST, "name": "a"}, {"id": LARGEST, "name": "b"}])
    assert names(store) == ["a", "b"]
    assert fits(SMALLEST)
    assert fits(LARGEST)
    assert not fits(SMALLEST - 1)
    assert not fits(LARGEST + 1)


# --- perform ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_journalled_with_its_rules(make: Callable[..., World]) -> None:
    world = make()
    assert echo(world, word="LOUD") == {"word": "LOUD", "suffix": "none"}
    (entry,) = world.journal
    assert (entry.outcome, entry.tenant, entry.at, entry.actor) == ("ok", "demo", START, "client")
    assert entry.rules == ["toy.echo.same", "toy.echo.shout"]
    assert entry.notes[0].facts == {"key": "demo-key-1"}  # a wire that keeps no exchange keeps it to itself


@pytest.mark.parametrize(
    ("act", "error", "outcome", "refusal"),
    [
        (lambda w: echo(w, "wrong-key"), Refusal, "refused", "BAD_KEY"),
        (lambda w: echo(w, word="missing"), Unsupported, "unsupported", None),
        (lambda w: w.perform(Call("toy", "Nothing", {})), Unsupported, "unsupported", None),
        (lambda w: echo(w, word="bug"), Breakdown, "error", None),
        (lambda w: w.perform(Call("toy", "Echo", defect=toy.refuse_key())), Refusal, "refused", "BAD_KEY"),
        (lambda w: w.act("toy", "read", {"id": "99"}), Misuse, "refused", "MISUSE"),
        (lambda w: w.act("toy", "read", {"id": "1"}, tenant="nobody"), Breakdown, "error", None),
    ],
)
def test_every_way_to_say_no_is_journalled(
    make: Callable[..., World], act: Callable[[World], Any], error: type[Exception], outcome: str, refusal: str | None
) -> None:
    world = make()
    with pytest.raises(error) as raised:
        act(world)
    (entry,) = world.journal
    assert (entry.outcome, entry.refusal) == (outcome, refusal)
    assert not getattr(raised.value, "injected", False)
    assert echo(world)["word"] == ""


def test_an_unknown_vendor_is_a_value_error(make: Callable[..., World]) -> None:
    with pytest.raises(ValueError, match="not a vendor"):
        make().perform(Call("none", "Echo", {}))


@pytest.mark.parametrize("kind", ["rollback", "fail"])
def test_a_fault_inside_the_door_undoes_everything(make: Callable[..., World], kind: str) -> None:
    world = make()
    world.faults.add(kind, operation="Add")
    with pytest.raises(Breakdown) as raised:
        world.perform(Call("toy", "Add", {"key": "demo-key-1"}))
    assert raised.value.injected
    assert (len(words(world)), next(iter(world.journal)).outcome) == (4, "fault")
    world.perform(Call("toy", "Add", {"key": "demo-key-1"}))
    assert len(words(world)) == 5


def test_a_refusal_can_be_ordered_by_name(make: Callable[..., World]) -> None:
    world = make()
    world.faults.add("refuse")
    world.faults.add("refuse", {"refusal": "BUSY"}, skip=1)
    world.faults.add("refuse", {"refusal": "NOBODY"}, skip=2)
    kinds = []
    for _ in range(3):
        with pytest.raises((Refusal, Breakdown)) as raised:
            echo(world)
        kinds.append(getattr(raised.value, "kind", str(raised.value)))
    assert kinds[:2] == ["BAD_KEY", "BUSY"]
    assert "BAD_KEY, BUSY" in kinds[2]
    assert [entry.outcome for entry in world.journal] == ["fault"] * 3


def test_others_act_without_a_key_and_are_not_hit_by_faults_for_clients(make: Callable[..., World]) -> None:
    world = make()
    world.faults.add("fail", times=None)
    world.act("toy", "create", {"fields": {"word": "x"}}, tenant="other")
    assert "x" in words(world)
    entry = next(iter(world.journal))
    assert (entry.actor, entry.tenant, entry.request) == ("other", "other", {"fields": {"word": "x"}})


def test_what_a_failed_act_of_others_left_in_the_cache_is_forgotten(
    make: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(ctx: Context, request: Any) -> None:
        ctx.installation.cache["word"] = "never there"
        raise Misuse("no")

    monkeypatch.setitem(toy.emulator("toy").admin_operations, "create", Operation("create", half))
    world = make()
    with pytest.raises(Misuse):
        world.act("toy", "create", {})
    assert world.installation("toy").cache == {}


def test_calls_are_counted_by_the_hour(make: Callable[..., World]) -> None:
    world = make()
    there = world.installation("toy")
    for _ in range(3):
        echo(world)
        world.clock.advance(20 * MINUTE)
    assert there.count("demo", world.clock.now()) == 3  # the first is an hour old now
    assert there.recent("demo", START + 30 * MINUTE) == 2
    assert there.recent("nobody", 0) == 0


def test_calls_from_many_threads_are_serialised(make: Callable[..., World]) -> None:
    world = make()

    def many() -> None:
        for _ in range(20):
            world.perform(Call("toy", "Add", {"key": "demo-key-1"}))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(words(world)) == 84
    assert {entry.outcome for entry in world.journal} == {"ok"}


# --- exchanges --------------------------------------------------------------------------------------------------------


def exchange(target: str = "/toy", **more: Any) -> Exchange:
    return Exchange("GET", target, [("Host", "x")], b"", status=200, **more)


def test_filing_masks_known_and_presented_secrets_everywhere(make: Callable[..., World]) -> None:
    world = make()
    made = exchange("/toy?key=wrong-secret", reply_body=b'{"other": "other-key-2"}')
    with pytest.raises(Refusal):
        world.perform(Call("toy", "Echo", {"key": "wrong-secret"}, exchange=made))
    world.finish("toy", made, "Traceback: wrong-secret, demo-key-1")
    (entry,) = world.journal
    assert "secret" not in repr(entry).replace("secrets=[]", "")
    assert "-key-" not in repr(entry)
    assert (entry.outcome, entry.error) == ("error", "Traceback: ***, ***")
    assert made.target == "/toy?key=wrong-secret"  # the wire's own exchange is left alone


def test_notes_are_masked_when_the_exchange_is_filed(make: Callable[..., World]) -> None:
    world = make()
    made = exchange()
    world.perform(Call("toy", "Echo", {"key": "demo-key-1", "word": "LOUD"}, exchange=made))
    world.finish("toy", made)
    assert next(iter(world.journal)).notes[0].facts == {"key": "***"}


def test_what_did_not_come_through_the_door_is_a_page_or_unmatched(make: Callable[..., World]) -> None:
    world = make()
    world.finish("toy", exchange())
    world.finish("", replace(exchange("/none?key=short"), status=404))
    assert [(entry.outcome, entry.vendor) for entry in world.journal] == [("page", "toy"), ("unmatched", "")]
    assert not world.opened("toy")  # nobody waits for data because somebody looked at a page


def test_reply_faults_hit_vendors_and_not_wrong_addresses(make: Callable[..., World]) -> None:
    world = make()
    world.faults.add("cut")
    lost, answered = replace(exchange("/none"), status=404), exchange()
    world.finish("", lost)
    world.perform(Call("toy", "Echo", {"key": "demo-key-1"}, exchange=answered))
    world.finish("toy", answered)
    assert lost.fault is None
    assert answered.fault is not None
    assert [entry.faults for entry in world.journal] == [[], ["cut"]]


def test_a_fault_on_arrival_leaves_an_entry(make: Callable[..., World]) -> None:
    world = make()
    assert world.arrive("toy") is None
    world.faults.add("reset", vendor="toy")
    assert world.arrive("elsewhere") is None
    struck = world.arrive("toy")
    assert struck is not None
    assert [(entry.outcome, entry.faults) for entry in world.journal] == [("fault", ["reset"])]


# --- state ------------------------------------------------------------------------------------------------------------


def test_a_checkpoint_brings_everything_but_history_back(make: Callable[..., World]) -> None:
    world = make()
    there = world.installation("toy")
    first = world.act("toy", "create", {})["fields"]["word"]
    world.checkpoint("c")
    kept = there.store.dump(), there.tenants.dump(), world.clock.state
    world.act("toy", "create", {})
    there.switch({"suffix": "dot"})
    there.tenants.grant("demo", "key", "another")
    world.clock.advance(HOUR)
    count = world.journal.count
    world.restore("c")
    assert (there.tenants.dump(), world.clock.state) == kept[1:]
    assert words(world)[-1] == first
    assert world.journal.count > count
    assert there.dialect.changes() == {}
    with pytest.raises(ValueError, match="no checkpoint 'd'; there are c"):
        world.restore("d")


def test_calls_that_were_taken_back_are_not_counted(make: Callable[..., World]) -> None:
    world = make()
    installation = world.installation("toy")
    world.checkpoint("c")
    for _ in range(3):
        echo(world)
    assert installation.recent("demo", START - MINUTE) == 3
    world.clock.advance(-10 * MINUTE)
    assert installation.recent("demo", START - HOUR) == 0
    assert installation.count("demo", world.clock.now()) == 1
    world.restore("c")
    assert installation.recent("demo", START - HOUR) == 0


def test_after_a_restore_the_same_steps_give_the_same_numbers(make: Callable[..., World]) -> None:
    world = make()
    world.installation("toy")
    world.checkpoint("c")
    before = [world.act("toy", "create", {}) for _ in range(3)]
    world.restore("c")
    assert [world.act("toy", "create", {}) for _ in range(3)] == before


def test_a_vendor_opened_after_the_checkpoint_begins_anew(make: Callable[..., World]) -> None:
    world = make()
    world.checkpoint("empty")
    world.act("toy", "create", {})
    world.restore("empty")
    assert not world.opened("toy")
    assert len(words(world)) == 4


def test_a_reset_is_a_new_beginning(make: Callable[..., World]) -> None:
    world = make()
    fresh = words(world)
    world.act("toy", "create", {})
    world.installation("toy").switch({"suffix": "dot"})
    world.clock.advance(HOUR)
    world.faults.add("fail")
    world.checkpoint("c")
    world.reset()
    assert (len(world.journal), world.faults.faults, world.checkpoints, world.clock.now()) == (0, [], [], START)
    assert words(world) == fresh
    assert echo(world)["suffix"] == "none"


def test_same_seed_same_data_another_seed_other_data(make: Callable[..., World]) -> None:
    one, two, three = make("one"), make("two"), make("three", replace(FROZEN, seed=2))
    assert words(one) == words(two) != words(three)


def test_a_wrong_recipe_is_refused_when_the_vendor_opens(make: Callable[..., World]) -> None:
    world = make(config=replace(FROZEN, data={"toy": Recipe("huge")}))
    with pytest.raises(ValueError, match="no data recipe 'huge'; there are empty, demo"):
        world.installation("toy")


def test_switches_of_a_tenant_and_of_all(make: Callable[..., World]) -> None:
    there = make().installation("toy")
    there.switch({"suffix": "dot"}, tenant="other")
    assert [each.dialect["suffix"] for each in there.tenants] == ["none", "dot"]
    there.switch({"suffix": "none", "gate": "shut"})
    assert [dict(each.dialect) for each in there.tenants] == [dict(there.dialect)] * 2
    with pytest.raises(ValueError, match="whole installation"):
        there.switch({"gate": "open"}, tenant="demo")


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_disk(tmp_path: Path) -> WorldConfig:
    return replace(FROZEN, store=tmp_path / "base.db")


def test_a_file_is_opened_again_with_all_that_was_in_it(on_disk: WorldConfig, tmp_path: Path) -> None:
    first = World("w", on_disk, toy.emulator)
    made = first.act("toy", "create", {"fields": {"word": "kept"}})
    there = first.installation("toy")
    there.tenants.grant("demo", "key", "granted-later")
    there.switch({"suffix": "dot"}, tenant="demo")
    first.close()
    assert [each.name for each in tmp_path.iterdir()] == ["base.w.toy.db"]
    again = World("w", on_disk, toy.emulator)
    assert again.act("toy", "read", {"id": made["id"]}) == made
    assert echo(again, "granted-later")["suffix"] == "dot"
    assert again.installation("toy").ids.counters == there.ids.counters
    again.close()


def test_a_reset_takes_files_away_that_another_process_left(on_disk: WorldConfig, tmp_path: Path) -> None:
    first = World("w", on_disk, toy.emulator)
    neighbour = World("w-2", on_disk, toy.emulator)
    for each in (first, neighbour):
        each.act("toy", "create", {})
    first.close()
    again = World("w", on_disk, toy.emulator)
    again.reset()
    assert len(words(again)) == 4
    assert len(words(neighbour)) == 5
    again.close()
    neighbour.close()


def test_a_deleted_world_leaves_no_file(on_disk: WorldConfig, tmp_path: Path) -> None:
    worlds = toy.worlds(on_disk)
    worlds.create("gone").act("toy", "create", {})
    worlds.delete("gone")
    assert [each.name for each in tmp_path.iterdir()] == ["base.lock"]
    assert len(words(worlds.create("gone"))) == 4
    worlds.close()


@pytest.mark.parametrize("name", ["toy.2026-03-02", "default.toy", "toy.backup", "toy.", "", "Toy", "toys"])
def test_only_a_file_named_exactly_so_belongs_to_a_world(on_disk: WorldConfig, tmp_path: Path, name: str) -> None:
    beside = tmp_path / f"base.w.{name}.db"
    worlds = toy.worlds(on_disk)
    worlds.create("w").act("toy", "create", {})
    worlds.close()
    kept = (tmp_path / "base.w.toy.db").read_bytes()
    beside.write_bytes(kept)
    again = toy.worlds(on_disk)
    world = World("w", on_disk, toy.emulator)
    assert len(world.reopened) == 1
    world.clock.advance(HOUR)
    world.reset()
    again.create("w").act("toy", "create", {})
    again.delete("w")
    again.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([beside.name, "base.lock"])
    assert beside.read_bytes() == kept


def test_a_file_whose_seeding_was_interrupted_is_seeded_again(
    on_disk: WorldConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        toy.seed(*_)
        raise KeyboardInterrupt

    broken = replace(toy.EMULATOR, seed=interrupted)
    with pytest.raises(KeyboardInterrupt):
        World("w", on_disk, lambda _: broken).installation("toy")
    again = World("w", on_disk, toy.emulator)
    assert len(words(again)) == 4
    again.close()


def test_a_database_of_something_else_is_left_alone(on_disk: WorldConfig, tmp_path: Path) -> None:
    foreign = Store(tmp_path / "base.w.toy.db")
    foreign.create(THINGS.metadata)
    put(foreign, "precious")
    foreign.close()
    with pytest.raises(ValueError, match="something else"):
        World("w", on_disk, toy.emulator).installation("toy")
    again = Store(tmp_path / "base.w.toy.db")
    assert names(again) == ["precious"]
    again.close()


# --- templates --------------------------------------------------------------------------------------------------------


@pytest.fixture
def seedings(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """The recipes that were really carried out while no template is known."""
    monkeypatch.setattr(installations, "_TEMPLATES", type(installations._TEMPLATES)())
    done: list[Recipe] = []

    def seed(installation: Any, recipe: Recipe, born: int, progress: Any) -> None:
        done.append(recipe)
        toy.seed(installation, recipe, born, progress)

    monkeypatch.setattr(toy, "EMULATOR", replace(toy.EMULATOR, seed=seed))
    return done


def opened(config: WorldConfig, name: str = "w") -> list[str]:
    world = World(name, config, toy.emulator)
    try:
        found = words(world)
        world.act("toy", "create", {})
        return found
    finally:
        world.close()


def test_the_second_world_with_the_same_beginning_is_a_copy(seedings: list[Recipe]) -> None:
    assert opened(FROZEN) == opened(FROZEN) == opened(FROZEN, "another")
    assert len(seedings) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(FROZEN, seed=2),
        replace(FROZEN, start=START + 1),
        replace(FROZEN, data={"toy": Recipe("demo", 5)}),
        replace(FROZEN, dialects={"toy": "dotted"}),
    ],
)
def test_another_beginning_is_seeded_anew(seedings: list[Recipe], other: WorldConfig) -> None:
    opened(FROZEN)
    opened(other)
    opened(FROZEN)
    assert len(seedings) == 2


def test_a_running_clock_leaves_no_template(seedings: list[Recipe]) -> None:
    opened(replace(FROZEN, mode="real", start=None))
    opened(replace(FROZEN, mode="real", start=None))
    assert len(seedings) == 2


def test_templates_are_bounded(seedings: list[Recipe], monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(60):
        opened(replace(FROZEN, seed=seed))
    assert len(installations._TEMPLATES) == 48
    size = len(next(iter(installations._TEMPLATES.values())))
    monkeypatch.setattr(installations, "_MOST_BYTES", 5 * size + size // 2)
    opened(replace(FROZEN, seed=60))
    assert len(installations._TEMPLATES) == 5


def test_tables_are_made_once_for_all_worlds_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(replace(FROZEN, seed=1001))
    made: list[Any] = []
    monkeypatch.setattr(Store, "create", lambda store, metadata: made.append(metadata))
    opened(replace(FROZEN, seed=1002))
    assert made == []


def test_tables_are_made_for_each_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[Any] = []
    create = Store.create
    monkeypatch.setattr(Store, "create", lambda store, metadata: (made.append(metadata), create(store, metadata)))
    for name in ("one", "two"):
        opened(replace(FROZEN, store=tmp_path), name)
    assert len(made) == 4


# --- worlds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a" * 41, "a.b", "a\n", "é"])
def test_a_world_has_the_name_of_a_host(name: str) -> None:
    worlds = toy.worlds()
    with pytest.raises(ValueError, match="not a world name"):
        worlds.create(name)
    assert list(worlds) == ["default"]


def test_worlds_are_made_listed_replaced_and_deleted() -> None:
    worlds = toy.worlds(FROZEN)
    made = worlds.create("a" * 40)
    assert made.config == FROZEN
    assert (list(worlds), worlds["a" * 40], len(worlds)) == (["default", "a" * 40], made, 2)
    with pytest.raises(ValueError, match="already"):
        worlds.create("default")
    with pytest.raises(ValueError, match="cannot be deleted"):
        worlds.delete("default")
    worlds.delete("a" * 40)
    replaced = worlds.replace_default(replace(FROZEN, seed=9))
    assert worlds.default is replaced
    assert replaced.config.seed == 9
    worlds.close()


def test_there_is_an_end_to_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = toy.worlds()
    monkeypatch.setattr(worlds, "MOST", 2)
    worlds.create("a")
    with pytest.raises(ValueError, match="2 worlds already"):
        worlds.create("b")


def test_worlds_know_nothing_of_each_other() -> None:
    worlds = toy.worlds(FROZEN)
    other = worlds.create("other")
    worlds.default.act("toy", "create", {})
    worlds.default.clock.advance(HOUR)
    worlds.default.faults.add("fail", times=None)
    assert len(words(other)) == 4
    assert echo(other)["word"] == ""
    assert other.clock.now() == START
    worlds.close()


def test_operations_are_found_by_actor() -> None:
    assert toy.EMULATOR.find("client", "create") is None
    found = toy.EMULATOR.find("other", "create")
    assert isinstance(found, Operation)


def test_a_world_made_anew_finds_nothing_of_an_earlier_one_of_its_name(tmp_path: Path) -> None:
    config = replace(FROZEN, store=tmp_path / "base.db")
    first = Worlds(toy.emulator, config)
    first.create("side").act("toy", "create", {"fields": {"word": "left"}})
    first.close()
    second = Worlds(toy.emulator, config)
    assert "left" not in words(second.create("side"))
    second.close()


def test_two_servers_cannot_have_one_store(tmp_path: Path) -> None:
    config = replace(FROZEN, store=tmp_path / "base.db")
    first = Worlds(toy.emulator, config)
    with pytest.raises(ValueError, match="another server uses the store"):
        Worlds(toy.emulator, config)
    first.close()
    Worlds(toy.emulator, config).close()


def test_a_reopened_world_keeps_seed_data_and_clock(tmp_path: Path) -> None:
    config = replace(FROZEN, store=tmp_path / "base.db")
    world = World("w", config, toy.emulator)
    kept = words(world)
    world.clock.advance(HOUR)
    world.close()
    again = World("w", replace(config, seed=7, data={"toy": Recipe("empty")}), toy.emulator)
    assert words(again) == kept
    assert (again.config.seed, again.config.data["toy"], again.clock.now()) == (1, Recipe("demo", 4), START + HOUR)
    assert "ignored: data empty, seed 7" in again.reopened[0]
    again.reset()
    assert (words(again), again.clock.now()) == ([], START)
    assert (again.config.seed, again.config.data["toy"]) == (7, Recipe("empty"))
    again.close()


def test_a_reset_begins_with_everything_that_was_ignored_before(tmp_path: Path) -> None:
    config = replace(FROZEN, store=tmp_path / "base.db")
    first = World("w", config, toy.emulator)
    words(first)
    first.close()
    wished = replace(
        config, seed=2, start=START + 30 * 24 * HOUR, data={"toy": Recipe("demo", 2)}, dialects={"toy": "dotted"}
    )
    again, fresh = World("w", wished, toy.emulator), World("f", replace(wished, store=None), toy.emulator)
    assert len(words(again)) == 4
    again.reset()
    assert words(again) == words(fresh)
    assert echo(again)["suffix"] == echo(fresh)["suffix"] == "dot"
    assert (again.config, again.beginning, again.reopened) == (wished, fresh.beginning, [])
    again.close()
    third = World("w", wished, toy.emulator)
    assert words(third) == words(fresh)
    assert "ignored" not in third.reopened[0]
    third.close()
    fresh.close()


class Everybodys(keeping.Registry):
    """Worlds that other processes could have made too. `slowly` is done between the look and its end."""

    shared = True

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self.slowly: Callable[[], object] = lambda: None

    def names(self) -> list[str]:
        found = [name for name in self.worlds._worlds if name != "default"]
        if threading.current_thread() is not threading.main_thread():
            self.slowly()
        return found

    def deleted(self, name: str) -> None:
        """Nothing is kept."""

    def disconnect(self) -> None:
        """Nothing is connected."""

    def release(self) -> None:
        """Nothing is held."""


def test_a_world_that_is_made_while_others_look_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = toy.worlds(FROZEN)
    shared = worlds.registry = Everybodys(worlds)
    looked, over = threading.Event(), threading.Event()
    shared.slowly = lambda: (looked.set(), over.wait(60))
    other = threading.Thread(target=list, args=(worlds,))

    def made(*args: Any) -> World:
        other.start()  # it sees that the world is not there, unless it has to wait
        looked.wait(0.2)
        return World(*args)

    monkeypatch.setattr(worlds_module, "World", made)
    world = worlds.create("new")
    over.set()
    other.join()
    assert worlds.known("new") is world
    worlds.close()
