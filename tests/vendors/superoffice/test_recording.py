"""SuperOffice through the recorder: carriers, headers that steer content, tickets as credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig
from mockservers.recording.drift import drift
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Head, Recording, Writer
from mockservers.recording.loading import load
from mockservers.server.http import Server
from tests.recording.conftest import START, Authority, misses, recording, stubbed, worlds

DEMO = {"user": "demo@demo.example", "password": "demo-password"}


class Session:
    """One integration's calls, by basic header and by ticket."""

    def __init__(self, url: str) -> None:
        self.base = url + "/api/v1/Agents/Ticket/"
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, method: str, body: Any, **headers: str) -> str:
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        auth = None if "Authorization" in headers else (DEMO["user"], DEMO["password"])
        answer = self.http.post(self.base + method, data=json.dumps(body), headers=sent, auth=auth, timeout=60)
        return f"{answer.status_code} {answer.text}"

    def work(self) -> list[str]:
        ids = list(range(1, 1500))
        ticket = registry.emulator("superoffice").demo_credential["SOTicket"]
        return [
            self.call("GetTickets", {"TicketIds": [439]}, Authorization="SOTicket 7T:bm9ib2R5cy10aWNrZXQ="),
            self.call("GetTickets", {"TicketIds": ids}, Authorization=f"SOTicket {ticket}"),
            self.call("GetTickets", {"ticketIds": ids[:40]}),
            self.call("GetTickets?$select=TicketId,Title", {"TicketIds": ids[:600]}),
            self.call("GetTicketSummaries", {"TicketIds": ids[:600]}),
        ]


