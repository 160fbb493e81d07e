"""Who may use the control API."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mockservers.server.control import guard
from tests.server import toy
from tests.server.wires import Wire

WORLDS = "/_mock/v1/worlds"


@pytest.fixture
def locked() -> Iterator[Wire]:
    with toy.front(control_token="the-token") as door, Wire(door.port) as wire:
        yield wire


@pytest.mark.parametrize(
    "target", ["/_mock/", "/_mock", WORLDS, "/_mock/v1/openapi.json", "/_mock/v1/none", "/w/default/_mock/v1/clock"]
)
def test_with_a_token_nothing_answers_without_it(locked: Wire, target: str) -> None:
    reply = locked.get(target).reply()
    assert (reply.status, "Bearer" in reply["www-authenticate"]) == (401, True)
    assert "Authorization: Bearer" in json.loads(reply.body)["do"]


@pytest.mark.parametrize(
    "value", ["Bearer wrong", "Bearer", "Basic the-token", "the-token", "Bearer the-token2", "Bearer th\xe9"]
)
def test_a_wrong_token_is_refused(locked: Wire, value: str) -> None:
    assert locked.get(WORLDS, f"Authorization: {value}").reply().status == 401


def test_the_token_opens_whatever_the_host_and_health_needs_none(locked: Wire) -> None:
    good = ("Authorization: bearer the-token", "Host: mock.example:80", "Origin: https://elsewhere.example")
    assert locked.get(WORLDS, *good).reply().status == 200
    assert locked.get("/_mock/v1/health", "Host: mock.example").reply().status == 200
    assert locked.get("/toy?key=demo-key-1").reply().status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.5:80",
        "",
        "[::2]",
        "evil.example:80:90",
    ],
)
def test_a_foreign_host_is_refused_for_fear_of_rebinding(wire: Wire, host: str) -> None:
    reply = wire.get(WORLDS, f"Host: {host}").reply()
    assert (reply.status, "control token" in json.loads(reply.body)["do"]) == (403, True)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:99", "127.0.0.1:1", "[::1]:1", "default.localhost:5", "localhost."]
)
def test_names_of_this_machine_are_good(wire: Wire, host: str) -> None:
    assert wire.get(WORLDS, f"Host: {host}").reply().status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://"])
def test_a_foreign_origin_is_refused(wire: Wire, origin: str) -> None:
    assert wire.get(WORLDS + "/default/reset", f"Origin: {origin}", method="POST").reply().status == 403


def test_pages_of_this_machine_may_call(wire: Wire) -> None:
    assert wire.get(WORLDS, "Origin: http://localhost:3000").reply().status == 200


def test_the_bound_host_is_good() -> None:
    assert guard.is_ours(guard.host_of("192.168.1.5:80"), "192.168.1.5")
    assert guard.is_ours(guard.host_of("[fd00::1]:80"), "fd00::1")
    assert not guard.is_ours(guard.host_of("192.168.1.6:80"), "192.168.1.5")
