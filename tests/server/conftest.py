"""A front door with the toy vendor behind it, and a client of its control API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig
from mockservers.server.control import application
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


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document of the control API, with every object closed: an answer must tell nothing else."""

    def close(schema: Any) -> Any:
        if isinstance(schema, list):
            return [close(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        closed = {name: close(each) for name, each in schema.items()}
        if "properties" in closed and isinstance(closed["properties"], dict):
            closed.setdefault("additionalProperties", False)
        return closed

    document: dict[str, Any] = close(json.loads(json.dumps(application.application().api_doc)))
    return document


def differs(method: str, path: str, status: int, said: Any) -> str:
    """Where a good answer is not as the document describes it."""
    document = described()
    patterns = {
        re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each)): verbs
        for each, verbs in sorted(document["paths"].items(), key=lambda item: "{" in item[0])
    }
    verbs = next(verbs for pattern, verbs in patterns.items() if re.fullmatch(pattern, path.partition("?")[0]))
    described_as = verbs[method.lower()]["responses"][str(status)]["content"]["application/json"]["schema"]
    schema = {**described_as, "components": document["components"]}
    errors = Draft202012Validator(schema).iter_errors(said)
    return "\n".join(f"{method} {path}: {error.json_path}: {error.message[:300]}" for error in errors)


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
        if path != "/openapi.json":
            assert not (wrong := differs(method, "/_mock/v1" + path, status, said)), wrong
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