def recorded(path: Path, authority: Authority, dialect: Any = "default") -> list[str]:
    vendor_worlds = worlds("superoffice", data="demo:30", dialect=dialect)
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("superoffice", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        said = Session(taken.url).work()
    vendor_worlds.close()
    return said


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("superoffice") / "session.yaml"
    return path, recorded(path, authority)


def test_no_secret_is_in_the_file(session: tuple[Path, list[str]]) -> None:
    path, said = session
    assert said[0].startswith("401")
    assert said[1].startswith("200 [{")
    text = path.read_text("utf-8")
    for secret in ("demo-password", "7T:", "bm9ib2R5", "REVNTy1USUNLRVQ", "ZGVtby1wYXNzd29yZA"):
        assert secret not in text
    assert "SOTicket __secret.soticket.2__" in text


def test_the_recording_answers_alone(session: tuple[Path, list[str]]) -> None:
    path, said = session
    with stubbed(path) as door:
        assert Session(door.url).work() == said
        assert not misses(door.worlds.default)


def test_the_emulator_goes_on_from_what_was_recorded(session: tuple[Path, list[str]]) -> None:
    path, said = session
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(Recording(path), world)
    assert not loaded.left_out
    told = json.loads(said[1][4:])
    there = world.act("superoffice", "list", {"most": 1000})["records"]
    assert len(there) == loaded.records["ticket"] == len(told)
    assert {each["id"] for each in there} == {str(each["TicketId"]) for each in told}
    world.close()


def test_recording_and_emulator_do_not_differ(session: tuple[Path, list[str]]) -> None:
    found = drift(Recording(session[0]), registry.emulator("superoffice").dialects.default)
    assert [(each.aspect, each.place, each.examples[:2]) for each in found.every] == []


@pytest.mark.parametrize(
    ("switch", "value"), [("dates", "netserver"), ("missing_id", "null"), ("rights_none", "object")]
)
def test_a_change_of_dialect_upstream_is_named_by_its_rules(
    switch: str, value: str, tmp_path: Path, authority: Authority
) -> None:
    path = tmp_path / "session.yaml"
    emulator = registry.emulator("superoffice")
    recorded(path, authority, {switch: value})
    found = drift(Recording(path), emulator.dialects.default)
    assert [(cause.switch, cause.value) for cause in found.causes] == [(switch, value)]
    assert not found.findings
    assert set(found.rules) <= {rule.id for rule in emulator.rules.values() if rule.switch == switch}


LANGUAGES = ("sv", "en", "de,en;q=0.5", "no")


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Path, dict[str, list[Any]]]:
    """A recording in several languages, in which no ticket but one is told in all of them, and what was told."""
    path = tmp_path_factory.mktemp("languages") / "session.yaml"
    vendor_worlds = worlds("superoffice", data="demo:60")
    vendor_worlds.default.act(
        "superoffice",
        "act",
        {"id": "customer", "action": "rename", "kind": "priority", "number": 2, "name": {"US": "Ours", "SW": "Vår"}},
    )
    said: dict[str, list[Any]] = {}
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("superoffice", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        client = Session(taken.url)
        for language, ids in (("sv", range(1, 300)), ("en", range(300, 800)), ("sv", range(1, 300))):
            client.call("GetTickets", {"TicketIds": list(ids)}, **{"Accept-Language": language})
        for language in LANGUAGES:
            for ids in (range(1, 300), range(300, 500), range(1, 800)):
                answer = client.call("GetTickets", {"TicketIds": list(ids)}, **{"Accept-Language": language})
            said[language] = json.loads(answer[4:])
    vendor_worlds.close()
    return path, said


def test_every_language_that_was_told_is_loaded(translated: tuple[Path, dict[str, list[Any]]]) -> None:
    path, said = translated
    played = worlds("superoffice", data="empty")
    loaded = load(Recording(path), played.default)
    assert not loaded.left_out
    with Server(played) as door:
        client = Session(door.url)
        for language, told in said.items():
            ids = [each["TicketId"] for each in told]
            answer = json.loads(client.call("GetTickets", {"TicketIds": ids}, **{"Accept-Language": language})[4:])
            for name in (
                "CategoryFullname",
                "CategoryName",
                "PriorityName",
                "TicketStatusDisplayValue",
                "TicketTypeName",
            ):
                assert [(language, each[name]) for each in answer] == [(language, each[name]) for each in told]
    played.close()
    assert len({json.dumps(told) for told in said.values()}) > 2


def test_a_recording_in_several_languages_does_not_drift(translated: tuple[Path, dict[str, list[Any]]]) -> None:
    found = drift(Recording(translated[0]), registry.emulator("superoffice").dialects.default)
    assert [(each.aspect, each.place, each.examples[:2]) for each in found.every] == []


@pytest.mark.parametrize(
    ("told", "held", "lost"),
    [
        ([("[SR_OURS]", ""), ("Hög", "sv")], "[SR_OURS]", 1),
        ([('"Hög"', "sv")], '"Hög"', 0),
        ([("High", "en"), ('"Hög"', "sv")], 'US:"High";', 1),
        ([("High", "en"), ("High", "sv")], "High", 0),
        ([("High", "en"), ("Korkea", "fi")], "High", 1),
        ([("Korkea", "fi")], "Korkea", 0),
        ([("High", "en"), ("Hög", "x-ours, sv;q=0.9"), ("Haute", "fr;q=.")], 'US:"High";SW:"Hög";FR:"Haute";', 0),
    ],
)
def test_a_language_that_cannot_be_held_is_told(
    told: list[tuple[str, str]], held: str, lost: int, tmp_path: Path
) -> None:
    path = tmp_path / "session.yaml"
    writer = Writer(path, Head("superoffice", START))
    for n, (name, language) in enumerate(told, 1):
        ticket = {"TicketId": 7, "BaseStatus": "Active", "Priority": 1, "PriorityName": name}
        body = json.dumps([ticket]).encode()
        headers = [("Accept-Language", language)] if language else []
        writer.add(Recorded(n, START, "POST", "/api/v1/Agents/Ticket/GetTickets", headers, b"{}", 200, [], body))
    writer.finish()
    world = World("loaded", WorldConfig(mode="frozen", start=START), registry.emulator)
    loaded = load(Recording(path), world)
    kept = world.act("superoffice", "read", {"id": 7})["fields"]["PriorityName"]
    world.close()
    assert kept == held
    assert len(loaded.left_out) == lost
    assert all("priority 1" in each and told[-1][0] in each for each in loaded.left_out)
