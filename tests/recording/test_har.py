"""HAR 1.2 out and in: by the published form, round and back, and as another tool writes it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from pydantic import ValidationError

from mockservers.cli import main
from mockservers.recording.exchanges import Recorded, to_line
from mockservers.recording.files import Head, Recording, RecordingError
from mockservers.recording.har import container
from mockservers.recording.har.writing import export
from mockservers.server.http import Server
from tests.recording import har_schema
from tests.recording.conftest import Authority, Clients, recording, stubbed, worlds

MADE_BY_MITMPROXY = Path(__file__).parent / "data" / "mitmproxy.har"
"""What mitmdump's `hardump` wrote of one sync of the reference reader with the emulator."""


@pytest.fixture
def session(tmp_path: Path, authority: Authority, reference: Clients) -> Path:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds("querydata")
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording("querydata", upstream.url, path, authority.trust()) as taken,
        reference("querydata", taken.url) as client,
    ):
        client.sync()
    vendor_worlds.close()
    return path


def run(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_what_is_exported_has_the_published_form_and_comes_back_the_same(session: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "session.har", tmp_path / "back.yaml"
    run("har", "export", str(session), "--out", str(out))
    checked = har_schema.check(out.read_text("utf-8"))
    before = list(Recording(session))
    assert len(checked.log.entries) == len(before)
    run("har", "import", "querydata", str(out), "--out", str(back))
    after = list(Recording(back))
    connection = {"accept-encoding", "connection", "host"}
    for one, other in zip(before, after, strict=True):
        one.headers = [each for each in one.headers if each[0].lower() not in connection]
        assert one == other


def test_awkward_exchanges_are_exported_too(tmp_path: Path) -> None:
    path, out, back = tmp_path / "odd.yaml", tmp_path / "odd.har", tmp_path / "back.yaml"
    kind = [("Content-Type", "application/octet-stream")]
    wide = [("Content-Type", "text/plain; charset=utf-16")]
    odd = [
        Recorded(1, 1_000_000, "POST", "/a?x=%C3%BC&y", kind, b"\xff\x00\xfe", 200, kind, b"\x00\xff"),
        Recorded(2, 2_000_000, "GET", "/b", [("Cookie", "a=1; b=2")], b"", None, [], b"", "timeout"),
        Recorded(
            3, 3_000_000, "GET", "/c", [], b"", 302, [("Location", "__base__/d"), ("Set-Cookie", "s=1; path=/")], b""
        ),
        Recorded(4, 4_000_000, "GET", "/c", [], b"", 200, [("Content-Type", "text/plain")], b"half", "cut"),
        Recorded(
            5, 5_000_000, "POST", "/d", [("Content-Type", "text/xml; charset=utf-16")], "<a>ü</a>".encode("utf-16"), 204
        ),
        Recorded(6, 6_000_000, "POST", "/e", wide, b"odd", 200, wide, b"odd"),
    ]
    path.write_text(Head("get_tickets", 0).to_yaml() + "".join(map(to_line, odd)), "utf-8")
    export(Recording(path), out)
    har_schema.check(out.read_text("utf-8"))
    run("har", "import", "get_tickets", str(out), "--out", str(back))
    masked = {"Cookie": "a=__secret.cookie__; b=__secret.cookie__", "Set-Cookie": "s=__secret.cookie__; path=/"}
    for each in odd:
        each.headers = [(name, masked.get(name, value)) for name, value in each.headers]
        each.reply_headers = [(name, masked.get(name, value)) for name, value in each.reply_headers]
    assert list(Recording(back)) == odd


@pytest.mark.parametrize("wrong", [{"version": "1.1"}, {"entries": None}, {"surprise": 1}, {"creator": {}}])
def test_the_schema_refuses_what_is_wrong(wrong: dict[str, Any]) -> None:
    log = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [], **wrong}
    with pytest.raises(ValidationError):
        har_schema.check(json.dumps({"log": log}))


def test_a_har_file_of_another_tool_is_imported_and_answers(tmp_path: Path, reference: Clients) -> None:
    path = tmp_path / "session.yaml"
    said = run("har", "import", "get_tickets", str(MADE_BY_MITMPROXY), "--out", str(path))
    assert "none is in the file" in said
    assert "demo-key" in MADE_BY_MITMPROXY.read_text("utf-8")
    assert "demo-key" not in path.read_text("utf-8")
    with stubbed(path) as door, reference("get_tickets", door.url) as client:
        assert len(client.sync()) == 40


MITMDUMP = shutil.which(os.environ.get("MITMDUMP", "mitmdump"))
"""mitmproxy's own program, in whatever environment it stands: it pins libraries that this project has newer."""
with_mitmproxy = pytest.mark.skipif(
    MITMDUMP is None, reason="no program mitmdump on PATH, and MITMDUMP names none: mitmproxy is to be installed apart"
)


@contextmanager
def mitmproxy(upstream: str, har_file: Path, tmp_path: Path) -> Iterator[str]:
    """mitmproxy before an upstream; gives its address, and has written its HAR file after the block."""
    assert MITMDUMP is not None
    words = [
        MITMDUMP,
        "--mode",
        f"reverse:{upstream}",
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        "0",
        "--set",
        f"hardump={har_file}",
        "--set",
        f"confdir={tmp_path / 'mitmproxy'}",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "listening at" in line:
                    break
            found = re.search(r"listening at ([0-9.:]+[0-9])", said)
            assert found is not None, said
            yield f"http://{found[1]}"
        finally:
            process.send_signal(signal.SIGINT)
            said += process.communicate(timeout=60)[0]
    assert har_file.exists(), said


@with_mitmproxy
def test_what_mitmproxy_records_is_imported_and_answers(tmp_path: Path, reference: Clients) -> None:
    har_file, path = tmp_path / "flow.har", tmp_path / "session.yaml"
    vendor_worlds = worlds("get_tickets")
    with Server(vendor_worlds) as upstream, mitmproxy(upstream.url, har_file, tmp_path) as url:
        with reference("get_tickets", url) as client:
            believed = client.sync()
        sent = "password=demo-password&who=M\u00fcller".encode("iso-8859-1")
        kind = "application/x-www-form-urlencoded; charset=iso-8859-1"
        requests.post(f"{url}/nowhere", data=sent, headers={"Content-Type": kind}, timeout=60)
        requests.post(f"{url}/nowhere", data=b"\xff\x00demo-key", timeout=60)
    vendor_worlds.close()
    text = har_file.read_text("utf-8")
    assert "demo-key" in text
    assert "demo-password" in text
    assert "none is in the file" in run("har", "import", "get_tickets", str(har_file), "--out", str(path))
    assert "demo-" not in path.read_text("utf-8").replace("demo.example", "")
    *_, form, _ = Recording(path)
    assert form.body == "password=__secret.password__&who=M\u00fcller".encode("iso-8859-1")
    with stubbed(path) as door, reference("get_tickets", door.url) as client:
        assert client.sync() == believed


@with_mitmproxy
def test_mitmproxy_reads_what_is_exported(session: Path, tmp_path: Path) -> None:
    assert MITMDUMP is not None
    out = tmp_path / "session.har"
    run("har", "export", str(session), "--out", str(out))
    words = [MITMDUMP, "-n", "--set", f"confdir={tmp_path / 'mitmproxy'}", "-r", str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("POST https://recorded.example/") == len(list(Recording(session)))


def test_bodies_of_another_charset_come_in_as_they_were_sent(tmp_path: Path) -> None:
    kind = [{"name": "Content-Type", "value": "text/plain; charset=iso-8859-1"}]
    entries = [
        {
            "startedDateTime": "2026-03-02T10:00:00Z",
            "request": {
                "method": "POST",
                "url": "https://a.example/",
                "headers": kind,
                "postData": {"text": "who=Müller"},
            },
            "response": {"status": 200, "headers": kind, "content": {"text": "Grüße"}},
        },
        {
            "startedDateTime": "2026-03-02T10:00:01Z",
            "request": {"method": "GET", "url": "https://a.example/"},
            "response": {"status": 200, "headers": kind, "content": {"text": "not in that charset: \u4e2d"}},
        },
    ]
    file, path = tmp_path / "file.har", tmp_path / "session.yaml"
    file.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    run("har", "import", "get_tickets", str(file), "--out", str(path))
    first, second = Recording(path)
    assert (first.body, first.reply_body) == ("who=Müller".encode("iso-8859-1"), "Grüße".encode("iso-8859-1"))
    assert second.reply_body == "not in that charset: \u4e2d".encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("{}", "no log.entries"),
        ("[3", "no JSON"),
        ('{"log": {"entries": 3}}', "list of objects, got a number"),
        ('{"log": {"entries": [{}, {}]}}', "no call by HTTP: 2 entries (1, 2) without a request"),
        ('{"log": {"entries": [{"request": {"url": "https://a/"}}]}}', "1 entry (1) without a method"),
        ('{"log": {"entries": [{"request": {"method": "CONNECT", "url": "https://a/"}}]}}', "of method CONNECT"),
        (
            '{"log": {"pages": [], "entries": [{"a": 1}, {"b": {}}, {"c"',
            "in the middle of entry 3, and 2 before it are whole",
        ),
        ('{"log": {"entries": [{"a": 1}, {"b": tru', "in the middle of entry 2, and 1 before it are whole"),
        ('{"log": {"entries": [{"a": 1}\n, {"b": wrong}, {"c": 1}]}}', "no JSON (Expecting value, line 2)"),
    ],
)
def test_files_that_are_no_har_are_told_what_is_wrong(text: str, words: str, tmp_path: Path) -> None:
    file, out = tmp_path / "file.har", tmp_path / "out.yaml"
    file.write_text(text)
    done = CliRunner().invoke(main, ["har", "import", "get_tickets", str(file), "--out", str(out)])
    assert done.exit_code == 2
    assert words in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["file.har"]


def test_headers_that_came_twice_come_in_twice(tmp_path: Path) -> None:
    """Browsers write them as the lines of one."""
    entry = {
        "startedDateTime": "2026-03-02T10:00:00Z",
        "request": {"url": "https://a.example/", "method": "GET", "headers": [{"name": "X-Empty", "value": ""}]},
        "response": {"status": 200, "headers": [{"name": "Set-Cookie", "value": "a=hunter22; Path=/\nb=hunter33"}]},
    }
    file, path = tmp_path / "file.har", tmp_path / "out.yaml"
    file.write_text(json.dumps({"log": {"entries": [entry]}}))
    run("har", "import", "get_tickets", str(file), "--out", str(path))
    (kept,) = Recording(path)
    assert kept.headers == [("X-Empty", "")]
    assert kept.reply_headers == [("Set-Cookie", "a=__secret.cookie__; Path=/"), ("Set-Cookie", "b=__secret.cookie__")]


def test_a_size_that_nobody_reads_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LARGEST", 3)
    (tmp_path / "file.har").write_text("1234")
    with pytest.raises(RecordingError, match="MB"):
        container.opened(tmp_path / "file.har")
