"""Months of a desk: `make rehearsals` plays all of them and says go or no-go, and `run.py` takes the figures from here.
`months.py --memory [--days 365] [VENDOR ...]` tells the memory that a year takes, client and all; some ten minutes a vendor.

A month has 8,640 syncs, one every five minutes. Clients are the reference ones where they find out what is new; where a
vendor has no question for that (get_tickets, Track-It!), those that read everything by night alone, or by the week. As in an
integration that works for months, what they keep of a ticket lies in a database.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from mockservers.harness.clients import reference
from mockservers.harness.drivers.in_process import CallableDriver, load
from mockservers.kernel.instants import MINUTE
from mockservers.kernel.room import resident
from mockservers.rehearsal import RehearsalConfig, RehearsalReport, rehearse
from mockservers.rehearsal.events import rehearsable
from mockservers.rehearsal.plan import Standing

Row = tuple[str, str, str]
VENDORS = ("querydata", "get_tickets", "autotask", "superoffice", "trackit")
SECONDS = {"querydata": 60}
MOST_SECONDS = 120
EVENTS, SMALL_OFFICE = 20_000, 4_900
"""Events of the month that is measured, and rather fewer than those of a month of a small office."""
MARKS = (5, 30, 90, 180, 365)
"""Days after which memory is told."""
HERE = Path(__file__).parents[1]
BUGS = {
    "querydata": ("mutants/nothing_missed-moves_on", "mutants/no_warehouse_polling", "mutants/failures_not_stormed"),
    "autotask": ("mutants/failed_query_repeated", "mutants/few_requests-details", "mutants/suspension_respected"),
    "superoffice": ("rehearsal/forgets_outages", "rehearsal/reads_all", "mutants/throttling_respected"),
    "get_tickets": ("rehearsal/forgets_outages", "mutants/asked_in_bulk", "mutants/backs_off"),
    "trackit": ("rehearsal/forgets_outages", "rehearsal/storms"),
}
SMALL, STORMY = "small_office", HERE / "rehearsal" / "stormy.yaml"
SPANS: Mapping[tuple[str, str], tuple[int, float, str | Path]] = {
    # Their calls grow with the square of the days: a month of one that reads each ticket at each sync would take an hour.
    ("autotask", "mutants/few_requests-details"): (1, 12.0, SMALL),  # large enough to come near the limit
    ("superoffice", "rehearsal/reads_all"): (3, 1.0, SMALL),
    ("get_tickets", "mutants/asked_in_bulk"): (3, 1.0, SMALL),
    # They storm where the vendor suspends or throttles, which a small office never comes to.
    ("autotask", "mutants/suspension_respected"): (1, 1.0, STORMY),
    ("superoffice", "mutants/throttling_respected"): (1, 1.0, STORMY),
    ("get_tickets", "mutants/backs_off"): (1, 1.0, STORMY),
}
"""Days, size and profile of the desk that a client plays instead of a month of a small office."""


def client(vendor: str) -> Callable[..., Any]:
    """The class of a correct client that works every five minutes for a month."""
    role = {"get_tickets": "nightly", "trackit": "stamps"}.get(vendor, "reader")
    found: Any = reference(vendor, role)
    module: Any = sys.modules[found.__module__]
    # As short as a check is, unless somebody says otherwise.
    if vendor == "get_tickets":
        module.NIGHT = timedelta(days=1)
        module.PAGE = 25  # what five minutes bring, and one more page that holds nothing new
    if vendor == "querydata":  # which turns a ticket once, so it need not remember the times of all
        module.instant = lru_cache(maxsize=1024)(module.instant.__wrapped__)
    if vendor == "trackit":
        module.THOROUGH = timedelta(days=7)

    class Client(found):  # type: ignore[misc]
        """It speaks HTTP without a session of requests, which would be a third of the time that a month takes. One window
        of QueryData holds what two syncs lie apart, with the overlap, and no more than ten minutes once it is whole minutes."""

        http: Any
        tickets: Any

        def reset(self, options: dict[str, Any], **more: Any) -> None:
            wider = {"window_minutes": 9} if vendor == "querydata" else {}
            super().reset(options={**options, **wider}, **more)
            if role != "nightly":
                self.http.close()
            self.http = Connection()
            if hasattr(self, "tickets"):
                self.tickets = Kept()

        def bye(self) -> None:
            if role != "nightly":
                super().bye()
            if isinstance(getattr(self, "tickets", None), Kept):
                self.tickets.close()

        def session(self) -> Any:
            return self.http

        def mirror(self) -> Any:
            """What is kept of a ticket is turned into what is shown of it once: the copy is looked at often."""
            if not hasattr(self, "tickets"):
                return super().mirror()
            kept = self.tickets
            self.tickets = {key: kept[key] for key in kept.unshown}
            try:
                fresh = super().mirror()["records"]
                kept.shown.update(zip(self.tickets, fresh, strict=True))
            finally:
                self.tickets = kept
            kept.unshown.clear()
            return {"records": list(kept.shown.values())}

    return Client


class Kept(MutableMapping[Any, Any]):
    """What a client keeps of each ticket, in a database that is in memory for a megabyte and in a file without a name beyond.

    Beside it, in memory, stands what it shows of each ticket.
    """

    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA cache_size=-1024")
        self.database.execute("CREATE TABLE kept (key PRIMARY KEY, value BLOB) WITHOUT ROWID")
        self.shown: dict[Any, Any] = {}
        self.unshown: dict[Any, None] = {}
        """Tickets that are other than when they were shown."""

    def __getitem__(self, key: Any) -> Any:
        if key not in self.shown:
            raise KeyError(key)
        return pickle.loads(self.database.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()[0])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, pickle.dumps(value)))
        self.shown.setdefault(key, None)
        self.unshown[key] = None

    def __delitem__(self, key: Any) -> None:
        del self.shown[key]
        self.unshown.pop(key, None)
        self.database.execute("DELETE FROM kept WHERE key = ?", (key,))

    def __contains__(self, key: object) -> bool:
        return key in self.shown

    def __iter__(self) -> Iterator[Any]:
        return iter(self.shown)

    def __len__(self) -> int:
        return len(self.shown)

    def close(self) -> None:
        self.database.close()


@dataclass
class Answer:
    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.content)


class Cut(OSError):
    """The answer did not come whole."""


def heard(file: Any, method: str) -> tuple[Answer, bool]:
    """An answer, and whether the connection stays open.

    Each line of the head is taken as it is. `http.client` reads it as the head of a mail, which takes as long as the vendor
    takes to answer.
    """
    first = file.readline().split(None, 2)
    if len(first) < 2 or not first[0].startswith(b"HTTP/1."):
        raise Cut("no answer")
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    while (line := file.readline()) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise Cut("half a head")
        headers[name] = value.strip()
    status, told, stays = int(first[1]), headers.get("Content-Length"), headers.get("Connection") != "close"
    if method == "HEAD" or status in (204, 304):
        return Answer(status, headers, b""), stays
    if "Transfer-Encoding" in headers:
        raise Cut("an answer in pieces, which this client does not read")
    body = file.read(-1 if told is None else int(told))
    if told is not None and len(body) < int(told):
        raise Cut("half a body")
    return Answer(status, headers, body), stays and told is not None


class Connection:
    """As much of a session of requests as the readers use, over one connection."""

    def __init__(self) -> None:
        self.open: HTTPConnection | None = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def get(self, address: str, **request: Any) -> Answer:
        return self.request("GET", address, **request)

    def post(self, address: str, **request: Any) -> Answer:
        return self.request("POST", address, **request)

    def request(
        self,
        method: str,
        address: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """One request; `json` may be its body. Raises requests.ConnectionError."""
        parts = urlsplit(address)
        told = {"Host": parts.netloc, "Accept": "*/*", **(headers or {})}
        if auth is not None:
            told["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        if body.get("json") is not None:
            told["Content-Type"], data = "application/json", json.dumps(body["json"]).encode()
        elif isinstance(data, Mapping):
            told["Content-Type"], data = "application/x-www-form-urlencoded", urlencode(data).encode()
        try:
            if self.open is None:
                self.open = HTTPConnection(parts.netloc, timeout=timeout)
                self.open.connect()
            sent: bytes = data or b""
            if sent or method != "GET":
                told["Content-Length"] = str(len(sent))
            target = parts.path + (f"?{urlencode(params)}" if params else "")
            head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
            self.open.sock.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + sent)
            with self.open.sock.makefile("rb") as file:
                answer, stays = heard(file, method)
            if not stays:
                self.close()
            return answer
        except (OSError, HTTPException) as error:
            self.close()
            raise requests.ConnectionError(str(error)) from error

    def close(self) -> None:
        if self.open is not None:
            self.open.close()
            self.open = None


def month(
    vendor: str,
    days: int = 30,
    scale: float = 1.0,
    make: Callable[..., Any] | None = None,
    profile: str | Path = SMALL,
    progress: Callable[[Standing], None] = lambda standing: None,
) -> RehearsalReport:
    """A month of a small office, or so many times as much."""
    with CallableDriver.of(make or client(vendor)) as driver:
        config = RehearsalConfig(
            vendor, driver, days, profile, every=5 * MINUTE, scale=scale, save_to=None, progress=progress
        )
        return rehearse(config)


def memory(vendor: str, days: int) -> None:
    """Print the megabytes that this process holds after so many days of a small office."""
    left = [each for each in MARKS if each < days]

    def told(standing: Standing) -> None:
        if left and standing.day >= left[0]:
            print(f"{vendor}: day {left.pop(0)}, {standing.events:,} events, {megabytes()}", flush=True)

    before = time.process_time()
    report = month(vendor, days, progress=told)
    counts, took = report.counts, time.process_time() - before
    print(
        f"{vendor}: day {days}, {counts['events']:,} events, {megabytes()}, {counts['tickets']:,} tickets, "
        f"{report.verdict}, {took:.0f} s of processor",
        flush=True,
    )


def megabytes() -> str:
    held = resident()
    return "memory unknown" if held is None else f"{held >> 20} MB"


def figures(quick: bool) -> list[Row]:
    """Seconds that a month of 20,000 events takes, each vendor."""
    days = 2 if quick else 30
    found = []
    for vendor in VENDORS:
        began, before = time.perf_counter(), time.process_time()
        report = month(vendor, days, EVENTS / SMALL_OFFICE)
        taken, used = time.perf_counter() - began, time.process_time() - before
        name = f"rehearsal: {days} days, {report.counts['syncs']:,} syncs, {report.counts['events']:,} events, {vendor}"
        goal = f"{SECONDS.get(vendor, MOST_SECONDS)} s"
        found.append((name, goal, f"{taken:.1f} s ({used:.1f} by processor, {report.counts['calls']:,} calls)"))
    return found


def bugs(vendor: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in BUGS.get(vendor, ()):
        yield name, load(str(HERE / "vendors" / vendor / f"{name}.py"), "Client")


def main() -> int:
    """Play the months; 0 where every correct client is a go and no other is."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("vendors", nargs="*", metavar="VENDOR")
    words.add_argument("--memory", action="store_true", help="tell the memory that a year takes")
    words.add_argument("--days", type=int, default=365, help="of what --memory plays")
    given = words.parse_args()
    chosen = given.vendors or [each for each in VENDORS if rehearsable(each)]
    if not given.memory:
        return judged(chosen)
    if len(chosen) == 1:
        memory(chosen[0], given.days)
        return 0
    for vendor in chosen:  # each in a process that held nothing before
        subprocess.run([sys.executable, __file__, "--memory", "--days", str(given.days), vendor], check=True)
    return 0


def judged(chosen: list[str]) -> int:
    wrong = 0
    for vendor in chosen:
        for name, make in (("correct", client(vendor)), *bugs(vendor)):
            days, scale, profile = SPANS.get((vendor, name), (30, 1.0, SMALL))
            report = month(vendor, days, scale, make, profile)
            good = report.go == (name == "correct")
            wrong += not good
            reason = report.reasons[0] if report.reasons else None
            why = "" if reason is None else f": {reason.objective} {reason.duty} {reason.text[:90]}"
            print(
                f"{'' if good else 'WRONG '}{vendor} {name}: {report.verdict}, {report.seconds:.0f} s{why}", flush=True
            )
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
