"""The figures of the README: `make bench`, or `python tests/benchmarks/run.py [--quick]`.

Medians of one run on one machine; where two sizes are compared, their requests alternate, so that a machine whose speed
drifts does not colour the ratio. Load comes from a second process with plain sockets, bounded in time, on loopback only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

START = "2026-03-02T10:00:00Z"
QUERYDATA = "/Irthnet/webservices/IRTHNetWOIntegration.asmx"
TICKETS = "/API/default.aspx"


@dataclass
class Served:
    """A running `mockservers serve`."""

    process: subprocess.Popen[str]
    url: str
    seconds: float
    rss: int

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


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
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return Served(process, url, seconds, memory(process.pid))


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
    return int(found[1]) * 1024 if found else 0


class Connection:
    """One keep-alive connection that sends prepared bytes: the client must not be what is measured."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; raises when its status is not 200."""
        self.socket.sendall(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {head!r} {body[:300]!r}")
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])  # type: ignore[index]
        while len(body) < length:
            body += self._more()
        self.rest = body[length:]
        return body[:length]

    def _more(self) -> bytes:
        read = self.socket.recv(65536)
        if not read:
            raise SystemExit("the server closed the connection")
        return read


def post(path: str, payload: dict[str, object]) -> bytes:
    text = json.dumps({"QueryData_V1": payload}).replace("&", "&amp;").replace("<", "&lt;")
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<QueryData xmlns="http://tempuri.org/"><json>{text}</json></QueryData></soap:Body></soap:Envelope>'
    ).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n"
        f'SOAPAction: "http://tempuri.org/QueryData"\r\nContent-Length: {len(body)}\r\n\r\n'
    )
    return head.encode() + body


def query(result: str, field: str, operation: str, value: str) -> bytes:
    return post(
        QUERYDATA,
        {"AuthCode": "DEMO-AUTH-CODE", "ItemType": "Ticket", "ResultType": result, "ResultFormat": "JSON", "UseWarehouse": False,
         "Filters": [{"Field": field, "Operation": operation, "Value": value}]},
    )  # fmt: skip


def summary(begin: datetime, minutes: int) -> bytes:
    end = begin + timedelta(minutes=minutes)
    return query("Summary", "LastActionDateTime", "TIME_BETWEEN", f"{begin:%Y/%m/%d %H:%M}-{end:%Y/%m/%d %H:%M}")


def ids_in(body: bytes) -> list[int]:
    found = re.search(rb"<QueryDataResult>(.*)</QueryDataResult>", body)
    assert found is not None, body
    ids: list[int] = json.loads(found[1])["UtilisphereIDs"]
    return ids


def page(number: int) -> bytes:
    target = f"{TICKETS}?key=demo-key&action=get_tickets&tid=*&count=10&page={number}"
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def rate(url: str, requests: list[bytes], seconds: float, connections: int = 4) -> float:
    """Answers per second to `requests`, sent round and round over a few connections by a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--load", url, str(seconds), str(connections)],
        input=b"\0".join(requests), capture_output=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def load(url: str, seconds: float, connections: int) -> None:
    requests = sys.stdin.buffer.read().split(b"\0")
    counts = [0] * connections
    until = time.perf_counter() + seconds

    def work(number: int) -> None:
        connection = Connection(url)
        turn = number
        while time.perf_counter() < until:
            connection.ask(requests[turn % len(requests)])
            turn += 1
            counts[number] += 1

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(counts) / (time.perf_counter() - began))


def median_ms(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def fresh_world(times: int) -> float:
    from mockservers import settings, vendors
    from mockservers.kernel.world import World

    config = settings.world(clock_text="frozen", start=START, data_texts=["demo"])

    def make() -> None:
        world = World("fresh", config, vendors.emulator)
        for vendor in vendors.NAMES:
            world.installation(vendor)
        world.close()

    make()
    return median_ms(make, times)


def report(rows: list[tuple[str, str, str]]) -> None:
    width = max(len(row[0]) for row in rows)
    print(f"\nCPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; medians of one run\n")
    for name, goal, figure in rows:
        print(f"{name:{width}}  {figure:>34}   goal {goal}")


def main(quick: bool) -> None:
    rows: list[tuple[str, str, str]] = []
    starts, sizes = [], []
    for _ in range(3 if quick else 7):
        served = serve()
        starts.append(served.seconds)
        sizes.append(served.rss)
        served.stop()
    rows.append(("start to ready", "0.5 s", f"{statistics.median(starts):.2f} s"))
    rows.append(("memory when ready", "70 MB", f"{statistics.median(sizes) / 1e6:.0f} MB"))

    big_rows = 10_000 if quick else 100_000
    frozen = ("--clock", "frozen", "--start", START)
    small = serve(*frozen, "--data", "demo:1000")
    began = time.perf_counter()
    big = serve(*frozen, "--data", f"querydata:{big_rows}", "--data", "get_tickets:1000")
    rows.append(
        (f"load {big_rows} QueryData tickets, process start included", "30 s", f"{time.perf_counter() - began:.1f} s")
    )
    tickets = serve(*frozen, "--data", "querydata:1", "--data", f"get_tickets:{big_rows}")
    rows.append((f"load {big_rows} get_tickets tickets, process start included", "30 s", f"{tickets.seconds:.1f} s"))

    now = datetime.fromisoformat(START).astimezone(UTC)
    few, many = Connection(small.url), Connection(big.url)
    taken: dict[str, list[float]] = {"few": [], "many": []}
    found = {"few": 0, "many": 0}
    for turn in range(50 if quick else 300):
        request = summary(now - timedelta(minutes=5 * (turn + 1)), 5)
        for name, connection in (("few", few), ("many", many)):
            began = time.perf_counter()
            body = connection.ask(request)
            taken[name].append((time.perf_counter() - began) * 1000)
            found[name] += len(ids_in(body))
    small_ms, big_ms = statistics.median(taken["few"]), statistics.median(taken["many"])
    rows.append(("Summary of 5 minutes, 1,000 tickets", "3 ms", f"{small_ms:.2f} ms ({found['few']} ids in all)"))
    rows.append(
        (f"Summary of 5 minutes, {big_rows:,} tickets", "3 ms", f"{big_ms:.2f} ms ({found['many']} ids in all)")
    )
    rows.append(("  ratio", "1.5x", f"{big_ms / small_ms:.2f}x"))

    ids = ids_in(few.ask(summary(now - timedelta(days=30), 30 * 24 * 60)))[:200]
    seconds = 2.0 if quick else 5.0
    details = [query("Details", "UtilisphereID", "EQUALS", str(each)) for each in ids]
    rows.append(("Details calls per second, one process", "1,500", f"{rate(small.url, details, seconds):,.0f}"))
    pages = [page(number) for number in range(1, 21)]
    rows.append(("get_tickets pages of 10 per second, one process", "1,500", f"{rate(small.url, pages, seconds):,.0f}"))
    rows.append(("memory after that", "-", f"{memory(small.process.pid) / 1e6:.0f} MB"))
    for served in (small, big, tickets):
        served.stop()
    rows.append(
        ("a fresh world with demo data, both vendors opened", "2 ms", f"{fresh_world(50 if quick else 300):.2f} ms")
    )
    report(rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--quick", action="store_true", help="smaller sizes, for a first look")
        main(parser.parse_args().quick)
