"""get_tickets' neighbours through the recorder: writes by address and by form, whose numbers the vendor gives."""

from __future__ import annotations

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
    """An integration's calls."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/API/default.aspx"
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, action: str, form: dict[str, Any] | None = None, **variables: Any) -> str:
        query = {"key": "demo-key", "action": action, **variables}
        return self.http.request("POST" if form else "GET", self.url, params=query, data=form, timeout=60).text

    def work(self) -> list[str]:
        made = self.call("add_ticket", cid="kim", subject="Made by a client", contact="Somebody Else")
        number = made.partition("<added_ticket>")[2].partition("<")[0]
        return [
            self.call("get_tickets", tid="*", count=20, page=1, order="tid"),
            made,
            self.call("get_tickets", tid=number),
            self.call("update_ticket", form={"tid": number, "cid": "kim", "summary": "ü" * 900}),
            self.call("update_ticket", tid=34, cid="nobody"),
            self.call("get_tickets", tid=number),
        ]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("get_tickets") / "session.yaml"
    vendor_worlds = worlds("get_tickets", data="demo:20")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("get_tickets", upstream.url, path, authority.trust(), keep_identity=True) as taken,
    ):
        said = Session(taken.url).work()
    vendor_worlds.close()
    return path, said


def test_the_recording_answers_alone(session: tuple[Path, list[str]]) -> None:
    path, said = session
    assert "demo-key" not in path.read_text("utf-8")
    with stubbed(path) as door:
        assert Session(door.url).work() == said
        assert not misses(door.worlds.default)


def test_the_emulator_goes_on_from_what_was_recorded(session: tuple[Path, list[str]]) -> None:
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(Recording(session[0]), world)
    assert not loaded.left_out
    fields = [each["fields"] for each in world.act("get_tickets", "list", {})["records"]]
    assert [each["summary"] for each in fields if each["subject"] == "Made by a client"] == ["ü" * 900]
    world.close()


def test_recording_and_emulator_do_not_differ(session: tuple[Path, list[str]]) -> None:
    assert drift(Recording(session[0]), registry.emulator("get_tickets").dialects.default).every == []
