"""The figures of docs/figures.md: `make bench`, or `python tests/benchmarks/run.py [--quick]`.

Medians of one run on one machine; where two sizes are compared, their requests alternate, so that a machine whose speed
drifts does not colour the ratio. Load comes from a second process with plain sockets, bounded in time, on loopback only.
What is printed is the table of docs/figures.md: each figure beside its goal, also where it misses it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import before
import canned
import fresh
import harness
import months
import pauses
import recording
import vendor_figures
import wiremock
import workbench
import workers
from serving import FROZEN, START, Connection, median_ms, memory, rate, serve

Row = tuple[str, str, str]
"""What was measured, its goal, and the figure."""
QUERYDATA = "/Irthnet/webservices/IRTHNetWOIntegration.asmx"
TICKETS = "/API/default.aspx"


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
        {
            "AuthCode": "DEMO-AUTH-CODE",
            "ItemType": "Ticket",
            "ResultType": result,
            "ResultFormat": "JSON",
            "UseWarehouse": False,
            "Filters": [{"Field": field, "Operation": operation, "Value": value}],
        },
    )


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


def fresh_world(times: int, *opened: str) -> float:
    from mockservers import registry, settings
    from mockservers.kernel.world import World

    config = settings.world(clock_text="frozen", start=START, data_texts=["demo"])

    def make() -> None:
        world = World("fresh", config, registry.emulator)
        for vendor in opened:
            world.installation(vendor)
        world.close()

    make()
    return median_ms(make, times)


def report(rows: list[Row]) -> None:
    """Print the figures of one section as soon as they are known, as rows of the table of docs/figures.md."""
    for name, goal, figure in rows:
        print(f"| {name:72} | {figure:34} | {goal} |", flush=True)


def readers(quick: bool) -> list[Row]:
    """Start, memory, QueryData and get_tickets, fresh worlds."""
    rows: list[Row] = []
    starts, sizes = [], []
    for _ in range(3 if quick else 7):
        served = serve()
        starts.append(served.seconds)
        sizes.append(served.rss)
        served.stop()
    rows.append(("start to ready", "0.5 s", f"{statistics.median(starts):.2f} s"))
    rows.append(("memory when ready", "70 MB", f"{statistics.median(sizes) / 1e6:.0f} MB"))

    big_rows = 10_000 if quick else 100_000
    small = serve(*FROZEN, "--data", "demo:1000")
    began = time.perf_counter()
    big = serve(*FROZEN, "--data", f"querydata:{big_rows}", "--data", "get_tickets:1000")
    rows.append(
        (f"load {big_rows} QueryData tickets, process start included", "30 s", f"{time.perf_counter() - began:.1f} s")
    )
    tickets = serve(*FROZEN, "--data", "querydata:1", "--data", f"get_tickets:{big_rows}")
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
    times, two = 50 if quick else 300, ("querydata", "get_tickets")
    rows.append(("a fresh demo world, QueryData and get_tickets opened", "2 ms", f"{fresh_world(times, *two):.2f} ms"))
    rows.append(("  with Autotask opened too", "-", f"{fresh_world(times, *two, 'autotask'):.2f} ms"))
    return rows


SECTIONS: dict[str, Callable[[bool], list[Row]]] = {
    "readers": readers,
    **vendor_figures.sections(),
    "harness": harness.figures,
    "rehearsal": months.figures,
    "recording": recording.figures,
    "workbench": workbench.figures,
    "workers": workers.figures,
    "canned": canned.figures,
    "wiremock": wiremock.figures,
    "pauses": pauses.figures,
    "before": before.figures,
    "fresh": fresh.figures,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for a first look")
    given = parser.parse_args()
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; medians of one run\n")
    print("| what | figure | goal |\n| --- | --- | --- |")
    for section in given.sections or SECTIONS:
        report(SECTIONS[section](given.quick))
