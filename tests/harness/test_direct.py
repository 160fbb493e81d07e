"""The short way from a client in this process to the server: the same bytes as by a socket, or a socket."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

import mockservers
from mockservers.harness import direct, runner
from mockservers.harness.direct import Shortcut, shortcut
from mockservers.harness.profile import contracted
from mockservers.registry import names
from mockservers.server.http import Server
from tests.harness import journals

PATHS = {
    "get_tickets": [
        "?key=demo-key&action=get_tickets&tid=*&count=5&page=1",
        "?key=wrong&action=get_tickets",
        "?a=%FF+b",
    ],
    "trackit": ["/api/nothing", "/tickets/101", "/swagger/docs/v2"],
    "superoffice": ["/api/v1/Ticket/1", "/api/v1/Nothing", ""],
    "querydata": ["", "?WSDL", "?op=GetQueryData"],
    "autotask": ["", "?wsdl", "?op=query"],
}


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with mockservers.start() as made:
        yield made


def by_socket(server: Server, request: bytes) -> bytes:
    with socket.create_connection((server.host, server.port), timeout=20) as line:
        line.sendall(request)
        reply = http.client.HTTPResponse(line, method=request.partition(b" ")[0].decode())
        reply.begin()
        head = f"HTTP/1.1 {reply.status} {reply.reason}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in reply.getheaders())
        return head.encode() + b"\r\n" + reply.read()


@pytest.mark.parametrize("vendor", names())
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_an_answer_has_the_bytes_that_a_socket_gets(server: mockservers.MockServer, vendor: str, method: str) -> None:
    door = server._server
    place = urlsplit(server.default[vendor].url)
    way = Shortcut(door, threading.current_thread)
    for path in PATHS[vendor]:
        for type_ in ("", "Content-Type: application/json\r\n", "Content-Type: text/xml\r\nAccept: text/html\r\n"):
            body = '{"x": 1}' if type_ and method != "GET" else ""
            head = f"{method} {place.path}{path} HTTP/1.1\r\nHost: {place.netloc}\r\n{type_}Content-Length: {len(body)}\r\n"
            request = f"{head}Connection: keep-alive\r\n\r\n{body}".encode()
            assert way.answer(request, 0) == by_socket(door, request)


@pytest.mark.parametrize("vendor", contracted())
def test_a_check_is_the_same_by_both_ways(
    vendor: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken: list[int] = []
    kept = direct.Shortcut.answer

    def counted(self: Shortcut, *args: Any) -> bytes | None:
        answer = kept(self, *args)
        taken.append(answer is not None)
        return answer

    monkeypatch.setattr(direct.Shortcut, "answer", counted)
    told = []
    for share in (1, 1_000_000):  # every play over sockets, and none
        monkeypatch.setattr(runner, "SOCKETS", share)
        journals.main(vendor, 4, 3)
        told.append((capsys.readouterr().out, sum(taken)))
    assert told[0] == (told[1][0], 0)
    assert told[1][1] > 20


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /API/default.aspx HTTP/1.0\r\nHost: a\r\n\r\n",
        b"GET /API/default.aspx HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /API/default.aspx HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /API/default.aspx HTTP/1.1\r\nConnection: keep-alive\r\n\r\n",
        b"GET /API/default.aspx?x=\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /API/default.aspx HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST /API/default.aspx HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /API/default.aspx HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        b"DANCE /API/default.aspx HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /_mock/v1/health HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /w/nobody/API/default.aspx HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_odd_takes_a_connection(server: mockservers.MockServer, request_: bytes) -> None:
    before = len(server.default.journal)
    assert Shortcut(server._server, threading.current_thread).answer(request_, 0) is None
    assert len(server.default.journal) == before


def test_a_planned_fault_and_another_thread_take_a_connection(server: mockservers.MockServer) -> None:
    door, request = server._server, b"GET /API/default.aspx HTTP/1.1\r\nHost: a\r\n\r\n"
    way = Shortcut(door, threading.current_thread)
    with server.world() as world:
        prefixed = request.replace(b"/API", f"/w/{world.name}/API".encode())
        assert way.answer(prefixed, 0)
        world.fault("lost_answer")
        assert way.answer(prefixed, 0) is None
    way.owner = lambda: None
    assert way.answer(request, 0) is None
    assert not way.mine


def test_one_connection_may_go_both_ways(server: mockservers.MockServer) -> None:
    door, before = server._server, socket.create_connection
    with shortcut(door, threading.current_thread) as way:
        http_client = http.client.HTTPConnection(door.host, door.port, timeout=20)
        for path, taken in (("/API/default.aspx", 1), ("/_mock/v1/health", 1), ("/API/default.aspx", 2)):
            http_client.request("GET", path)
            assert http_client.getresponse().read()
            assert way.taken == taken
        http_client.close()
    assert socket.create_connection is before


def test_a_connection_that_a_fault_ended_stays_ended(server: mockservers.MockServer) -> None:
    door = server._server
    with server.world() as world, shortcut(door, threading.current_thread):
        path = f"/w/{world.name}/API/default.aspx"
        line = http.client.HTTPConnection(door.host, door.port, timeout=20)
        world.fault("cut", after_bytes=3)
        line.request("GET", path)
        with pytest.raises(http.client.IncompleteRead):
            line.getresponse().read()
        line.request("GET", path)
        with pytest.raises(ConnectionError):
            line.getresponse()
        line.close()


def test_whoever_speaks_http_by_himself_has_a_socket(server: mockservers.MockServer) -> None:
    door = server._server
    with shortcut(door, threading.current_thread) as way:
        with socket.create_connection((door.host, door.port), timeout=20) as line:
            line.sendall(b"GET /API/default.aspx HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert line.recv(9) == b"HTTP/1.1 "
        http_client = http.client.HTTPConnection(door.host, door.port, timeout=20)
        http_client.request("GET", "/API/default.aspx")
        assert http_client.getresponse().read()
        assert requests.get(f"{door.url}/API/default.aspx", timeout=20).content
        assert way.taken == 2
