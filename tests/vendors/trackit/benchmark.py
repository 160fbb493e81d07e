"""The figures of the Track-It! emulator; `run.py` prints them with the others."""

from __future__ import annotations

import json
import statistics
import time

from serving import FROZEN, Connection, memory, rate, serve

Row = tuple[str, str, str]
BASE = "/TrackIt/WebApi"
LOGIN = b"grant_type=password&username=HELP+DESK%5CDEMO&password=demo-password&scope="


def post(path: str, body: bytes, media: str, token: str = "") -> bytes:
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media}\r\n{bearer}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def get(path: str, token: str) -> bytes:
    return f"GET {BASE}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def login(connection: Connection) -> str:
    answer = connection.ask(post(f"{BASE}/token", LOGIN, "application/x-www-form-urlencoded"))
    token: str = json.loads(answer)["access_token"]
    return token


def many_notes(connection: Connection, token: str, number: int) -> None:
    """Add notes to ticket 104 until it has `number`."""
    note = json.dumps({"Note Type": "Technician Note", "Activity Code": "Research", "Note": "x" * 200}).encode()
    request = post(f"{BASE}/tickets/104/AddNote", note, "application/json", token)
    for _ in range(number - 20):
        connection.ask(request)


def pages(connection: Connection, token: str, number: int, times: int) -> tuple[float, float]:
    """Milliseconds of the first and the last pages of 20 notes.

    Each page asks for another length of text: the newest notes were rendered when they were added and the oldest are no
    longer kept, which would be compared instead of paging.
    """
    last = number // 20
    taken: dict[str, list[float]] = {"first": [], "last": []}
    for turn in range(times):
        for name, page in (("first", turn + 1), ("last", last - turn)):
            began = time.perf_counter()
            connection.ask(get(f"/tickets/104/Notes/20/{page}?maxContentLength={199 - turn}", token))
            taken[name].append((time.perf_counter() - began) * 1000)
    return statistics.median(taken["first"]), statistics.median(taken["last"])


def figures(quick: bool) -> list[Row]:
    rows: list[Row] = []
    number = 10_000 if quick else 100_000
    big = serve(*FROZEN, "--data", "querydata:1", "--data", "get_tickets:1", "--data", f"trackit:{number}")
    connection = Connection(big.url)
    began = time.perf_counter()
    token = login(connection)
    loaded = big.seconds + time.perf_counter() - began
    rows.append((f"Track-It!: load {number:,} tickets, process start included", "60 s", f"{loaded:.1f} s"))

    seconds = 2.0 if quick else 5.0
    wanted = [get(f"/tickets/{138 + turn}", token) for turn in range(200)]
    rows.append(
        ("Track-It!: GETs of one ticket per second, one process", "1,500", f"{rate(big.url, wanted, seconds):,.0f}")
    )
    spread = [get(f"/tickets/{138 + turn}", token) for turn in range(0, number - 138, 7)]
    rows.append(("  tickets that were never asked for", "-", f"{rate(big.url, spread, seconds):,.0f}"))

    notes = 2_000 if quick else 10_000
    many_notes(connection, token, notes)
    first, last = pages(connection, token, notes, 40)
    rows.append((f"Track-It!: first pages of 20 notes of {notes:,}", "flat", f"{first:.2f} ms"))
    rows.append(("  last pages", "flat", f"{last:.2f} ms ({last / first:.2f}x)"))
    rows.append(("  memory after that", "-", f"{memory(big.process.pid) / 1e6:.0f} MB"))
    big.stop()
    return rows
