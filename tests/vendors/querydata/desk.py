"""A world with QueryData in it, and short ways to call it: as bytes through the wire, and as other people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi

PATH = "/Irthnet/webservices/IRTHNetWOIntegration.asmx"
START = "2026-03-02T10:00:00Z"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SPACE = "http://tempuri.org/"
ACTION = f'"{SPACE}QueryData"'

LAST, ID, CREATED = "LastActionDateTime", "UtilisphereID", "CreateDate"


def envelope(
    payload: str | None, *, soap: str = SOAP11, space: str = SPACE, name: str = "json", method: str = "QueryData"
) -> str:
    inner = "" if payload is None else f"<{name}>{escape(payload, quote=False)}</{name}>"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body><{method} xmlns="{space}">{inner}</{method}></s:Body></s:Envelope>'


def between(field: str, value: Any) -> dict[str, Any]:
    return {"Field": field, "Operation": "TIME_BETWEEN", "Value": value}


def equals(value: Any, field: str = ID) -> dict[str, Any]:
    return {"Field": field, "Operation": "EQUALS", "Value": value}


def payload(
    result: Any, *filters: Any, warehouse: Any = False, form: Any = "JSON", code: Any = "DEMO-AUTH-CODE", **more: Any
) -> dict[str, Any]:
    """A request; a member given as `...` is left out."""
    members = {
        "AuthCode": code,
        "ItemType": "Ticket",
        "ResultType": result,
        "ResultFormat": form,
        "UseWarehouse": warehouse,
        "Filters": list(filters),
    }
    members.update(more)
    return {"QueryData_V1": {name: value for name, value in members.items() if value is not ...}}


class Desk:
    """One frozen world. `now` is ISO text; windows are written by the tests in the vendor's notation."""

    def __init__(
        self,
        dialect: str | Mapping[str, Any] | None = None,
        *,
        data: str = "empty",
        start: str = START,
        store: Path | None = None,
        seed: int = 1,
    ) -> None:
        config = WorldConfig(
            seed=seed,
            mode="frozen",
            start=instants.from_iso(start),
            data={"querydata": Recipe.parse(data)},
            dialects={} if dialect is None else {"querydata": dialect},
            store=store,
        )
        self.world = World("default", config, registry.emulator)
        self.world.installation("querydata")

    # --- the client ---

    def http(
        self,
        body: str | bytes = b"",
        *,
        verb: str = "POST",
        tail: str = "",
        query: str = "",
        media: str | None = "text/xml; charset=utf-8",
        action: str | None = ACTION,
        host: str = "127.0.0.1:8750",
        remote: str = "127.0.0.1",
        prefix: str = "",
    ) -> Exchange:
        raw = body.encode() if isinstance(body, str) else body
        headers = [("Host", host)]
        if media is not None:
            headers.append(("Content-Type", media))
        if action is not None:
            headers.append(("SOAPAction", action))
        exchange = Exchange(verb, prefix + PATH + tail, headers, raw, remote)
        environ = wsgi.environ(
            method=verb,
            path=PATH + tail,
            query=query,
            prefix=prefix,
            scheme="http",
            server=("127.0.0.1", 8750),
            headers=headers,
            body=raw,
            remote=remote,
        )
        return wsgi.respond(self.world, "querydata", environ, exchange)

    def text(self, asked: Any, **http: Any) -> str:
        """The text inside QueryDataResult; `asked` is an object, or the payload's text."""
        sent = asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False)
        done = self.http(envelope(sent), **http)
        assert done.status == 200, done.reply_body
        found = re.search("<QueryDataResult>(.*)</QueryDataResult>", done.reply_body.decode(), re.DOTALL)
        assert found, done.reply_body
        return unescape(found[1])

    def ask(self, result: Any, *filters: Any, **more: Any) -> Any:
        """Ask, and read the JSON answer."""
        return json.loads(self.text(payload(result, *filters, **more)))

    def ids(self, window: str, field: str = LAST, **more: Any) -> list[int]:
        answer = self.ask("Summary", between(field, window), **more)
        found: list[int] = answer["UtilisphereIDs"]
        return found

    def details(self, id_: Any, **more: Any) -> list[dict[str, Any]]:
        tickets: list[dict[str, Any]] = self.ask("Details", equals(str(id_)), **more)["Tickets"]
        return tickets

    def error(self, *args: Any, **more: Any) -> tuple[str, str]:
        """Code and message of a refusal."""
        said = self.ask(*args, **more)["Error"]
        return said["Code"], said["Message"]

    # --- other people and the world ---

    def create(self, tenant: str | None = None, **request: Any) -> int:
        return int(self.world.act("querydata", "create", request, tenant)["id"])

    def act(self, id_: int, action: str, **request: Any) -> dict[str, Any]:
        done: dict[str, Any] = self.world.act("querydata", "act", {"id": str(id_), "action": action, **request})
        return done

    def other(self, operation: str, request: Any = None, tenant: str | None = None) -> Any:
        return self.world.act("querydata", operation, request, tenant)

    def at(self, moment: str) -> None:
        """Set the clock: an ISO time, or HH:MM[:SS] on the first day."""
        if "T" not in moment:
            moment = f"2026-03-02T{moment if moment.count(':') == 2 else moment + ':00'}Z"
        self.world.clock.set(instants.from_iso(moment))

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(round(seconds * SECOND))

    def switch(self, **changes: Any) -> None:
        self.world.installation("querydata").switch(changes)

    @property
    def last(self) -> Entry:
        return list(self.world.journal)[-1]

    @property
    def rules(self) -> set[str]:
        """Rules applied by the last call, without the vendor's name."""
        return {rule.removeprefix("querydata.") for rule in self.last.rules}

    @property
    def notes(self) -> set[str]:
        return {note.rule.removeprefix("querydata.") for note in self.last.notes}


def day(window: str) -> str:
    """`10:00-10:05` on the first day, in the vendor's notation."""
    start, end = window.split("-")
    return f"2026/03/02 {start}-2026/03/02 {end}"
