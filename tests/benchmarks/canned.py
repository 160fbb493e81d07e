"""Computed answers of one process against what others answer at best: canned bytes, and rows through stock Spyne.

The canned answers are ours, byte for byte, and a plain Flask application under waitress gives them. Stock Spyne serialises the
ticket that we were asked for. Both sides are loaded by the same client, in turns, and a ratio is the median of its turns'.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from load import OK, offer
from serving import FROZEN, Connection, Served, drain, memory, processor_seconds, serve
from vendor_figures import benchmark

Row = tuple[str, str, str]
WAITRESS = "not measured: waitress is not installed; `pip install --group bench` brings it"
CANNED_GOAL, SPYNE_GOAL = "1.0x", "4x"
_TYPE = re.compile(rb"(?i)content-type: *([^\r\n]+)")


@dataclass(frozen=True)
class Answer:
    """What a server answered, for another to give again."""

    content_type: str
    body: str
    """Base64."""

    @property
    def bytes(self) -> bytes:
        return base64.b64decode(self.body)


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def target(request: bytes) -> str:
    """What a request asks for, as it is written."""
    return request.split(b" ", 2)[1].decode()


def answers(url: str, requests: list[bytes]) -> dict[str, Answer]:
    """What a server answers now, by target."""
    found = {}
    with Connection(url) as connection:
        for request in requests:
            head, body = connection.answer(request)
            media = _TYPE.search(head)
            assert media is not None, head
            found[target(request)] = Answer(media[1].decode(), base64.b64encode(body).decode())
    return found


@contextmanager
def stock(kind: str, given: str) -> Iterator[Served]:
    """A server of `stock.py`, which reads what is given."""
    began = time.perf_counter()
    command = [sys.executable, str(Path(__file__).with_name("stock.py")), kind]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(given)
    process.stdin.close()
    address = process.stdout.readline().strip()
    if not address:
        raise SystemExit(f"stock.py {kind} ended before it was ready")
    drain(process.stdout)
    served = Served(process, address, time.perf_counter() - began, memory(process.pid))
    try:
        yield served
    finally:
        served.stop()


@dataclass
class Side:
    """One of two that are compared: a server, and what it is asked."""

    served: Served
    requests: list[bytes]
    rates: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)
    """Processor time of the server for an answer."""
    client_shares: list[float] = field(default_factory=list)
    """How much of a core the load client took."""

    def turn(self, seconds: float) -> None:
        pid = self.served.process.pid
        before = processor_seconds(pid)
        load = offer(self.served.url, self.requests, seconds)
        assert set(load.statuses) == {OK}, load.statuses
        self.rates.append(load.rate)
        self.processor_ms.append(1000 * (processor_seconds(pid) - before) / load.answers)
        self.client_shares.append(load.client_share)


def compared(ours: Side, theirs: Side, name: str, other: str, goal: str, quick: bool) -> list[Row]:
    """Load both, in turns, after a second each to warm up."""
    rounds, seconds = (3, 2.0) if quick else (7, 5.0)
    for side in (ours, theirs):
        offer(side.served.url, side.requests, 1.0)
    for _ in range(rounds):
        ours.turn(seconds)
        theirs.turn(seconds)
    ratio = statistics.median(mine / other for mine, other in zip(ours.rates, theirs.rates, strict=True))
    mine, others = statistics.median(ours.processor_ms), statistics.median(theirs.processor_ms)
    shares = ours.client_shares + theirs.client_shares
    return [
        (f"{name}: computed answers a second, one process", "-", f"{statistics.median(ours.rates):,.0f}"),
        (f"  {other}", "-", f"{statistics.median(theirs.rates):,.0f}"),
        ("  ratio", goal, f"{ratio:.2f}x"),
        ("  the same by processor time of an answer", "-", f"{others / mine:.2f}x ({mine:.2f} ms, {others:.2f} ms)"),
        ("  of a core that the load client took, at most", "below 1", f"{max(shares):.2f}"),
    ]


def against_flask(served: Served, name: str, requests: list[bytes], quick: bool) -> list[Row]:
    canned = answers(served.url, requests)
    given = json.dumps({each: asdict(answer) for each, answer in canned.items()})
    told = "the same bytes, canned, from Flask under waitress"
    with stock("flask", given) as other:
        assert answers(other.url, requests) == canned
        return compared(Side(served, requests), Side(other, requests), name, told, CANNED_GOAL, quick)


def against_spyne(served: Served, quick: bool) -> list[Row]:
    """One ticket of Autotask, found and serialised by us; serialised by Spyne."""
    autotask = benchmark("autotask")
    ours = [autotask.query(("id", "Equals", str(autotask.first_id(served.url))))]
    theirs = [autotask.post("query", "", "/")]
    page = Connection(served.url).ask(ours[0])
    name, told = "SOAP, one ticket of Autotask", "the same ticket from stock Spyne under waitress"
    with stock("spyne", page.decode()) as other:
        answer = Connection(other.url).ask(theirs[0])
        assert answer.count(b":EntityReturnInfo>") == page.count(b"EntityReturnInfo>") == 2, answer
        return compared(Side(served, ours), Side(other, theirs), name, told, SPYNE_GOAL, quick)


def figures(quick: bool) -> list[Row]:
    """Computed answers against canned ones, and SOAP against stock Spyne."""
    if importlib.util.find_spec("waitress") is None:
        return [("computed answers against canned ones of Flask, and SOAP against Spyne", CANNED_GOAL, WAITRESS)]
    trackit = benchmark("trackit")
    limits = ("--dialect", "autotask.threshold=off", "--dialect", "autotask.thread_limit=off")
    served = serve(*FROZEN, *limits, "--data", "demo:1000")
    try:
        token = trackit.login(Connection(served.url))
        desk = "/API/default.aspx?key=demo-key&action=get_tickets"
        asked = {
            "get_tickets, pages of 10": [get(f"{desk}&tid=*&count=10&page={page}") for page in range(1, 21)],
            "get_tickets, one ticket": [get(f"{desk}&tid={number}") for number in range(34, 54)],
            "Track-It!, one ticket": [trackit.get(f"/tickets/{138 + turn}", token) for turn in range(200)],
        }
        rows = [row for name, requests in asked.items() for row in against_flask(served, name, requests, quick)]
        return rows + against_spyne(served, quick)
    finally:
        served.stop()


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
