"""A help desk to ask: one world, asked in process through the same WSGI calls as the server makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi

NOW = "2026-03-02T10:00:00Z"
BASE = "/TrackIt/WebApi"
USERS = {
    "demo": ("HELP DESK\\DEMO", "demo-password"),
    "tech1": ("HELP DESK\\TECH1", "tech1-password"),
    "tech2": ("FIELD SERVICE\\TECH2", "tech2-password"),
    "admin": ("SYSTEM ADMINISTRATION\\ADMIN", "admin-password"),
    "reader": ("HELP DESK\\READER", "reader-password"),
    "nobody": ("HELP DESK\\NOBODY", "nobody-password"),
    "former": ("HELP DESK\\FORMER", "former-password"),
    "windows": ("HELP DESK\\CORP\\wtech", "windows-password"),
    "other": ("HELP DESK\\OTHER", "other-password"),
}


@dataclass
class Reply:
    """An answer as a client would see it."""

    status: int
    headers: dict[str, str]
    body: bytes
    entry: Entry

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ticket(self) -> dict[str, Any]:
        """The ticket's values by number, whatever key it stands under."""
        found = self.json.get("Tickets", self.json.get("Ticket"))
        return {number: each["Value"] for number, each in found.items()}

    @property
    def note(self) -> dict[str, Any]:
        found = self.json.get("TicketNote", self.json.get("Note"))
        return {number: each["Value"] for number, each in (found[0] if isinstance(found, list) else found).items()}

    def records(self, key: str) -> list[dict[str, Any]]:
        return [{number: field["Value"] for number, field in each.items()} for each in self.json[key]]

    @property
    def findings(self) -> list[str]:
        return [note.rule for note in self.entry.notes]


@dataclass
class Desk:
    """One world with the emulator in it, and a session for each user who was named."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "demo",
        media: str | None = "application/json",
        headers: Mapping[str, str] | None = None,
        base: str = BASE,
    ) -> Reply:
        """Send a request; `body` is bytes as they stand, or a value for JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = [("Host", "desk.example"), *(headers or {}).items()]
        if raw and media is not None:
            sent.append(("Content-Type", media))
        if user is not None:
            sent.append(("Authorization", f"Bearer {self.token(user)}"))
        address, _, query = f"{base}{path}".partition("?")
        exchange = Exchange(method, f"{base}{path}", sent, raw)
        environ = wsgi.environ(
            method=method,
            path=address,
            query=query,
            prefix="",
            scheme="http",
            server=("127.0.0.1", 80),
            headers=sent,
            body=raw,
            remote="127.0.0.1",
        )
        wsgi.respond(self.world, "trackit", environ, exchange)
        entry = self.world.journal.since(self.world.journal.count - 1)[0]
        return Reply(exchange.status or 0, dict(exchange.reply_headers), exchange.reply_body, entry)

    def get(self, path: str, user: str | None = "demo", **more: Any) -> Reply:
        return self.ask("GET", path, user=user, **more)

    def post(self, path: str, body: Any = None, user: str | None = "demo", **more: Any) -> Reply:
        return self.ask("POST", path, body, user=user, **more)

    def login(self, user: str = "demo", **form: str) -> Reply:
        """Ask for a token by password, or with other form fields."""
        name, password = USERS[user]
        fields = form or {"grant_type": "password", "username": name, "password": password, "scope": ""}
        text = "&".join(f"{key}={quote_plus(value)}" for key, value in fields.items())
        return self.ask("POST", "/token", text.encode(), user=None, media="application/x-www-form-urlencoded")

    def token(self, user: str) -> str:
        """A session's token; logged in at the first use."""
        if user not in self.tokens:
            self.tokens[user] = self.login(user).json["access_token"]
        return self.tokens[user]

    def act(self, operation: str, tenant: str | None = None, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.world.act("trackit", operation, request, tenant)
        return found

    def admin(self, action: str, tenant: str | None = None, **request: Any) -> dict[str, Any]:
        """What an administrator does."""
        found: dict[str, Any] = self.act("act", tenant, id="customer", action=action, **request)["fields"]
        return found

    def create(self, by: str = "DEMO", **fields: Any) -> int:
        """A colleague opens a ticket; its number."""
        return int(self.act("create", by=by, fields={name.lstrip("f"): value for name, value in fields.items()})["id"])

    def truth(self, id_: int) -> dict[str, Any]:
        found: dict[str, Any] = self.act("read", id=id_)["fields"]
        return found

    def all(self, entity: str = "ticket", tenant: str | None = None) -> list[dict[str, Any]]:
        """The truth of every record of a kind, by number."""
        found: list[dict[str, Any]] = []
        while records := self.act("list", tenant, entity=entity, most=500, after=found[-1]["1"] if found else 0)[
            "records"
        ]:
            found += [each["fields"] for each in records]
        return found

    def everything(self) -> list[Any]:
        return [self.all(entity) for entity in ENTITIES]

    def switch(self, **changes: Any) -> None:
        self.world.installation("trackit").switch(changes)

    def advance(self, seconds: float) -> None:
        self.world.clock.advance(round(seconds * instants.SECOND))


ENTITIES = ("ticket", "note", "attachment", "assignment", "assignment_note")
MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def make_desk() -> MakeDesk:
    """Make desks of any kind: `make_desk("demo:50", store=path, note_text="verbatim")`. Frozen at NOW."""

    def make(data: str = "demo", *, seed: int = 1, now: str = NOW, store: Path | None = None, **switches: Any) -> Desk:
        config = WorldConfig(
            seed=seed,
            mode="frozen",
            start=instants.from_iso(now),
            data={"trackit": Recipe.parse(data)},
            dialects={"trackit": switches.pop("dialect", switches)},
            store=store,
        )
        return Desk(World("desk", config, registry.emulator))

    return make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Iterator[Desk]:
    """The special tickets and a few more, in the default dialect."""
    made = make_desk("demo:20")
    yield made
    made.world.close()


@pytest.fixture
def empty(make_desk: MakeDesk) -> Iterator[Desk]:
    """Nobody has opened a ticket yet."""
    made = make_desk("empty")
    yield made
    made.world.close()
