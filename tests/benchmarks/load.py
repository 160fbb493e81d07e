"""The load client: a process of its own with one thread, plain sockets and prepared bytes.

`python load.py URL SECONDS CONNECTIONS STEP` reads requests from its input, as JSON, and prints a `Load` as JSON. Each connection
sends a request, and the next one when the answer is whole. One thread waits for all of them, so that no connection waits for
another's turn, and what it does for an answer is some twenty microseconds: the client must not be what is measured.
"""

from __future__ import annotations

import gc
import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
OK = "200"
PATIENCE = 120
"""Seconds without any answer after which a server is taken for one that hangs."""


@dataclass(frozen=True)
class Load:
    """What a load was answered with. Times are milliseconds."""

    answers: int
    seconds: float
    client_seconds: float
    """Processor time that the client itself took meanwhile."""
    p50: float
    p99: float
    worst: float
    silence: float
    """The longest time in which no connection at all was answered."""
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    @property
    def client_share(self) -> float:
        """How much of a core the client took."""
        return self.client_seconds / self.seconds


def offer(url: str, requests: list[bytes], seconds: float, connections: int = 4, step: int = 1) -> Load:
    """Send `requests` round and round over a few connections, by a process of its own.

    Each connection goes on by `step` requests: with as many as there are, it keeps to its own.
    """
    done = subprocess.run(
        [sys.executable, __file__, url, str(seconds), str(connections), str(step)],
        input=json.dumps([request.decode("latin-1") for request in requests]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout))


def whole(data: bytes) -> tuple[bool, bool]:
    """Whether an answer has come whole, and whether its server then closes the connection."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False, False
    closes = _CLOSE.search(head) is not None
    length = _LENGTH.search(head)
    if length is not None:
        return len(body) >= int(length[1]), closes
    if _CHUNKED.search(head) is not None:
        return body.endswith(b"0\r\n\r\n"), closes
    if head[9:12] in (b"204", b"304"):
        return True, closes
    return False, True


class Asking:
    """One connection, and where it stands among the requests."""

    def __init__(self, address: tuple[str, int], turn: int) -> None:
        self.address, self.turn = address, turn
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(self.address, PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        self.sent = 0.0

    def send(self, request: bytes) -> None:
        self.data = b""
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> tuple[bool, bool]:
        """Read what is there; whether the answer is whole, and whether the connection is at its end."""
        read = self.socket.recv(1 << 18)
        if not read:
            if not self.data:
                raise SystemExit("the server closed a connection instead of an answer")
            return True, True
        self.data = self.data + read if self.data else read
        return whole(self.data)


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measured(url: str, requests: list[bytes], seconds: float, connections: int, step: int) -> Load:
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 80)
    asking = [Asking(address, number) for number in range(connections)]
    waiting = selectors.DefaultSelector()
    taken: list[float] = []
    statuses: Counter[bytes] = Counter()
    silence = 0.0
    gc.disable()
    used, began = time.process_time(), time.perf_counter()
    last, until = began, began + seconds
    for one in asking:
        waiting.register(one.socket, selectors.EVENT_READ, one)
        one.send(requests[one.turn % len(requests)])
    open_still = connections
    while open_still:
        ready = waiting.select(PATIENCE)
        if not ready:
            raise SystemExit(f"the server has not answered any of {open_still} connections for {PATIENCE} s")
        for key, _ in ready:
            one = key.data
            done, closed = one.read()
            if not done:
                continue
            now = time.perf_counter()
            taken.append(now - one.sent)
            silence, last = max(silence, now - last), now
            statuses[one.data[9:12]] += 1
            if closed or now >= until:
                waiting.unregister(one.socket)
                one.socket.close()
            if now >= until:
                open_still -= 1
                continue
            if closed:
                one.open()
                waiting.register(one.socket, selectors.EVENT_READ, one)
            one.turn += step
            one.send(requests[one.turn % len(requests)])
    spent, client = time.perf_counter() - began, time.process_time() - used
    taken.sort()
    return Load(
        len(taken),
        spent,
        client,
        1000 * percentile(taken, 0.5),
        1000 * percentile(taken, 0.99),
        1000 * taken[-1],
        1000 * silence,
        {status.decode("latin-1"): count for status, count in sorted(statuses.items())},
    )


def main() -> None:
    url, seconds, connections, step = sys.argv[1:]
    requests = [request.encode("latin-1") for request in json.load(sys.stdin)]
    print(json.dumps(asdict(measured(url, requests, float(seconds), int(connections), int(step)))))


if __name__ == "__main__":
    main()
