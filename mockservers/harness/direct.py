"""The short way from a client in this process to the server: the same bytes, without a socket between them.

What `http.client` writes is read here, answered in the client's own thread, and what the server would send comes back. Only plain
requests go this way, from the thread that does the client's task, in a world in which no fault is planned; all others take a real
connection to the same server. So what faults do to connections, and what several threads do at once, is never imitated.
"""

from __future__ import annotations

import http.client
import io
import os
import re
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

from mockservers.kernel.journal import Exchange, Headers
from mockservers.server import mounts, responses
from mockservers.server.http import LONG, Server

_HEAD = re.compile(
    rb"([A-Z]+) (/[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z][A-Za-z0-9-]*: [!-~](?:[ -~]*[!-~])?\r\n)+)\r\n"
)
"""A head that every parser reads alike. What is odd is for the server's own."""
_PLAIN = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_READERS = frozenset({"http.client", "urllib3.connection"})
"""Modules that ask a connection for nothing but what a `_Line` has."""
_WITHOUT = frozenset({"transfer-encoding", "expect", "upgrade", "x-mock-world", "te", "trailer"})


class Shortcut:
    """The way to one server. `owner` tells the thread whose requests may take it now; None for none."""

    def __init__(self, server: Server, owner: Callable[[], threading.Thread | None]) -> None:
        self.server, self.owner = server, owner
        self.open = True
        self.taken = 0
        """Requests that went this way."""

    @property
    def mine(self) -> bool:
        """Whether a request of this thread may go this way."""
        return self.open and threading.current_thread() is self.owner()

    def answer(self, request: bytes, after: int) -> bytes | None:
        """What the server would send; None for what is to go by a connection."""
        head = _HEAD.match(request)
        if head is None or not self.mine:
            return None
        method, raw = head[1].decode(), head[2].decode()
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in head[3].decode().splitlines())]
        names = [name.lower() for name, _ in headers]
        if method not in _PLAIN or len(set(names)) < len(names) or not _WITHOUT.isdisjoint(names):
            return None
        said = dict(zip(names, (value for _, value in headers), strict=True))
        body = request[head.end() :]
        length = said.get("content-length", "0")
        if not length.isdecimal() or int(length) != len(body) or len(body) > LONG or "host" not in said:
            return None
        if said.get("connection", "keep-alive").lower() != "keep-alive":
            return None
        return self._answer(method, raw, headers, body, said["host"], after)

    def _answer(self, method: str, raw: str, headers: Headers, body: bytes, host: str, after: int) -> bytes | None:
        server = self.server
        where = mounts.target(raw, host, {})
        world = server.worlds.get(where.world)
        if world is None or world.faults.planned or world.config.desk or where.path.startswith("/_mock"):
            return None
        path = unquote_to_bytes(where.path.encode()).decode("utf-8", "replace")
        mount = mounts.find(path, server.mounts, where.query)
        if mount is None or mount.vendor in server.stubs:
            return None
        world.arrive(mount.vendor)
        exchange = Exchange(method, raw, headers, body, "127.0.0.1", perhaps=server.vendors, after=after)
        try:
            server.converse(world, mount.vendor, where, exchange)
            world.wait(exchange.delay)
            return _written(exchange, world.clock.now(), method)
        finally:
            exchange.leave()


def _written(exchange: Exchange, now: int, method: str) -> bytes:
    """An answer as the server writes it on a connection that stays open."""
    status, body = exchange.status or 500, exchange.reply_body
    headers = responses.told(exchange.reply_headers)
    names = {name.lower() for name, _ in headers}
    if body and "content-type" not in names:
        headers.append(("Content-Type", "application/octet-stream"))
    if "date" not in names:
        headers.append(("Date", responses.http_date(now)))
    if "server" not in names:
        headers.append(("Server", responses.SERVER))
    length = responses.length_of(method, exchange)
    if length is not None:
        headers.append(("Content-Length", str(length)))
    lines = [
        f"HTTP/1.1 {status} {http.client.responses.get(status, '')}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return head if method == "HEAD" or status in (204, 304) else head + body


class _Line:
    """What stands where a socket would, as far as `http.client` and urllib3 look at it."""

    family, type, proto = socket.AF_INET, socket.SOCK_STREAM, 0

    def __init__(self, shortcut: Shortcut, connect: Callable[[], socket.socket]) -> None:
        self._shortcut, self._connect = shortcut, connect
        self._real: socket.socket | None = None
        self._written = bytearray()
        self._after = 0
        self._timeout: Any = None
        self._options: list[tuple[Any, ...]] = []

    def sendall(self, data: bytes) -> None:
        if not self._written:
            self._after = self._shortcut.server.answers
        self._written += data

    def makefile(self, *mode: Any, **more: Any) -> Any:
        """Where the answer is read: by now the request is whole, and it is known which way it may go."""
        request, self._written = bytes(self._written), bytearray()
        answer = None if self._ended else self._shortcut.answer(request, self._after)
        if answer is not None:
            self._shortcut.taken += 1
            return io.BytesIO(answer)
        if self._real is None:
            self._real = self._connect()
            self._real.settimeout(self._timeout)
        self._real.sendall(request)
        return self._real.makefile(*mode, **more)

    @property
    def _ended(self) -> bool:
        """Whether the server has ended this connection, as after a fault: who goes on with it must learn of that."""
        return self._real is not None and bool(select.select([self._real], [], [], 0)[0])

    def settimeout(self, value: Any) -> None:
        self._timeout = value
        if self._real is not None:
            self._real.settimeout(value)

    def gettimeout(self) -> Any:
        return self._timeout

    def setsockopt(self, *option: Any) -> None:
        if self._real is not None:
            self._real.setsockopt(*option)

    def fileno(self) -> int:
        return _quiet() if self._real is None else self._real.fileno()

    def shutdown(self, how: int) -> None:
        if self._real is not None:
            self._real.shutdown(how)

    def close(self) -> None:
        if self._real is not None:
            self._real.close()


_QUIET: list[int] = []


def _quiet() -> int:
    """A descriptor on which nothing ever comes: a connection that the other side holds open."""
    if not _QUIET:
        _QUIET[:] = os.pipe()
    return _QUIET[0]


@contextmanager
def shortcut(server: Server, owner: Callable[[], threading.Thread | None]) -> Iterator[Shortcut]:
    """While this lasts, `http.client` and urllib3 reach `server` by the short way from the thread that `owner` tells."""
    import urllib3.util.connection as urllib3_connection

    made = Shortcut(server, owner)
    kept = socket.create_connection, urllib3_connection.create_connection

    def replaced(original: Callable[..., socket.socket]) -> Callable[..., Any]:
        def create_connection(address: tuple[str, int], timeout: Any = None, *args: Any, **more: Any) -> Any:
            given = (address, timeout, *args)
            # Whoever speaks HTTP by himself needs a socket that is one.
            known = sys._getframe(1).f_globals.get("__name__") in _READERS
            if known and made.mine and tuple(address[:2]) == (server.host, server.port):
                return _Line(made, lambda: original(*given, **more))
            return original(*given, **more)

        return create_connection

    socket.create_connection = replaced(kept[0])
    urllib3_connection.create_connection = replaced(kept[1])
    try:
        yield made
    finally:
        socket.create_connection, urllib3_connection.create_connection = kept
