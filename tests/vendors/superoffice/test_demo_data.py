"""Demo data obey the vendor's own rules: each relation between values, with its rule, in every row of two seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.vendors.superoffice.emulator import frames, model
from mockservers.vendors.superoffice.emulator.specials import AS_PRINTED
from tests import large
from tests.vendors.superoffice.conftest import NOW

Desk = Any
BORN = instants.from_iso(NOW)
PAGE = {
    "BaseStatus": {"Unknown", "Active", "Closed", "Postponed", "Deleted", "Merged", "Spam"},
    "Slevel": {"Unknown", "Internal", "External"},
    "ReadStatus": {"Unknown", "Green", "Yellow", "Red"},
    "Origin": set(model.ENUMS["TicketOrigin"]),
}
COUNTERS = ("Internally", "Externally", "Queue")


class Data(NamedTuple):
    """A tenant's directory by kind and number, its messages by ticket, and the numbers of its tickets."""

    facts: dict[str, dict[int, dict[str, Any]]]
    messages: dict[int, list[Any]]
    tickets: frozenset[int]

    def of(self, ticket: Any) -> list[Any]:
        return self.messages.get(ticket.TicketId, [])

    def replies(self, ticket: Any) -> list[Any]:
        """Messages that the customer got from a user."""
        return [each for each in self.of(ticket) if each.external and each.created_by != model.SYSTEM_USER]

    def minutes(self, ticket: Any, until: int | None) -> tuple[int, int]:
        """From creation, on the clock and within the hours of the priority."""
        if until is None:
            return 0, 0
        frame = self.facts["priority"][ticket.Priority].get("frame")
        real = (until - ticket.CreatedAt) // MINUTE
        return real, min(real, frames.worked(ticket.CreatedAt, until, frame, "NO") // 60)


def unless_printed(holds: Callable[[Data, Any], bool]) -> Callable[[Data, Any], bool]:
    """Of all but the ticket whose values the page prints, and which do not fit together."""
    return lambda data, ticket: ticket.TicketId == AS_PRINTED or holds(data, ticket)


RELATIONS: dict[str, tuple[str, Callable[[Data, Any], bool]]] = {
    "a ticket is changed last when it was made or later, and not in the future": (
        "superoffice.field.last_changed",
        lambda _, t: t.CreatedAt <= t.LastChanged <= BORN,
    ),
    "closed tickets alone have a closing time": (
        "superoffice.field.closed_at",
        lambda _, t: (t.BaseStatus == "Closed") == (t.ClosedAt is not None),
    ),
    "a ticket was closed after it was made, and not changed before that": (
        "superoffice.field.closed_at",
        lambda _, t: t.ClosedAt is None or t.CreatedAt <= t.ClosedAt <= t.LastChanged,
    ),
    "the times to close are those from creation to closing": (
        "superoffice.field.times",
        unless_printed(lambda d, t: (t.RealTimeToClose, t.TimeToClose) == d.minutes(t, t.ClosedAt)),
    ),
    "the times to reply are those from creation to the first reply": (
        "superoffice.field.times",
        unless_printed(lambda d, t: (t.RealTimeToReply, t.TimeToReply) == d.minutes(t, t.RepliedAt)),
    ),
    "RepliedAt is when the first reply was written": (
        "superoffice.field.replied_at",
        lambda d, t: t.RepliedAt == min((each.created for each in d.replies(t)), default=None),
    ),
    "NumReplies counts the replies to the customer": (
        "superoffice.field.messages",
        lambda d, t: t.NumReplies == len(d.replies(t)),
    ),
    "NumMessages counts the messages": ("superoffice.field.messages", lambda d, t: t.NumMessages == len(d.of(t))),
    "TimeSpent is the sum of the messages' minutes": (
        "superoffice.field.time_spent",
        lambda d, t: t.TimeSpent == sum(each.minutes for each in d.of(t)),
    ),
    "messages lie between creation and the last change": (
        "superoffice.field.messages",
        lambda d, t: all(t.CreatedAt <= each.created <= max(t.LastChanged, t.CreatedAt + MINUTE) for each in d.of(t)),
    ),
    "a status maps to the ticket's base status": (
        "superoffice.carrier.status",
        lambda d, t: t.BaseStatus == d.facts["status"].get(t.TicketStatus, {"base": "Unknown"})["base"],
    ),
    "enumerations have the names of the page and its reference": (
        "superoffice.carrier.enums_as_names",
        lambda _, t: all(getattr(t, name) in known for name, known in PAGE.items()),
    ),
    "time in earlier statuses adds up": (
        "superoffice.field.counters",
        unless_printed(
            lambda _, t: (
                sum(getattr(t, f"RealTimeSpent{each}") for each in COUNTERS) == (t.status_since - t.CreatedAt) // SECOND
            )
        ),
    ),
    "time within hours is no longer than on the clock": (
        "superoffice.field.counters",
        lambda _, t: all(getattr(t, f"TimeSpent{each}") <= getattr(t, f"RealTimeSpent{each}") for each in COUNTERS),
    ),
    "an owner's light is green or yellow only after he read the ticket": (
        "superoffice.field.read_by_owner",
        lambda _, t: t.ReadStatus not in ("Green", "Yellow") or t.ReadByOwner is not None,
    ),
    "a ticket that its owner read was read": (
        "superoffice.field.first_read",
        lambda _, t: t.ReadByOwner is None or t.CreatedAt <= (t.FirstReadByUser or 0) <= t.ReadByOwner <= BORN,
    ),
    "yellow is news since it was read": (
        "superoffice.field.read_by_owner",
        lambda d, t: t.ReadStatus != "Yellow" or max(each.created for each in d.of(t)) > t.ReadByOwner,
    ),
    "a postponed ticket wakes up later": (
        "superoffice.field.activate",
        lambda _, t: t.BaseStatus != "Postponed" or (t.Activate or 0) > BORN,
    ),
    "a merged ticket names its survivor, and no other ticket does": (
        "superoffice.result.merged",
        lambda d, t: t.ConnectId in d.tickets if t.BaseStatus == "Merged" else t.ConnectId in (0, -1),
    ),
    "a deleted ticket alone has a time of deletion": (
        "superoffice.result.deleted",
        lambda _, t: (t.BaseStatus == "Deleted") == (t.deleted is not None),
    ),
    "owner, category, priority, type and person are there": (
        "superoffice.carrier.category",
        lambda d, t: (
            t.OwnedBy in d.facts["user"]
            and t.Category in d.facts["category"]
            and t.Priority in d.facts["priority"]
            and t.TicketTypeId in d.facts["type"]
            and (t.CustId in (None, -1) or t.CustId in d.facts["person"])
        ),
    ),
    "a ticket that came from outside was made by the system": (
        "superoffice.carrier.created_by",
        lambda _, t: (
            t.CreatedBy in ((1,) if t.Origin in ("Email", "SMS", "Chat", "CustomerCentre") else (1, 10))
            or t.TicketId == 32
        ),
    ),
}
"""Each relation: the rule that it rests on, and what holds of a ticket."""


def tenants(desk: Desk) -> Iterator[tuple[Data, list[Any]]]:
    with desk.world.installation("superoffice").store.transaction() as db:
        for tenant in ("Cust12345", "Cust67890"):

            def rows(table: sa.Table, tenant: str = tenant) -> list[Any]:
                return list(db.execute(sa.select(table).where(table.c.tenant == tenant)))

            facts: dict[str, dict[int, dict[str, Any]]] = {}
            for entry in rows(model.DIRECTORY):
                facts.setdefault(entry.kind, {})[entry.id] = json.loads(entry.facts)
            messages: dict[int, list[Any]] = {}
            for message in rows(model.MESSAGES):
                messages.setdefault(message.ticket, []).append(message)
            tickets = rows(model.TICKETS)
            yield Data(facts, messages, frozenset(each.TicketId for each in tickets)), tickets


@pytest.mark.parametrize("data", ["demo", "demo:90", large.DATA])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_obeys_every_rule(make_desk: Any, data: str, seed: int) -> None:
    with large.in_small(data):
        desk = make_desk(data, seed=seed)
    broken = [
        (relation, rule, ticket.TicketId)
        for facts, tickets in tenants(desk)
        for ticket in tickets
        for relation, (rule, holds) in RELATIONS.items()
        if not holds(facts, ticket)
    ]
    assert not broken
    desk.world.close()


def test_words_of_a_release_to_come_are_in_the_hostile_dialect_alone(make_desk: Any) -> None:
    later = {"BaseStatus": "Archived", "Slevel": "Secret", "ReadStatus": "Blue", "Origin": "Hologram"}
    for dialect, expected in (("default", False), ("hostile", True)):
        desk = make_desk("demo:60", dialect=dialect)
        found = [each for _, tickets in tenants(desk) for each in tickets]
        for name, word in later.items():
            assert (word in {getattr(each, name) for each in found}) == expected
        desk.world.close()


BENT: tuple[dict[str, Any], ...] = (
    {"LastChanged": 0},
    {"ClosedAt": None},
    {"ClosedAt": 0},
    {"RealTimeToClose": -1},
    {"TimeToReply": -1},
    {"RepliedAt": 0},
    {"NumReplies": 9},
    {"NumMessages": 9},
    {"TimeSpent": -1},
    {"CreatedAt": BORN},
    {"TicketStatus": 2},
    {"BaseStatus": "Archived"},
    {"BaseStatus": "Merged"},
    {"BaseStatus": "Postponed", "Activate": 0},
    {"RealTimeSpentQueue": 1},
    {"TimeSpentQueue": 1},
    {"ReadStatus": "Green", "ReadByOwner": None},
    {"ReadStatus": "Yellow", "ReadByOwner": BORN, "FirstReadByUser": None},
    {"deleted": 0},
    {"Category": 99},
    {"CreatedBy": 11},
)


def test_each_relation_names_a_rule_and_can_be_broken(desk: Desk) -> None:
    assert {rule for rule, _ in RELATIONS.values()} <= set(desk.world.emulator("superoffice").rules)
    data, tickets = next(iter(tenants(desk)))
    whole = next(dict(ticket._mapping) for ticket in tickets if ticket.TicketId == 829)
    rows = [SimpleNamespace(**{**whole, **bent}) for bent in BENT]
    assert not [name for name, (_, holds) in RELATIONS.items() if all(holds(data, row) for row in rows)]
