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
from importlib import import_module
from types import ModuleType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from lxml import etree
from serving import FROZEN, Connection, memory, rate, serve

Row = tuple[str, str, str]
PATH = "/ATServices/1.6/atws.asmx"
SPACE = "http://autotask.net/ATWS/v1_6/"
XSI, XSD = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XMLSchema"
_XSI_TYPE = f"{{{XSI}}}type"
LOGIN = base64.b64encode(b"api@demo.example:demo-password").decode()
_ID = re.compile(rb'<Entity xsi:type="Ticket"><id>(\d+)</id>')
_CHANGED = re.compile(rb"<LastActivityDate [^>]*>([^<]*)<")


def post(operation: str, inner: str, path: str = PATH) -> bytes:
    body = (
        f'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}"><soap:Header>'
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


def first_id(url: str) -> int:
    """The id of the first ticket of a server's demo world."""
    with Connection(url) as connection:
        return int(_ID.findall(connection.ask(query(("id", "GreaterThan", "0"))))[0])


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        return


def fill(connection: Connection) -> int:
    """Make a page of tickets on which every writable field has a value; returns the id before the first of them."""
    whole = connection.ask(query(("Title", "Equals", "Every field has a value"))).decode()
    found = re.search(r"<Entity .*?</Entity>", whole, re.DOTALL)
    assert found is not None, whole[:1000]
    entity = re.sub(r"<id>\d+</id>", "", found[0])
    first = 0
    for count in (200, 200, 100):
        made = connection.ask(post("create", f"<Entities>{entity * count}</Entities>"))
        assert b"<ReturnCode>1</ReturnCode>" in made, made[:2000]
        first = first or int(_ID.findall(made)[0])
    return first - 1


def stock(page: bytes) -> Any:
    """A Spyne service as it comes, as a WSGI application, that answers with the tickets of a page of ours.

    Spyne serialises them anew for each answer; that it looks nothing up is in its favour.
    """
    from mockservers.wirekit import spyne_gate as gate

    # Imported by name behind the gate, which lets Spyne in on newer Pythons; one module of it wants `cgi` as well.
    array, primitive = import_module("spyne.model.complex").Array, import_module("spyne.model.primitive")
    shim = ModuleType("cgi")
    shim.parse_header = gate._parse_header  # type: ignore[attr-defined]
    sys.modules.setdefault("cgi", shim)
    wsgi = import_module("spyne.server.wsgi").WsgiApplication
    text, number = gate.Unicode.customize(min_occurs=0), primitive.Integer
    kinds = {
        "int": number,
        "long": number,
        "short": number,
        "string": text,
        "boolean": gate.Boolean,
        "dateTime": primitive.DateTime,
        "double": primitive.Double,
        "float": primitive.Double,
        "decimal": primitive.Decimal,
    }

    def made(name: str, base: Any, **members: Any) -> Any:
        info = gate.TypeInfo(list(members.items()))
        return gate.ComplexModelMeta(name, (base,), {"__namespace__": SPACE, "_type_info": info})

    model = gate.ComplexModel
    udf = made("UserDefinedField", model, Name=text, Value=text)
    status = made("EntityDuplicateStatus", model, Found=gate.Boolean, Ignored=gate.Boolean)
    info = made("EntityReturnInfo", model, EntityId=number, DatabaseAction=text, DuplicateStatus=status)
    entity = made("Entity", model, id=number, UserDefinedFields=array(udf))
    protocol, types, read = gate.Soap11(), {}, []
    for each in etree.fromstring(page).iter(f"{{{SPACE}}}Entity"):
        row: dict[str, Any] = {"id": int(each[0].text or 0)}
        row["UserDefinedFields"] = [
            udf(Name=own[0].text, Value=own[1].text if len(own) > 1 else None) for own in each[1]
        ]
        for field in each[2:]:
            name, kind = etree.QName(field).localname, kinds[field.get(_XSI_TYPE, "").removeprefix("xsd:")]
            types[name] = kind.customize(min_occurs=0)
            row[name] = protocol.from_unicode(kind, field.text or "")
        read.append(row)
    ticket = made("Ticket", entity, **types)
    response = made(
        "ATWSResponse",
        model,
        ReturnCode=number,
        EntityResults=array(entity),
        EntityResultType=text,
        EntityReturnInfoResults=array(info),
    )
    answer = response(
        ReturnCode=1,
        EntityResults=[ticket(**row) for row in read],
        EntityResultType="ticket",
        EntityReturnInfoResults=[
            info(EntityId=row["id"], DatabaseAction="None", DuplicateStatus=status(Found=False, Ignored=False))
            for row in read
        ],
    )

    def query(ctx: Any, sent: str | None) -> Any:
        return answer

    service = type("Stock", (gate.Service,), {"query": gate.rpc(text, _returns=response)(query)})
    application = gate.Application(
        [service], tns=SPACE, in_protocol=gate.Soap11(), out_protocol=gate.Soap11(polymorphic=True)
    )
    return wsgi(application)


def page_against_stock(url: str, times: int) -> list[Row]:
    ours = Connection(url)
    request = query(("id", "GreaterThan", str(fill(ours))))
    page = ours.ask(request)
    assert len(_ID.findall(page)) == 500
    server = make_server("127.0.0.1", 0, stock(page), handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    plain = post("query", "", "/")
    taken: dict[str, list[float]] = {"ours": [], "stock": []}
    size = 0
    for _ in range(times):
        for _ in range(5):
            taken["ours"].append(timed(lambda: ours.ask(request)))
        # wsgiref closes each connection, so a new one is opened outside the measured time.
        theirs = Connection(address)
        taken["stock"].append(timed(lambda: theirs.ask(plain)))  # noqa: B023 - called at once
        size = size or len(Connection(address).ask(plain))
    server.shutdown()
    mine, stocks = statistics.median(taken["ours"]), statistics.median(taken["stock"])
    return [
        ("Autotask: page of 500 tickets, all fields", "10 ms", f"{mine:.1f} ms ({len(page) / 1e6:.2f} MB)"),
        ("  stock Spyne, the same rows", "-", f"{stocks:.0f} ms ({size / 1e6:.2f} MB)"),
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
    # The limits would slow a benchmark down, as they should.
    frozen = (*FROZEN, "--dialect", "autotask.threshold=off", "--dialect", "autotask.thread_limit=off")
    many = 10_000 if quick else 100_000
    small = serve(*frozen, "--data", "empty", "--data", "autotask:1000")
    big = serve(*frozen, "--data", "empty", "--data", f"autotask:{many}")
    found = [(f"Autotask: load {many:,} tickets, process start included", "60 s", f"{big.seconds:.1f} s")]
    found += paging(big.url)
    found += changed(small.url, big.url, 30 if quick else 200)
    ids = [int(each) for each in _ID.findall(Connection(small.url).ask(query(("id", "GreaterThan", "0"))))][:200]
    requests = [query(("id", "Equals", str(each))) for each in ids]
    seconds = 2.0 if quick else 5.0
    found.append(
        ("Autotask: one-ticket queries per second, one process", "800", f"{rate(small.url, requests, seconds):,.0f}")
    )
    found += page_against_stock(small.url, 3 if quick else 10)  # last: it adds tickets
    found.append(("Autotask: memory with the large world", "-", f"{memory(big.process.pid) / 1e6:.0f} MB"))
    for served in (small, big):
        served.stop()
    return found


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
