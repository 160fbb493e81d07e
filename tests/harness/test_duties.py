"""Each duty judged on small hand-written histories: kept, broken, unproven. And never a false accusation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness.duties import BrokenDuty, Duty, breach_class, of
from mockservers.harness.history import Exchanged, History, Record
from mockservers.harness.profile import contracted, profile
from mockservers.registry import emulator
from tests.harness.conftest import at, change, exchanged, sync
from tests.harness.test_decoders import asking, builder

Make = Callable[..., History]


def judge(id: str, history: History) -> tuple[str, int, str]:
    """Verdict, how often provoked, and the first breach's words."""
    (duty,) = [each for each in of(id.partition(".")[0]) if each.id == id]
    said = duty.judge(history)
    return said.verdict, said.exercised, said.breaches[0].text if said.breaches else ""


def ticket(id: str, **fields: Any) -> Record:
    return Record(id, fields)


LAST = {"LastActionDateTime": "2026-03-02T10:04:30Z", "LastAction": "Add Notes"}
IDS, TICKET = builder('{"UtilisphereIDs":[1]}'), builder('{"Tickets":[{"UtilisphereID":1}]}')
REFUSED = builder('{"Error":{"Code":"AUTH","Message":"AuthCode is not authorized."}}')
FAILED = builder('{"Error":{"Code":"VALUE","Message":"no"}}')


def summary(n: int, window: str, minutes: float, received: bytes | None = IDS, **more: Any) -> Exchanged:
    """A Summary of a window such as `10:00-10:05`, asked so many minutes after ten."""
    start, end = window.split("-")
    text = f"2026/03/02 {start}-2026/03/02 {end}"
    return exchanged(n, minutes, body=asking("Summary", "LastActionDateTime", text, **more), received=received)


def details(n: int, id: str, received: bytes | None = TICKET) -> Exchanged:
    return exchanged(n, 5, body=asking("Details", "UtilisphereID", id), received=received)


# --- QueryData --------------------------------------------------------------------------------------------------------


def test_nothing_missed(history: Make) -> None:
    id = "querydata.nothing_missed"
    assert judge(id, history("querydata", truth=[ticket("1", **LAST)])) == ("unproven", 0, "")  # shows no mirror
    assert judge(id, history("querydata", mirror=[]))[:2] == ("unproven", 0)
    assert judge(id, history("querydata", truth=[ticket("1", **LAST)], mirror=[ticket("1")]))[:2] == ("kept", 1)
    lost = history(
        "querydata",
        truth=[ticket("1", **LAST)],
        mirror=[],
        exchanges=[summary(1, "10:00-10:05", 5)],
        labels={"1": "T1"},
    )
    verdict, _, text = judge(id, lost)
    assert verdict == "broken"
    assert "T1 (id 1) is not in the mirror" in text
    assert "asked for in 2026/03/02 10:00-2026/03/02 10:05" in text
    before = ticket("1", LastActionDateTime="2026-03-02T09:59:59Z")
    assert judge(id, history("querydata", truth=[before], mirror=[]))[0] == "unproven"  # older than the client's job


def test_current_state(history: Make) -> None:
    id = "querydata.current_state"
    changes = [change(1, "create", "1", Status="Open"), change(4, "act", "1", Status="Closed")]
    facts: dict[str, Any] = {
        "changes": changes,
        "exchanges": [details(3, "1")],
        "truth": [ticket("1", Status="Closed")],
    }
    stale = history("querydata", mirror=[ticket("1", Status="Open")], mirrors=("Status",), **facts)
    assert judge(id, stale)[:2] == ("broken", 1)
    assert judge(id, history("querydata", mirror=[ticket("1", Status="Closed")], **facts))[:2] == ("kept", 1)
    assert judge(id, history("querydata", mirror=[ticket("1", Status="Open")], mirrors=(), **facts))[0] == "kept"
    facts["changes"] = changes[:1]
    assert judge(id, history("querydata", mirror=[ticket("1", Status="Closed")], **facts))[0] == "unproven"


