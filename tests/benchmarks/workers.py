"""`serve --workers` over 16 worlds: one process in memory, one on PostgreSQL, and two workers on PostgreSQL, in turns.

The goal of the project is twice one process. Rates hang on cores that servers, database and load client share, and on whoever
else uses them; so processor time of a call is told too, and how much of a core the client itself took.
"""

from __future__ import annotations

import resource
import statistics
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from serving import FROZEN, Connection, Served, processor_seconds, rate, serve

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.postgresql import Cluster, cluster

Row = tuple[str, str, str]
SKIPPED = pytest.skip.Exception
"""How what the tests share says that something is missing."""
WORLDS = 16
READ = "GET /w/bench-%d/API/default.aspx?key=demo-key&action=get_tickets&tid=34 HTTP/1.1\r\nHost: localhost\r\n\r\n"
REQUESTS = [(READ % number).encode() for number in range(WORLDS)]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(status.parent.name))
    return found


@dataclass
class Measured:
    """One server, and what was measured of it."""

    served: Served
    workers: int = 1
    database: int | None = None
    """The first process of its database."""
    rates: list[float] = field(default_factory=list)
    server_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)

    def begin(self) -> None:
        """Make the worlds, and open the vendor in each of them at each worker."""
        for number in range(WORLDS):
            body = f'{{"name": "bench-{number}"}}'.encode()
            head = {"Content-Type": "application/json"}
            urllib.request.urlopen(
                urllib.request.Request(f"{self.served.url}/_mock/v1/worlds", body, head), timeout=300
            ).read()
        for connection in [Connection(self.served.url) for _ in range(self.workers)]:  # one for each, in turn
            for request in REQUESTS:
                connection.ask(request)

    def _used(self) -> tuple[float, float]:
        pid = self.served.process.pid
        server = sum(map(processor_seconds, (pid, *children(pid))))
        database = 0.0 if self.database is None else sum(map(processor_seconds, children(self.database)))
        return server, database

    def round(self, seconds: float) -> float:
        """Measure once; tells how much of a core the load client took."""
        before, client = self._used(), resource.getrusage(resource.RUSAGE_CHILDREN)
        found = rate(self.served.url, REQUESTS, seconds, WORLDS, WORLDS)
        after, client_after = self._used(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self.rates.append(found)
        for told, one, other in zip((self.server_ms, self.database_ms), before, after, strict=True):
            told.append(1000 * (other - one) / (found * seconds))
        used = client_after.ru_utime + client_after.ru_stime - client.ru_utime - client.ru_stime
        return used / seconds


def postmaster(folder: Path) -> int:
    """The first process of the PostgreSQL server whose folder that is."""
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def started(stack: ExitStack, database: Cluster, counts: tuple[int, ...]) -> list[Measured]:
    """Servers with their worlds open, by how many workers each has on PostgreSQL; 0 for one process in memory."""
    first = postmaster(database.folder)
    options = (*FROZEN, "--still", "--data", "empty", "--data", "get_tickets:demo")

    def start(workers: int) -> Measured:
        if not workers:
            measured = Measured(serve(*options))
        else:
            store = ("--store", database.create(f"workers{workers}"), "--workers", str(workers))
            measured = Measured(serve(*options, *store), workers, first)
        stack.callback(measured.served.stop)
        measured.begin()
        return measured

    with ThreadPoolExecutor(len(counts)) as pool:
        return list(pool.map(start, counts))


def in_turns(quick: bool) -> list[Row]:
    rounds, seconds = (3, 2.0) if quick else (7, 5.0)
    with ExitStack() as stack:
        measured = started(stack, stack.enter_context(cluster()), (0, 1, 2))
        shares = [each.round(seconds) for _ in range(rounds) for each in measured]
    memory, one, two = measured
    rates = [statistics.median(each.rates) for each in measured]
    ratios = [statistics.median(b / a for a, b in zip(each.rates, two.rates, strict=True)) for each in (one, memory)]
    cost = [f"{statistics.median(each.server_ms):.2f} + {statistics.median(each.database_ms):.2f}" for each in measured]
    return [
        (f"calls a second over {WORLDS} worlds: one process in memory", "-", f"{rates[0]:,.0f}"),
        ("  one process on PostgreSQL", "-", f"{rates[1]:,.0f}"),
        (
            "  two workers on PostgreSQL, against one process there and one in memory",
            "2x",
            f"{rates[2]:,.0f} ({ratios[0]:.2f}x, {ratios[1]:.2f}x)",
        ),
        ("  processor time of a call, server + database: the three, in ms", "-", "; ".join(cost)),
        ("  of a core that the load client took, at most", "below 1", f"{max(shares):.2f}"),
    ]


def figures(quick: bool) -> list[Row]:
    """All figures of workers; one sentence where PostgreSQL is absent."""
    try:
        return in_turns(quick)
    except SKIPPED as reason:
        return [("calls a second of two workers against one process", "2x", f"not measured: {reason.msg}")]


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
