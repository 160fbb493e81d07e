"""The readers' further duties on small hand-written histories: versions, windows, questions, merges, back-off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness.history import Exchanged, History
from tests.harness.conftest import change, exchanged, sync
from tests.harness.test_decoders import asking, builder
from tests.harness.test_duties import FAILED, IDS, LAST, REFUSED, Make, details, judge, summary, ticket

NONE = builder('{"Tickets":[]}')
OLD, NEW = {"IsNewestVersion": False, "Version": 0}, {"IsNewestVersion": True, "Version": 1}
NUMBER = {"TicketNumber": "N1", **LAST}


def test_versions_followed(history: Make) -> None:
    id = "querydata.versions_followed"
    truth = [ticket("1", **OLD, **NUMBER), ticket("2", **NEW, **NUMBER)]
    assert judge(id, history("querydata", truth=truth))[0] == "unproven"
    assert judge(id, history("querydata", truth=[ticket("1", IsNewestVersion=True, Version=0)], mirror=[]))[1] == 0
    assert judge(id, history("querydata", truth=truth, mirror=truth))[:2] == ("kept", 1)
    assert judge(id, history("querydata", truth=truth, mirror=truth[1:]))[0] == "kept"  # the older one counts no more
    assert "version 1" in judge(id, history("querydata", truth=truth, mirror=truth[:1]))[2]
    stale = [ticket("1", IsNewestVersion=True), truth[1]]
    assert "took its place" in judge(id, history("querydata", truth=truth, mirror=stale))[2]
    before = [ticket("2", **NEW, TicketNumber="N1", LastActionDateTime="2026-03-02T09:00:00Z")]
    assert judge(id, history("querydata", truth=before, mirror=[]))[0] == "kept"  # older than the client's job


def test_who_keeps_the_newest_version_alone_misses_nothing(history: Make) -> None:
    id = "querydata.nothing_missed"
    truth = [ticket("1", **OLD, **NUMBER), ticket("2", **NEW, **NUMBER)]
    assert judge(id, history("querydata", truth=truth, mirror=truth[1:]))[0] == "kept"
    assert judge(id, history("querydata", truth=truth, mirror=truth[:1]))[0] == "broken"
    assert judge(id, history("querydata", truth=truth, mirror=[]))[0] == "broken"


def test_gone_dropped(history: Make) -> None:
    id = "querydata.gone_dropped"
    told, gone = details(1, "1"), details(2, "1", NONE)
    assert judge(id, history("querydata", mirror=[ticket("1")], exchanges=[told]))[0] == "unproven"
    assert judge(id, history("querydata", mirror=[], exchanges=[told, gone]))[:2] == ("kept", 1)
    assert judge(id, history("querydata", mirror=[ticket("1")], exchanges=[told, gone]))[0] == "broken"
    again = [told, gone, details(3, "1")]  # it was not seen for a moment, and came back
    assert judge(id, history("querydata", mirror=[ticket("1")], exchanges=again))[0] == "kept"
    there = history("querydata", mirror=[ticket("1")], truth=[ticket("1")], exchanges=[told, gone])
    assert judge(id, there)[0] == "kept"
    assert judge(id, history("querydata", mirror=[], exchanges=[told, details(2, "1", FAILED)]))[0] == "unproven"


@pytest.mark.parametrize(
    ("received", "facts", "verdict"),
    [
        (IDS, {}, "kept"),
        (FAILED, {}, "broken"),
        (REFUSED, {}, "kept"),
        (None, {}, "unproven"),
        (FAILED, {"faults": ("refuse",)}, "unproven"),
    ],
)
def test_questions_documented(history: Make, received: bytes | None, facts: dict[str, Any], verdict: str) -> None:
    body = asking("Summary", "LastActionDateTime", "2026/03/02 10:00:30-2026/03/02 10:05:30")
    asked = exchanged(1, 5, body=body, received=received, **facts)
    assert judge("querydata.questions_documented", history("querydata", exchanges=[asked]))[0] == verdict


def test_to_ask_for_a_ticket_that_is_gone_is_no_mistake(history: Make) -> None:
    id, made = "querydata.questions_documented", [change(1, "create", "1"), change(2, "delete", "1", exists=False)]
    assert judge(id, history("querydata", changes=made, exchanges=[details(3, "1", FAILED)]))[0] == "kept"
    assert judge(id, history("querydata", changes=made, exchanges=[details(3, "1,2", FAILED)]))[0] == "broken"
    limited = history("querydata", dialect={"rate_limit": 5}, exchanges=[summary(1, "10:00-10:05", 5, FAILED)])
    assert judge(id, limited)[0] == "kept"


def in_task(n: int, window: str, minutes: float, task: int, received: bytes | None = IDS) -> Exchanged:
    return replace(summary(n, window, minutes, received), task=task)


def tasks(*spans: tuple[int, int], ok: bool = True) -> list[Any]:
    made = [sync(first, last, error_kind=None if ok else "transport") for first, last in spans]
    return [replace(task, index=n) for n, task in enumerate(made)]


def test_windows_near_now(history: Make) -> None:
    id = "querydata.windows_near_now"

    def judged(window: str, minutes: float, ok: bool = True, received: bytes | None = IDS) -> str:
        exchange = in_task(1, window, minutes, 0, received)
        return judge(id, history("querydata", exchanges=[exchange], tasks=tasks((0, 1), ok=ok)))[0]

    assert judged("10:00-10:05", 5) == "kept"
    assert judged("10:00-10:05", 14) == "kept"  # twice the advice is beyond argument, not less
    assert judged("10:00-10:05", 16) == "broken"
    assert judged("10:00-10:05", 16, ok=False) == "unproven"
    assert judged("10:00-10:05", 16, received=FAILED) == "unproven"


def test_windows_overlap(history: Make) -> None:
    id = "querydata.windows_overlap"

    def judged(*exchanges: Exchanged, spans: Any = ((0, 1), (1, 2)), ok: bool = True) -> str:
        facts = {"exchanges": list(exchanges), "tasks": tasks(*spans, ok=ok)}
        return judge(id, history("querydata", **facts))[0]

    first = in_task(1, "10:00-10:05", 5, 0)
    assert judged(first) == "unproven"
    assert judged(first, in_task(2, "10:04-10:09", 9, 1)) == "kept"
    assert judged(first, in_task(2, "10:05-10:10", 10, 1)) == "kept"  # they share a minute
    assert judged(first, in_task(2, "10:06-10:10", 10, 1)) == "broken"
    assert judged(first, in_task(2, "10:06-10:10", 10, 1), ok=False) == "kept"  # it may have wanted to ask more
    # the newest window first is fine too
    newest = (in_task(2, "10:08-10:10", 10, 1), in_task(3, "10:04-10:08", 10, 1))
    assert judged(first, *newest, spans=((0, 1), (1, 3))) == "kept"
    # a window that failed showed nothing
    failed = in_task(1, "10:00-10:05", 5, 0, FAILED)
    assert judged(failed, in_task(2, "10:06-10:10", 10, 1)) == "unproven"


# --- get_tickets ------------------------------------------------------------------------------------------------------


def test_merged_kept(history: Make) -> None:
    id = "get_tickets.merged_kept"
    there = ticket("2", merged="N", merged_to=None)
    merged = ticket("1", merged="Y", merged_to=2)
    assert judge(id, history("get_tickets", truth=[there], mirror=[there]))[0] == "unproven"
    assert judge(id, history("get_tickets", truth=[merged, there], mirror=[merged, there]))[:2] == ("kept", 1)
    lost = history("get_tickets", truth=[merged, there], mirror=[there])
    assert judge(id, lost)[0] == "broken"
    assert judge("get_tickets.all_pages", lost)[0] == "kept"  # one bug, one duty
    wrong = history("get_tickets", truth=[merged, there], mirror=[ticket("1", merged_to=3), there])
    assert judge(id, wrong)[0] == "broken"


@pytest.mark.parametrize(
    ("query", "received", "facts", "verdict"),
    [
        ("tid=*", b"<tickets/>", {}, "kept"),
        ("tid=3*", b"error=Invalid+tid", {}, "broken"),
        ("tid=*&page=2", b"error=page+requires+tid%3d*+and+count", {}, "broken"),
        ("tid=*", b"error=Invalid+tid", {"faults": ("refuse",)}, "kept"),
        ("tid=*", b"error=Invalid+API+key", {}, "kept"),
        ("tid=*", b"error=Too+many+requests", {}, "kept"),
        ("tid=*&assigned_tech=guest", b"<tickets/>", {}, "broken"),
        ("tid=*&last_updated=3/2/2026", b"<tickets/>", {}, "broken"),
        ("tid=*&uid=guest&status=Open&_=1", b"<tickets/>", {}, "kept"),
    ],
)
def test_what_is_asked_of_get_tickets(
    history: Make, query: str, received: bytes, facts: dict[str, Any], verdict: str
) -> None:
    asked = exchanged(1, target=f"/API/?key=***&{query}", received=received, **facts)
    assert judge("get_tickets.questions_documented", history("get_tickets", exchanges=[asked]))[0] == verdict


def test_a_filter_by_the_outputs_name_is_told_its_own(history: Make) -> None:
    asked = exchanged(1, target="/API/?assigned_tech=guest", received=b"<tickets/>")
    text = judge("get_tickets.questions_documented", history("get_tickets", exchanges=[asked]))[2]
    assert "the filter is called uid" in text


def test_backs_off(history: Make) -> None:
    id = "get_tickets.backs_off"

    def refused(minutes: list[float]) -> History:
        exchanges = [exchanged(n, m, received=b"error=Too+many+requests") for n, m in enumerate(minutes, 1)]
        return history("get_tickets", exchanges=exchanges, tasks=[sync(0, 99)])

    assert judge(id, refused([]))[0] == "unproven"
    assert judge(id, refused([0, 0, 0]))[0] == "kept"
    assert judge(id, refused([0, 0, 0, 0]))[0] == "broken"
    assert judge(id, refused([0, 1.1, 2.2, 3.3]))[0] == "kept"