@pytest.mark.parametrize(
    ("exchanges", "verdict"),
    [
        ([summary(1, "10:00-10:05", 5)], "unproven"),
        ([summary(1, "10:00-10:05", 5, FAILED), summary(2, "10:00-10:05", 6)], "kept"),
        ([summary(1, "10:00-10:05", 5, FAILED), summary(2, "10:00-10:02", 6), summary(3, "10:02-10:08", 8)], "kept"),
        ([summary(1, "10:00-10:05", 5, FAILED)], "broken"),
        ([summary(1, "10:00-10:05", 5, None), summary(2, "10:05-10:10", 10)], "broken"),
        ([summary(1, "10:00-10:05", 5, FAILED), summary(2, "10:00-10:02", 6), summary(3, "10:03-10:08", 8)], "broken"),
        # the time before the client's job, and after the moment of asking, was not asked for
        ([summary(1, "09:00-10:00", 0, FAILED)], "kept"),
        ([summary(1, "10:00-10:06", 5.5, FAILED), summary(2, "10:00-10:05", 6), summary(3, "10:05-10:09", 9)], "kept"),
        # what succeeded before need not be asked again
        ([summary(1, "10:00-10:05", 5), summary(2, "10:04-10:05", 5, FAILED)], "kept"),
        # an answer given before the action could be seen does not cover it
        ([summary(1, "10:00-10:05", 2), summary(2, "10:00-10:05", 5, FAILED)], "broken"),
        # the warehouse is another matter
        ([summary(1, "10:00-10:05", 5, FAILED, warehouse=True)], "unproven"),
    ],
)
def test_failed_window_repeated(history: Make, exchanges: list[Exchanged], verdict: str) -> None:
    assert judge("querydata.failed_window_repeated", history("querydata", exchanges=exchanges))[0] == verdict


def test_failed_details_repeated(history: Make) -> None:
    id, truth = "querydata.failed_details_repeated", [ticket("1", **LAST)]
    failed, good = details(1, "1", FAILED), details(2, "1")
    assert judge(id, history("querydata", exchanges=[good], truth=truth))[0] == "unproven"
    assert judge(id, history("querydata", exchanges=[failed, good], truth=truth))[:2] == ("kept", 1)
    assert judge(id, history("querydata", exchanges=[failed], truth=truth))[0] == "broken"
    # a ticket that is gone may be an error for good
    assert judge(id, history("querydata", exchanges=[failed]))[0] == "kept"


def test_text_survives(history: Make) -> None:
    id = "querydata.text_survives"
    facts: dict[str, Any] = {
        "truth": [ticket("1", Remarks="a & b", DepthInches=7, Excavator={"Name": "x", "No": None})]
    }
    same = ticket("1", Remarks="a & b", DepthInches="7.0", Excavator='{"Name": "x"}')
    assert judge(id, history("querydata", mirror=[same], **facts))[:2] == ("kept", 3)
    for field, value in (("Remarks", "a &amp; b"), ("Remarks", None), ("DepthInches", 8), ("Excavator", {"Name": "y"})):
        wrong = history("querydata", mirror=[ticket("1", **{field: value})], **facts)
        assert judge(id, wrong)[0] == "broken", field
    assert judge(id, history("querydata", mirror=[], **facts))[0] == "unproven"


def test_zone_understood(history: Make) -> None:
    id = "querydata.zone_understood"
    eastern = {"time_zone": "America/New_York"}
    truth = [ticket("1", CreateDate="2026-11-01T05:30:00.25Z")]
    for same in ("2026-11-01T05:30:00Z", "2026-11-01T00:30:00-05:00", "2026-11-01T06:30:00Z"):
        # the last one is the other half past one of that night: the vendor's text cannot tell them apart
        kept = history("querydata", truth=truth, mirror=[ticket("1", CreateDate=same)], dialect=eastern)
        assert judge(id, kept)[:2] == ("kept", 1), same
    for other in ("2026-11-01T01:30:00Z", "2026-11-01 05:30", "2026-11-01T05:30:00"):
        wrong = history("querydata", truth=truth, mirror=[ticket("1", CreateDate=other)], dialect=eastern)
        assert judge(id, wrong)[0] == "broken", other
    assert judge(id, history("querydata", exchanges=[summary(1, "10:00-10:05", 5)]))[:2] == ("kept", 1)
    future = history("querydata", exchanges=[summary(1, "10:00-10:05", 5)], dialect=eastern)
    assert "begins in the future" in judge(id, future)[2]
    assert judge(id, history("querydata"))[0] == "unproven"


