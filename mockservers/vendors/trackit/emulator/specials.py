"""Special tickets: each stands for something that a client can get wrong. Rows without what follows from their notes.

Knows no table.
"""

from __future__ import annotations

from typing import Any

from mockservers.kernel.instants import DAY, HOUR, from_iso
from mockservers.vendors.trackit.emulator import company
from mockservers.vendors.trackit.emulator.fields import grid
from mockservers.vendors.trackit.emulator.model import Row

Told = tuple[Row, list[Row]]
"""A ticket with its notes, oldest first."""
OLD = from_iso("2019-01-21T09:12:06.173Z")
"""When the ticket of the page's sample was changed last."""

_SERVER = {
    "f102": False,
    "l_group": company.HELP_DESK,
    "l_status": company.OPEN,
    "l_technician": 1001,
    "l_opener": 1001,
}


def ticket(id_: int, at: int, summary: str | None, **more: Any) -> Row:
    opened = grid(at)
    return {**_SERVER, "f1": id_, "f2": opened, "f3": "DEMO", "f12": opened, "f22": summary, **more}


def assignment(id_: int, ticket_: int, at: int, group: int | None, open_: bool) -> Row:
    """An assignment as it was left when it was changed last."""
    closed = {} if open_ else {"f18": at, "f108": 3600, "l_closer": 1002}
    return {
        "f1": id_,
        "f2": at,
        "f3": "TECH1",
        "f6": ticket_,
        "f12": at - HOUR if not open_ else at,
        "f22": "Look at the cable" if open_ else "Order a spare part",
        "l_group": group,
        "l_technician": 1002,
        "l_opener": 1001,
        "l_status": company.OPEN if open_ else company.CLOSED,
        **closed,
    }


def notes(at: int, number: int) -> list[Row]:
    return [
        {
            "date": grid(at + turn * HOUR),
            "text": f"Note {turn + 1} of {number}",
            "type": 1,
            "activity": 2,
            "technician": 1002,
            "duration": 60 * turn,
            "track_time": True,
        }
        for turn in range(number)
    ]


def mixed(at: int) -> list[Row]:
    base = {"type": company.TECHNICIAN_NOTE, "activity": 2, "technician": 1001, "login": "DEMO", "track_time": True}
    return [
        {
            **base,
            "date": grid(at),
            "system": True,
            "activity": 1,
            "type": None,
            "text": "Ticket was opened",
            "technician": None,
        },
        {**base, "date": grid(at + HOUR), "text": "Everybody may read this", "duration": 600},
        {**base, "date": grid(at + 2 * HOUR), "text": "Not for the requestor", "private": True},
        {**base, "date": grid(at + 3 * HOUR), "text": "0123456789" * 500, "type": company.DESCRIPTION_NOTE},
        {
            **base,
            "date": grid(at + 4 * HOUR),
            "text": "  <div>First line<br/>second &amp; last, <b>bold</b></div>  ",
            "duration": 30,
        },
        {
            **base,
            "date": grid(at + 5 * HOUR),
            "text": "From the requestor, by mail",
            "technician": None,
            "requestor": 1,
            "email": "jsmith@company.example",
            "email_key": 9,
            "old_id": 77,
            "login": "JSMITH",
        },
        {**base, "date": grid(at + 6 * HOUR), "text": None, "activity": None, "type": None},
    ]


