"""Worlds in PostgreSQL. Two `Worlds` on one database are two processes: nothing but the database is between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers import registry, settings
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE
from mockservers.kernel.journal import Exchange
from mockservers.kernel.keeping import Database
from mockservers.kernel.operations import Call, Recipe
from mockservers.kernel.rules import Refusal, Unwritable
from mockservers.kernel.store import LARGEST, SMALLEST, soundex
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server import wsgi
from tests.benchmarks import concurrency
from tests.server import toy
from tests.stores import Postgresql

START = instants.from_iso("2026-03-01T10:00:00Z")
FROZEN = WorldConfig(mode="frozen", start=START, data={"toy": Recipe("demo", 4)})
Process = Callable[[], Worlds]
OWN = Path(__file__).parent.parent / "vendors"
VENDORS = [name for name in registry.names() if not (OWN / name / "test_postgresql.py").exists()]
"""Those that have no test of their own of this, because their demo data take long."""


@pytest.fixture
def config(postgresql: Postgresql) -> WorldConfig:
    return replace(FROZEN, store=postgresql.fresh())


@pytest.fixture
def process(config: WorldConfig) -> Iterator[Process]:
    """Starts another process on the same database."""
    started: list[Worlds] = []

    def start() -> Worlds:
        started.append(toy.worlds(config))
        started[-1].understand(lambda told: lambda vendor, exchange: exchange.target.endswith(told["end"]))
        return started[-1]

    yield start
    for worlds in started:
        worlds.close()


@pytest.fixture
def one(process: Process) -> World:
    return process().default


@pytest.fixture
def two(one: World, process: Process) -> World:
    return process().default


def add(world: World, word: str = "new", key: str = "demo-key-1") -> Any:
    return world.perform(Call("toy", "Add", {"key": key, "word": word}))["count"]


def echo(world: World, key: str = "demo-key-1") -> Any:
    return world.perform(Call("toy", "Echo", {"key": key, "word": "a"}))


def asked(world: World, target: str = "/toy") -> Exchange:
    """A whole request, as a server answers it."""
    path, _, query = target.partition("?")
    exchange = Exchange("GET", target, [("Host", "localhost")], b"")
    environ = wsgi.environ(
        method="GET",
        path=path,
        query=query,
        prefix="",
        scheme="http",
        server=("localhost", 80),
        headers=[],
        body=b"",
        remote="",
    )
    return wsgi.respond(world, "toy", environ, exchange)


# --- one world, whichever process answers -----------------------------------------------------------------------------


def test_a_call_sees_what_another_process_has_committed(one: World, two: World) -> None:
    assert [add(one), add(two), add(two), add(one)] == [5, 6, 7, 8]
    made = one.act("toy", "create", {"fields": {"word": "seen"}})
    assert two.act("toy", "read", {"id": made["id"]}) == made
    assert two.act("toy", "change", {"id": made["id"], "fields": {"word": "changed"}})["fields"]["word"] == "changed"
    assert one.act("toy", "read", {"id": made["id"]})["fields"]["word"] == "changed"


def test_what_is_no_row_is_the_same_for_all(one: World, two: World) -> None:
    """Clock, faults, dialect, tenants, credentials and the counters behind ids."""
    add(two)
    one.clock.advance(DAY)
    with two.turn():
        assert two.clock.now() == START + DAY
        two.clock.change_mode("scaled", 60)
    with one.turn():
        assert (one.clock.state.mode, one.clock.state.rate) == ("scaled", 60)
        one.faults.add("refuse", {"refusal": "BUSY"}, vendor="toy", skip=1)
        one.installation("toy").switch({"suffix": "dot"})
        one.installation("toy").tenants.grant("other", "key", "granted-now")
    assert echo(two, "granted-now")["suffix"] == "dot"
    with pytest.raises(Refusal):
        echo(two)
    with one.turn():
        assert [(fault.seen, fault.hits) for fault in one.faults.faults] == [(2, 1)]
    numbers = [world.installation("toy").ids.number("n", 1, 10**9) for world in (one,)]
    with one.turn():
        numbers.append(one.installation("toy").ids.number("n", 1, 10**9))
        one.installation("toy").keep_state()
    with two.turn():
        numbers.append(two.installation("toy").ids.number("n", 1, 10**9))
    assert len(set(numbers)) == 3


def test_overrides_answer_in_every_process_and_count_together(one: World, two: World) -> None:
    with one.turn():
        one.overrides.add(lambda vendor, exchange: True, {"end": "/toy/tea"}, 418, [("X-A", "b")], b"\xfftea", times=2)
    said = [asked(two, "/toy/tea"), asked(two, "/toy?word=a"), asked(two, "/toy/tea"), asked(two, "/toy/tea")]
    assert [exchange.status for exchange in said] == [418, 403, 418, 403]
    assert said[0].reply_body == b"\xfftea"
    with one.turn():
        assert [(each.seen, each.hits, each.spent) for each in one.overrides] == [(2, 2, True)]


def test_the_journal_is_one(one: World, two: World) -> None:
    for world in (one, two, two, one):
        add(world)
    asked(two, "/toy?key=demo-key-1&word=LOUD")
    asked(one, "/toy?key=demo-key-1&word=bug")
    with pytest.raises(Refusal):
        echo(one, "wrong")
    for world in (one, two):
        with world.turn(whole=True):
            assert [entry.n for entry in world.journal] == [1, 2, 3, 4, 5, 6, 7]
            assert (world.journal.count, world.journal.dropped) == (7, 0)
    mine, theirs = (list(world.journal) for world in (one, two))
    for a, b in zip(mine, theirs, strict=True):
        for name in ("at", "wall", "vendor", "operation", "outcome", "refusal", "rules", "notes", "error", "size"):
            assert getattr(a, name) == getattr(b, name), name
    for a, b in ((mine[4].exchange, theirs[4].exchange), (mine[5].exchange, theirs[5].exchange)):
        assert a is not None
        assert b is not None
        assert (a.target, a.status, a.reply_body, a.reply_headers) == (
            b.target,
            b.status,
            b.reply_body,
            b.reply_headers,
        )
        assert "demo-key-1" not in a.target


def test_the_journal_keeps_its_bounds_over_processes(one: World, two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockservers.kernel.postgresql.worlds._TIDY", 4)
    for world in (one, two):
        world.journal.most_entries = 5
    for n in range(12):
        echo((one, two)[n % 2])
    for world in (one, two):
        with world.turn(whole=True):
            assert [entry.n for entry in world.journal] == [8, 9, 10, 11, 12]
            assert (world.journal.count, world.journal.dropped) == (12, 7)
    with one.turn() as _:
        assert one.keeping.current.one("SELECT count(*) FROM mock.call WHERE world = %s", one.name) == (6,)


def test_usage_is_counted_over_processes(one: World, two: World) -> None:
    for n in range(6):
        echo((one, two)[n % 2])
    with one.turn():
        there = one.installation("toy")
        assert there.count("demo", START) == 7
    with two.turn():
        assert two.installation("toy").recent("demo", START - 1) == 7
    one.clock.advance(-HOUR)  # what is to come was not yet
    echo(one)
    with two.turn():
        assert len(two.installation("toy").usage["demo"]) == 1
    one.clock.advance(3 * HOUR)
    echo(two)
    with one.turn():
        assert one.installation("toy").recent("demo", 0) == 2


def test_checkpoints_are_everybodys(one: World, two: World) -> None:
    add(one, "before")
    one.checkpoint("c")
    add(two, "after")
    two.clock.advance(DAY)
    assert two.checkpoints == ["c"]
    two.restore("c")
    assert add(one) == 6
    with one.turn():
        assert one.clock.now() == START
    with pytest.raises(ValueError, match="there is no checkpoint 'd'; there are c"):
        one.restore("d")
    one.reset()
    assert two.checkpoints == []
    assert add(two) == 5


def test_a_vendor_opened_since_a_checkpoint_begins_anew_for_all(one: World, two: World) -> None:
    one.checkpoint("nothing")
    assert (add(one), add(two)) == (5, 6)
    two.restore("nothing")
    assert (add(one), add(two)) == (5, 6)


def test_a_checkpoint_holds_what_only_another_process_has_opened(process: Process) -> None:
    one, two = process().default, process().default
    add(one)
    two.checkpoint("c")
    add(one)
    three = process().default
    assert three.opened("toy")
    three.restore("c")
    assert (add(one), add(two)) == (6, 7)
    two.reset()
    two.checkpoint("nothing")
    assert add(one) == 5
    three.restore("nothing")
    assert add(one) == 5


def test_after_a_reset_every_process_begins_anew(one: World, two: World) -> None:
    add(one)
    add(two)
    one.clock.advance(DAY)
    two.reset()
    assert add(one) == 5
    with one.turn(whole=True):
        assert (one.clock.now(), [entry.n for entry in one.journal]) == (START, [1])


def test_worlds_are_made_and_deleted_for_all(process: Process) -> None:
    one, two = process(), process()
    made = one.create("made", replace(one.default.config, seed=7))
    add(made, "here")
    assert sorted(two) == ["default", "made"]
    assert (two["made"].config.seed, add(two["made"])) == (7, 6)
    with pytest.raises(ValueError, match="there is a world 'made' already"):
        two.create("made")
    two.delete("made")
    assert sorted(one) == ["default"]
    assert "made" not in one
    assert add(one.create("made")) == 5


def test_the_first_process_decides_what_the_world_is(config: WorldConfig, process: Process, one: World) -> None:
    add(one)
    wished = replace(config, seed=9, data={"toy": Recipe("empty")}, dialects={"toy": "dotted"})
    other = toy.worlds(wished)
    assert other.default.reopened == [
        "the world default goes on as its database keeps it, seed 1; ignored: data, dialects, seed. For a new beginning reset "
        "the world, or delete it"
    ]
    assert add(other.default) == 6
    other.close()


def test_a_deed_of_life_happens_once(postgresql: Postgresql) -> None:
    config = WorldConfig(
        mode="frozen", start=START, lively=True, data={VENDORS[0]: Recipe("demo")}, store=postgresql.fresh()
    )
    processes = [Worlds(registry.emulator, config) for _ in range(2)]
    alone = Worlds(registry.emulator, replace(config, store=None))
    one, two = (each.default for each in processes)
    for world in (one, two, one):
        world.clock.advance(20 * MINUTE)
        world.act(VENDORS[0], "list", {})
    alone.default.clock.advance(HOUR)
    told = [world.act(VENDORS[0], "list", {}) for world in (one, two, alone.default)]
    assert told[0] == told[1] == told[2]
    for worlds in (*processes, alone):
        worlds.close()


# --- at the same time -------------------------------------------------------------------------------------------------


def test_simultaneous_calls_take_turns_over_processes(one: World, two: World) -> None:
    counts: list[int] = []

    def many(world: World) -> None:
        counts.extend(add(world) for _ in range(15))

    threads = [threading.Thread(target=many, args=(world,)) for world in (one, two, one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == list(range(5, 65))
    with one.turn(whole=True):
        assert [entry.n for entry in one.journal] == list(range(1, 61))
        assert len(one.installation("toy").usage["demo"]) == 60


def test_two_processes_one_killed_under_load_lose_nothing(postgresql: Postgresql) -> None:
    """Unique numbers, no lost update, one journal, no answer but good ones; the large run is the program's own."""
    told = concurrency.run(
        2, 4, 80, 1, f"{postgresql.url}&namespace={postgresql.fresh().namespace}", again=False, say=len
    )
    assert told.statuses[200] >= 25


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_failed_call_leaves_no_row_and_is_counted(one: World, two: World) -> None:
    with one.turn():
        one.faults.add("refuse", vendor="toy", operation="Add")
    with pytest.raises(Refusal):
        add(one)
    assert add(two) == 5
    with two.turn(whole=True):
        assert [entry.outcome for entry in two.journal] == ["fault", "ok"]
        assert len(two.installation("toy").usage["demo"]) == 2