def test_short_windows(history: Make) -> None:
    id = "querydata.short_windows"
    assert judge(id, history("querydata"))[0] == "unproven"
    assert judge(id, history("querydata", exchanges=[summary(1, "10:00-10:10", 9)]))[0] == "kept"
    assert judge(id, history("querydata", exchanges=[summary(1, "10:00-10:11", 11)]))[0] == "broken"
    # where clocks skip an hour, a window of five minutes looks like one of sixty-five
    text = "2026/03/08 01:58-2026/03/08 03:03"
    gap = exchanged(1, body=asking("Summary", "LastActionDateTime", text), received=IDS)
    assert judge(id, history("querydata", exchanges=[gap], dialect={"time_zone": "America/New_York"}))[0] == "kept"


def test_no_warehouse_polling(history: Make) -> None:
    id = "querydata.no_warehouse_polling"
    syncs = [sync(0, 1), sync(1, 2), sync(2, 3)]

    def asked(n: int, task: int, warehouse: bool, minutes: float = 5) -> Exchanged:
        body = asking("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", warehouse)
        return exchanged(n, minutes, body=body, received=IDS, task=task)

    assert judge(id, history("querydata", tasks=syncs[:2]))[0] == "unproven"
    once = [asked(1, 0, True), asked(2, 0, True), asked(3, 1, False)]
    assert judge(id, history("querydata", tasks=syncs, exchanges=once))[0] == "kept"
    thrice = [asked(1, 0, True), asked(2, 1, True), asked(3, 2, True)]
    assert judge(id, history("querydata", tasks=syncs, exchanges=thrice))[0] == "broken"
    nightly = [asked(1, 0, True), asked(2, 1, True), asked(3, 2, True, 24 * 60)]
    assert judge(id, history("querydata", tasks=syncs, exchanges=nightly))[0] == "kept"


@pytest.mark.parametrize(
    ("vendor", "slug", "refused"),
    [
        ("querydata", "refused_login_not_stormed", REFUSED),
        ("get_tickets", "refused_key_not_stormed", b"error=Invalid+API+key"),
    ],
)
def test_refusals_are_not_stormed(history: Make, vendor: str, slug: str, refused: bytes) -> None:
    id = f"{vendor}.{slug}"

    def asked(*minutes: float) -> History:
        exchanges = [exchanged(n, each, received=refused) for n, each in enumerate(minutes, 1)]
        return history(vendor, exchanges=exchanges, tasks=[sync(0, len(minutes))])

    assert judge(id, asked())[0] == "unproven"
    assert judge(id, asked(0, 0, 0))[:2] == ("kept", 3)
    assert judge(id, asked(0, 0, 0, 0))[0] == "broken"
    assert judge(id, asked(0, 1, 2, 3, 4))[0] == "kept"  # patiently


