"""The figures of the SuperOffice emulator; `run.py` prints them with the others."""

from __future__ import annotations

import base64
import json
import re
import statistics
import sys
import time

from serving import FROZEN, Connection, memory, rate, serve

Row = tuple[str, str, str]
PATH = "/api/v1/Agents/Ticket/GetTickets"
LOGIN = base64.b64encode(b"demo@demo.example:demo-password").decode()
_ID = re.compile(rb'"TicketId":(\d+)')
_FRAGMENT = re.compile(rb'"ticketId":(\d+)')


def get_tickets(ids: list[int]) -> bytes:
    body = json.dumps({"TicketIds": ids}).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Basic {LOGIN}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def listed(query: str) -> bytes:
    head = f"GET /api/v1/Ticket?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {LOGIN}\r\n\r\n"
    return head.encode()


def timed(connection: Connection, request: bytes, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        connection.ask(request)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def figures(quick: bool) -> list[Row]:
    """All figures of SuperOffice."""
    many = 10_000 if quick else 100_000
    small = serve(*FROZEN, "--data", "empty", "--data", "superoffice:1000")
    began = time.perf_counter()
    big = serve(*FROZEN, "--data", "empty", "--data", f"superoffice:{many}")
    connection = Connection(big.url)
    assert len(_FRAGMENT.findall(connection.ask(listed("$select=ticketId&$top=10")))) == 10
    found = [
        (f"SuperOffice: load {many:,} tickets, process start included", "60 s", f"{time.perf_counter() - began:.1f} s")
    ]
    ids = list(range(60, 560))
    cold = timed(connection, get_tickets(ids), 1)[0]
    page = connection.ask(get_tickets(ids))
    assert len(_ID.findall(page)) > 490
    warm = statistics.median(timed(connection, get_tickets(ids), 20 if quick else 100))
    found.append(("SuperOffice: GetTickets of 500 ids", "15 ms", f"{warm:.1f} ms ({len(page) / 1e6:.2f} MB)"))
    found.append(("  the first time", "-", f"{cold:.1f} ms"))
    changed = "$select=ticketId,lastChanged&$filter=lastChanged%20afterTime%20'2026-03-02T09:00:00'&$orderby=ticketId"
    found.append(
        (
            "SuperOffice: list by lastChanged, large world",
            "-",
            f"{statistics.median(timed(connection, listed(changed), 30)):.1f} ms",
        )
    )
    requests = [get_tickets(list(range(start, start + 20))) for start in range(60, 360, 20)]
    seconds = 2.0 if quick else 5.0
    found.append(
        (
            "SuperOffice: GetTickets of 20 ids per second, one process",
            "1,000",
            f"{rate(small.url, requests, seconds):,.0f}",
        )
    )
    found.append(("SuperOffice: memory with the large world", "-", f"{memory(big.process.pid) / 1e6:.0f} MB"))
    for served in (small, big):
        served.stop()
    return found


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
