"""Who may use the recorder: behind it lies a real system."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.server.http import Server
from tests.recording.conftest import recording, worlds
from tests.server.wires import Wire

TICKET = "/API/default.aspx?key=demo-key&action=get_tickets&tid=34"


@pytest.mark.parametrize(
    ("headers", "options", "status"),
    [
        (("Host: rebound.evil.example",), {}, 403),
        (("Host: localhost", "Origin: http://evil.example"), {}, 403),
        (("Host: localhost", "Origin: http://localhost:3000"), {}, 200),
        (("Host: desk.example",), {"allow_hosts": ("desk.example",)}, 200),
        (("Host: rebound.evil.example",), {"allow_hosts": ("*",)}, 200),
    ],
)
def test_only_known_names_and_pages_reach_the_upstream(
    tmp_path: Path, headers: tuple[str, ...], options: dict[str, tuple[str, ...]], status: int
) -> None:
    upstreams = worlds("get_tickets")
    with (
        Server(upstreams) as upstream,
        recording("get_tickets", upstream.url, tmp_path / "s.yaml", **options) as taken,
        Wire(taken.recorder.port) as wire,
    ):
        reply = wire.get(TICKET, *headers).reply()
    assert (reply.status, len(upstreams.default.journal)) == (status, 0 if status == 403 else 1)
    assert (b"--allow-host" in reply.body) == (status == 403)
    upstreams.close()


def test_the_name_of_the_upstream_is_known(tmp_path: Path) -> None:
    with recording("get_tickets", "http://desk.vendor.example", tmp_path / "s.yaml") as taken:
        assert "desk.vendor.example" in taken.recorder.allow_hosts