@pytest.mark.parametrize("vendor", contracted())
def test_secret_kept(history: Make, vendor: str) -> None:
    id = f"{vendor}.secret_kept"
    clean = exchanged(1, target="/x", headers=(("Accept", "*/*"),))
    assert judge(id, history(vendor))[0] == "unproven"
    assert judge(id, history(vendor, exchanges=[clean]))[0] == "kept"
    stars = exchanged(1, target="/x", headers=(("X-Note", "***"),))
    assert judge(id, history(vendor, exchanges=[stars]))[0] == "kept"  # three stars are no secret
    in_header = exchanged(1, target="/x", headers=(("Referer", "/API/?key=***"),), reveals=("header Referer",))
    assert judge(id, history(vendor, exchanges=[in_header]))[0] == "broken"
    in_target = history(vendor, exchanges=[exchanged(1, target="/x?key=***", reveals=("address",))])
    assert judge(id, in_target)[0] == ("kept" if vendor == "get_tickets" else "broken")
    for facts in (
        {"output": "sending SECRET-CODE now"},
        {"output": "*** Authorization: U0VDUkVULUNPREU="},
        {"tasks": [sync(0, 1, error_kind="client", error="cannot open /x?key=SECRET-CODE")]},
        {"mirror": [ticket("1", note="SECRET-CODE")]},
    ):
        verdict, _, text = judge(id, history(vendor, exchanges=[clean], **facts))
        assert verdict == "broken"
        assert "SECRET-CODE" not in text
        assert "U0VDUkVULUNPREU" not in text


# --- get_tickets ------------------------------------------------------------------------------------------------------


def test_all_pages(history: Make) -> None:
    id, truth = "get_tickets.all_pages", [ticket("1"), ticket("2")]
    assert judge(id, history("get_tickets", mirror=[]))[0] == "unproven"
    assert judge(id, history("get_tickets", truth=truth, mirror=truth))[:2] == ("kept", 2)
    short = history("get_tickets", truth=truth, mirror=truth[:1], exchanges=[exchanged(1, target="/API/?page=1")])
    assert "pages asked for: 1" in judge(id, short)[2]


def test_changes_seen(history: Make) -> None:
    id = "get_tickets.changes_seen"
    facts: dict[str, Any] = {
        "changes": [change(1, "create", "1", status="Open"), change(5, "act", "1", status="Closed")],
        "tasks": [sync(1, 3), sync(5, 7)],
        "truth": [ticket("1", status="Closed")],
    }
    assert judge(id, history("get_tickets", mirror=[ticket("1", status="Closed")], **facts))[:2] == ("kept", 1)
    assert judge(id, history("get_tickets", mirror=[ticket("1", status="Open")], **facts))[0] == "broken"
    facts["changes"] = facts["changes"][:1]
    assert judge(id, history("get_tickets", mirror=[ticket("1", status="Closed")], **facts))[0] == "unproven"


def test_decoded_once_and_the_second_cid(history: Make) -> None:
    truth = [ticket("1", subject="C++ 100%25", cid="kim", cc_addresses="boss@x.org", merged="N")]
    once, cid = "get_tickets.decoded_once", "get_tickets.cid_not_overwritten"

    def mirrored(dialect: Any = None, received: bytes = b"", **fields: Any) -> History:
        return history(
            "get_tickets",
            truth=truth,
            mirror=[ticket("1", **fields)],
            dialect=dialect,
            exchanges=[exchanged(1, received=received)],
        )

    assert judge(once, mirrored(subject="C++ 100%25", merged=""))[:2] == ("kept", 1)
    for wrong in ("C   100%", "C%2b%2b+100%2525", "c++ 100%25"):
        assert judge(once, mirrored(subject=wrong))[0] == "broken"
    doubled = mirrored(
        {"output_format": "delimited"}, b"tid=1&cid=kim&cid=boss%40x.org", cid="boss@x.org", cc_addresses=""
    )
    assert judge(cid, doubled)[0] == "broken"
    assert judge(once, doubled)[0] != "broken"
    kept = mirrored({"output_format": "delimited"}, b"tid=1&cid=kim&cid=boss%40x.org", cid="kim")
    assert judge(cid, kept)[:2] == ("kept", 1)
    assert judge(cid, mirrored(None, b"<tickets/>", cid="kim"))[0] == "unproven"
    assert judge(once, mirrored(None, cid="boss@x.org"))[0] == "broken"


