"""What the benchmarks share: a server in its own process, prepared bytes over plain sockets, and load from a third."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self
from urllib.parse import urlsplit

from load import OK, offer

START = "2026-03-02T10:00:00Z"
FROZEN = ("--clock", "frozen", "--start", START)


@dataclass
class Served:
    """A running `mockservers serve`."""

    process: subprocess.Popen[str]
    url: str
    seconds: float
    rss: int

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(300)


def serve(*options: str) -> Served:
    """Start a server; `seconds` runs from the start of the process to the first answer of health."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mockservers", "serve", "--port", "0", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = ""
    while "ready at" not in line:
        line = process.stdout.readline()
        if not line:
            raise SystemExit("mockservers serve ended before it was ready")
    url = re.sub(r"\x1b\[[0-9;]*m", "", line).split()[-1]
    Connection(url).ask(b"GET /_mock/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    seconds = time.perf_counter() - began
    drain(process.stdout)
    return Served(process, url, seconds, memory(process.pid))


def drain(output: IO[str]) -> None:
    """Read what a process prints to its end, or it would wait for a reader."""

    def read() -> None:
        with output:
            output.read()

    threading.Thread(target=read, daemon=True).start()


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
    return int(found[1]) * 1024 if found else 0


def processor_seconds(pid: int) -> float:
    """What a process has used by now; 0 for one that is gone."""
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except FileNotFoundError:
        return 0.0
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Connection:
    """One keep-alive connection that sends prepared bytes: the client must not be what is measured."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), 120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; raises when its status is not 200."""
        return self.answer(request)[1]

    def answer(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer; raises when its status is not 200."""
        self.socket.sendall(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        if head[9:12] != b"200":
            raise SystemExit(f"unexpected answer: {head!r} {body[:300]!r}")
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])  # type: ignore[index]
        while len(body) < length:
            body += self._more()
        self.rest = body[length:]
        return head, body[:length]

    def _more(self) -> bytes:
        read = self.socket.recv(65536)
        if not read:
            raise SystemExit("the server closed the connection")
        return read


def rate(url: str, requests: list[bytes], seconds: float, connections: int = 4, step: int = 1) -> float:
    """Answers per second to `requests`, as `load.offer` sends them; each of them must be answered by 200."""
    load = offer(url, requests, seconds, connections, step)
    if set(load.statuses) != {OK}:
        raise SystemExit(f"unexpected answers, by status: {load.statuses}")
    return load.rate


def median_ms(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
