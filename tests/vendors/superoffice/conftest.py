"""A tenant to ask: one world, asked in process through the same WSGI calls as the server makes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi

NOW = "2026-03-02T10:00:00Z"
AGENT = "/api/v1/Agents/Ticket/"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


DEMO = basic("demo@demo.example", "demo-password")
LIMITED = basic("limited@demo.example", "limited-password")
OTHER = basic("demo@other.example", "other-password")


@dataclass
class Reply:
    """An answer as a client would see it."""

    status: int
    media: str
    body: bytes
    headers: dict[str, str]
    entry: Entry

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ids(self) -> list[int]:
        return [each["TicketId"] for each in self.json]

    @property
    def rules(self) -> list[str]:
        return [rule.removeprefix("superoffice.") for rule in self.entry.rules]


@dataclass
class Desk:
    """One world with the emulator in it."""

    world: World
    login: str = DEMO

    def ask(
        self,
        method: str,
        path: str,
        query: str = "",
        *,
        body: Any = None,
        media: str | None = "application/json",
        login: str | None = "",
        host: str = "localhost",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request; `body` is bytes as they stand, or a value that goes out as JSON. `login` None: no header."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = [("Host", host), *(headers or {}).items()]
        if raw and media is not None:
            sent.append(("Content-Type", media))
        if login is not None:
            sent.append(("Authorization", login or self.login))
        exchange = Exchange(method, f"{path}?{query}" if query else path, sent, raw)
        environ = wsgi.environ(
            method=method,
            path=path,
            query=query,
            prefix="",
            scheme="http",
            server=("127.0.0.1", 80),
            headers=sent,
            body=raw,
            remote="127.0.0.1",
        )
        wsgi.respond(self.world, "superoffice", environ, exchange)
        made = dict(exchange.reply_headers)
        entry = next(each for each in reversed(list(self.world.journal)) if each.actor == "client")
        return Reply(exchange.status or 0, made.get("Content-Type", ""), exchange.reply_body, made, entry)

    def call(self, method: str, body: Any = None, query: str = "", root: str = "", **more: Any) -> Reply:
        """Call a method of the Ticket agent."""
        return self.ask("POST", f"{root}{AGENT}{method}", query, body=body, **more)

    def get(self, path: str, query: str = "", **more: Any) -> Reply:
        return self.ask("GET", f"/api/v1/{path}", query, **more)

    def tickets(self, *ids: int, query: str = "", **more: Any) -> Reply:
        return self.call("GetTickets", {"TicketIds": list(ids)}, query, **more)

    def ticket(self, id_: int, query: str = "", **headers: str) -> dict[str, Any]:
        """One ticket as GetTickets answers it; headers with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        found: list[dict[str, Any]] = self.tickets(id_, query=query, headers=given).json
        return found[0]

    def act(self, operation: str, tenant: str | None = None, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.world.act("superoffice", operation, request, tenant)
        return found

    def do(self, id_: Any, action: str, **more: Any) -> dict[str, Any]:
        """Somebody works on a ticket, or on the customer; the fields after."""
        found: dict[str, Any] = self.act("act", id=str(id_), action=action, **more)["fields"]
        return found

    def administer(self, action: str, **more: Any) -> dict[str, Any]:
        return self.act("act", id="customer", action=action, **more)

    def create(self, **fields: Any) -> int:
        return int(self.act("create", fields=fields)["id"])

    def truth(self, id_: int) -> dict[str, Any]:
        found: dict[str, Any] = self.act("read", id=str(id_))["fields"]
        return found

    def all(self, tenant: str | None = None) -> list[dict[str, Any]]:
        """Every ticket's truth, by number."""
        found: list[dict[str, Any]] = []
        after = "0"
        while True:
            records = self.act("list", tenant, after=after, most=500)["records"]
            if not records:
                return found
            found += [each["fields"] for each in records]
            after = records[-1]["id"]

    def switch(self, **changes: Any) -> None:
        self.world.installation("superoffice").switch(changes)

    def advance(self, seconds: float) -> None:
        self.world.clock.advance(round(seconds * instants.SECOND))


MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def make_desk() -> MakeDesk:
    """Make desks of any kind: `make_desk("demo:50", store=path, dates="netserver")`. Frozen at NOW."""

    def make(data: str = "demo", *, seed: int = 1, now: str = NOW, store: Path | None = None, **switches: Any) -> Desk:
        config = WorldConfig(
            seed=seed,
            mode="frozen",
            start=instants.from_iso(now),
            data={"superoffice": Recipe.parse(data)},
            dialects={"superoffice": switches.pop("dialect", switches)},
            store=store,
        )
        world = World("desk", config, registry.emulator)
        world.installation("superoffice")  # dates of the data hang on the time at which it is opened
        return Desk(world)

    return make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Iterator[Desk]:
    """The demo data in the default dialect."""
    made = make_desk()
    yield made
    made.world.close()


@pytest.fixture
def empty(make_desk: MakeDesk) -> Iterator[Desk]:
    """Nobody has opened a ticket yet."""
    made = make_desk("empty")
    yield made
    made.world.close()