def test_error_is_not_empty(history: Make) -> None:
    id = "get_tickets.error_is_not_empty"
    one, two = ticket("1"), ticket("2")
    error = exchanged(5, received=b"error=Invalid+tid")
    made = [change(1, "create", "1"), change(2, "create", "2")]

    def after(mirror: list[Record], *more: Any, exchange: Exchanged = error, restarts: tuple[int, ...] = ()) -> History:
        before, then = ({each.id: each for each in records} for records in ([one, two], mirror))
        facts = {"tasks": [sync(4, 9, before=before, after=then)], "truth": [one, two], "restarts": restarts}
        return history("get_tickets", changes=[*made, *more], exchanges=[exchange], **facts)

    assert judge(id, after([one, two]))[:2] == ("kept", 1)
    assert judge(id, after([]))[0] == "broken"
    assert judge(id, after([one]))[0] == "broken"
    assert "never was" in judge(id, after([one, two, ticket("")]))[2]
    assert judge(id, after([one], change(3, "delete", "2", exists=False)))[0] == "kept"  # gone before
    assert judge(id, after([one], change(6, "change", "1")))[0] == "kept"  # rows may have shifted
    for n, verdict in ((4, "broken"), (9, "kept"), (10, "broken")):  # what it had not written down went with the power
        assert judge(id, after([one], restarts=(n,)))[0] == verdict
    assert judge(id, after([one], exchange=exchanged(5, received=b"<tickets/>")))[0] == "unproven"
    assert judge(id, after([one], exchange=exchanged(5, received=None, request_known=False)))[0] == "broken"


def test_no_mirror_is_behind_that_a_limit_of_calls_holds_up(history: Make) -> None:
    truth = [ticket("1"), ticket("2", merged="Y")]
    gone = [change(1, "create", "3"), change(5, "delete", "3", exists=False)]
    mirror = [ticket("3")]
    seen = {"3": ticket("3")}
    for id in ("all_pages", "merged_kept", "deleted_dropped"):
        for held_up in (False, True):
            answers = [b"tid=3", b"error=Too+many+requests" if held_up else b"tid=3"]
            made = history(
                "get_tickets",
                changes=gone,
                exchanges=[exchanged(2 + 5 * n, received=each) for n, each in enumerate(answers)],
                tasks=[sync(1, 3, after=seen), sync(6, 8, before=seen, after=seen)],
                truth=truth,
                mirror=mirror,
            )
            assert judge(f"get_tickets.{id}", made)[0] == ("unproven" if held_up else "broken"), id


def test_a_ticket_that_is_there_stays_known(history: Make) -> None:
    id, one, two = "get_tickets.stays_known", ticket("1"), ticket("2")
    both, first = {"1": one, "2": two}, {"1": one}
    made = [change(1, "create", "1"), change(2, "create", "2")]

    def synced(after: Any, more: Any = (), received: bytes = b"tid=1", **facts: Any) -> str:
        task = replace(sync(4, 9, before=both, after=after), **facts)
        exchanges = [exchanged(5, received=received)]
        truth = [] if more else [one, two]
        return judge(
            id, history("get_tickets", changes=[*made, *more], exchanges=exchanges, tasks=[task], truth=truth)
        )[0]

    assert synced(both) == "kept"
    assert synced(first) == "broken"
    assert synced(first, received=b"error=Invalid+tid") == "unproven"  # that is a matter of another duty
    assert synced(first, error_kind="transport") == "unproven"
    assert synced(first, ended=at(1)) == "unproven"  # what was on its way may have moved the rows
    assert synced(first, [change(6, "delete", "2", exists=False)]) == "unproven"
    assert synced(first, [change(3, "delete", "2", exists=False)]) == "kept"
    assert synced(first, [change(12, "delete", "2", exists=False)]) == "broken"