def whole(born: int) -> Row:
    """A ticket on which every field has a value."""
    at = born - 30 * DAY
    return {
        **ticket(110, at, "Every field has a value"),
        "f2": grid(at + DAY),
        "f3": "TECH1",
        "f7": "More <b>about</b> it",
        "f18": grid(at + DAY),
        "f19": "404-555-0100",
        "f20": 3,
        "f28": "alt@company.example",
        "f81": grid(at),
        "f82": grid(at + HOUR),
        "f83": -7,
        "f84": 125_000,
        **{f"f{n}": f"Text {n}" for n in range(85, 91)},
        "f100": grid(at + 2 * DAY),
        "f103": grid(at + DAY),
        "f108": 86_400,
        "f109": True,
        "f110": grid(at + HOUR),
        "f111": grid(at + 2 * DAY),
        "f127": "E-mail",
        "f132": grid(at + HOUR),
        "f136": False,
        "f146": grid(at + 3 * DAY),
        "f147": grid(at + 4 * DAY),
        "f148": 450_000,
        "f156": 900_000,
        "f165": 4711,
        "f185": "boss@company.example",
        "f186": "archive@company.example",
        "l_requestor": 1,
        "l_category": 1,
        "l_location": 1,
        "l_department": 1,
        "l_closer": 1002,
        "l_sla": 1,
        "l_status": company.DISMISSED,
        "l_priority": 3,
        "l_responder": 1001,
        "l_escalation": 1002,
        "l_purchase": 2,
        "l_change": 1,
        "l_template": 3,
        "l_solution": 1,
        "l_asset": 1,
        **{f"l_lookup{n}": 1 for n in range(1, 9)},
    }


def special(born: int) -> list[Told]:
    """The special tickets in the order of their numbers; one of them has a value in every field."""
    old = OLD
    days = born - 60 * DAY
    return [
        (ticket(1, born - 90 * DAY, None), []),
        (
            ticket(
                101,
                old,
                "Printer offline",
                f3="dbo",
                f7="It is the one on the second floor",
                l_category=4,
                l_requestor=1,
                l_priority=3,
                l_location=1,
            ),
            notes(old + DAY, 3),
        ),
        (ticket(102, days, "Nothing more is known", l_requestor=4, f83=0), []),
        (ticket(103, days + DAY, "Twenty-five notes", l_requestor=2), notes(days + 2 * DAY, 25)),
        (ticket(104, days + 2 * DAY, "Twenty notes", l_requestor=1), notes(days + 3 * DAY, 20)),
        (ticket(105, days + 3 * DAY, "Notes of every kind", l_requestor=1), mixed(days + 4 * DAY)),
        (
            ticket(106, days + 4 * DAY, "On the road", l_group=company.FIELD_SERVICE, l_technician=1003),
            notes(days + 4 * DAY, 2),
        ),
        (
            ticket(
                107,
                from_iso("2025-10-25T23:30:00Z"),
                "Opened before clocks went back",
                l_requestor=3,
                f100=grid(from_iso("2025-10-26T23:30:00Z")),
            ),
            [],
        ),
        (ticket(108, from_iso("2025-03-29T23:30:00Z"), "Opened before clocks went forward", l_requestor=3), []),
        (
            ticket(
                109,
                days + 5 * DAY,
                "Waiting",
                l_status=company.PAUSED,
                f2=grid(days + 6 * DAY),
                f103=grid(days + 6 * DAY),
                f100=grid(days + 9 * DAY),
                f110=grid(days + 6 * DAY),
                f111=grid(days + 9 * DAY),
            ),
            [],
        ),
        (whole(born), mixed(born - 29 * DAY)),
        (
            ticket(
                136,
                days + 6 * DAY,
                "Closed already",
                l_status=company.CLOSED,
                f2=grid(days + 7 * DAY),
                f3="TECH1",
                f18=grid(days + 7 * DAY),
                f108=86_400,
                l_closer=1002,
                l_requestor=2,
            ),
            notes(days + 6 * DAY, 1),
        ),
        (ticket(137, days + 7 * DAY, 'Quotes " and <angles> & C++ 100% ä€𝄞\r\n', l_requestor=4, f7="  kept  "), []),
    ]


def gap(born: int) -> list[Told]:
    """Two tickets with 25 deleted numbers between them."""
    return [
        (ticket(1, born - 2 * DAY, "Before the gap"), []),
        (ticket(27, born - DAY, "After twenty-five that were deleted"), []),
    ]


def noted(born: int) -> list[Told]:
    """Tickets with 20, with 25, and with notes of every kind."""
    at = born - 9 * DAY
    return [
        (ticket(1, at, "Twenty notes", l_requestor=1), notes(at, 20)),
        (ticket(2, at, "Twenty-five notes", l_requestor=2), notes(at, 25)),
        (ticket(3, at, "Notes of every kind", l_requestor=1), mixed(at)),
    ]


SMALL = {"gap": gap, "notes": noted}
"""Small recipes by name."""
