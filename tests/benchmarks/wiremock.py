"""WireMock 3 as it comes, giving canned answers, against our computed ones: the 16 URLs of `workers`, in turns.

WireMock answers with the bytes that one process in memory computed, by a stub for each URL, and keeps its journal of requests
as it does by default. The JVM is warmed up before anything is counted.
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from canned import Answer, answers
from serving import Served, memory, rate
from workers import REQUESTS, SKIPPED, WORLDS, Measured, cluster, started

from tests import node_packages

Row = tuple[str, str, str]
GOAL = "more than WireMock"
JAVA = "java is not here; WireMock needs Java 11 or later (Debian's default-jre-headless)"


def jar() -> Path:
    """WireMock with all that it needs, from the package of npm; skips with the reason where it cannot be had."""
    if shutil.which("java") is None:
        raise SKIPPED(JAVA)
    packages = node_packages.installed(Path(__file__).with_name("node"))
    return next((packages / "node_modules" / "wiremock" / "build").glob("wiremock-standalone-*.jar"))


def stub(target: str, answer: Answer) -> dict[str, object]:
    """What tells WireMock to give that answer for that target."""
    response = {"status": 200, "base64Body": answer.body, "headers": {"Content-Type": answer.content_type}}
    return {"request": {"method": "GET", "url": target}, "response": response}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def call(url: str, method: str, body: object = None) -> bytes:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: bytes = answer.read()
    return found


def started_wiremock(stack: ExitStack, program: Path, canned: Mapping[str, Answer]) -> Measured:
    """WireMock with its stubs; it ends with the stack."""
    port, began = free_port(), time.perf_counter()
    command = ["java", "-jar", str(program), "--bind-address", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)
    url = f"http://127.0.0.1:{port}"
    served = Served(process, url, 0.0, 0)
    stack.callback(served.stop)
    while True:
        try:
            call(f"{url}/__admin/mappings", "GET")
            break
        except OSError:
            if process.poll() is not None or time.perf_counter() - began > 120:
                raise SystemExit("WireMock did not start") from None
            time.sleep(0.1)
    served.seconds, served.rss = time.perf_counter() - began, memory(process.pid)
    for target, answer in canned.items():
        call(f"{url}/__admin/mappings", "POST", stub(target, answer))
        assert call(f"{url}{target}", "GET") == answer.bytes
    return Measured(served)


def in_turns(quick: bool) -> list[Row]:
    rounds, seconds, warming = (3, 2.0, 5.0) if quick else (7, 5.0, 20.0)
    program = jar()
    with ExitStack() as stack:
        ours = started(stack, stack.enter_context(cluster()), (0, 2))
        other = started_wiremock(stack, program, answers(ours[0].served.url, REQUESTS))
        rate(other.served.url, REQUESTS, warming, WORLDS, WORLDS)
        shares = []
        for _ in range(rounds):
            call(f"{other.served.url}/__admin/requests", "DELETE")  # its journal grows without bounds; ours does not
            shares += [each.round(seconds) for each in (other, *ours)]
    sides = (other, *ours)
    rates = [statistics.median(side.rates) for side in sides]
    ratios = [statistics.median(a / b for a, b in zip(side.rates, other.rates, strict=True)) for side in ours]
    server = [statistics.median(side.server_ms) for side in sides]
    database = statistics.median(ours[1].database_ms)
    return [
        (f"WireMock 3: canned answers a second, {WORLDS} URLs, {WORLDS} connections", "-", f"{rates[0]:,.0f}"),
        ("  computed by us, one process in memory", "-", f"{rates[1]:,.0f} ({ratios[0]:.2f}x)"),
        ("  computed by us, two workers on PostgreSQL", GOAL, f"{rates[2]:,.0f} ({ratios[1]:.2f}x)"),
        (
            "  processor time of a call: WireMock, one in memory, two workers (server + database)",
            "-",
            f"{server[0]:.2f} ms, {server[1]:.2f} ms, {server[2]:.2f} + {database:.2f} ms",
        ),
        ("  of a core that the load client took, at most", "below 1", f"{max(shares):.2f}"),
    ]


def figures(quick: bool) -> list[Row]:
    """WireMock against us; one sentence where Java, npm or PostgreSQL is absent."""
    try:
        return in_turns(quick)
    except SKIPPED as reason:
        return [("answers a second of two workers against WireMock 3", GOAL, f"not measured: {reason.msg}")]


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
