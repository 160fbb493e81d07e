"""A front door with the toy vendor behind it, and a client of its control API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig
from mockservers.server.http import Server
from tests.server import toy
from tests.server.wires import Wire

START = instants.from_iso("2026-03-01T10:00:00Z")


@pytest.fixture
def door() -> Iterator[Server]:
    with toy.front(WorldConfig(mode="frozen", start=START), most_body=100_000) as opened:
        yield opened


@pytest.fixture
def world(door: Server) -> World:
    return door.worlds.default


@pytest.fixture
def wire(door: Server) -> Iterator[Wire]:
    with Wire(door.port) as opened:
        yield opened


class Api:
    """The control API: `ask` returns status and JSON, the methods below it demand success."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        answer = self.session.request(method, f"{self.url}/_mock/v1{path}", json=body, timeout=20, **more)
        return answer.status_code, answer.json()

    def _good(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        status, said = self.ask(method, path, body, **more)
        assert status in (200, 201), said
        return said

    def get(self, path: str, **params: Any) -> Any:
        return self._good("GET", path, params=params)

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return self._good("POST", path, body, params=params)

    def put(self, path: str, body: Any, **params: Any) -> Any:
        return self._good("PUT", path, body, params=params)

    def patch(self, path: str, body: Any, **params: Any) -> Any:
        return self._good("PATCH", path, body, params=params)

    def delete(self, path: str, **params: Any) -> Any:
        return self._good("DELETE", path, params=params)

    def toy(self, path: str = "/toy", **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params={"key": "demo-key-1", **params}, timeout=20)


@pytest.fixture
def api(door: Server) -> Iterator[Api]:
    client = Api(door.url)
    yield client
    client.session.close()
