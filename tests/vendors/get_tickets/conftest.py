"""A help desk to ask: one world, asked in process through the same WSGI calls as the server makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus

import pytest
from lxml import etree

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi

NOW = "2026-03-02T10:00:00Z"
FORMATS = ("xml", "json", "delimited")


def pairs_of(text: str) -> list[list[tuple[str, str]]]:
    """The tickets of a delimited body, as pairs in order, still encoded."""
    return [
        [tuple(pair.split("=", 1)) for pair in line.split("&")]  # type: ignore[misc]
        for line in (text.split("\r\n") if text else [])
    ]


@dataclass
class Reply:
    """An answer as a client would see it."""

    status: int
    media: str
    text: str
    headers: dict[str, str]
    entry: Entry

    @property
    def tickets(self) -> list[dict[str, Any]]:
        """The tickets as they are on the wire, still encoded; of a doubled name the last wins. custom_fields is a dict."""
        if self.text.startswith("<?xml"):
            root = etree.fromstring(self.text.encode())
            assert root.tag == "tickets", self.text
            return [
                {
                    child.tag: {own.tag: own.text or "" for own in child}
                    if child.tag == "custom_fields"
                    else child.text or ""
                    for child in ticket
                }
                for ticket in root
            ]
        if self.text.startswith("{"):
            found = json.loads(self.text)["tickets"]
            return [{**each, "custom_fields": each["custom_fields"][0]} for each in found]
        made = []
        for pairs in pairs_of(self.text):
            ticket: dict[str, Any] = dict(pairs)
            names = [name for name in ticket["custom_fields"].split(",") if name]
            ticket["custom_fields"] = {name: ticket.pop(name) for name in names}
            made.append(ticket)
        return made

    def records(self, root: str) -> list[dict[str, str]]:
        """The records of another action than get_tickets, below their root, as they are on the wire."""
        if self.text.startswith("<?xml"):
            tree = etree.fromstring(self.text.encode())
            assert tree.tag == root, self.text
            return [{child.tag: child.text or "" for child in record} for record in tree]
        if self.text.startswith("{"):
            found: list[dict[str, str]] = json.loads(self.text)[root]
            return found
        return [dict(pairs) for pairs in pairs_of(self.text)]

    @property
    def tids(self) -> list[int]:
        return [int(each["tid"]) for each in self.tickets]

    def said(self, name: str) -> str | None:
        """The one value in the wrapper of errors and counts, decoded; None when it is not such an answer."""
        if self.text.startswith("<?xml"):
            root = etree.fromstring(self.text.encode())
            found = root.findtext(name) if root.tag == "response" else None
        elif self.text.startswith("{"):
            found = json.loads(self.text).get("response", [{}])[0].get(name)
        else:
            return dict(parse_qsl(self.text)).get(name) if self.text.startswith(f"{name}=") else None
        return None if found is None else unquote_plus(found)

    @property
    def error(self) -> str | None:
        return self.said("error")

    @property
    def count(self) -> int | None:
        found = self.said("count")
        return None if found is None else int(found)


@dataclass
class Desk:
    """One world with the emulator in it."""

    world: World
    key: str = "demo-key"
    closed: bool = field(default=False)

    def ask(
        self,
        query: str,
        *,
        path: str = "/API/default.aspx",
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        remote: str = "127.0.0.1",
    ) -> Reply:
        """Send a query string as it stands."""
        sent = [("Host", "localhost"), *(headers or {}).items()]
        exchange = Exchange(method, f"{path}?{query}", sent, body, remote)
        environ = wsgi.environ(
            method=method,
            path=path,
            query=query,
            prefix="",
            scheme="http",
            server=("127.0.0.1", 80),
            headers=sent,
            body=body,
            remote=remote,
        )
        wsgi.respond(self.world, "get_tickets", environ, exchange)
        made = dict(exchange.reply_headers)
        entry = self.world.journal.since(self.world.journal.count - 1)[0]
        return Reply(exchange.status or 0, made.get("Content-Type", ""), exchange.reply_body.decode(), made, entry)

    def get(self, **variables: Any) -> Reply:
        """Ask for tickets with these variables; a trailing underscore of a name is dropped."""
        given = {"key": self.key, "action": "get_tickets", **variables}
        return self.ask("&".join(f"{quote_plus(k)}={quote_plus(str(v))}" for k, v in given.items()))

    def do(self, action: str, **variables: Any) -> Reply:
        """Ask for another action than get_tickets."""
        return self.get(action=action, **variables)

    def act(self, operation: str, tenant: str | None = None, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.world.act("get_tickets", operation, request, tenant)
        return found

    def create(self, **fields: Any) -> int:
        """Open a ticket; its number."""
        return int(self.act("create", fields=fields)["id"])

    def truth(self, tid: int) -> dict[str, Any]:
        found: dict[str, Any] = self.act("read", id=str(tid))["fields"]
        return found

    def all(self) -> list[dict[str, Any]]:
        """Every ticket's truth, by number."""
        found: list[dict[str, Any]] = []
        after = "0"
        while True:
            records = self.act("list", after=after, most=500)["records"]
            if not records:
                return found
            found += [each["fields"] for each in records]
            after = records[-1]["id"]

    def switch(self, **changes: Any) -> None:
        self.world.installation("get_tickets").switch(changes)

    def advance(self, seconds: float) -> None:
        self.world.clock.advance(round(seconds * instants.SECOND))


MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def make_desk() -> MakeDesk:
    """Make desks of any kind: `make_desk("demo:50", store=path, strictness="lenient")`. Frozen at NOW."""

    def make(data: str = "demo", *, seed: int = 1, now: str = NOW, store: Path | None = None, **switches: Any) -> Desk:
        config = WorldConfig(
            seed=seed,
            mode="frozen",
            start=instants.from_iso(now),
            data={"get_tickets": Recipe.parse(data)},
            dialects={"get_tickets": switches.pop("dialect", switches)},
            store=store,
        )
        return Desk(World("desk", config, registry.emulator))

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