def test_many_tickets_are_asked_for_in_bulk(history: Make) -> None:
    id = "get_tickets.asked_in_bulk"

    def walked(tickets: int, alone: int, several: bool = False) -> str:
        list_ = "\r\n".join(f"tid={n}" for n in range(tickets)).encode()
        asked = [exchanged(1, target="/API/?tid=*", received=list_)]
        asked += [
            exchanged(2 + n, target=f"/API/?tid={n}", received=list_[:20] if several else f"tid={n}".encode())
            for n in range(alone)
        ]
        return judge(id, history("get_tickets", exchanges=asked, tasks=[sync(0, 1 + alone)]))[0]

    assert walked(12, 12) == "unproven"  # too few to matter
    assert walked(13, 0) == "kept"
    assert walked(13, 6) == "kept"  # some were looked at again
    assert walked(13, 7) == "broken"
    assert walked(13, 13, several=True) == "kept"


def test_deleted_dropped(history: Make) -> None:
    id = "get_tickets.deleted_dropped"
    one = ticket("1")
    facts: dict[str, Any] = {"changes": [change(1, "create", "1"), change(5, "delete", "1", exists=False)]}
    seen = {"tasks": [sync(1, 3, after={"1": one}), sync(5, 7, after={})]}
    assert judge(id, history("get_tickets", mirror=[], **facts))[0] == "unproven"  # never was in the mirror
    assert judge(id, history("get_tickets", mirror=[], **facts, **seen))[:2] == ("kept", 1)
    assert judge(id, history("get_tickets", mirror=[one], **facts, **seen))[0] == "broken"
    # the number was given again
    assert judge(id, history("get_tickets", mirror=[one], truth=[one], **facts, **seen))[0] == "unproven"


def test_times_understood(history: Make) -> None:
    id, truth = "get_tickets.times_understood", [ticket("1", date_opened="2026-03-02T10:00:00Z", date_closed=None)]
    good = history(
        "get_tickets", truth=truth, mirror=[ticket("1", date_opened="2026-03-02T11:00:00+01:00", date_closed="")]
    )
    assert judge(id, good)[:2] == ("kept", 1)
    for wrong in ("2026-02-03T10:00:00Z", "2026-03-02T22:00:00Z", "3/2/2026 10:00:00 AM"):
        bad = history("get_tickets", truth=truth, mirror=[ticket("1", date_opened=wrong)])
        assert judge(id, bad)[0] == "broken"


@pytest.mark.parametrize(
    ("vendor", "duty", "field"),
    [
        ("autotask", "times_understood", "DueDateTime"),
        ("get_tickets", "times_understood", "date_opened"),
        ("querydata", "zone_understood", "CreateDate"),
        ("superoffice", "times_understood", "Deadline"),
        ("trackit", "times_understood", "100"),
    ],
)
def test_a_time_without_a_zone_is_told_first(history: Make, vendor: str, duty: str, field: str) -> None:
    """It is no instant, so what the zone of the vendor's texts is comes second."""
    right = "2026-03-02T10:00:00Z"
    (found,) = [each for each in of(vendor) if each.slug == duty]

    def told(shown: str) -> str:
        one = history(vendor, truth=[ticket("1", **{field: right})], mirror=[ticket("1", **{field: shown})])
        return found.judge(replace(one, tasks=(sync(0, 1),))).breaches[0].text

    bare = told("2026-03-02 10:00:00")
    assert bare.startswith(
        "the ticket with id 1: the mirror's text has no zone: write 2026-03-02T10:00:00Z or 2026-03-02T10:00:00+00:00; "
        f'{field} is "2026-03-02T10:00:00Z" at the vendor and "2026-03-02 10:00:00" in the mirror'
    )
    assert "the mirror's text is no time of ISO 8601 with a zone: write 2026-03-02T10" in told("3/2/2026 10:00 AM")
    assert "the mirror's text" not in told("2026-03-02T12:00:00Z")


# --- all vendors ---


def rows(n: int, *ids: str) -> Exchanged:
    """A query for tickets, and its answer."""
    asked = "<Envelope><Body><query><sXML>&lt;queryxml&gt;&lt;entity&gt;Ticket&lt;/entity&gt;&lt;/queryxml&gt;</sXML></query>"
    found = "".join(f"<Entity><id>{id_}</id></Entity>" for id_ in ids)
    said = f"<Envelope><Body><r><ReturnCode>1</ReturnCode><EntityResults>{found}</EntityResults></r></Body></Envelope>"
    return exchanged(n, body=f"{asked}</Body></Envelope>".encode(), received=said.encode())


