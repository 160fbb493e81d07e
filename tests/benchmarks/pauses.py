"""How long an answer takes, and the longest time in which nobody is answered: 16 connections of mixed load on one process.

Sixteen connections that ask without a rest wait for each other: with a thousand answers a second each takes 16 ms, without any
pause. So two things are told: what a client waits for its answer, and the longest silence, in which no connection at all gets
one. The same load on a server that does nothing, in turns, tells what of both is the client's and the machine's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from load import Load, offer
from memory import requests
from serving import FROZEN, Connection, Served, drain, serve
from vendor_figures import benchmark

Row = tuple[str, str, str]
CONNECTIONS = 16
STEP = CONNECTIONS + 1
"""By so many requests each connection goes on: no two ask the same, and each asks all kinds."""
GOAL = 20.0
"""Milliseconds."""


def bare() -> Served:
    """A server of `bare.py`."""
    command = [sys.executable, str(Path(__file__).with_name("bare.py"))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    drain(process.stdout)
    return Served(process, address, 0.0, 0)


def waited(loads: list[Load]) -> str:
    middle = [statistics.median(getattr(load, name) for load in loads) for name in ("p50", "p99")]
    return f"{middle[0]:.1f}, {middle[1]:.1f}, {max(load.worst for load in loads):.1f} ms"


def silences(loads: list[Load]) -> str:
    return f"{statistics.median(load.silence for load in loads):.1f} ms, {max(load.silence for load in loads):.1f} ms"


def figures(quick: bool) -> list[Row]:
    """Waiting and silence, of us and of a server that does nothing."""
    rounds, seconds = (3, 3.0) if quick else (7, 10.0)
    served = serve(
        *FROZEN, "--dialect", "autotask=lenient"
    )  # without the hourly threshold, which would make calls wait
    idle = bare()
    try:
        token = benchmark("trackit").login(Connection(served.url))
        mixed = list(islice(requests(token), 12_000))
        for url in (served.url, idle.url):
            offer(url, mixed, 3.0, CONNECTIONS, STEP)  # vendors are opened, and caches filled
        pairs = [
            [offer(url, mixed, seconds, CONNECTIONS, STEP) for url in (served.url, idle.url)] for _ in range(rounds)
        ]
    finally:
        served.stop()
        idle.stop()
    ours, nobody = [mine for mine, _ in pairs], [other for _, other in pairs]
    statuses = sum((Counter(load.statuses) for load in ours), Counter[str]())
    assert not statuses["500"], statuses
    most = f"{GOAL:.0f} ms"
    name = f"mixed load, {CONNECTIONS} connections, one process"
    return [
        (f"{name}: answers a second", "-", f"{statistics.median(load.rate for load in ours):,.0f}"),
        ("  p50, p99 and worst wait for an answer", f"worst {most}", waited(ours)),
        ("  longest silence: median of the turns, worst", most, silences(ours)),
        ("  the same of a server that does nothing: p50, p99 and worst wait", "-", waited(nobody)),
        ("  the same: longest silence", "-", silences(nobody)),
        ("  of a core that the load client took, at most", "below 1", f"{max(load.client_share for load in ours):.2f}"),
    ]


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
