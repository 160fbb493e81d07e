"""Who may use the control API."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mockservers.kernel.world import World
from mockservers.server.control import guard
from mockservers.server.http import Server
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


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "default.localhost", "[::1]"])
def test_pages_of_this_server_may_call_and_those_of_another_port_may_not(door: Server, wire: Wire, host: str) -> None:
    reset = (WORLDS + "/default/reset", "Content-Type: application/json")
    own = f"Origin: http://{host}:{door.port}"
    assert wire.get(*reset, own, method="POST", body=b"{}").reply().status == 200
    for origin in (f"http://{host}:{door.port % 60000 + 1}", f"http://{host}", f"https://{host}:3000"):
        assert wire.get(*reset, f"Origin: {origin}", method="POST", body=b"{}").reply().status == 403


@pytest.mark.parametrize(
    ("site", "mode", "method", "status"),
    [
        ("cross-site", "no-cors", "GET", 403),
        ("same-site", "cors", "GET", 403),
        ("same-site", "navigate", "POST", 403),
        ("same-origin", "cors", "GET", 200),
        ("none", "navigate", "GET", 200),
        ("cross-site", "navigate", "GET", 200),
    ],
)
def test_what_a_browser_says_of_a_call_counts(wire: Wire, site: str, mode: str, method: str, status: int) -> None:
    target = WORLDS if method == "GET" else WORLDS + "/default/reset"
    headers = (f"Sec-Fetch-Site: {site}", f"Sec-Fetch-Mode: {mode}")
    assert wire.get(target, *headers, method=method).reply().status == status


# --- data of a real system ------------------------------------------------------------------------------------------

ECHO = "/toy?key=demo-key-1&word=hi"


@pytest.fixture
def real(door: Server) -> Iterator[Wire]:
    door.allow_hosts = ("vendor.example",)
    with Wire(door.port) as wire:
        yield wire


@pytest.mark.parametrize(
    "headers",
    [
        ("Host: rebound.evil.example",),
        ("Host: vendor.example.evil.example",),
        ("Host: localhost", "Origin: http://evil.example"),
        ("Host: localhost", "Origin: null"),
    ],
)
def test_a_foreign_name_or_page_is_not_told_data_of_a_real_system(
    real: Wire, world: World, headers: tuple[str, ...]
) -> None:
    reply = real.get(ECHO, *headers).reply()
    assert (reply.status, "--allow-host" in json.loads(reply.body)["do"]) == (403, True)
    assert [(entry.vendor, entry.outcome) for entry in world.journal] == [("", "page")]
    assert real.get(f"http://evil.example{ECHO}", "Host: localhost").reply().status == 403


@pytest.mark.parametrize(
    "headers",
    [
        ("Host: localhost",),
        ("Host: w.localhost:1",),
        ("Host: vendor",),
        ("Host: VENDOR.example:443",),
        ("Host: 127.0.0.1", "Origin: http://localhost:3000"),
        ("Host: vendor.example", "Origin: https://vendor.example"),
    ],
)
def test_names_of_this_machine_and_those_allowed_are_told(real: Wire, headers: tuple[str, ...]) -> None:
    assert real.get(ECHO, *headers, "X-Mock-World: default").reply().status == 200


def test_any_name_is_told_where_any_is_allowed_and_of_made_up_data(door: Server) -> None:
    for allowed in (("*",), None):
        door.allow_hosts = allowed
        with Wire(door.port) as wire:
            assert wire.get(ECHO, "Host: any.example", "Origin: http://evil.example").reply().status == 200


def test_the_bound_host_is_good() -> None:
    assert guard.is_ours(guard.host_of("192.168.1.5:80"), "192.168.1.5")
    assert guard.is_ours(guard.host_of("[fd00::1]:80"), "fd00::1")
    assert not guard.is_ours(guard.host_of("192.168.1.6:80"), "192.168.1.5")
