"""What is loaded from a recording, and where recording and emulator part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockservers import registry
from mockservers.harness.comparing import wall
from mockservers.harness.profile import profile
from mockservers.kernel import instants
from mockservers.kernel.world import World, WorldConfig
from mockservers.recording.drift import Accepted, between, drift
from mockservers.recording.files import Recording
from mockservers.recording.loading import load
from mockservers.server.http import Server
from mockservers.vendors.superoffice.contract.profile import NAMES
from mockservers.vendors.superoffice.emulator.languages import Locale
from tests.recording.conftest import READERS, START, Authority, Clients, recording, worlds

ENGLISH = Locale("US")


def recorded(
    vendor: str, path: Path, authority: Authority, reference: Clients, dialect: str | Mapping[str, Any] = "default"
) -> tuple[Recording, dict[str, Any]]:
    """A session with an emulator of that dialect: a sync, and two more after something happened; and what the vendor has."""
    vendor_worlds = worlds(vendor, dialect=dialect)
    world = vendor_worlds.default
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording(vendor, upstream.url, path, authority.trust()) as taken,
        reference(vendor, taken.url, dialect=dialect) as client,
    ):
        client.sync()
        for _ in range(2):
            world.clock.advance(5 * instants.MINUTE)
            client.ask.sleep(300)
            world.act(vendor, "create", {})
            world.clock.advance(instants.MINUTE)
            client.ask.sleep(60)
            client.sync()
        truth = {each["id"]: each["fields"] for each in world.act(vendor, "list", {"most": 1000})["records"]}
    vendor_worlds.close()
    return Recording(path), truth


Sessions = Callable[..., tuple[Recording, dict[str, Any]]]


@pytest.fixture(scope="session")
def sessions(tmp_path_factory: pytest.TempPathFactory, authority: Authority, reference: Clients) -> Sessions:
    """Recorded sessions by vendor and dialect; each is recorded once, for tests only read them."""

    @cache
    def session(vendor: str, **dialect: str) -> tuple[Recording, dict[str, Any]]:
        path = tmp_path_factory.mktemp("session") / "session.yaml"
        return recorded(vendor, path, authority, reference, dialect or "default")

    return session


def default(vendor: str) -> Any:
    return registry.emulator(vendor).dialects.default


@pytest.mark.parametrize("vendor", READERS)
def test_a_recording_and_the_emulator_loaded_from_it_do_not_differ(vendor: str, sessions: Sessions) -> None:
    session, _ = sessions(vendor)
    found = drift(session, default(vendor))
    assert found.every == []
    assert found.exchanges > 5
    assert not found.left_out


def told(vendor: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as far as answers tell them: of a repeated hour not which of the two, of names those in English."""
    zone = profile(vendor).zone(default(vendor))
    if vendor == "get_tickets":  # empty is absent on the wire
        fields = {**fields, "custom_fields": {name: text for name, text in fields["custom_fields"].items() if text}}
    if vendor == "superoffice":  # the reader asks for English, so no answer tells the other languages
        fields = {**fields, **{name: ENGLISH.text(fields[name]) for name in NAMES}}
    return {name: wall(value, zone) for name, value in fields.items()}


@pytest.mark.parametrize("vendor", READERS)
def test_the_loaded_world_holds_what_the_vendor_had(vendor: str, sessions: Sessions) -> None:
    session, truth = sessions(vendor)
    world = World("loaded", WorldConfig(mode="frozen", start=START + instants.HOUR), registry.emulator)
    loaded = load(session, world)
    assert not loaded.left_out
    there = {each["id"]: each["fields"] for each in world.act(vendor, "list", {"most": 1000})["records"]}
    assert there
    for id_, fields in there.items():
        assert told(vendor, fields) == told(vendor, truth[id_])
    world.close()


@pytest.mark.parametrize(
    ("vendor", "switch", "value"),
    [
        ("get_tickets", "merged_none", "N"),
        ("get_tickets", "cc_column", "clean"),
        ("get_tickets", "content_type", "text_html"),
        ("querydata", "details_root", "Items"),
        ("querydata", "details_time_format", "iso"),
        ("querydata", "empty_summary", "null"),
    ],
)
def test_a_change_of_dialect_upstream_is_named_by_its_rules(
    vendor: str, switch: str, value: str, sessions: Sessions
) -> None:
    base = {"output_format": "json"} if switch == "cc_column" else {}
    session, _ = sessions(vendor, **base, **{switch: value})
    emulator = registry.emulator(vendor)
    found = drift(session, emulator.dialects.dialect(base))
    assert [(cause.switch, cause.value) for cause in found.causes] == [(switch, value)]
    assert not found.findings
    assert found.rules
    assert set(found.rules) <= {rule.id for rule in emulator.rules.values() if rule.switch == switch}


def test_accepted_differences_are_no_news(tmp_path: Path, sessions: Sessions) -> None:
    session, _ = sessions("get_tickets", merged_none="N")
    file = tmp_path / "accepted.yaml"
    file.write_text("- {place: '*/merged', reason: this installation writes N}\n- {place: nowhere, reason: old}\n")
    found = drift(session, default("get_tickets"), Accepted.load(file))
    assert found.every
    assert not found.new
    assert found.unused == ["nowhere"]


@pytest.mark.parametrize(
    "text", ["- {place: x}", "- {place: x, reason: ''}", "a: b", "- 3", "- {place: x, reason: y, z: q}"]
)
def test_accepted_differences_need_reasons(tmp_path: Path, text: str) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"place and reason|must have place|list of accepted"):
        Accepted.load(file)


def test_two_recordings_are_compared(
    tmp_path: Path, authority: Authority, reference: Clients, sessions: Sessions
) -> None:
    one, _ = sessions("get_tickets")
    same, _ = recorded("get_tickets", tmp_path / "same.yaml", authority, reference)
    other, _ = sessions("get_tickets", merged_none="N")
    assert between(one, same).every == []
    assert [(each.aspect, each.place) for each in between(one, other).every] == [("values", "/tickets/ticket/merged")]
