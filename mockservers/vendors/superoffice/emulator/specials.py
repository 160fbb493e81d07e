"""Special tickets of the demo: each stands for something that a client can get wrong. Values as they are kept, by number.

What follows from others (counts, times, counters) is put in at the end by the vendor's own rules. Knows no table.
"""

from __future__ import annotations

import json
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.vendors.superoffice.emulator import frames
from mockservers.vendors.superoffice.emulator.model import ENUMS, Directory

Values = dict[str, Any]
AS_PRINTED = 1234
"""The ticket of the page's sample, whose values do not fit together (superoffice.result.sample_is_filler)."""


def settled(values: Values, names: Directory, zone: str) -> None:
    """Put in what follows: times to reply and to close, and how long the ticket was in the status before its last one."""
    created = values["CreatedAt"]
    frame = names.get("priority", values["Priority"]).facts.get("frame")

    def minutes(until: int) -> tuple[int, int]:
        return (until - created) // MINUTE, frames.worked(created, until, frame, zone) // 60

    if values.get("RepliedAt") is not None:
        values["RealTimeToReply"], values["TimeToReply"] = minutes(values["RepliedAt"])
    if values.get("ClosedAt") is not None:
        values["RealTimeToClose"], values["TimeToClose"] = minutes(values["ClosedAt"])
    moved = values.get("ClosedAt") or values.get("deleted")
    if moved is not None:
        values["status_since"] = moved
        values["TimeSpentInternally"] = frames.worked(created, moved, frame, zone)
        values["RealTimeSpentInternally"] = (moved - created) // SECOND


def _instant(text: str, born: int, otherwise: int) -> int:
    """A time that stands for itself, unless the world is born before it."""
    found = instants.from_iso(text)
    return found if found < born else otherwise


def special(born: int, unmerged: int, names: Directory, zone: str, later: bool) -> list[Values]:
    """The tickets by number. `later`: with words that only a release to come has."""
    made: list[Values] = []

    def add(id_: int, title: str, created: int, **more: Any) -> None:
        base = {
            "TicketId": id_,
            "Title": title,
            "CreatedAt": created,
            "LastChanged": max(created, more.pop("changed", created)),
            "Author": "customer@acmecorp.example",
            "FromAddress": "customer@acmecorp.example",
            "Category": 2,
            "Priority": 1,
            "TicketStatus": 1,
            "BaseStatus": "Active",
            "Origin": "Email",
            "Slevel": "External",
            "ReadStatus": "Red",
            "CustId": 1,
            "ConnectId": unmerged,
            "TicketTypeId": 1,
            "Language": "en",
            "NumMessages": 1,
            "NumReplies": 0,
            "TimeSpent": 0,
            "status_since": created,
            "OwnedBy": 10,
        }
        made.append({**base, **more})

    old = born - 500 * DAY
    add(1, "In winter", _instant("2024-01-15T11:00:00Z", born, old))
    add(2, "In summer", _instant("2024-07-15T11:00:00Z", born, old + HOUR))
    add(3, "Half past two, for the first time", _instant("2024-10-27T02:30:00+02:00", born, old + 2 * HOUR))
    add(4, "Half past two, for the second time", _instant("2024-10-27T02:30:00+01:00", born, old + 3 * HOUR))
    now = born - 400 * DAY
    for n, origin in enumerate(ENUMS["TicketOrigin"]):
        add(5 + n, f"Came by {origin}", now + n * HOUR, Origin=origin)
    now += DAY
    for n, base in enumerate(["Unknown", "Active", "Closed", "Postponed", "Spam"]):
        more = (
            {"ClosedAt": now + 4 * HOUR, "changed": now + 4 * HOUR}
            if base == "Closed"
            else {"Activate": born + 30 * DAY}
            if base == "Postponed"
            else {}
        )
        status = {"Unknown": 0, "Active": 1, "Closed": 3, "Postponed": 2, "Spam": 9}[base]
        add(20 + n, f"Is {base}", now + n * HOUR, BaseStatus=base, TicketStatus=status, **more)
    add(25, "Slevel unknown, unread", now + 6 * HOUR, Slevel="Unknown", ReadStatus="Unknown")
    read = {"ReadByOwner": now + 9 * HOUR, "FirstReadByUser": now + 9 * HOUR}
    add(26, "Internal and green", now + 7 * HOUR, Slevel="Internal", ReadStatus="Green", **read)
    news = {"changed": now + 10 * HOUR, "NumMessages": 2}
    add(27, "Yellow: news since it was read", now + 8 * HOUR, ReadStatus="Yellow", **news, **read)
    if later:
        words = {"BaseStatus": "Archived", "Origin": "Hologram", "Slevel": "Secret", "ReadStatus": "Blue"}
        add(28, "Words of a release to come", now + 9 * HOUR, **words)
    else:
        add(28, "Came and was never looked at", now + 9 * HOUR)
    add(29, "Closed by name, active by status", now + 10 * HOUR, TicketStatus=4)
    add(
        30,
        "Done by name, closed by status",
        now + 11 * HOUR,
        TicketStatus=5,
        BaseStatus="Closed",
        ClosedAt=now + 12 * HOUR,
        changed=now + 12 * HOUR,
    )
    add(31, "Nobody owns it", now + 12 * HOUR, OwnedBy=1, CreatedBy=1)
    add(32, "Owner whose numbers cross", now + 13 * HOUR, OwnedBy=11, CreatedBy=10, Category=6)
    add(33, "No person: -1", now + 14 * HOUR, CustId=-1, Author="", FromAddress="")
    add(34, "No person: null", now + 15 * HOUR, CustId=None, Author="", FromAddress="")
    add(
        35,
        "Minutes beside seconds",
        now + 16 * HOUR,
        changed=now + 18 * HOUR,
        Priority=3,  # whose clock never stops: 120 minutes of it are 7200 seconds
        RepliedAt=now + 18 * HOUR,
        TicketStatus=4,
        TimeSpentInternally=7200,
        RealTimeSpentInternally=7200,
        status_since=now + 18 * HOUR,
        TimeSpent=90,
        NumReplies=1,
        NumMessages=2,
    )
    add(36, "A bad mood", now + 17 * HOUR, Sentiment=-40, SentimentConfidence=60)
    add(37, "No idea of the mood", now + 18 * HOUR, Sentiment=0, SentimentConfidence=0)
    add(38, "A good mood", now + 19 * HOUR, Sentiment=75, SentimentConfidence=88, CustId=4, SaleId=1, ProjectId=1)
    add(39, "Two changes", now + 20 * HOUR, changed=now + 21 * HOUR)
    add(40, "in one second", now + 20 * HOUR, changed=now + 21 * HOUR, CustId=3)
    for n, right in enumerate(
        [
            None,
            {},
            {"Mask": "FULL", "Reason": ""},
            {"Mask": "Select, Update", "Reason": ""},
            {"Mask": "RI, RestrictedUpdate", "Reason": "[SR_ACCESS_ASSOCCONT_DELETE]"},
        ]
    ):
        add(
            41 + n,
            f"Right on the row: {right}",
            now + 22 * HOUR + n * SECOND,
            right=None if right is None else json.dumps(right),
        )
    add(46, "ConnectId -1", now + 23 * HOUR, ConnectId=-1)
    add(47, "ConnectId 0", now + 23 * HOUR, ConnectId=0, FormSubmissionId=9, Origin="Form")
    merged = {"BaseStatus": "Merged", "TicketStatus": 8}
    add(48, "Merged into 49", now + DAY, ConnectId=49, **merged)
    add(49, "Merged into 439", now + DAY + HOUR, ConnectId=439, **merged)
    gone = {"BaseStatus": "Deleted", "TicketStatus": 7}
    add(50, "Deleted yesterday", born - 20 * DAY, changed=born - DAY, deleted=born - DAY, **gone)
    add(51, "Deleted 13 days ago", born - 30 * DAY, changed=born - 13 * DAY, deleted=born - 13 * DAY, **gone)
    add(52, "Deleted 15 days ago", born - 40 * DAY, changed=born - 15 * DAY, deleted=born - 15 * DAY, **gone)
    _page_tickets(add, born)
    for values in made:
        if values["TicketId"] != AS_PRINTED:
            settled(values, names, zone)
    return made


