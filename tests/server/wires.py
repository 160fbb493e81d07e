"""A client of bare sockets, for what no HTTP library would send, and for seeing exactly what comes back."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

SLOWEST = 20.0
"""Seconds after which a test gives up; no test measures time by it."""


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value


class Wire:
    """One connection. `reply` reads one answer by its Content-Length; `rest` reads until the server closes."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), SLOWEST)
        self.buffer = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Wire:
        self.socket.sendall(data)
        return self

    def get(self, target: str, *headers: str, method: str = "GET", body: bytes = b"") -> Wire:
        lines = [
            f"{method} {target} HTTP/1.1",
            *(() if any(h.lower().startswith("host:") for h in headers) else ("Host: localhost",)),
        ]
        lines += [*headers, *((f"Content-Length: {len(body)}",) if body else ())]
        return self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def _more(self) -> bool:
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            if not self._more():
                raise EOFError(f"the connection ended in {self.buffer!r}")
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def head(self) -> Reply:
        status = int(self.line().split()[1])
        headers = []
        while line := self.line():
            name, _, value = line.partition(b":")
            headers.append((name.decode("latin-1"), value.strip().decode("latin-1")))
        return Reply(status, headers)

    def reply(self, *, bodiless: bool = False) -> Reply:
        reply = self.head()
        if bodiless:
            return reply
        if reply.all("transfer-encoding") == ["chunked"]:
            while size := int(self.line(), 16):
                reply.body += self.exactly(size)
                self.line()
            self.line()
        else:
            reply.body = self.exactly(int(reply["content-length"]))
        return reply

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self._more():
                raise EOFError(f"{size} bytes were promised, {len(self.buffer)} came")
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def rest(self) -> bytes:
        """What comes until the end; a reset raises ConnectionResetError."""
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data
