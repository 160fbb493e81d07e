"""Overrides: a test's own answer in place of the emulator's, counted, listed, cleared, and marked in the journal alone."""

from __future__ import annotations

from typing import Any

import pytest
import requests

import mockservers
from mockservers.kernel.world import World
from tests.server.conftest import Api


def test_the_next_requests_that_match_get_a_canned_answer(api: Api, world: World) -> None:
    made = api.post(
        "/overrides",
        {
            "match": {"path": {"matches": "/toy/add"}, "query": {"word": "a"}, "vendor": "toy"},
            "answer": {"status": 503, "headers": {"X-Word": "grüße", "Retry-After": "5"}, "json": {"später": None}},
            "skip": 1,
            "times": 2,
        },
    )
    assert (made["id"], made["hits"], made["spent"]) == ("o1", 0, False)
    answers = [api.toy("/toy/add", word="a") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].json() == {"später": None}
    assert answers[1].headers["Content-Type"] == "application/json; charset=utf-8"
    assert answers[1].headers["X-Word"].encode("latin-1").decode() == "grüße"
    assert answers[1].headers["Date"] == answers[0].headers["Date"]  # the world's time, as of every answer
    assert api.toy("/toy/add", word="b").status_code == 200
    (told,) = api.get("/overrides")["overrides"]
    assert (told["seen"], told["hits"], told["spent"], told["match"]["query"]) == (
        3,
        2,
        True,
        {"word": {"equals": "a"}},
    )
    assert len(api.get("/records", vendor="toy")["records"]) == 3  # the emulator never saw the two
    entries = api.get("/journal", outcome="overridden")["entries"]
    assert [(entry["n"], entry["override"], entry["operation"], entry["rules"]) for entry in entries] == [
        (2, "o1", None, []),
        (3, "o1", None, []),
    ]
    assert api.get("/journal", since=5, limit=1)["entries"][0]["override"] is None
    assert "demo-key-1" not in str(entries)
    assert api.post("/verify", {"outcome": "overridden", "status": 503, "count": 2})["ok"]


def test_a_patch_changes_what_the_emulator_answers(api: Api) -> None:
    patch = {"suffix": None, "more": {"deep": 1, "gone": None}, "word": "changed"}
    api.post(
        "/overrides", {"match": {"path": "/toy"}, "answer": {"patch": patch, "headers": {"X-New": "1"}}, "times": 2}
    )
    answer = api.toy(word="a")
    assert (answer.status_code, answer.json()) == (200, {"word": "changed", "more": {"deep": 1}})
    assert (answer.headers["X-New"], answer.headers["Content-Type"]) == ("1", "application/json")
    assert api.session.get(f"{api.url}/toy?help", timeout=20).text == "help"  # no JSON, so it stays
    first, second = api.get("/journal")["entries"]
    assert (first["outcome"], first["override"], first["rules"]) == ("ok", "o1", ["toy.echo.same"])
    assert (second["outcome"], second["override"]) == ("overridden", "o1")
    api.post("/overrides", {"match": {}, "answer": {"patch": {}, "status": 418}})
    assert (api.toy().status_code, api.toy().status_code) == (418, 200)


def test_overrides_are_cleared_one_by_one_all_together_and_by_a_reset(api: Api) -> None:
    always = {"match": {}, "answer": {"status": 204}, "times": None}
    first, second = api.post("/overrides", always), api.post("/overrides", {**always, "answer": {"body": "second"}})
    assert [api.toy().status_code for _ in range(3)] == [204] * 3  # the first that fits answers
    assert api.delete(f"/overrides/{first['id']}") == {"cleared": 1}
    assert (api.toy().text, api.toy().headers["Content-Type"]) == ("second", "text/plain; charset=utf-8")
    assert api.ask("DELETE", f"/overrides/{first['id']}")[0] == 404
    assert api.delete("/overrides") == {"cleared": 1}
    api.post("/overrides", always)
    api.post("/worlds", {"name": "mine"})
    assert api.toy("/w/mine/toy").status_code == 200
    api.post("/worlds/default/reset")
    assert api.get("/overrides") == {"overrides": []}
    assert api.toy().status_code == 200
    assert second["id"] == "o2"


def test_faults_on_the_wire_hit_canned_answers_too(api: Api) -> None:
    api.post("/overrides", {"match": {"method": "GET"}, "answer": {"body": "never whole"}})
    api.post("/faults", {"kind": "empty_body"})
    assert api.toy().text == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answer": {}}, "match"),
        ({"match": {}}, "answer"),
        ({"match": {"vendor": "nobody"}, "answer": {}}, "match.vendor"),
        ({"match": {"operation": "Echo"}, "answer": {}}, "match.operation"),
        ({"match": {"path": {"matches": "("}}, "answer": {}}, "match.path.matches"),
        ({"match": {}, "answer": {"status": 100}}, "answer.status"),
        ({"match": {}, "answer": {"body": "a", "json": 1}}, "answer"),
        ({"match": {}, "answer": {"status": 204, "json": 1}}, "answer"),
        ({"match": {}, "answer": {"patch": {}, "json": 1}}, "answer"),
        ({"match": {}, "answer": {"patch": [1]}}, "answer.patch"),
        ({"match": {}, "answer": {"headers": {"Content-Length": "1"}}}, "answer.headers"),
        ({"match": {}, "answer": {"headers": {"a b": "1"}}}, "answer.headers"),
        ({"match": {}, "answer": {"headers": {"X": "1\r\nY: 2"}}}, "answer.headers"),
        ({"match": {}, "answer": {}, "times": 0}, "times"),
        ({"match": {}, "answer": {}, "skip": -1}, "skip"),
    ],
    ids=lambda value: str(value)[:70],
)
def test_a_wrong_override_is_refused_by_the_name_of_its_field(api: Api, body: dict[str, Any], field: str) -> None:
    status, said = api.ask("POST", "/overrides", body)
    assert (status, said["details"][0]["field"]) == (422, field)
    assert api.get("/overrides") == {"overrides": []}


def test_only_so_many_are_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockservers.kernel.overrides.MOST_OVERRIDES", 0)
    status, said = api.ask("POST", "/overrides", {"match": {}, "answer": {}})
    assert (status, "clear some" in said["error"]) == (422, True)


def test_python_overrides_with_the_same_words() -> None:
    with mockservers.start("get_tickets", data="empty") as server, server.world() as world:
        desk = world["get_tickets"]
        made = world.override({"vendor": "get_tickets", "query": {"tid": 34}}, status=500, body="down", times=None)
        query = {**desk.credentials, "action": "get_tickets"}
        assert requests.get(desk.url, {**query, "tid": "34"}, timeout=20).text == "down"
        assert requests.get(desk.url, {**query, "tid": "35"}, timeout=20).status_code == 200
        (entry,) = world.verify(outcome="overridden", query={"tid": 34})
        assert entry.exchange is not None
        assert (entry.exchange.override, made.hits) == (made.id, 1)
        assert world.clear_overrides() == 1
        for match, words, field in (
            ({"vendor": "trackit"}, {}, "match.vendor"),
            ({"paths": "x"}, {}, "match.paths"),
            ({}, {"body": "ä" * 600_000}, "answer: a body"),
            ({}, {"text": "x"}, "answer.text"),
        ):
            with pytest.raises(ValueError, match=field):
                world.override(match, **words)
