"""Once round: a client works with the vendor through the recorder, and later with the recording alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers import registry
from mockservers.kernel import instants
from mockservers.server.http import Server
from tests.recording.conftest import READERS, START, Authority, Clients, misses, recording, stubbed, worlds


@pytest.mark.parametrize("vendor", READERS)
def test_a_recording_satisfies_the_client_that_was_recorded(
    vendor: str, tmp_path: Path, authority: Authority, reference: Clients
) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds(vendor)
    with Server(vendor_worlds, tls=authority.context) as upstream:
        with recording(vendor, upstream.url, path, authority.trust()) as taken, reference(vendor, taken.url) as client:
            first = client.sync()
            vendor_worlds.default.act(vendor, "create", {})
            vendor_worlds.default.clock.advance(5 * instants.MINUTE)
            client.ask.sleep(300)
            second = client.sync()
        assert not taken.complaints
    vendor_worlds.close()
    assert len(second) == len(first) + 1
    text = path.read_text("utf-8")
    for word, secret in registry.emulator(vendor).demo_credential.items():
        assert secret not in text or word in ("user", "username")  # who calls is no secret
    with stubbed(path) as door, reference(vendor, door.url) as client:
        assert client.sync() == first
        client.ask.sleep(300)
        assert client.sync() == second
        assert not misses(door.worlds.default)


def test_times_near_the_present_are_variables(tmp_path: Path, authority: Authority, reference: Clients) -> None:
    path, later = tmp_path / "session.yaml", START + 40 * instants.DAY
    vendor_worlds = worlds("querydata")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("querydata", upstream.url, path, authority.trust()) as taken,
        reference("querydata", taken.url) as client,
    ):
        believed = client.sync()
    vendor_worlds.close()
    assert believed
    with stubbed(path, later) as door, reference("querydata", door.url, later) as client:
        assert client.sync() == believed
        assert not misses(door.worlds.default)
