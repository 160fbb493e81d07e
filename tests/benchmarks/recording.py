"""Figures of recording: what the proxy adds to a call, its memory over a long recording, and answers from the file."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from serving import FROZEN, Connection, Served, memory, rate, serve

Row = tuple[str, str, str]
PATH = "/API/default.aspx"


def page(number: int, count: int = 10) -> bytes:
    target = f"{PATH}?key=demo-key&action=get_tickets&tid=*&count={count}&page={number}"
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def one(tid: int, turn: int) -> bytes:
    target = f"{PATH}?key=demo-key&action=get_tickets&tid={tid}&turn={turn}"
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def record(upstream: str, path: Path) -> Served:
    """Start a recorder before a server."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mockservers",
            "record",
            "get_tickets",
            "--upstream",
            upstream,
            "--port",
            "0",
            "--out",
            str(path),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    url = ""
    for line in process.stdout:
        found = re.search(r"ready at (?:\x1b\[\d+m)?(http://[\d.:]+)", line)
        url = found[1] if found else url
        if "Ctrl-C" in line:
            break
    if not url:
        raise SystemExit("mockservers record ended before it was ready")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return Served(process, url, 0.0, memory(process.pid))


def median_of(connection: Connection, requests: list[bytes], times: int) -> float:
    taken = []
    for turn in range(times):
        began = time.perf_counter()
        connection.ask(requests[turn % len(requests)])
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def figures(quick: bool) -> list[Row]:
    rows: list[Row] = []
    total, times = (5_000, 300) if quick else (100_000, 2_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.yaml"
        vendor = serve(*FROZEN, "--data", "get_tickets:1000")
        recorder = record(vendor.url, path)
        direct, through = Connection(vendor.url), Connection(recorder.url)
        pages = [page(number) for number in range(1, 21)]
        for connection in (direct, through):
            median_of(connection, pages, 50)
        plain, proxied = median_of(direct, pages, times), median_of(through, pages, times)
        rows.append(
            (
                "recording: added to a page of 10, median",
                "2 ms",
                f"{proxied - plain:.2f} ms ({plain:.2f} to {proxied:.2f})",
            )
        )
        began, done = time.perf_counter(), times + 50
        fill(through, total // 10 - done if total // 10 > done else 0, done)
        early = memory(recorder.process.pid)
        done = max(done, total // 10)
        fill(through, total - done, done)
        late, taken = memory(recorder.process.pid), time.perf_counter() - began
        rows.append(
            (
                f"recording: memory after {total:,} exchanges against a tenth",
                "flat",
                f"{late / 1e6:.0f} MB against {early / 1e6:.0f} MB",
            )
        )
        rows.append(("recording: exchanges a second, one connection", "-", f"{total / taken:,.0f}"))
        began = time.perf_counter()
        recorder.stop()
        rows.append(
            (
                f"recording: the last search of {path.stat().st_size / 1e6:.0f} MB",
                "-",
                f"{time.perf_counter() - began:.1f} s",
            )
        )
        vendor.stop()
        stub = serve("--from", str(path))
        answers = Connection(stub.url)
        rows.append((f"serve --from {total:,} exchanges: start to ready", "-", f"{stub.seconds:.1f} s"))
        requests = [one(1 + turn % 900, turn) for turn in range(total // 2, total // 2 + 500)]
        rows.append(("serve --from: an answer, median", "2 ms", f"{median_of(answers, requests, times):.2f} ms"))
        rows.append(("serve --from: answers a second", "-", f"{rate(stub.url, pages, 2.0 if quick else 5.0):,.0f}"))
        rows.append(("serve --from: memory", "-", f"{memory(stub.process.pid) / 1e6:.0f} MB"))
        stub.stop()
    return rows


def fill(connection: Connection, count: int, first: int) -> None:
    """Single tickets, each call another one: no two requests of the recording mean the same."""
    for turn in range(first, first + count):
        connection.ask(one(1 + turn % 900, turn))


if __name__ == "__main__":
    for name, goal, figure in figures("--quick" in sys.argv):
        print(f"{name:65} {figure:>30}   goal {goal}")
