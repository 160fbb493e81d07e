"""Whatever can be read in two ways is told alike: in pages of any size, by its id, by agents and at REST addresses, as JSON
and as XML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.relations import Reading, Row

Desk = Any
ENTITY = {"Ticket": "TicketId", "Person": "PersonId", "Contact": "ContactId", "Archive/TicketMessage": "EjMessageId"}
"""Lists, and the id of the entity that a row tells of."""
PATHS = {"Archive/TicketMessage": "TicketMessage"}
"""Where an entity is read, where that is not the list's own address."""
NOT_ALIKE = frozenset({"personid", "category", "priority", "createdby", "ownedby", "ticketstatus"})
"""Names under which an entity nests a record whose number the row tells."""


@pytest.fixture(scope="module")
def busy(make_desk: Any) -> Iterator[Desk]:
    desk = make_desk("demo:30")
    desk.administer("change person", number=2, first="Ä <b>", email="new@nordic.example")
    for action in ("reply", "note", "answer"):
        desk.do(5, action, body="Größe & <b>\n2")
    yield desk
    desk.world.close()


def flat(row: Row) -> Row:
    """By names without case; what is nested is left out, and times are in one zone by what is asked."""
    return {
        name.lower(): value for name, value in row.items() if not isinstance(value, (dict, list)) and value is not None
    }


def listed(desk: Desk, path: str, **options: Any) -> list[Row]:
    query = "&".join(f"${name}={value}" for name, value in options.items())
    told = desk.get(path, query, headers={"SO-TimeZone": "UTC"}).json
    return [flat(each) for each in told["value"]]


@pytest.mark.parametrize("path", ENTITY)
def test_lists_tell_what_their_entities_tell(busy: Desk, path: str) -> None:
    """superoffice.odata.list, superoffice.odata.relations."""

    def pages(size: int) -> list[Row]:
        found: list[Row] = []
        while page := listed(busy, path, top=size, skip=len(found)):
            found += page
        return found

    def one(row: Row) -> Row:
        told = busy.get(f"{PATHS.get(path, path)}/{row['primarykey']}", headers={"SO-TimeZone": "UTC"}).json
        assert str(told[ENTITY[path]]) == row["primarykey"]
        return {name: value for name, value in flat(told).items() if name not in NOT_ALIKE}

    others = {} if path.startswith("Archive/") else {"archive": lambda: listed(busy, f"Archive/{path}")}
    reading = Reading(path, lambda row: row["primarykey"], lambda: listed(busy, path), pages, one=one, others=others)
    assert reading.hold((1, 7, 1000))


def agent(desk: Desk, method: str, body: Any = b"null", query: str = "") -> Any:
    return desk.ask("POST", f"/api/v1/Agents/{method}", query, body=body).json


@pytest.mark.parametrize("kind", ["Person", "Contact"])
def test_agents_and_addresses_tell_the_same(busy: Desk, kind: str) -> None:
    """superoffice.person.carrier, superoffice.contact.carrier."""
    key = f"{kind}Id"
    ids = [int(row["primarykey"]) for row in listed(busy, kind)]

    def of_each(read: Callable[[int], Row]) -> Callable[[], list[Row]]:
        return lambda: [read(number) for number in ids]

    carriers = Reading(
        kind,
        key=lambda row: row[key],
        everything=lambda: agent(busy, f"{kind}/Get{kind}List", ids),
        one=lambda row: agent(busy, f"{kind}/Get{kind}", query=f"{kind.lower()}Id={row[key]}"),
        others={"address": of_each(lambda number: busy.get(f"{kind}/{number}/Simple").json)},
    )
    assert carriers.hold() == len(ids)
    entities = Reading(
        f"{kind} entities",
        key=lambda row: row[key],
        everything=of_each(
            lambda number: agent(busy, f"{kind}/Get{kind}Entity", query=f"{kind.lower()}EntityId={number}")
        ),
        others={"address": of_each(lambda number: busy.get(f"{kind}/{number}").json)},
    )
    assert entities.hold() == len(ids)


def test_messages_are_told_alike_by_agent_list_and_address(busy: Desk) -> None:
    """superoffice.message.carrier, superoffice.odata.messages."""
    rows = listed(busy, "Archive/TicketMessage")

    def of_tickets() -> list[Row]:
        """What the agent tells of all messages, ticket by ticket."""
        asked: dict[int, list[int]] = {}
        for row in rows:
            asked.setdefault(int(row["ticketid"]), []).append(int(row["primarykey"]))
        bodies = ({"TicketId": ticket, "MessageIds": ids} for ticket, ids in asked.items())
        return [message for body in bodies for message in agent(busy, "Ticket/GetTicketMessageEntities", body)]

    def by_agent(row: Row) -> Row:
        query = f"ticketMessageEntityId={row['EjMessageId']}"
        found: Row = agent(busy, "Ticket/GetTicketMessageEntity", query=query)
        return found

    reading = Reading(
        "messages",
        key=lambda row: row["EjMessageId"],
        everything=lambda: [busy.get(f"TicketMessage/{row['primarykey']}").json for row in rows],
        one=by_agent,
        others={"of tickets": of_tickets},
    )
    assert reading.hold() == len(rows)
