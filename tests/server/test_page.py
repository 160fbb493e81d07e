"""The start page: complete, self-contained, and safe to open."""

from __future__ import annotations

import re

import requests
from lxml import html

from mockservers.kernel.world import World
from mockservers.server.http import Server
from tests.server.conftest import Api

HOSTILE = "<script>alert(1)</script>"


def page(door: Server, path: str = "/_mock/") -> requests.Response:
    answer = requests.get(door.url + path, timeout=20)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    return answer


def test_it_shows_what_runs_and_what_happened(api: Api, door: Server) -> None:
    api.post("/worlds", {"name": "mine"})
    api.toy(word="LOUD")
    api.toy(key="a-wrong-one")
    text = html.fromstring(page(door).text).text_content()
    for part in (
        f"{door.url}/toy",
        f"{door.url}/toy?help",
        "demo-key-1",
        "Toy <vendor>",
        "2026-03-01T10:00:00Z",
        "mine",
        "toy.echo.shout",
        "the word LOUD shouts",
        "BAD_KEY",
        "curl ",
    ):
        assert part in text
    assert "a-wrong-one" not in text


def test_it_is_of_the_world_that_the_url_chooses(api: Api, door: Server) -> None:
    api.post("/worlds", {"name": "mine"})
    assert f"{door.url}/w/mine/toy" in page(door, "/w/mine/_mock/").text
    assert page(door, "/_mock").text.startswith("<!doctype html>")
    assert requests.get(f"{door.url}/w/none/_mock/", timeout=20).status_code == 404


def test_it_loads_nothing_and_escapes_everything(api: Api, door: Server, world: World) -> None:
    api.toy(word=HOSTILE.upper())
    requests.get(f"{door.url}/{HOSTILE}\"'>?{HOSTILE}", headers={"X": HOSTILE}, timeout=20)
    requests.get(f"{door.url}/toy?wire=raise&key={HOSTILE}", timeout=20)
    answer = page(door)
    (script,) = html.fromstring(answer.text).iter("script")  # the workbench, a file of this server
    assert dict(script.attrib) == {"type": "module", "src": "/_mock/static/app.js"}
    assert not script.text
    assert HOSTILE not in answer.text
    assert HOSTILE.upper() not in answer.text
    assert not re.findall(r"(?:src=|@import|url\()(?!\"/_mock/static/)", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    links = [each for each in re.findall(r'href="([^"]*)"', answer.text) if not each.startswith("/")]
    assert all(each.startswith(door.url) for each in links)


def test_its_commands_work_as_they_stand(api: Api, door: Server) -> None:
    (shown,) = [each.text_content() for each in html.fromstring(page(door).text).iter("pre")]
    for line in shown.splitlines():
        words = re.findall(r"'([^']*)'|(\S+)", line)
        parts = [quoted or bare for quoted, bare in words]
        url = next(part for part in parts if part.startswith("http"))
        body = parts[parts.index("-d") + 1] if "-d" in parts else None
        headers = {"Content-Type": "application/json"} if body else {}
        answer = requests.request("POST" if body else "GET", url, data=body, headers=headers, timeout=20)
        assert answer.status_code in (200, 201), (line, answer.text)


def test_a_refusal_says_its_rule_and_a_world_can_be_named(api: Api, door: Server) -> None:
    api.post("/worlds", {"name": "mine"})
    api.toy(key="a-wrong-one")
    text = " ".join(html.fromstring(page(door).text).text_content().split())
    assert "refused by toy.access.key: " in text
    assert "refused by" not in page(door, "/_mock/?world=mine").text
    assert requests.get(door.url + "/_mock/?world=nope", timeout=20).status_code == 404


def test_an_answer_tells_its_call_to_whoever_asks(door: Server) -> None:
    asked = requests.get(f"{door.url}/toy?key=demo-key-1", headers={"X-Mock-Call": "?"}, timeout=20)
    assert asked.headers["X-Mock-Call"] == str(door.worlds.default.journal.count)
    assert "X-Mock-Call" not in requests.get(f"{door.url}/toy?key=demo-key-1", timeout=20).headers
    helped = requests.get(f"{door.url}/toy?help", headers={"x-mock-call": ""}, timeout=20)
    assert helped.headers["X-Mock-Call"] == str(door.worlds.default.journal.count)
