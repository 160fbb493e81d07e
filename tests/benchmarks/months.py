"""Months of a desk: `make rehearsals` plays all of them and says go or no-go, and `run.py` takes the figures from here.

A month has 8,640 syncs, one every five minutes. Clients are the reference ones where they find out what is new; where a
vendor has no question for that (get_tickets, Track-It!), those that read everything by night alone, or by the week.
"""

from __future__ import annotations

import json
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from mockservers.harness.clients import reference
from mockservers.harness.drivers.in_process import CallableDriver, load
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal import RehearsalConfig, RehearsalReport, rehearse
from mockservers.rehearsal.events import rehearsable

Row = tuple[str, str, str]
VENDORS = ("querydata", "get_tickets", "autotask", "superoffice", "trackit")
SECONDS = {"querydata": 60}
MOST_SECONDS = 120
EVENTS, SMALL_OFFICE = 20_000, 5_500
"""Events of the month that is measured, and about those of a month of a small office."""
HERE = Path(__file__).parents[1]
BUGS = {
    "querydata": ("mutants/nothing_missed-moves_on", "mutants/no_warehouse_polling", "mutants/failures_not_stormed"),
    "autotask": ("mutants/failed_query_repeated", "mutants/few_requests-details", "mutants/suspension_respected"),
    "superoffice": ("rehearsal/forgets_outages", "rehearsal/reads_all", "mutants/throttling_respected"),
    "get_tickets": ("rehearsal/forgets_outages", "mutants/asked_in_bulk", "mutants/backs_off"),
    "trackit": ("rehearsal/forgets_outages", "rehearsal/storms"),
}
SHORT = {
    ("autotask", "mutants/few_requests-details"): (1, 8.0),
    ("superoffice", "rehearsal/reads_all"): (3, 1.0),
    ("get_tickets", "mutants/asked_in_bulk"): (3, 1.0),
}
"""Clients that read each ticket at each sync, with the days and the size of the desk that they play: their calls grow with the
square of the days, and a month of them would take an hour each. The first needs a larger desk to come near the limit."""


def client(vendor: str) -> Callable[..., Any]:
    """The class of a correct client that works every five minutes for a month."""
    role = {"get_tickets": "nightly", "trackit": "stamps"}.get(vendor, "reader")
    found: Any = reference(vendor, role)
    module: Any = sys.modules[found.__module__]
    # As short as a check is, unless somebody says otherwise.
    if vendor == "get_tickets":
        module.NIGHT = timedelta(days=1)
        module.PAGE = 25  # what five minutes bring, and one more page that holds nothing new
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
            self.shown: dict[Any, tuple[Any, Any]] = {}

        def session(self) -> Any:
            return self.http

        def mirror(self) -> Any:
            """What is kept of a ticket is turned into what is shown of it once: the copy is looked at often."""
            if not hasattr(self, "tickets"):
                return super().mirror()
            kept, known = self.tickets, self.shown
            self.tickets = {key: each for key, each in kept.items() if key not in known or known[key][0] is not each}
            try:
                fresh = super().mirror()["records"]
                turned = {key: (each, row) for (key, each), row in zip(self.tickets.items(), fresh, strict=True)}
            finally:
                self.tickets = kept
            self.shown = {key: turned[key] if key in turned else known[key] for key in kept}
            return {"records": [row for _, row in self.shown.values()]}

    return Client


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


def month(vendor: str, days: int = 30, scale: float = 1.0, make: Callable[..., Any] | None = None) -> RehearsalReport:
    """A month of a small office, or so many times as much."""
    with CallableDriver.of(make or client(vendor)) as driver:
        config = RehearsalConfig(vendor, driver, days, every=5 * MINUTE, scale=scale, save_to=None)
        return rehearse(config)


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


def main(chosen: list[str]) -> int:
    """Play the months; 0 where every correct client is a go and no other is."""
    wrong = 0
    for vendor in chosen or [each for each in VENDORS if rehearsable(each)]:
        for name, make in (("correct", client(vendor)), *bugs(vendor)):
            report = month(vendor, *SHORT.get((vendor, name), ()), make=make)
            good = report.go == (name == "correct")
            wrong += not good
            reason = report.reasons[0] if report.reasons else None
            why = "" if reason is None else f": {reason.objective} {reason.duty} {reason.text[:90]}"
            print(
                f"{'' if good else 'WRONG '}{vendor} {name}: {report.verdict}, {report.seconds:.0f} s{why}", flush=True
            )
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