def told_twice(vendor: str) -> list[Exchanged]:
    """The ticket 1 in two answers."""
    if vendor == "querydata":
        return [details(1, "1"), details(2, "1")]
    if vendor == "autotask":
        return [rows(n, "1") for n in (1, 2)]
    if vendor == "trackit":
        return [exchanged(n, received=b'{"Tickets": {"1": {"Value": 1}}}') for n in (1, 2)]
    if vendor == "superoffice":
        asked: dict[str, Any] = {"method": "POST", "target": "/api/v1/Agents/Ticket/GetTickets"}
        return [exchanged(n, body=b'{"TicketIds": [1]}', received=b'[{"TicketId": 1}]', **asked) for n in (1, 2)]
    return [exchanged(n, received=b"<tickets><ticket><tid>1</tid></ticket></tickets>") for n in (1, 2)]


@pytest.mark.parametrize("vendor", contracted())
def test_once_only(history: Make, vendor: str) -> None:
    id, one, told = f"{vendor}.once_only", ticket("1"), told_twice(vendor)
    assert judge(id, history(vendor, mirror=[one], truth=[one], exchanges=told[:1]))[:2] == ("unproven", 0)
    assert judge(id, history(vendor, mirror=[one], truth=[one], exchanges=told))[:2] == ("kept", 1)
    doubled = history(vendor, mirror=[ticket("1", Status="Open"), one], truth=[one], labels={"1": "T1"})
    assert judge(id, doubled) == ("broken", 1, "T1 (id 1) stands in the mirror 2 times")


@pytest.mark.parametrize("vendor", contracted())
def test_nothing_invented(history: Make, vendor: str) -> None:
    id, one, ghost = f"{vendor}.nothing_invented", ticket("1"), ticket("999999")
    assert judge(id, history(vendor, mirror=[]))[0] == "unproven"
    assert judge(id, history(vendor, mirror=[one], truth=[one]))[:2] == ("kept", 1)
    gone = [change(1, "create", "1"), change(2, "delete", "1", exists=False)]
    assert judge(id, history(vendor, mirror=[one], changes=gone))[0] == "kept"  # gone is another matter
    assert judge(id, history(vendor, mirror=[one], exchanges=told_twice(vendor)))[0] == "kept"  # the vendor said so
    assert "999999" in judge(id, history(vendor, mirror=[one, ghost], truth=[one]))[2]
    for a_while in ({"999999": ghost}, {"": ticket("")}):
        tasks = [sync(0, 1, after=a_while)]
        assert judge(id, history(vendor, mirror=[one], truth=[one], tasks=tasks))[0] == "broken"


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", [duty for vendor in contracted() for duty in of(vendor)], ids=lambda duty: duty.id)
def test_duties_rest_on_rules_and_say_what_provokes_them(duty: Duty) -> None:
    assert duty.because
    assert [rule.id for rule in duty.rules] == list(duty.because)
    assert duty.exercised_by
    assert duty.says.endswith(".")
    assert breach_class(duty) is breach_class(duty)
    assert issubclass(breach_class(duty), BrokenDuty)


def test_each_duty_has_an_exception_class_of_its_own() -> None:
    duties = [duty for vendor in contracted() for duty in of(vendor)]
    assert len({breach_class(duty) for duty in duties}) == len(duties)


@pytest.mark.parametrize("vendor", contracted())
def test_an_integrator_is_told_what_the_named_dialects_change(vendor: str) -> None:
    here = profile(vendor)
    for dialect in emulator(vendor).dialects.named.values():
        # Whose times carry a mark need not be told a zone.
        assert here.options(dialect).get("time_zone", "UTC") == str(here.zone(dialect))
    assert at(0) < at(1)
