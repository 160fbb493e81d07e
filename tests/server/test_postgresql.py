"""Two front doors on one database: what a client and the control API are told, whichever of them answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from mockservers.kernel import instants
from mockservers.kernel.world import WorldConfig
from mockservers.server.http import LONG, Server
from tests.server import toy
from tests.server.conftest import Api
from tests.stores import Postgresql

ADD, ECHO = "/toy/add?key=demo-key-1&word=a", "/toy?key=demo-key-1&word=a"
START = instants.from_iso("2026-03-01T10:00:00Z")


@pytest.fixture
def doors(postgresql: Postgresql) -> Iterator[list[Server]]:
    config = WorldConfig(mode="frozen", start=START, store=postgresql.fresh())
    with ExitStack() as stack:
        yield [stack.enter_context(toy.front(config)) for _ in range(2)]


@pytest.fixture
def apis(doors: list[Server]) -> Iterator[list[Api]]:
    made = [Api(door.url) for door in doors]
    yield made
    for api in made:
        api.session.close()


def get(door: Server, target: str) -> requests.Response:
    return requests.get(door.url + target, timeout=60)


def test_clients_need_not_know_which_process_answers(doors: list[Server], apis: list[Api]) -> None:
    counts = [get(door, ADD).json()["count"] for door in (*doors, *doors)]
    assert counts == [1, 2, 3, 4]
    apis[0].post("/clock/advance", {"by": 60})
    assert [api.get("/clock")["now"] for api in apis] == ["2026-03-01T10:01:00Z"] * 2
    apis[1].post("/faults", {"kind": "unavailable", "vendor": "toy", "times": 2})
    assert [get(door, ECHO).status_code for door in (*doors, *doors)] == [503, 503, 200, 200]
    told = [api.get("/journal") for api in apis]
    assert told[0] == told[1]
    assert told[0]["count"] == 8


@pytest.mark.parametrize("body", [b"x", b"x" * (LONG + 1)], ids=["short", "long"])
@pytest.mark.parametrize(
    ("kind", "settings", "statuses"), [("unavailable", {}, [503, 200]), ("late_arrival", {"seconds": 0.01}, [200, 200])]
)
def test_a_request_meets_what_comes_before_its_answer_once(
    kind: str, settings: dict[str, Any], statuses: list[int], body: bytes, doors: list[Server], apis: list[Api]
) -> None:
    """A short request arrives and is answered in one turn; of a long one nobody waits for the body first."""
    apis[0].post("/faults", {"kind": kind, "vendor": "toy", "settings": settings})
    told = [requests.post(doors[1].url + ADD, body, timeout=60) for _ in range(2)]
    assert [each.status_code for each in told] == statuses
    assert told[-1].json()["count"] == statuses.count(200)
    entries = apis[0].get("/journal")["entries"]
    assert [(each["outcome"], each["faults"]) for each in entries] == [
        ("fault", [kind]),
        *[("ok", [])] * statuses.count(200),
    ]
    figures = apis[1].session.get(f"{apis[1].url}/_mock/v1/metrics", timeout=20).text
    assert f'mockservers_answer_seconds_count{{vendor="toy"}} {statuses.count(200)}\n' in figures


def test_an_override_planned_here_answers_there(doors: list[Server], apis: list[Api]) -> None:
    apis[0].post("/overrides", {"match": {"path": "/toy/tea"}, "answer": {"status": 418, "body": "tea"}})
    assert [get(doors[1], target).status_code for target in ("/toy/tea", "/toy/tea")] == [418, 403]
    assert apis[0].get("/overrides")["overrides"][0]["spent"]


def test_worlds_come_and_go_for_every_process(doors: list[Server], apis: list[Api]) -> None:
    apis[0].post("/worlds", {"name": "made"})
    assert get(doors[1], "/w/made" + ADD).json() == {"count": 1}
    assert [each["name"] for each in apis[1].get("/worlds")["worlds"]] == ["default", "made"]
    apis[1].delete("/worlds/made")
    assert get(doors[0], "/w/made" + ADD).status_code == 404
    assert get(doors[0], "/_mock/v1/health").json() == {"status": "ok", "worlds": 1}
    assert get(doors[0], "/_mock/").status_code == 200


def test_a_long_poll_hears_of_what_another_process_answers(doors: list[Server]) -> None:
    told: list[Any] = []
    waiting = threading.Thread(
        target=lambda: told.append(get(doors[0], "/_mock/v1/journal?wait=30&operation=Add").json())
    )
    waiting.start()
    get(doors[1], ADD)
    waiting.join(60)
    assert [entry["operation"] for entry in told[0]["entries"]] == ["Add"]


def test_worlds_that_another_process_holds_hold_up_no_other(doors: list[Server]) -> None:
    names = [f"held-{n}" for n in range(12)]
    with ExitStack() as held:
        for name in names:
            doors[1].worlds.create(name)
            held.enter_context(doors[1].worlds[name].turn())
        callers = [threading.Thread(target=get, args=(doors[0], f"/w/{name}{ADD}")) for name in names]
        for caller in callers:
            caller.start()
        assert get(doors[0], ADD).json() == {"count": 1}
        assert get(doors[0], "/_mock/v1/clock").status_code == 200
    for caller in callers:
        caller.join()


def test_a_database_that_went_away_is_told_and_waited_for(doors: list[Server]) -> None:
    psycopg = pytest.importorskip("psycopg")
    base = doors[0].worlds.default.keeping.base
    get(doors[0], ADD)
    base.engine.dispose()
    with pytest.MonkeyPatch.context() as patch:

        def away(*_arguments: Any, **_more: Any) -> Any:
            raise psycopg.OperationalError("connection refused")

        patch.setattr(base.engine.dialect, "connect", away)
        for target in (ADD, "/_mock/v1/clock", "/_mock/v1/health"):
            said = get(doors[0], target)
            assert said.status_code == 503, target
            assert "nothing of this call was kept" in said.text
    assert get(doors[0], ADD).json() == {"count": 2}
