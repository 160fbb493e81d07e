"""Who may use the recorder: behind it lies a real system."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.recording.addresses import Upstream, outward
from mockservers.server.control import guard
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
        (("Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"), {}, 403),
        (("Host: localhost", "Sec-Fetch-Site: cross-site"), {"allow_hosts": ("desk.example",)}, 403),
        (("Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"), {}, 200),
        (("Host: localhost", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"), {}, 200),
        (
            ("Host: localhost", "Origin: https://desk.example", "Sec-Fetch-Site: cross-site"),
            {"allow_hosts": ("desk.example",)},
            200,
        ),
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


def test_a_page_that_does_not_say_who_it_is_posts_nothing() -> None:
    foreign = {"Host": "localhost", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    denial = guard.check_data(foreign, "/x", "127.0.0.1", (), "POST")
    assert denial is not None
    assert denial.status == 403
    assert guard.check_data(foreign, "/x", "127.0.0.1", None, "POST") is None  # made-up data are nobody's secret


@pytest.mark.parametrize(
    "url", ["https://bücher.example", "https://BÜCHER.example:443", "https://xn--bcher-kva.example"]
)
def test_a_name_with_other_letters_goes_over_the_wire_in_ascii(url: str) -> None:
    upstream = Upstream.parse(url)
    assert upstream == Upstream("https", "xn--bcher-kva.example", 443)
    out = outward((upstream,), "http://localhost:1")
    for text in ("https://bücher.example/a", "https://xn--bcher-kva.example:443/a", "https://BüCHER.example/a"):
        assert out.text(text) == "http://localhost:1/a"
    with pytest.raises(ValueError, match="no address"):
        Upstream.parse(f"https://{'ü' * 80}.example")


def test_the_name_of_the_upstream_is_known(tmp_path: Path) -> None:
    with recording("get_tickets", "http://desk.vendor.example", tmp_path / "s.yaml") as taken:
        assert "desk.vendor.example" in taken.recorder.allow_hosts
