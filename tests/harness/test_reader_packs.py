"""The packs of the vendors that are only read: scenarios kept by every correct client, and clients that are odd and right."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, reference_file, reference_name, roles
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.replay import replay
from mockservers.harness.reports import check_text, replay_text
from mockservers.harness.verdicts import Report
from mockservers.kernel.data import folder

READERS = ("querydata", "get_tickets")
CLIENTS = [(vendor, role) for vendor in READERS for role in roles(vendor)]
FIRST = ("bulk", "ranges")
"""The first of each vendor that works differently is looked at longer; `make mutants` plays all of them on many seeds."""


def quick(vendor: str, client: Any, **more: Any) -> Report:
    return check(CheckConfig(vendor, client, **{"examples": 10, "save_to": None, "shrink": False, **more}))


@pytest.mark.parametrize(("vendor", "role"), CLIENTS)
def test_the_hand_written_scenarios_are_kept(vendor: str, role: str) -> None:
    files = sorted((folder("scenarios") / vendor).glob("*.yaml"))
    assert len(files) >= 8
    if role not in FIRST:  # a half of the files, another one for every second client; `make mutants` plays all
        files = files[CLIENTS.index((vendor, role)) % 2 :: 2]
    results = replay(files, reference_name(vendor, role))
    kept = sum(result.outcome == "KEPT" for result in results)
    declined = sum(result.outcome == "UNPROVEN" and "declined" in result.reason for result in results)
    assert kept + declined == len(files), replay_text(results)
    assert kept >= (2 if role in FIRST else 1)


def test_there_is_a_client_that_works_differently() -> None:
    assert set(CLIENTS) >= {(vendor, role) for vendor, role in (("querydata", "bulk"), ("get_tickets", "ranges"))}


@pytest.mark.parametrize(("vendor", "role"), [each for each in CLIENTS if each[1] != "reader"])
def test_clients_that_work_differently_are_kept(vendor: str, role: str) -> None:
    examples, each = (6, 2) if role in FIRST else (2, 1)
    report = quick(vendor, reference_name(vendor, role), examples=examples)
    assert [duty.id for duty in report.broken] == [], check_text(report)
    if CLIENTS.index((vendor, role)) % 2 and role not in FIRST:  # `make mutants` plays every client in every dialect
        return
    report = quick(vendor, reference_name(vendor, role), examples=each, dialect="all", seed=2)
    assert [duty.id for duty in report.broken] == [], check_text(report)


@pytest.mark.parametrize(("vendor", "role"), [("querydata", "bulk"), ("get_tickets", "ranges")])
def test_they_are_judged_alike_as_processes(vendor: str, role: str) -> None:
    file = reference_file(vendor, role)
    session, in_process = (
        quick(vendor, client, examples=5) for client in (f"{sys.executable} {file}", reference_name(vendor, role))
    )
    assert session.broken == [], check_text(session)
    verdicts = [[(v.duty.id, v.verdict, v.exercised) for v in r.dialects[0].verdicts] for r in (session, in_process)]
    assert verdicts[0] == verdicts[1]


# --- odd and right ----------------------------------------------------------------------------------------------------


class Everything(reference("querydata")):  # type: ignore[misc]
    """Fetches every ticket it knows at each sync; where there are many, that is a waste, and only `should` be left."""

    def sync(self) -> None:
        self.unread.update(dict.fromkeys(self.tickets, True))
        super().sync()


class Impatient(reference("querydata")):  # type: ignore[misc]
    """Windows of two minutes, the newest first."""

    def reset(self, options: Any, **rest: Any) -> None:
        super().reset(options={**options, "window_minutes": 2}, **rest)

    def sync(self) -> None:
        now = datetime.fromisoformat(self.ask.now())
        begin, high, asked = self.resume - self.lag, now, []
        while True:
            low = max(begin, high - self.window)
            asked += self.summary(low, high)
            high = low
            if low <= begin:
                break
        self.unread.update(dict.fromkeys(asked, True))
        self.resume = now
        for ticket in list(self.unread):
            try:
                self.fetch(ticket)
            except Exception as error:
                if "AuthCode" in str(error) or getattr(error, "kind", "") != "refused":
                    raise


class Newest(reference("querydata")):  # type: ignore[misc]
    """Keeps the newest version of each number alone."""

    def mirror(self) -> Any:
        newest: dict[str, Any] = {}
        for ticket in self.tickets.values():
            number = ticket["TicketNumber"]
            if number not in newest or newest[number]["Version"] < ticket["Version"]:
                newest[number] = ticket
        kept, self.tickets = self.tickets, {str(each["UtilisphereID"]): each for each in newest.values()}
        try:
            return super().mirror()
        finally:
            self.tickets = kept


class Patient(reference("querydata")):  # type: ignore[misc]
    """Tries a failed call again after half a minute of waiting, three times."""

    def call(self, *asked: Any) -> Any:
        for _ in range(3):
            try:
                return super().call(*asked)
            except Exception:
                self.ask.sleep(30)
        return super().call(*asked)


class Hourly(reference("querydata")):  # type: ignore[misc]
    """Looks back ten minutes more than it must."""

    def reset(self, options: Any, **rest: Any) -> None:
        super().reset(options=options, **rest)
        self.lag += timedelta(minutes=10)


class Backwards(reference("get_tickets")):  # type: ignore[misc]
    """Counts, and walks pages of three from the last to the first."""

    def total(self) -> int:
        answer = self.get(tid="*", count_only="Y")
        text = answer.text
        digits = "".join(each for each in text.partition("count")[2] if each.isdigit())
        if "error" in text or not digits:
            self.tickets_in(text, answer)
            raise OSError("no count")
        return int(digits)

    def walk(self) -> Any:
        total, found = self.total(), {}
        for page in range(total // 3 + 1, 0, -1):
            for ticket in map(self.read, self.call(tid="*", count=3, page=page, order="tid DESC")):
                found[ticket["tid"]] = ticket
        if len(found) != total:
            raise OSError("the list moved while it was walked")
        return found


class OneByOne(reference("get_tickets")):  # type: ignore[misc]
    """Asks for all at once, and for each that is gone by its number before it lets it go."""

    def walk(self) -> Any:
        found = {ticket["tid"]: ticket for ticket in map(self.read, self.call(tid="*"))}
        if not found and self.format == "delimited" and self.count():
            raise OSError("an empty answer where there are tickets")
        for tid in sorted(set(self.tickets) - set(found)):
            found.update((ticket["tid"], ticket) for ticket in map(self.read, self.call(tid=tid)))
        return found


@pytest.mark.parametrize(
    ("vendor", "client"),
    [
        (vendor, client)
        for vendor, clients in (
            ("querydata", (Everything, Impatient, Newest, Patient, Hourly)),
            ("get_tickets", (Backwards, OneByOne)),
        )
        for client in clients
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_odd_clients_that_are_right_are_not_accused(vendor: str, client: Any) -> None:
    with CallableDriver.of(client) as driver:
        report = quick(vendor, driver, examples=10)
    assert [duty.id for duty in report.broken] == [], check_text(report)
