"""Published clients over real sockets: npm's @superoffice/webapi, unmodified, where Node is to be had; and requests."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import mockservers
from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.server.http import Server
from tests import node_packages

HERE = Path(__file__).resolve().parent / "node"
WAYS = {
    "password": {"user": "demo@demo.example", "secret": "demo-password"},
    "ticket": {"secret": "7T:REVNTy1USUNLRVQ="},
    "token": {"secret": "8A:Cust12345.REVNTy1UT0tFTg"},
}


@pytest.fixture(scope="module")
def door() -> Iterator[Server]:
    config = WorldConfig(
        mode="frozen", start=instants.from_iso("2026-03-02T10:00:00Z"), data={"superoffice": Recipe.parse("demo")}
    )
    worlds = Worlds(registry.emulator, config)
    with Server(worlds) as opened:
        yield opened
    worlds.close()


@pytest.fixture(scope="module")
def client() -> Path:
    """A folder with the vendor's client, installed once; skips with the reason where it cannot be had."""
    return node_packages.installed(HERE)


def run(
    client: Path, door: Server, way: str, root: str = "", script: str = "sync.js", **options: Any
) -> dict[str, Any]:
    """What the vendor's client tells of one synchronisation, or of another job."""
    url = f"http://127.0.0.1:{door.port}{root}"
    asked = {"url": url, "way": way, "since": "2026-02-18T05:00:00", "options": options, **WAYS[way]}
    return node_packages.run(client, HERE / script, asked)


@pytest.mark.rule(
    "superoffice.request.npm_headers", "superoffice.request.null_body", "superoffice.result.request_order"
)
@pytest.mark.parametrize("way", WAYS)
def test_the_vendors_client_synchronises(client: Path, door: Server, way: str) -> None:
    found = run(client, door, way, languageCode="en", timezone="NO", timezoneInclude=True)
    assert len(found["ids"]) > 10
    assert [each["ticketId"] for each in found["tickets"]] == found["ids"] == found["summaries"]
    assert found["reversed"] == found["ids"][::-1]
    survivor = next(each for each in found["tickets"] if each["ticketId"] == 439)
    assert survivor["title"] == "Survivor of two mergers"
    assert survivor["createdAt"] == "2026-02-18T07:00:00.000Z"
    assert survivor["ticketStatusDisplayValue"] == "Open"
    assert survivor["closedAt"].startswith("0001-01-01")
    assert found["missing"] is None
    assert found["entity"] == found["ids"][0]
    assert found["saved"]["title"] == f"Made by {way}"
    assert found["deleted"] == [found["saved"]["ticketId"]]
    assert found["resolved"] == 439


@pytest.mark.rule(
    "superoffice.attachment.upload",
    "superoffice.attachment.content",
    "superoffice.person.carrier",
    "superoffice.contact.carrier",
    "superoffice.list.tickets",
    "superoffice.list.mdo",
)
def test_the_vendors_client_brings_a_file_and_reads_what_tickets_refer_to(client: Path, door: Server) -> None:
    found = run(client, door, "password", script="around.js")
    assert found["listed"] == [["bytes.bin", 256, False]]
    assert (found["info"], found["bytes"]) == (1, bytes(range(256)).hex())
    assert base64.b64decode(found["text"]) == bytes(range(256))
    assert found["people"] == ["vincent@mueller.example", "customer@acmecorp.example"]
    assert found["person"] == ["Vincent van Gogh", "vincent@mueller.example", "Müller & Söhne <GmbH>"]
    assert (found["company"], found["rest"]) == ("Müller & Söhne <GmbH>", "Vincent van Gogh")
    assert (found["statuses"][0], found["priorities"]) == ("Open", ["Low", "Medium", "High"])
    assert found["named"] == list(range(1, 10))


@pytest.mark.rule(
    "superoffice.webhook.carrier",
    "superoffice.webhook.call",
    "superoffice.webhook.trial",
    "superoffice.webhook.signature",
    "superoffice.webhook.list",
)
def test_the_vendors_client_asks_to_be_called(client: Path) -> None:
    with mockservers.start("superoffice") as server:
        found = node_packages.run(client, HERE / "listen.js", {"url": server.url, **WAYS["password"]})
        told = server.default["superoffice"].act("read", id=str(found["ticket"]))["fields"]["Title"]
    assert told == "Told of again"
    assert (found["tried"], found["events"]) == (True, ["test", "test"])  # when it was tried, and when it was saved
    assert (found["listed"], found["read"]) == ([True], ["node", True, "Active"])
    assert found["told"] == [["ticket.created", found["ticket"], True], ["ticket.changed", found["ticket"], True]]
    assert (found["signed"], found["narrowed"]) == (True, ["ticket.created"])
    assert (found["error"], found["left"]) == ("", 0)


def test_the_vendors_client_below_other_roots(client: Path, door: Server) -> None:
    for root in ("/SuperOffice", "/Cust12345", "/w/default/SuperOffice"):
        found = run(client, door, "token", root, resourceParsing=1)
        assert found["tickets"][0]["priorityName"].startswith('US:"')


def test_the_vendors_client_is_refused(client: Path, door: Server) -> None:
    with pytest.raises(AssertionError, match="401"):
        run(client, door, "token", "/Cust67890")


def test_a_plain_client_over_a_socket(door: Server) -> None:
    url = f"http://127.0.0.1:{door.port}"
    tokens = requests.post(
        f"{url}/login/common/oauth/tokens",
        data={"grant_type": "refresh_token", "refresh_token": "KT:DEMO-REFRESH-TOKEN"},
        timeout=30,
    ).json()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    query = {"$select": "ticketId", "$filter": "lastChanged afterTime '2026-02-18T05:00:00'", "$orderby": "ticketId"}
    listed = session.get(f"{url}/api/v1/Ticket", params=query, timeout=30).json()["value"]
    ids = [each["ticketId"] for each in listed]
    answer = session.post(f"{url}/Cust12345/api/v1/Agents/Ticket/GetTickets", json={"TicketIds": ids}, timeout=30)
    assert [each["TicketId"] for each in answer.json()] == ids


def test_addresses_that_are_handed_out_stay_in_the_world(door: Server) -> None:
    url = f"http://127.0.0.1:{door.port}/w/default"
    state = requests.get(f"{url}/api/state/Cust12345", timeout=30).json()
    assert state["Endpoint"] == f"{url}/Cust12345"
    login = ("demo@demo.example", "demo-password")
    asked = requests.post(
        f"{state['Api']}/v1/Agents/Ticket/GetTickets", json={"TicketIds": [1]}, auth=login, timeout=30
    )
    assert [each["TicketId"] for each in asked.json()] == [1]
    document = requests.get(f"{url}/SuperOffice/api/v1/openapi.json", timeout=30).json()
    assert document["servers"] == [{"url": "/w/default/SuperOffice"}]
