"""The figures of the Autotask emulator; `run.py` prints them with the others.

The page of 500 tickets is measured against stock Spyne serialising the same 500 rows in the same run: both over loopback, both
asked by the same client, in turn.
"""

from __future__ import annotations

import base64
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from serving import FROZEN, Connection, memory, rate, serve

Row = tuple[str, str, str]
PATH = "/ATServices/1.6/atws.asmx"
SPACE = "http://autotask.net/ATWS/v1_6/"
LOGIN = base64.b64encode(b"api@demo.example:demo-password").decode()
_ENTITY = re.compile(rb'<Entity xsi:type="Ticket">(.*?)</Entity>', re.DOTALL)
_ID = re.compile(rb'<Entity xsi:type="Ticket"><id>(\d+)</id>')
_FIELD = re.compile(r'<(\w+) xsi:type="xsd:(\w+)"(?: />|>([^<]*)</\1>)')
_CHANGED = re.compile(rb"<LastActivityDate [^>]*>([^<]*)<")


def post(operation: str, inner: str, path: str = PATH) -> bytes:
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>'
        f'<AutotaskIntegrations xmlns="{SPACE}"><IntegrationCode>DEMO-INTEGRATION-CODE</IntegrationCode>'
        f'</AutotaskIntegrations></soap:Header><soap:Body><{operation} xmlns="{SPACE}">{inner}</{operation}></soap:Body>'
        "</soap:Envelope>"
    ).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nAuthorization: Basic {LOGIN}\r\n"
        f'SOAPAction: "{SPACE}{operation}"\r\nContent-Length: {len(body)}\r\n\r\n'
    )
    return head.encode() + body


def query(*conditions: tuple[str, str, str]) -> bytes:
    fields = "".join(
        f'<field>{name}<expression op="{op}">{value}</expression></field>' for name, op, value in conditions
    )
    sxml = f"<queryxml><entity>Ticket</entity><query>{fields}</query></queryxml>"
    return post("query", f"<sXML>{escape(sxml)}</sXML>")


def timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


