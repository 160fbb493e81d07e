"""The names of the recorded systems: no file holds them, and nothing else goes with them; a stub gives its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from mockservers.recording.addresses import Upstream, without_hosts
from tests.recording.conftest import stubbed
from tests.recording.test_har_importing import content, entry, headers, imported


@pytest.mark.parametrize(
    ("upstream", "text", "kept"),
    [
        ("http://helpdesk:8080", '/helpdesk/x?q=helpdesk {"queue":"helpdesk"} helpdesk@x.example', None),
        ("http://helpdesk:8080", "//helpdesk:8080/y %2F%2Fhelpdesk%3A8080", "//__host__/y %2F%2F__host__"),
        ("http://helpdesk:8080", "Host: HelpDesk:8080, helpdesk:80801", "Host: __host__, helpdesk:80801"),
        ("http://helpdesk", "//helpdesk/y \\/\\/helpdesk\\/y //helpdesks/ //helpdesk.x/", None),
        (
            "https://desk.example",
            "a@desk.example a%40Desk.Example. \\ndesk.example",
            "a@__host__ a%40__host__. \\n__host__",
        ),
        ("https://desk.example:444", "desk.example:444 desk.example", "__host__ __host__"),
        ("https://desk.example", "my-desk.example desk.examples desk.example.org helpdesk.example", None),
        ("http://127.0.0.1:80", "127.0.0.1", None),
        ("http://[::1]:80", "[::1]", None),
    ],
)
def test_a_host_is_replaced_where_it_is_one(upstream: str, text: str, kept: str | None) -> None:
    if kept is None:
        kept = text.replace("//helpdesk/", "//__host__/").replace("\\/\\/helpdesk\\/", "\\/\\/__host__\\/")
    assert without_hosts(text, [Upstream.parse(upstream)]) == kept


def test_a_stub_answers_for_a_host_of_one_label(tmp_path: Path) -> None:
    said = {"queue": "helpdesk", "next": "http://helpdesk/helpdesk/x?q=2"}
    call = entry("http://helpdesk/helpdesk/x?q=1", response={"content": content(json.dumps(said))})
    file = tmp_path / "file.har"
    file.write_text(json.dumps({"log": {"entries": [call]}}))
    imported(file)
    with stubbed(file.with_name("file.har.yaml")) as door:
        reply = requests.get(f"{door.url}/helpdesk/x?q=1", timeout=60)
        assert reply.json() == {"queue": "helpdesk", "next": f"{door.url}/helpdesk/x?q=2"}


def test_a_stub_gives_its_own_host(tmp_path: Path) -> None:
    said = {"from": "support@desk.example", "host": "desk.example", "link": "//desk.example/z"}
    answer = {"status": 302, "headers": headers(Location="//desk.example/y"), "content": content(json.dumps(said))}
    file = tmp_path / "file.har"
    file.write_text(json.dumps({"log": {"entries": [entry("https://desk.example/x", response=answer)]}}))
    imported(file)
    with stubbed(file.with_name("file.har.yaml")) as door:
        reply = requests.get(f"{door.url}/x", timeout=60, allow_redirects=False)
        host = door.url.partition("//")[2]
        assert reply.headers["Location"] == f"{door.url}/y"
        name = host.partition(":")[0]
        assert reply.json() == {"from": f"support@{name}", "host": host, "link": f"//{host}/z"}
