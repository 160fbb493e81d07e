"""Recording in bad times: an upstream that fails, a client that leaves, a recorder that is ended."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers.kernel.world import Worlds
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Recording, RecordingError
from mockservers.recording.sealing import memory_folder
from mockservers.recording.stub import Stub
from mockservers.server.http import Server
from tests.recording.conftest import Authority, recording, stubbed, worlds

PATH = "/API/default.aspx"
ASKED = {"key": "demo-key", "action": "get_tickets", "tid": "*"}
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def ask(url: str, **more: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url + PATH, params={**ASKED, **more}, timeout=30)


def ask_the_vendor_once(vendor_worlds: Worlds) -> None:
    """What the first request loads must not count as silence."""
    with Server(vendor_worlds) as door:
        ask(door.url)


@pytest.mark.parametrize(
    ("kind", "settings", "fault", "began"),
    [
        ("cut", {"after_bytes": 300}, "cut", True),
        ("reset_midway", {"after_bytes": 300}, "reset", True),
        ("lost_answer", {}, "reset", False),
        ("reset", {}, "reset", False),
        ("latency", {"seconds": 6}, "timeout", False),
    ],
)
def test_faults_of_the_upstream_are_passed_on_and_recorded(
    kind: str, settings: dict[str, Any], fault: str, began: bool, tmp_path: Path, authority: Authority
) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("get_tickets")
    ask_the_vendor_once(vendor_worlds)
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("get_tickets", upstream.url, path, authority.trust(), timeout=2.0) as taken,
    ):
        good = ask(taken.url).text
        vendor_worlds.default.faults.add(kind, settings, vendor="get_tickets")
        with pytest.raises(BROKEN):
            ask(taken.url)
        assert ask(taken.url).text == good
    vendor_worlds.close()
    first, broken, last = list(Recording(path))
    assert (first.fault, broken.fault, last.fault) == (None, fault, None)
    assert (broken.status == 200) is began
    if began:
        assert broken.reply_body == (first.reply_body or b"")[:300]
    with stubbed(path) as door:
        assert ask(door.url).text == good
        with pytest.raises(BROKEN):
            ask(door.url)
        assert ask(door.url).text == good


def test_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        with recording("get_tickets", f"http://127.0.0.1:{port}", tmp_path / "session.yaml") as taken:
            with pytest.raises(BROKEN):
                ask(taken.url)
            assert "takes no connection" in taken.complaints[0]
    assert [each.fault for each in Recording(tmp_path / "session.yaml")] == ["refused"]


def test_a_certificate_that_is_not_trusted_is_told(tmp_path: Path, authority: Authority) -> None:
    vendor_worlds = worlds("get_tickets")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("get_tickets", upstream.url, tmp_path / "session.yaml", sealed=False) as taken,
    ):
        answer = ask(taken.url)
        assert answer.status_code == 502
        assert "--upstream-ca" in answer.text
        assert "--upstream-ca" in taken.complaints[0]
    vendor_worlds.close()
    assert list(Recording(tmp_path / "session.yaml.part")) == []


def test_a_client_that_leaves_does_not_end_its_exchange(tmp_path: Path) -> None:
    vendor_worlds = worlds("get_tickets", data="demo:1000")
    with Server(vendor_worlds) as upstream, recording("get_tickets", upstream.url, tmp_path / "session.yaml") as taken:
        whole = ask(taken.url)
        with socket.create_connection(("127.0.0.1", taken.recorder.port)) as leaving:
            leaving.sendall(f"GET {PATH}?key=demo-key&action=get_tickets&tid=* HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert leaving.recv(1000)
        assert ask(taken.url).text == whole.text
    vendor_worlds.close()
    found = list(Recording(tmp_path / "session.yaml"))
    assert len(found) == 3
    assert all(each.reply_body == whole.content for each in found)


# --- recorders that are ended ---------------------------------------------------------------------------------------

Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def recorder() -> Iterator[Start]:
    """Start `mockservers record` as a process; gives it and its address."""
    started: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "mockservers", "record", "get_tickets", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"ready at (https?://\S+)", printed)
        assert found, printed
        return process, found[1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.skipif(memory_folder() is None, reason="no file system in memory, so a killed recorder's key is gone")
def test_what_was_complete_survives_kill_9(tmp_path: Path, recorder: Start) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("get_tickets")
    with Server(vendor_worlds) as upstream:
        process, url = recorder("--upstream", upstream.url, "--out", str(path))
        answers = [ask(url, count=5, page=page).content for page in range(1, 8)]
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    vendor_worlds.close()
    assert not path.exists()
    part = tmp_path / "session.yaml.part"
    found = list(Recording(part))
    assert [each.reply_body for each in found] == answers
    assert "demo-key" not in part.read_text()
    with open(part, "ab") as file:  # as if it had been killed while it wrote
        file.write(b'--- {"exchange": 8, "at": "2026-')
    torn = Recording(part)
    assert len(list(torn)) == 7
    assert torn.torn
    with stubbed(part) as door:
        assert ask(door.url, count=5, page=3).content == answers[2]


def test_ctrl_c_finishes_the_file(tmp_path: Path, recorder: Start) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("get_tickets")
    with Server(vendor_worlds) as upstream:
        process, url = recorder("--upstream", upstream.url, "--out", str(path))
        ask(url)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    vendor_worlds.close()
    assert process.returncode == 0, said
    assert "1 exchange in " in said
    assert not path.with_name("session.yaml.part").exists()
    assert len(list(Recording(path))) == 1


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "session.yaml"
    path.write_text("mine")
    with pytest.raises(RecordingError, match="exists already"), recording("get_tickets", "http://127.0.0.1:1", path):
        pass
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mockservers: 1\nvendor: get_tickets\nsteps: []\n", "`mockservers replay`"),
        ("mockservers: 2\nvendor: get_tickets\nrecording: {started: '2026-01-01T00:00:00Z'}\n", "version 2"),
        ("mockservers: 1\nvendor: zendesk\nrecording: {started: '2026-01-01T00:00:00Z'}\n", "zendesk"),
        ("mockservers: 1\nvendor: get_tickets\nrecording: {started: soon}\n", "started"),
        ("{", "no YAML"),
        ("", "no `recording`"),
        ("\xff\xfe", "no"),
    ],
)
def test_files_that_are_no_recordings_are_told_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RecordingError, match=re.escape(words)):
        Recording(path)


GOOD = {
    "exchange": 1,
    "at": "2026-01-01T00:00:00Z",
    "request": {"method": "GET", "target": "/"},
    "answer": {"status": 200},
}


@pytest.mark.parametrize(
    "line",
    [
        "--- {",
        "--- {}",
        '--- {"exchange": 1, "at": "soon", "request": {}}',
        "--- []",
        *(
            "--- " + json.dumps({**GOOD, **wrong})
            for wrong in (
                {"exchange": float("inf")},
                {"took_ms": float("inf")},
                {"answer": {"status": 99999}},
                {"answer": {"status": 200, "body": "x", "charset": "rot13"}},
                {"answer": {"status": 200, "headers": [["x"]]}},
            )
        ),
    ],
)
def test_lines_that_are_no_exchanges_are_told_where(tmp_path: Path, line: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"mockservers: 1\nvendor: get_tickets\nrecording: {{started: '2026-01-01T00:00:00Z'}}\n{line}\n")
    with pytest.raises(RecordingError, match=r"exchange at byte 8[0-9]"):
        list(Recording(path))
    with pytest.raises(RecordingError, match=r"exchange at byte 8[0-9]"):
        Stub(path)


def test_a_recording_is_yaml(tmp_path: Path) -> None:
    import yaml

    from mockservers.kernel.journal import Headers
    from mockservers.recording.exchanges import to_line

    awkward = "text\x00\x07\x7f\x85\u2028\ufeff\U0001f600 \"'\\ -- # \n---\n"
    headers: Headers = [("X-Text", awkward)]
    exchange = Recorded(1, 0, "GET", "/?" + awkward, headers, awkward.encode(), 200, headers, b"\xff\xfe\x00binary")
    line = to_line(exchange)
    raw = yaml.safe_load(line)
    assert raw["request"]["body"] == awkward
    from mockservers.recording.exchanges import from_dict, from_line

    assert from_dict(raw) == from_line(line) == exchange
