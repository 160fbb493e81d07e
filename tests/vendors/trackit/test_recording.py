"""Track-It! through the recorder: tokens by a form, records keyed by number, writes whose ids the vendor gives."""

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
from mockservers.recording.files import Recording
from mockservers.recording.loading import load
from mockservers.server.http import Server
from tests.recording.conftest import START, Authority, misses, recording, stubbed, worlds


class Session:
    """One technician's calls."""

    def __init__(self, url: str) -> None:
        self.base = url + "/TrackIt/WebApi"
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, path: str, body: Any = None) -> str:
        method = "GET" if body is None else "POST"
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return self.http.request(method, self.base + path, data=data, headers=headers, timeout=60).text

    def login(self, password: str) -> str:
        form = {"grant_type": "password", "username": "HELP DESK\\DEMO", "password": password}
        answer = self.http.post(self.base + "/token", data=form, timeout=60)
        token = answer.json().get("access_token")
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"
        return "" if token else answer.text

    def work(self) -> list[str]:
        said = [self.login("wrong-password"), self.login("demo-password")]
        said += [self.call(f"/tickets/{n}") for n in range(101, 112)]
        said += [self.call(f"/tickets/{n}/Notes/0/0?SystemNote=true") for n in (101, 102, 103)]
        said += [self.call(f"/tickets/101/{kind}/0/0") for kind in ("Assignments", "Attachments")]
        said.append(self.call("/searches", {"Term": "printer offline", "ResultFields": [1]}))
        hung = {"Note Type": "Technician Note", "Activity Code": "Assignment Work", "Note": "Tried"}
        said += [self.call("/assignments/1004/AddNote", hung), self.call("/assignments/1004/Close", {})]
        said += [self.call(path) for path in ("/assignments/1004", "/assignments/1004/Notes/0/0")]
        made = self.call("/tickets", {"Properties": {"22": "Made by a client", "7": "Details"}})
        id_ = json.loads(made)["Tickets"]["1"]["Value"]
        note = {"Note Type": "Technician Note", "Activity Code": "Research", "Note": "Looked", "Duration": "00:10:00"}
        return [
            *said,
            made,
            self.call(f"/tickets/{id_}"),
            self.call(f"/tickets/{id_}/AddNote", note),
            self.call(f"/tickets/{id_}/Notes/0/0"),
            self.call(f"/tickets/{id_}/Close", {"Note": {**note, "Note": "Done"}}),
            self.call(f"/tickets/{id_}"),
        ]


def recorded(path: Path, authority: Authority, dialect: Any = "default") -> list[str]:
    vendor_worlds = worlds("trackit", data="demo:30", dialect=dialect)
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("trackit", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        said = Session(taken.url).work()
    vendor_worlds.close()
    return said


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("trackit") / "session.yaml"
    return path, recorded(path, authority)


def test_no_secret_is_in_the_file(session: tuple[Path, list[str]]) -> None:
    text = session[0].read_text("utf-8")
    for secret in ("demo-password", "wrong-password"):
        assert secret not in text
    tokens = {each for line in Recording(session[0]) for each in [line.header("authorization")] if each}
    assert tokens == {"Bearer __secret.token.1__"}


def test_the_recording_answers_alone(session: tuple[Path, list[str]]) -> None:
    path, said = session
    with stubbed(path) as door:
        assert Session(door.url).work() == said
        assert not misses(door.worlds.default)


def test_the_emulator_goes_on_from_what_was_recorded(session: tuple[Path, list[str]]) -> None:
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(Recording(session[0]), world)
    assert not loaded.left_out
    assert loaded.records["ticket"] >= 8
    made = [
        each for each in world.act("trackit", "list", {})["records"] if each["fields"].get("22") == "Made by a client"
    ]
    assert len(made) == 1
    assert len(world.act("trackit", "list", {"entity": "note", "ticket": made[0]["id"]})["records"]) == 2
    hung = world.act("trackit", "list", {"entity": "assignment", "ticket": "101"})["records"]
    assert [each["fields"]["96"] for each in hung] == ["Closed", "Closed"]  # one of them by the client
    (noted,) = world.act("trackit", "list", {"entity": "assignment_note", "assignment": hung[0]["id"]})["records"]
    assert noted["fields"]["5"] == "Tried"
    assert len(world.act("trackit", "list", {"entity": "attachment", "ticket": "101"})["records"]) == 3
    world.close()


def test_recording_and_emulator_do_not_differ(session: tuple[Path, list[str]]) -> None:
    found = drift(Recording(session[0]), registry.emulator("trackit").dialects.default)
    assert found.every == []


@pytest.mark.parametrize(("switch", "value"), [("unknown_ticket", "400"), ("note_order", "oldest_first")])
def test_a_change_of_dialect_upstream_is_named_by_its_rules(
    switch: str, value: str, tmp_path: Path, authority: Authority
) -> None:
    path = tmp_path / "session.yaml"
    emulator = registry.emulator("trackit")
    recorded(path, authority, {switch: value})
    found = drift(Recording(path), emulator.dialects.default)
    assert [(cause.switch, cause.value) for cause in found.causes] == [(switch, value)]
    assert not found.findings
    assert set(found.rules) <= {rule.id for rule in emulator.rules.values() if rule.switch == switch}
