"""What a reader of a world is told, and when: over HTTP, and a feed by itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from mockservers.kernel.journal import Exchange
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server.http import Server
from mockservers.workbench import stream
from mockservers.workbench.stream import Feed, Wanted
from tests.server import toy
from tests.stores import Postgresql
from tests.workbench.conftest import CONFIG, START

Event = tuple[str, Any]


def events(door: Server, query: str = "") -> Iterator[Event]:
    with requests.get(f"{door.url}/_mock/v1/stream{query}", stream=True, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines():
            if line.startswith(b"event: "):
                name = line[7:].decode()
            elif line:
                yield name, json.loads(line[6:])


def until(told: Iterator[Event], wanted: str) -> Any:
    return next(data for name, data in told if name == wanted)


def call(door: Server, **params: str) -> None:
    requests.get(f"{door.url}/toy", params={"key": "demo-key-1", **params}, timeout=20)


def test_what_is_kept_comes_first_and_what_happens_after_it(door: Server, world: World) -> None:
    call(door, word="LOUD")
    told = events(door)
    assert next(told)[0] == "state"
    name, (row,) = next(told)
    assert (name, row["n"], row["operation"], row["status"], row["findings"]) == ("calls", 1, "Echo", 200, 1)
    assert row["target"] == "/toy?key=***&word=LOUD"
    assert next(told) == ("live", {"count": 1})
    call(door, key="wrong")
    (row,) = until(told, "calls")
    assert (row["n"], row["outcome"], row["refusal"]) == (2, "refused", "BAD_KEY")
    world.act("toy", "create", {})
    (row,) = until(told, "calls")
    assert (row["n"], row["actor"], row["operation"], row.get("action")) == (3, "other", "create", None)
    world.act("toy", "act", {"id": "1", "action": "shout"})
    (row,) = until(told, "calls")
    assert (row["operation"], row["action"]) == ("act", "shout")


def test_the_state_tells_of_clock_faults_and_worlds(door: Server, world: World) -> None:
    told = events(door)
    assert next(told)[1] | {"wall": 0, "journal": ""} == {
        "now": START // 1000,
        "wall": 0,
        "journal": "",
        "mode": "frozen",
        "rate": 1.0,
        "count": 0,
        "dropped": 0,
        "faults": [0, 0],
        "checkpoints": [],
        "worlds": ["default"],
    }
    world.clock.advance(5_000_000)
    assert until(told, "state")["now"] == START // 1000 + 5000
    world.faults.add("reset")
    assert until(told, "state")["faults"] == [1, 0]
    world.reset()
    assert until(told, "reset") == {"world": "default"}
    assert next(told, None) is None


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?since=2", [3, 4]),
        ("?rule=toy.access.key", [2]),
        ("?text=LOUD", [2]),
        ("?text=loud", [2]),
        ("?text=bad_key", [2]),
        ("?text=is+not+UTF", []),
        ("?text=toy%3Fkey&since=1", [2, 3]),
        ("?text=no+emulator", [4]),
    ],
)
def test_rule_text_and_number_narrow(door: Server, world: World, query: str, numbers: list[int]) -> None:
    call(door, word="quiet")
    call(door, word="LOUD", key="wrong")
    call(door, word="\xe9")
    requests.get(f"{door.url}/nowhere", timeout=20)
    told = []
    for name, data in events(door, query):
        if name == "live":
            break
        told += [row["n"] for row in data] if name == "calls" else []
    assert told == numbers


def test_a_world_that_is_deleted_ends_it(door: Server, world: World) -> None:
    door.worlds.create("mine", CONFIG)
    told = events(door, "?world=mine")
    until(told, "live")
    requests.delete(f"{door.url}/_mock/v1/worlds/mine", timeout=20)
    assert until(told, "gone") == {"world": "mine"}


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("world=none", 404, None),
        ("since=-1", 422, "since"),
        ("since=x", 422, "since"),
        ("text=", 422, "text"),
        ("rule=none", 422, "rule"),
        ("odd=1", 422, "odd"),
    ],
)
def test_wrong_input_is_named(door: Server, query: str, status: int, field: str | None) -> None:
    said = requests.get(f"{door.url}/_mock/v1/stream?{query}", timeout=20)
    assert said.status_code == status
    assert [each["field"] for each in said.json().get("details", [])] == ([] if field is None else [field])


def test_a_server_that_stops_ends_it_and_its_watchers_go() -> None:
    with toy.front(CONFIG) as door:
        told = events(door)
        until(told, "live")
        watchers = len(door.worlds.watchers)
    assert next(told, None) is None
    assert len(door.worlds.watchers) == watchers - 2  # the stream's, and the courier's


def test_a_head_alone_is_no_stream(door: Server, world: World) -> None:
    assert (
        requests.head(f"{door.url}/_mock/v1/stream", timeout=20).headers["Content-Type"].startswith("text/event-stream")
    )


def test_so_many_readers_and_no_more(door: Server, world: World) -> None:
    door.control.waiting += 100
    try:
        assert requests.get(f"{door.url}/_mock/v1/stream", timeout=20).status_code == 429
    finally:
        door.control.waiting -= 100


# --- a feed by itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def worlds() -> Iterator[Worlds]:
    made = toy.worlds(WorldConfig(mode="frozen", start=START))
    yield made
    made.close()


def happen(world: World, count: int, body: bytes = b"") -> None:
    for _ in range(count):
        entry = world.journal.open(START, START, "toy", "Echo", "client")
        world.journal.attach(entry, Exchange("GET", "/toy", [], body, status=200))
        for watch in tuple(world.watchers):
            watch(world, entry)


def served(feed: Feed, write: Callable[[list[Event]], Any]) -> list[Event]:
    """What a feed tells until it ends by itself; `write` gets all that was told so far, each time."""
    told: list[Event] = []

    async def take(data: bytes) -> None:
        for text in data.decode().split("\n\n")[:-1]:
            name, _, rest = text.partition("\n")
            told.append((name.removeprefix("event: "), json.loads(rest.removeprefix("data: "))))
        held = write(told)
        if held is not None:
            await held

    feed.worlds.watchers.append(feed.watch)
    asyncio.run(feed.serve(take, lambda: len(told) > 1000))
    return told


def test_a_slow_reader_is_told_how_many_calls_it_missed(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_QUEUED", 10)
    world = worlds.default

    def write(told: list[Event]) -> None:
        if told[-1][0] == "live":
            happen(world, 25)

    told = served(Feed(world, worlds, Wanted()), write)
    assert told[-1] == ("missed", {"count": 15})
    assert [row["n"] for name, data in told if name == "calls" for row in data] == list(range(1, 11))
    again = served(
        Feed(world, worlds, Wanted(since=10)), lambda told: worlds.default.reset() if told[-1][0] == "live" else None
    )
    assert [row["n"] for name, data in again if name == "calls" for row in data] == list(range(11, 26))


def test_rows_come_some_at_a_time_and_from_any_thread(worlds: Worlds) -> None:
    world = worlds.default
    happen(world, 600)

    def write(told: list[Event]) -> None:
        if told[-1][0] == "live":
            thread = threading.Thread(target=happen, args=(world, 300))
            thread.start()
            thread.join()
        elif sum(len(data) for name, data in told if name == "calls") == 900:
            world.reset()

    told = served(Feed(world, worlds, Wanted()), write)
    assert max(len(data) for name, data in told if name == "calls") == stream.BATCH
    assert sorted(row["n"] for name, data in told if name == "calls" for row in data) == list(range(1, 901))


def test_a_clock_that_runs_is_no_news_and_one_that_was_moved_is(worlds: Worlds) -> None:
    world = worlds.default
    world.clock.change_mode("scaled", 50)
    feed = Feed(world, worlds, Wanted())
    feed._state = feed._seen(["default"])
    assert not feed._noted(feed._seen(["default"]), due=False)
    assert feed._noted(feed._seen(["default"]), due=True)
    world.clock.advance(3_600_000_000)
    assert feed._noted(feed._seen(["default"]), due=False)
    world.clock.change_mode("frozen")
    assert feed._noted(feed._seen(["default"]), due=False)
    assert not feed._noted(feed._seen(["default"]), due=False)
    world.clock.advance(1000)
    assert feed._noted(feed._seen(["default"]), due=False)


def test_texts_are_found_in_other_charsets_and_acts(worlds: Worlds) -> None:
    world = worlds.default
    happen(world, 1, "Zürich".encode("utf-16"))
    world.act("toy", "create", {"fields": {"word": "Zürich"}})
    world.act("toy", "create", {"fields": {"word": "Bern"}})
    wanted = Wanted(text="zÜRICH")
    assert [entry.n for entry in world.journal if wanted.meets(entry)] == [1, 2]


def test_calls_that_another_process_answered_are_told_too(
    postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SHARED", 0.0)
    config = replace(CONFIG, store=postgresql.fresh())
    mine, theirs = toy.worlds(config), toy.worlds(config)
    try:
        theirs.default.act("toy", "create", {})

        def write(told: list[Event]) -> None:
            numbers = [row["n"] for name, data in told if name == "calls" for row in data]
            if told[-1][0] == "live":
                assert numbers == [1]
                mine.default.act("toy", "create", {})
                theirs.default.act("toy", "create", {})
            elif sorted(numbers) == [1, 2, 3]:
                theirs.default.reset()

        told = served(Feed(mine.default, mine, Wanted()), write)
        assert told[-1][0] == "reset"
    finally:
        mine.close()
        theirs.close()
