"""Autotask by bytes: a world, and envelopes sent through the wire without a socket."""

from __future__ import annotations

import base64
import weakref
from collections.abc import Mapping
from html import escape
from typing import Any

from lxml import etree

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi
from mockservers.vendors.autotask.emulator import EMULATOR

PATH = "/ATServices/1.6/atws.asmx"
SPACE = "http://autotask.net/ATWS/v1_6/"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
START = "2026-03-02T10:00:00Z"
USER = EMULATOR.demo_credential["user"]
PASSWORD = EMULATOR.demo_credential["password"]
CODE = EMULATOR.demo_credential["IntegrationCode"]
HEADER = f"<AutotaskIntegrations xmlns='{SPACE}'><IntegrationCode>{CODE}</IntegrationCode></AutotaskIntegrations>"


def envelope(inner: str, header: str = HEADER, soap: str = SOAP11) -> str:
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}">'
        f"<s:Header>{header}</s:Header><s:Body>{inner}</s:Body></s:Envelope>"
    )


def request(element: str, inner: str = "") -> str:
    return f'<{element} xmlns="{SPACE}">{inner}</{element}>'


def queryxml(entity: str, inner: str = "") -> str:
    return f"<queryxml><entity>{entity}</entity><query>{inner}</query></queryxml>"


def where(field: str, op: str, value: Any = "", udf: bool = False) -> str:
    attribute = ' udf="true"' if udf else ""
    return f'<field{attribute}>{field}<expression op="{op}">{escape(str(value))}</expression></field>'


def basic(user: str = USER, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Post:
    """One frozen world with Autotask in it."""

    def __init__(
        self, dialect: str | Mapping[str, Any] | None = None, *, data: str = "demo:40", start: str = START
    ) -> None:
        config = WorldConfig(
            mode="frozen",
            start=instants.from_iso(start),
            data={"autotask": Recipe.parse(data)},
            dialects={} if dialect is None else {"autotask": dialect},
        )
        self.world = World("default", config, lambda name: EMULATOR)
        # Many tests make one in passing: its databases are closed when nobody holds it any more.
        weakref.finalize(self, self.world.close)
        self.world.installation("autotask")

    def http(
        self,
        body: str | bytes = b"",
        *,
        verb: str = "POST",
        path: str = PATH,
        query: str = "",
        media: str | None = "text/xml; charset=utf-8",
        action: str | None = None,
        host: str = "127.0.0.1:8750",
        prefix: str = "",
        login: str | None = ...,
        headers: list[tuple[str, str]] | None = None,  # type: ignore[assignment]
    ) -> Exchange:
        raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        sent = [("Host", host), *(headers or [])]
        login = basic() if login is ... else login
        if login is not None:
            sent.append(("Authorization", login))
        if media is not None:
            sent.append(("Content-Type", media))
        if action is not None:
            sent.append(("SOAPAction", action))
        exchange = Exchange(verb, prefix + path, sent, raw)
        environ = wsgi.environ(
            method=verb,
            path=path,
            query=query,
            prefix=prefix,
            scheme="http",
            server=("127.0.0.1", 8750),
            headers=sent,
            body=raw,
            remote="127.0.0.1",
        )
        done = wsgi.respond(self.world, "autotask", environ, exchange)
        exchange.leave()
        return done

    def call(self, element: str, inner: str = "", *, header: str = HEADER, soap: str = SOAP11, **http: Any) -> Exchange:
        """One operation by the name of its request element."""
        http.setdefault("action", f'"{SPACE}{element}"' if soap == SOAP11 else None)
        http.setdefault("media", "text/xml; charset=utf-8" if soap == SOAP11 else "application/soap+xml; charset=utf-8")
        return self.http(envelope(request(element, inner), header, soap), **http)

    def result(self, element: str, inner: str = "", **more: Any) -> Any:
        """The result element of a call that is answered with status 200; None when it is absent."""
        done = self.call(element, inner, **more)
        assert done.status == 200, done.reply_body[:2000]
        return etree.fromstring(done.reply_body).find(f".//{{{SPACE}}}{element}Result")

    def query(self, entity: str, inner: str = "", **more: Any) -> Any:
        return self.result("query", f"<sXML>{escape(queryxml(entity, inner), quote=False)}</sXML>", **more)

    @property
    def last(self) -> Entry:
        return list(self.world.journal)[-1]

    @property
    def notes(self) -> set[str]:
        return {note.rule.removeprefix("autotask.") for note in self.last.notes}


def texts(element: Any, name: str) -> list[str | None]:
    """The texts of all elements of a name below `element`."""
    return [each.text for each in element.iter(f"{{{SPACE}}}{name}")]


def fault(done: Exchange) -> str:
    """The text of a fault, whichever version of SOAP it is of."""
    assert done.status == 500, (done.status, done.reply_body[:500])
    root = etree.fromstring(done.reply_body)
    return next(each.text or "" for each in root.iter("faultstring", f"{{{SOAP12}}}Text"))