def stock(page: bytes) -> tuple[Any, str]:
    """A stock Spyne service on loopback that answers with the same tickets; the server, and its URL."""
    # Imported behind the gate, which lets Spyne in on newer Pythons.
    from spyne.model.complex import Array
    from spyne.model.primitive import DateTime, Decimal, Double
    from spyne.server.wsgi import WsgiApplication

    from mockservers.wirekit import spyne_gate as gate

    kinds = {
        "int": gate.Int, "long": gate.Long, "short": gate.Int, "string": gate.Unicode, "boolean": gate.Boolean,
        "dateTime": DateTime, "double": Double, "decimal": Decimal,
    }  # fmt: skip
    rows = [
        {name: (kind, text) for name, kind, text in _FIELD.findall(raw.decode())} for raw in _ENTITY.findall(page)
    ]
    types = {name: kinds[kind] for row in rows for name, (kind, _) in row.items()}
    ticket = type("Ticket", (gate.ComplexModel,), {"__namespace__": SPACE, "id": gate.Long, **types})
    protocol = gate.Soap11()
    tickets = []
    for number, row in enumerate(rows):
        values = {name: protocol.from_unicode(types[name], text) for name, (_, text) in row.items()}
        tickets.append(ticket(id=number, **values))

    def query(ctx: Any) -> Any:
        return tickets

    declared = gate.rpc(_returns=Array(ticket))(query)
    service = type("Stock", (gate.Service,), {"query": declared})
    application = gate.Application([service], tns=SPACE, in_protocol=gate.Soap11(), out_protocol=gate.Soap11())
    server = make_server("127.0.0.1", 0, WsgiApplication(application), handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def page_against_stock(url: str, times: int) -> list[Row]:
    ours = Connection(url)
    request = query(("id", "GreaterThan", "0"))
    page = ours.ask(request)
    assert len(_ID.findall(page)) == 500
    server, address = stock(page)
    plain = post("query", "", "/")
    taken: dict[str, list[float]] = {"ours": [], "stock": []}
    for _ in range(times):
        for _ in range(5):
            taken["ours"].append(timed(lambda: ours.ask(request)))
        # wsgiref closes each connection, so a new one is opened outside the measured time.
        theirs = Connection(address)
        taken["stock"].append(timed(lambda: theirs.ask(plain)))  # noqa: B023 - called at once
    server.shutdown()
    mine, stocks = statistics.median(taken["ours"]), statistics.median(taken["stock"])
    return [
        ("Autotask: page of 500 tickets, all fields", "10 ms", f"{mine:.1f} ms ({len(page) / 1e6:.2f} MB)"),
        ("  stock Spyne, the same rows", "-", f"{stocks:.0f} ms"),
        ("  ratio", "40x", f"{stocks / mine:.0f}x"),
    ]


def paging(url: str) -> list[Row]:
    connection = Connection(url)
    connection.ask(query(("id", "GreaterThan", "0")))  # the first request builds the service
    last, found, pages = 0, 0, []
    began = time.perf_counter()
    while True:
        page = b""

        def ask() -> None:
            nonlocal page
            page = connection.ask(query(("id", "GreaterThan", str(last))))  # noqa: B023 - called at once

        pages.append(timed(ask))
        ids = _ID.findall(page)
        found += len(ids)
        if len(ids) < 500:
            break
        last = int(ids[-1])
    tenth = max(1, len(pages) // 10)
    first, end = statistics.median(pages[:tenth]), statistics.median(pages[-tenth - 1 : -1])
    return [
        (f"Autotask: {found:,} tickets by id paging", "5 s", f"{time.perf_counter() - began:.1f} s"),
        ("  a page at the end against one at the beginning", "flat", f"{end / first:.2f}x"),
    ]


def newest(connection: Connection, many: int) -> bytes:
    """A query for the tickets changed last: as many in a world of any size, so that the answers weigh the same."""
    page = connection.ask(query(("LastActivityDate", "GreaterThan", "2026-03-01T00:00:00")))
    dates = sorted(_CHANGED.findall(page))
    since = max(each for each in dates if each < dates[-many]).decode()
    return query(("LastActivityDate", "GreaterThan", since))


def changed(small: str, big: str, times: int) -> list[Row]:
    few, many = Connection(small), Connection(big)
    first, second = newest(few, 50), newest(many, 50)
    taken: dict[str, list[float]] = {"few": [], "many": []}
    counts = [len(_ID.findall(few.ask(first))), len(_ID.findall(many.ask(second)))]
    for _ in range(times):
        taken["few"].append(timed(lambda: few.ask(first)))
        taken["many"].append(timed(lambda: many.ask(second)))
    one, two = statistics.median(taken["few"]), statistics.median(taken["many"])
    return [
        ("Autotask: newest LastActivityDates, 1,000 tickets", "-", f"{one:.2f} ms ({counts[0]} found)"),
        ("  the same, large world", "-", f"{two:.2f} ms ({counts[1]} found)"),
        ("  ratio", "1.5x", f"{two / one:.2f}x"),
    ]


def figures(quick: bool) -> list[Row]:
    """All figures of Autotask."""
    # The threshold would slow a benchmark down, as it should.
    frozen = (*FROZEN, "--dialect", "autotask.threshold=off")
    many = 10_000 if quick else 100_000
    small = serve(*frozen, "--data", "empty", "--data", "autotask:1000")
    big = serve(*frozen, "--data", "empty", "--data", f"autotask:{many}")
    found = [(f"Autotask: load {many:,} tickets, process start included", "60 s", f"{big.seconds:.1f} s")]
    found += page_against_stock(small.url, 3 if quick else 10)
    found += paging(big.url)
    found += changed(small.url, big.url, 30 if quick else 200)
    ids = [int(each) for each in _ID.findall(Connection(small.url).ask(query(("id", "GreaterThan", "0"))))][:200]
    requests = [query(("id", "Equals", str(each))) for each in ids]
    seconds = 2.0 if quick else 5.0
    found.append(
        ("Autotask: one-ticket queries per second, one process", "800", f"{rate(small.url, requests, seconds):,.0f}")
    )
    found.append(("Autotask: memory with the large world", "-", f"{memory(big.process.pid) / 1e6:.0f} MB"))
    for served in (small, big):
        served.stop()
    return found


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