def _page_tickets(add: Any, born: int) -> None:
    """The numbers that the page's sample names; 1234 as far as its values fit together (superoffice.result.sample_is_filler)."""
    answered = {"RepliedAt": born - 12 * DAY, "changed": born - 12 * DAY}
    add(439, "Survivor of two mergers", born - 12 * DAY - 3 * HOUR, NumMessages=3, NumReplies=1, **answered)
    add(
        829,
        "Closed yesterday",
        born - 11 * DAY,
        changed=born - DAY,
        BaseStatus="Closed",
        TicketStatus=3,
        ClosedAt=born - DAY,
        RepliedAt=born - 2 * DAY,
        NumMessages=2,
        NumReplies=1,
        CustId=2,
    )
    created = _instant("2024-11-15T09:30:00+01:00", born, born - 10 * DAY)
    add(
        1234,
        "Cannot access customer portal - Login button not working",
        created,
        changed=created + 5 * DAY + 285 * MINUTE,
        ReadByOwner=created + 30 * MINUTE,
        ReadByCustomer=created,
        FirstReadByUser=created,
        Activate=created,
        ClosedAt=created + 5 * DAY + 285 * MINUTE,
        RepliedAt=created + 2 * HOUR,
        AlertTimeout=None,
        Deadline=created + 3 * DAY + 450 * MINUTE,
        CreatedBy=1,
        OwnedBy=10,
        Category=15,
        Priority=2,
        BaseStatus="Closed",
        TicketStatus=3,
        AlertLevel=1,
        ReadStatus="Green",
        TimeToReply=120,
        RealTimeToReply=120,
        TimeToClose=1725,
        RealTimeToClose=7485,
        TimeSpentInternally=45,
        TimeSpentExternally=30,
        TimeSpentQueue=15,
        RealTimeSpentInternally=45,
        RealTimeSpentExternally=30,
        RealTimeSpentQueue=15,
        TimeSpent=90,
        HasAttachment=True,
        NumReplies=3,
        NumMessages=4,
        Sentiment=75,
        SentimentConfidence=88,
    )
