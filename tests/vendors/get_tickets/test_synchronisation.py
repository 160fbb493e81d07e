"""A plain `requests` client keeps a mirror over a real socket, in all three formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest
import requests
from lxml import etree

from mockservers import registry
from mockservers.kernel import catalogue, instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.server.http import Server

ENCODED = {field.name for field in catalogue.load("get_tickets")["ticket"].fields if field.more["encoded"]}


@pytest.fixture(scope="module")
def door() -> Iterator[Server]:
    config = WorldConfig(
        mode="frozen", start=instants.from_iso("2026-03-02T10:00:00Z"), data={"get_tickets": Recipe("demo", 57)}
    )
    with Server(Worlds(registry.emulator, config)) as served:
        yield served


class Mirror:
    """What an honest client does: count, page through everything, decode what is encoded."""

    def __init__(self, url: str, format: str) -> None:
        self.url, self.format, self.session = url, format, requests.Session()

    def ask(self, **variables: Any) -> str:
        asked = {"key": "demo-key", "action": "get_tickets", "output": self.format, **variables}
        answer = self.session.get(f"{self.url}/API/default.aspx", params=asked, timeout=30)
        assert answer.status_code == 200
        return answer.text

    def total(self) -> int:
        text = self.ask(tid="*", count_only="Y")
        if self.format == "xml":
            return int(etree.fromstring(text.encode()).findtext("count") or "")
        if self.format == "json":
            return int(json.loads(text)["response"][0]["count"])
        return int(text.removeprefix("count="))

    def page(self, number: int) -> list[dict[str, Any]]:
        text = self.ask(tid="*", order="tid", count=10, page=number)
        if self.format == "xml":
            return [
                self.decoded(
                    [(field.tag, field.text or "") for field in ticket if field.tag != "custom_fields"],
                    [(own.tag, own.text or "") for own in ticket.find("custom_fields")],
                )
                for ticket in etree.fromstring(text.encode())
            ]
        if self.format == "json":
            tickets = json.loads(text, object_pairs_hook=list)[0][1]
            return [
                self.decoded([pair for pair in each if pair[0] != "custom_fields"], dict(each)["custom_fields"][0])
                for each in tickets
            ]
        found = []
        for line in text.split("\r\n") if text else []:
            pairs = [tuple(pair.split("=", 1)) for pair in line.split("&")]
            names = dict(pairs)["custom_fields"].split(",")
            own = [pair for pair in pairs if pair[0] in names]
            found.append(self.decoded([p for p in pairs if p not in own and p[0] != "custom_fields"], own))
        return found

    def decoded(self, pairs: list[tuple[str, str]], own: list[tuple[str, str]]) -> dict[str, Any]:
        ticket: dict[str, Any] = {}
        for name, value in pairs:
            if name == "cid" and "cid" in ticket:
                continue  # the second one stands for something else
            ticket[name] = unquote_plus(value) if name in ENCODED else value
        ticket["custom_fields"] = {name: unquote_plus(value) for name, value in own}
        ticket.pop("cc_addresses", None)
        return ticket

    def sync(self) -> dict[str, dict[str, Any]]:
        pages = -(-self.total() // 10)
        return {ticket["tid"]: ticket for n in range(pages) for ticket in self.page(n + 1)}


def truth(door: Server) -> dict[str, dict[str, Any]]:
    """The records as an honest mirror has them."""

    def shown(name: str, value: Any) -> str:
        if value is None or (name == "merged" and value == "N"):
            return ""
        if isinstance(value, str) and value.endswith("Z") and "T" in value and name in DATES:
            at = instants.to_datetime(instants.from_iso(value))
            half = "AM" if at.hour < 12 else "PM"
            return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {half}"
        return str(value)

    made = {}
    for record in door.worlds.default.act("get_tickets", "list", {"most": 1000})["records"]:
        fields = {n: shown(n, v) for n, v in record["fields"].items() if n not in ("custom_fields", "cc_addresses")}
        names = ("Site", "Cost_Centre", "Remarks", "Asset_Tag")
        own = record["fields"]["custom_fields"]
        made[record["id"]] = {**fields, "custom_fields": {name: own.get(name, "") for name in names}}
    return made


DATES = ("date_opened", "date_closed", "due_date", "last_updated")


@pytest.mark.rule("get_tickets.count.all_matches", "get_tickets.page.base", "get_tickets.wire.one_data_set")
@pytest.mark.parametrize("format", ["xml", "json", "delimited"])
def test_a_whole_synchronisation(door: Server, format: str) -> None:
    mirror = Mirror(door.url, format)
    assert mirror.sync() == truth(door)
    world = door.worlds.default
    world.act("get_tickets", "create", {"fields": {"subject": f"Neu: 100 % & mehr ({format})", "cid": "Jack"}})
    world.act("get_tickets", "act", {"id": "9", "action": "note", "by": "d.müller"})
    assert mirror.sync() == truth(door)


def test_the_readydesk_folder_and_keep_alive(door: Server) -> None:
    session = requests.Session()
    for path in ("/readydesk/API/", "/api/DEFAULT.aspx"):
        answer = session.get(
            door.url + path, params={"key": "demo-key", "action": "get_tickets", "tid": "34"}, timeout=30
        )
        assert "<tid>34</tid>" in answer.text
        assert answer.headers["Date"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert session.head(door.url + "/API/?key=demo-key&action=get_tickets&tid=34", timeout=30).content == b""


def test_a_post_with_form_fields(door: Server) -> None:
    fields = {"key": "demo-key", "action": "get_tickets", "tid": "34"}
    assert "<tid>34</tid>" in requests.post(f"{door.url}/API/", data=fields, timeout=30).text