def test_a_lost_connection_keeps_nothing_and_the_next_call_goes_on(one: World, two: World) -> None:
    add(one)

    def lost() -> None:
        with one.turn():
            add(one, "lost")
            one.clock.advance(DAY)
            pid = one.keeping.current.raw.info.backend_pid
            with one.keeping.base.engine.connect() as killer:
                killer.connection.dbapi_connection.execute("SELECT pg_terminate_backend(%s)", (pid,))

    with pytest.raises(Unwritable, match="nothing of this call was kept"):
        lost()
    assert add(one) == 6
    assert (one.clock.now(), one.installation("toy").usage["demo"].maxlen) == (START, 20_000)
    with two.turn(whole=True):
        assert len(two.journal) == 2


def test_connections_that_died_while_they_lay_idle_are_made_anew(one: World) -> None:
    add(one)
    with one.keeping.base.engine.connect() as killer:
        killer.connection.dbapi_connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND application_name = 'mockservers'"
        )
    assert add(one) == 6


def test_a_wrong_version_is_one_sentence(config: WorldConfig, one: World) -> None:
    assert isinstance(config.store, Database)
    from mockservers.kernel.postgresql.base import Base

    with one.turn():
        one.keeping.current.execute("UPDATE mock.layout SET version = 99")
    with pytest.raises(ValueError, match="has version 99, and this mockservers knows 1: it was made by a later one"):
        Base(config.store)


