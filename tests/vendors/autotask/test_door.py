"""Autotask behind the front door: the control API knows its kinds of records, and calls at once are counted by sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any

import pytest
import requests

from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.server.http import Server
from mockservers.vendors.autotask.emulator import EMULATOR
from tests.vendors.autotask.post import PATH, SPACE, START, basic, envelope, queryxml, request


@pytest.fixture
def door() -> Iterator[Server]:
    config = WorldConfig(mode="frozen", start=instants.from_iso(START), data={"autotask": Recipe("demo", 20)})
    worlds = Worlds(lambda name: EMULATOR, config)
    try:
        with Server(worlds) as opened:
            yield opened
    finally:
        worlds.close()


class Session:
    def __init__(self, door: Server) -> None:
        self.url = door.url
        self.session = requests.Session()
        self.session.trust_env = False

    def control(self, method: str, path: str, body: Any = None, **params: Any) -> tuple[int, Any]:
        answer = self.session.request(method, f"{self.url}/_mock/v1{path}", json=body, params=params, timeout=30)
        return answer.status_code, answer.json()

    def query(self, entity: str = "Ticket") -> str:
        inner = f"<sXML>{escape(queryxml(entity), quote=False)}</sXML>"
        headers = {"Authorization": basic(), "Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{SPACE}query"'}
        sent = envelope(request("query", inner)).encode()
        return requests.post(f"{self.url}{PATH}", data=sent, headers=headers, timeout=30).text


def test_the_control_api_takes_the_kind_of_record(door: Server) -> None:
    session = Session(door)
    status, made = session.control(
        "POST", "/records", {"vendor": "autotask", "entity": "Account", "fields": {"AccountName": "Made here"}}
    )
    assert (status, made["fields"]["AccountName"]) == (201, "Made here")
    where = {"vendor": "autotask", "entity": "Account"}
    path = f"/records/{made['id']}"
    assert session.control("GET", path, **where)[1] == made
    status, changed = session.control(
        "PATCH", path, {"vendor": "autotask", "entity": "Account", "fields": {"City": "Troy"}}
    )
    assert (status, changed["fields"]["City"]) == (200, "Troy")
    assert made["id"] in [each["id"] for each in session.control("GET", "/records", **where)[1]["records"]]
    assert session.control("DELETE", path, **where)[1]["exists"] is False
    status, said = session.control("GET", "/records/1", vendor="autotask", entity="Nonsense")
    assert status == 422
    assert "not an entity" in str(said)


def test_the_control_api_administers_the_customer(door: Server) -> None:
    session = Session(door)
    body = {"vendor": "autotask", "action": "expire password", "user": "api@demo.example"}
    status, said = session.control("POST", "/records/customer/act", body)
    assert status == 200
    assert said["fields"]["users"]["api@demo.example"]["expired"] is True
    assert "Access is denied" in session.query()
    status, said = session.control("GET", "/records/customer", vendor="autotask")
    assert (status, said["fields"]["requests"]) == (200, 0)


def test_an_action_of_a_note_is_reached_by_the_control_api(door: Server) -> None:
    session = Session(door)
    first = session.control("GET", "/records", vendor="autotask", most=1)[1]["records"][0]
    door.worlds.default.clock.advance(instants.HOUR)
    status, said = session.control(
        "POST", f"/records/{first['id']}/act", {"vendor": "autotask", "action": "note", "note": "Hi"}
    )
    assert status == 200
    assert said["fields"]["LastActivityDate"] == "2026-03-02T11:00:00Z"


@pytest.mark.rule("autotask.thread.limit")
def test_a_call_is_under_way_until_its_answer_has_left(door: Server) -> None:
    session, world = Session(door), door.worlds.default
    world.installation("autotask").switch({"thread_limit": 1})
    for _ in range(3):  # one after the other is no crowd
        assert "<ReturnCode>1</ReturnCode>" in session.query()
    world.faults.add("latency", {"seconds": 4})
    before = world.journal.count
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(session.query)
        while world.journal.count == before:
            time.sleep(0.01)
        assert "Thread Threshold Exceeded" in session.query()
        assert "<ReturnCode>1</ReturnCode>" in session.query("Account")
        assert "<ReturnCode>1</ReturnCode>" in slow.result()
    assert "<ReturnCode>1</ReturnCode>" in session.query()
