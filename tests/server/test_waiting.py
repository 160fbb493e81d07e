"""Waiting for calls, and the journal's filters: a test needs no sleeps, and nobody else waits for one that waits."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import mockservers
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.world import World
from mockservers.server.http import Server
from tests.server.conftest import Api
from tests.server.wires import SLOWEST, Wire


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    never = threading.Event()
    for _ in range(int(SLOWEST * 100)):
        if holds():
            return
        never.wait(0.01)
    raise AssertionError("it never came")


def test_the_journal_is_filtered_by_what_calls_say(api: Api) -> None:
    api.toy(word="one")
    api.session.post(f"{api.url}/toy/add?key=demo-key-1", json={"deep": [{"id": 7, "mark": "a"}]}, timeout=20)
    api.post("/clock/advance", {"by": "1h"})
    api.toy("/toy", word="LOUD", key="wrong")
    api.post("/records", {"vendor": "toy", "fields": {"word": "made"}})

    def journal(**params: Any) -> Any:
        status, said = api.ask("GET", "/journal", params=params)
        assert status == 200
        return said

    def numbers(**params: Any) -> list[int]:
        return [entry["n"] for entry in journal(**params)["entries"]]

    assert numbers() == [1, 2, 3, 4]
    assert numbers(path="add") == [2]
    assert numbers(url="word=") == [1, 3]
    assert numbers(method="POST") == [2]
    assert numbers(status=403, outcome="refused") == [3]
    assert numbers(header="content-type: json") == numbers(header=["Content-Type", "Content-Type:json"]) == [2]
    assert (
        numbers(field="deep.id=7") == numbers(field=["id=7", "mark=a"]) == numbers(field="mark", text='"id": 7') == [2]
    )
    assert numbers(field="fields.word=made") == [4]
    assert numbers(end="2026-03-01T10:30:00Z") == [1, 2]
    assert numbers(begin="2026-03-01T10:30:00Z", actor="client") == [3]
    told = journal(path="toy", limit=1)
    assert (told["matched"], told["of"], told["count"], told["more"]) == (3, 4, 4, True)
    assert (journal(path="none")["matched"], journal(since=3)["of"]) == (0, 1)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"wait": 61}, "wait"),
        ({"wait": -1}, "wait"),
        ({"wait": "soon"}, "wait"),
        ({"wait": "nan"}, "wait"),
        ({"least": 0}, "least"),
        ({"status": "ok"}, "status"),
        ({"begin": "noon"}, "begin"),
        ({"header": ":x"}, "header"),
        ({"field": "=x"}, "field"),
        ({"field": ""}, "field.0"),
        ({"path": ""}, "path"),
    ],
    ids=str,
)
def test_a_wrong_filter_is_refused_by_its_name(api: Api, params: dict[str, Any], field: str) -> None:
    status, said = api.ask("GET", "/journal", params=params)
    assert (status, said["details"][0]["field"]) == (422, field)


def test_what_is_there_need_not_be_waited_for(api: Api) -> None:
    api.toy(word="a")
    assert api.get("/journal", operation="Echo", wait=60)["matched"] == 1
    assert api.get("/journal", operation="Add", wait=0.01)["matched"] == 0
    assert api.get("/journal", operation="Echo", least=2, wait=0.01)["matched"] == 1


def test_a_call_that_comes_ends_the_waiting_and_nobody_else_waits(door: Server, api: Api, world: World) -> None:
    with Wire(door.port) as waiting, Wire(door.port) as lines:
        waiting.get("/_mock/v1/journal?operation=Add&least=2&wait=60")
        lines.get("/_mock/v1/journal?operation=Add&wait=60&format=ndjson")
        until(lambda: door.control.waiting == 2)
        assert api.toy(word="a").status_code == 200  # the world's turn is free, and its frozen clock stands
        assert api.get("/clock")["now"] == "2026-03-01T10:00:00Z"
        assert door.control.waiting == 2
        api.toy("/toy/add", word="b")
        (line,) = lines.reply().body.splitlines()
        assert json.loads(line)["operation"] == "Add"
        until(lambda: door.control.waiting == 1)
        world.act("toy", "create", {"fields": {"word": "x"}})  # another actor, and no call of this operation
        api.toy("/toy/add", word="c")
        assert json.loads(waiting.reply().body)["matched"] == 2
    assert not door.control.waiting
    assert len(door.worlds.watchers) == 2  # the server counts calls, and its courier looks at them


def test_waiting_ends_when_the_client_leaves_or_the_server_stops(door: Server) -> None:
    with Wire(door.port) as gone:
        gone.get("/_mock/v1/journal?wait=60&operation=Add")
        until(lambda: door.control.waiting == 1)
    until(lambda: door.control.waiting == 0)
    assert len(door.worlds.watchers) == 2  # the server counts calls, and its courier looks at them
    with Wire(door.port) as last:
        last.get("/_mock/v1/journal?wait=60&operation=Add")
        until(lambda: door.control.waiting == 1)
        door.stop()
        assert json.loads(last.reply().body)["matched"] == 0


def test_judging_a_client_holds_up_no_other_world(door: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def observe(world: World, vendor: str | None) -> dict[str, Any]:
        begun.set()
        return {"world": world.name, "passed": go.wait(SLOWEST), "failed": False, "vendors": {}}

    monkeypatch.setattr(door.control, "observe", observe)
    with Wire(door.port) as judging:
        judging.get("/_mock/v1/observation")
        assert begun.wait(SLOWEST)
        with Wire(door.port) as figures:
            figures.get("/_mock/v1/metrics")
            assert figures.reply().status == 200
        go.set()
        assert json.loads(judging.reply().body)["passed"] is True


def test_only_so_many_may_wait(door: Server, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockservers.server.control_requests.MOST_WAITING", 0)
    status, said = api.ask("GET", "/journal?wait=60&operation=Add")
    assert (status, "wait already" in said["error"]) == (429, True)


def test_python_waits_for_calls_and_says_what_came_instead() -> None:
    with mockservers.start("get_tickets") as server, server.world(data="empty") as world, ThreadPoolExecutor(1) as pool:
        desk = world["get_tickets"]
        desk.act("create", fields={"subject": "first"})
        waiting = pool.submit(desk.wait_for, 60.0, operation="create", actor="other", at_least=2)
        until(lambda: len(world._world.watchers) == 3)
        desk.act("create", fields={"subject": "second"})
        assert [entry.n for entry in waiting.result(SLOWEST)] == [1, 2]
        assert len(world._world.watchers) == 2
        with pytest.raises(
            AssertionError, match=r'^after 0\.01 s: expected at least 1 call.*\n.*\n.*\n.*#2.*\n.*got "second"'
        ):
            world.wait_for(0.01, operation="create", actor="other", body={"subject": "second one"})


def test_a_wire_that_asks_twice_leaves_no_call_under_way(world: World) -> None:
    told: list[int] = []
    world.watchers.append(lambda where, entry: told.append(entry.n))
    exchange = Exchange("GET", "/toy", [], b"")
    for word in ("a", "b"):
        world.perform(Call("toy", "Echo", {"key": "demo-key-1", "word": word}, exchange=exchange))
    assert [entry.n for entry in world.journal.settled] == told == [1]
    world.finish("toy", exchange)
    assert [entry.n for entry in world.journal.settled] == told == [1, 2]


def test_verify_waits_until_the_calls_were_made(api: Api, door: Server) -> None:
    """Asked anew after each call, with its whole body each time."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            api.ask, "POST", "/verify?wait=60", {"query": {"word": "b"}, "then": [{"query": {"word": "c"}}]}
        )
        until(lambda: door.control.waiting == 1)
        for word in "abc":
            api.toy(word=word)
        status, said = asked.result(SLOWEST)
    assert (status, said["ok"], [step["calls"] for step in said["steps"]]) == (200, True, [[2], [3]])
    status, said = api.ask("POST", "/verify?wait=0.05", {"count": 9})
    assert (status, said["ok"], said["of"]) == (200, False, 3)
    status, said = api.ask("POST", "/verify?wait=61", {})
    assert (status, said["details"][0]["field"]) == (422, "wait")