def test_a_schema_of_somebody_else_is_left_alone(postgresql: Postgresql) -> None:
    from mockservers.kernel.postgresql.base import Base

    place = postgresql.fresh()
    other = Base(postgresql.fresh())
    with other.engine.connect() as db:
        db.connection.dbapi_connection.execute(f'CREATE SCHEMA "{place.namespace}"')
    with pytest.raises(ValueError, match="that is not ours; choose another with"):
        Base(place)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql://u:hunter2@127.0.0.1:1/d",
            r"the database postgresql://u:\*\*\*@127.0.0.1:1/d cannot be used: .*",
        ),
        ("postgresql://u:hunter2@localhost:no/d", "--store is no URL of a database"),
        ("postgresql://u:hunter2@localhost/d?namespace=Bad-One", "namespace must be a letter"),
        ("postgresql://u:hunter2@localhost/d?connect_timeout=x", "cannot be used"),
        ("mysql://u:hunter2@localhost/d", "is not supported: write sqlite"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_without_its_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        toy.worlds(replace(FROZEN, store=settings.store(url)))
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "hunter2" not in repr(settings.store(url) if "mysql" not in url else "")


def test_a_wrong_database_is_named(postgresql: Postgresql) -> None:
    url = postgresql.url.replace(postgresql.name, "nowhere")
    with pytest.raises(ValueError, match='database "nowhere" does not exist'):
        toy.worlds(replace(FROZEN, store=settings.store(url)))


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'mockservers\[postgres\]'"):
        settings.store("postgresql://localhost/d")


# --- as SQLite does it ------------------------------------------------------------------------------------------------


def test_texts_and_numbers_come_back_as_they_were(one: World, two: World) -> None:
    for word in ("", "a\0b", "\U0010fffe", "\U0010fffe0\0", "\U0001f600", "\\", "'; DROP", "%s", "x" * 100_000):
        made = one.act("toy", "create", {"fields": {"word": word}})
        assert two.act("toy", "read", {"id": made["id"]})["fields"]["word"] == word
    with one.turn():
        db = one.installation("toy").store.db
        for number in (SMALLEST, -1, LARGEST):
            db.execute(sa.insert(toy.RECORDS), [{"id": number, "tenant": "t", "word": ""}])
            assert db.execute(sa.select(toy.RECORDS.c.id).where(toy.RECORDS.c.id == number)).scalar_one() == number


def test_numbers_of_rows_go_on_after_the_highest(one: World) -> None:
    """Also after what was taken back, deleted, and restored."""
    one.checkpoint("c")
    first = int(one.act("toy", "create", {"fields": {"word": "a"}})["id"])
    one.act("toy", "delete", {"id": str(first)})
    assert int(one.act("toy", "create", {"fields": {"word": "b"}})["id"]) == first
    one.restore("c")
    assert int(one.act("toy", "create", {"fields": {"word": "c"}})["id"]) == first


def test_soundex_is_the_same(one: World) -> None:
    words = [
        "",
        "Robert",
        "Rupert",
        "Tymczak",
        "Pfister",
        "Honeyman",
        "Ashcraft",
        "1a",
        "ä",
        "Müller",
        "a-b",
        "O'Hara",
        "BB",
    ]
    words += ["\u212aarl", "\u0130stanbul", "a\0b", "aeiouyhwbfpv"]
    with one.turn():
        one.installation("toy")
        raw = one.keeping.current.raw
        found = [
            raw.execute(f'SELECT "{one.keeping.base.namespace}".soundex(%s)', (word,)).fetchone()[0] for word in words
        ]
    assert found == [soundex(word) for word in words]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_does_the_same_in_memory_and_in_postgresql(vendor: str, postgresql: Postgresql) -> None:
    """An hour of its people's life over the demo data, and back to where they began."""
    config = WorldConfig(mode="frozen", start=START, lively=True, data={vendor: Recipe("demo")})
    told = []
    for store in (None, postgresql.fresh()):
        world = World("w", replace(config, store=store), registry.emulator)
        begins = world.installation(vendor).awake - START  # where the data of the beginning reach into the future
        world.checkpoint("c")
        world.clock.advance(begins + HOUR)
        lived = rows(world, vendor)
        world.restore("c")
        told.append((lived, rows(world, vendor)))
        world.close()
    assert told[0] == told[1]
    assert told[0][0] != told[0][1]


def rows(world: World, vendor: str) -> dict[str, list[str]]:
    """Every row of a vendor."""
    with world.turn():
        there = world.installation(vendor)
        there.life.catch_up(world.clock.now())
        with there.store.transaction() as db:
            tables = there.emulator.metadata.sorted_tables
            kept = {table.name: sorted(str(tuple(row)) for row in db.execute(sa.select(table))) for table in tables}
    return {name: found for name, found in kept.items() if found}
