"""What moves the properties of a ticket: people who write, read, close, postpone and merge, and time itself."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
HOUR, DAY = 3600, 86400
OFFICE = 1
"""A priority with office hours."""
ROUND = 3
"""One round the clock, with three alerts."""


@pytest.mark.rule("superoffice.field.ticket_id", "superoffice.field.created_at", "superoffice.field.last_changed")
def test_numbers_and_the_two_dates_of_every_ticket(desk: Desk) -> None:
    first = desk.create()
    second = desk.create()
    assert (first, second) == (1235, 1236)
    desk.act("delete", id=str(second))
    assert desk.create() == 1237
    before = desk.truth(first)
    assert before["CreatedAt"] == before["LastChanged"] == "2026-03-02T10:00:00Z"
    desk.advance(90)
    desk.act("change", id=str(first), fields={"Title": "changed"})
    after = desk.truth(first)
    assert (after["CreatedAt"], after["LastChanged"]) == ("2026-03-02T10:00:00Z", "2026-03-02T10:01:30Z")
    for n, (action, more) in enumerate(
        [
            ("note", {}),
            ("close", {}),
            ("reopen", {}),
            ("assign", {"to": 12}),
            ("spam", {}),
            ("undelete", {}),
            ("delete", {}),
            ("undelete", {}),
        ]
    ):
        desk.advance(1)
        assert desk.do(first, action, **more)["LastChanged"] == f"2026-03-02T10:01:{31 + n}Z", action
    assert all(each["LastChanged"] >= each["CreatedAt"] for each in desk.all())


@pytest.mark.rule(
    "superoffice.field.read_by_owner", "superoffice.field.first_read", "superoffice.field.read_by_customer"
)
def test_reading(desk: Desk) -> None:
    id_ = desk.create(OwnedBy=10)
    assert desk.truth(id_)["ReadStatus"] == "Red"
    other = desk.do(id_, "read", by=11)
    assert (other["FirstReadByUser"], other["ReadByOwner"], other["ReadStatus"]) == (
        "2026-03-02T10:00:00Z",
        None,
        "Red",
    )
    desk.advance(60)
    mine = desk.do(id_, "read", by="DEMO")
    assert (mine["FirstReadByUser"], mine["ReadByOwner"], mine["ReadStatus"]) == (
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:01:00Z",
        "Green",
    )
    assert desk.do(id_, "note", by=10)["ReadStatus"] == "Green"
    assert desk.do(id_, "answer")["ReadStatus"] == "Yellow"
    assert desk.do(id_, "read")["ReadStatus"] == "Green"
    assert desk.do(id_, "assign", to="ANNE")["ReadStatus"] == "Red"
    assert desk.do(id_, "read by customer")["ReadByCustomer"] == "2026-03-02T10:01:00Z"


@pytest.mark.rule("superoffice.field.activate")
def test_a_postponed_ticket_wakes_up(desk: Desk) -> None:
    id_ = desk.create()
    asleep = desk.do(id_, "postpone", until="2026-03-03T08:00:00Z")
    assert (asleep["BaseStatus"], asleep["Activate"]) == ("Postponed", "2026-03-03T08:00:00Z")
    desk.advance(22 * HOUR - 1)
    assert desk.ticket(id_)["BaseStatus"] == "Postponed"
    desk.advance(1)
    awake = desk.ticket(id_)
    assert [awake[name] for name in ("BaseStatus", "TicketStatus", "Activate", "LastChanged")] == [
        "Active",
        1,
        "2026-03-03T09:00:00+01:00",
        "2026-03-03T09:00:00+01:00",
    ]


@pytest.mark.rule("superoffice.field.closed_at", "superoffice.field.times", "superoffice.field.replied_at")
def test_replying_and_closing(desk: Desk) -> None:
    desk.advance(4.5 * HOUR)  # half past three on a Monday; offices close at four
    id_ = desk.create(Priority=OFFICE)
    assert desk.do(id_, "note")["RepliedAt"] is None
    desk.advance(17 * HOUR)  # half past eight on Tuesday
    replied = desk.do(id_, "reply")
    assert [replied[name] for name in ("RepliedAt", "RealTimeToReply", "TimeToReply")] == [
        "2026-03-03T07:30:00Z",
        17 * 60,
        60,
    ]
    desk.advance(HOUR)
    assert desk.do(id_, "reply")["RepliedAt"] == "2026-03-03T07:30:00Z"
    closed = desk.do(id_, "close")
    assert [closed[name] for name in ("BaseStatus", "ClosedAt", "RealTimeToClose", "TimeToClose")] == [
        "Closed",
        "2026-03-03T08:30:00Z",
        18 * 60,
        120,
    ]
    opened = desk.do(id_, "reopen")
    assert [opened[name] for name in ("BaseStatus", "ClosedAt", "RealTimeToClose")] == ["Active", None, 0]
    # The page's own ticket, as far as its values can be true.
    page = desk.ticket(1234)
    assert page["RealTimeToClose"] == 7485
    assert all(each["RealTimeToClose"] >= each["TimeToClose"] for each in desk.all())


@pytest.mark.rule("superoffice.field.alert")
def test_alerts(desk: Desk) -> None:
    id_ = desk.create(Priority=ROUND)
    steps = [
        (0, 0, "2026-03-02T11:00:00Z"),
        (HOUR, 1, "2026-03-02T13:00:00Z"),
        (2 * HOUR, 2, "2026-03-02T17:00:00Z"),
        (4 * HOUR, 3, None),
    ]
    for seconds, level, timeout in steps:
        desk.advance(seconds)
        found = desk.truth(id_)
        assert (found["AlertLevel"], found["AlertTimeout"]) == (level, timeout)
    quiet = desk.create(Priority=ROUND)
    desk.do(quiet, "close")
    desk.advance(DAY)
    assert desk.truth(quiet)["AlertLevel"] == 0
    late = desk.create(Priority=ROUND)
    desk.advance(30 * DAY)
    found = desk.ticket(late, SO_TimeZone="UTC")
    assert (found["AlertLevel"], found["AlertTimeout"], found["LastChanged"]) == (
        3,
        "0001-01-01T00:00:00Z",
        "2026-03-04T00:00:00Z",
    )


@pytest.mark.rule("superoffice.field.deadline")
def test_a_deadline_is_kept(desk: Desk) -> None:
    desk.act("change", id="1", fields={"Deadline": "2026-05-01T12:00:00+02:00"})
    assert desk.ticket(1)["Deadline"] == "2026-05-01T12:00:00+02:00"


@pytest.mark.rule(
    "superoffice.field.first_message",
    "superoffice.field.last_message",
    "superoffice.field.messages",
    "superoffice.field.time_spent",
)
def test_messages(desk: Desk) -> None:
    made = desk.act("create", fields={"CustId": 2, "Language": "", "Slevel": "External"})["fields"]
    id_ = made["TicketId"]
    assert [made[name] for name in ("Author", "FromAddress", "NumMessages", "NumReplies", "HasAttachment")] == [
        "ola@nordic.example",
        "ola@nordic.example",
        1,
        0,
        False,
    ]
    noted = desk.do(id_, "note", minutes=5, language="de", sentiment=9)
    assert [noted[name] for name in ("NumMessages", "NumReplies", "TimeSpent", "Language", "Sentiment")] == [
        2,
        0,
        5,
        "",
        0,
    ]
    replied = desk.do(id_, "reply", minutes=10, language="en", sentiment=-40, confidence=70, attachment=True)
    assert [
        replied[name] for name in ("NumMessages", "NumReplies", "TimeSpent", "Language", "Sentiment", "HasAttachment")
    ] == [3, 1, 15, "en", -40, True]
    answered = desk.do(id_, "answer", language="sv", sentiment=80, confidence=90)
    names = ("NumMessages", "NumReplies", "Language", "Sentiment", "SentimentConfidence", "Author")
    assert [answered[name] for name in names] == [4, 1, "en", 80, 90, "ola@nordic.example"]


@pytest.mark.rule("superoffice.field.counters")
def test_counters_move_when_a_ticket_leaves_a_status(desk: Desk) -> None:
    id_ = desk.create(Priority=OFFICE)  # eleven o'clock on a Monday
    desk.advance(7 * HOUR)  # six in the evening
    assert desk.truth(id_)["TimeSpentInternally"] == 0
    left = desk.do(id_, "postpone", until="2026-04-01T08:00:00Z")
    assert (left["TimeSpentInternally"], left["RealTimeSpentInternally"]) == (5 * HOUR, 7 * HOUR)
    desk.advance(15 * HOUR)
    waited = desk.act("change", id=str(id_), fields={"TicketStatus": 6})["fields"]
    assert (waited["TimeSpentExternally"], waited["RealTimeSpentExternally"]) == (HOUR, 15 * HOUR)
    desk.advance(HOUR)
    queued = desk.do(id_, "close")
    assert (queued["TimeSpentQueue"], queued["RealTimeSpentQueue"]) == (HOUR, HOUR)
    assert queued["RealTimeSpentInternally"] == 7 * HOUR


@pytest.mark.rule("superoffice.field.counters")
def test_what_a_status_counts_as_is_configurable(desk: Desk) -> None:
    id_ = desk.create(Priority=ROUND)
    desk.administer("count status in", number=1, counter="Queue")
    desk.advance(60)
    assert desk.do(id_, "close")["RealTimeSpentQueue"] == 60
