"""`mockservers serve` as a process: what it prints, how it stops, how it refuses."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

import mockservers
from mockservers import registry
from mockservers.cli import main

Start = Callable[..., tuple[subprocess.Popen[str], str, str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server; gives the process, its base URL and all that it printed until it was ready."""
    started: list[subprocess.Popen[str]] = []

    def begin(*options: str, cwd: Path | None = None) -> tuple[subprocess.Popen[str], str, str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "mockservers", "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
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
        return process, found[1], printed

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def refused(*options: str) -> str:
    """The message of a server that does not start; it must end with exit code 2 and without a traceback."""
    done = CliRunner().invoke(main, ["serve", "--port", "0", *options])
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    return done.output


def test_a_program_that_is_refused_ends_with_2_and_its_message_on_standard_error() -> None:
    words = [sys.executable, "-m", "mockservers", "serve", "--data", "nothing"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_prints_what_a_client_needs_and_stops_on_sigterm(start: Start) -> None:
    process, url, printed = start()
    for wanted in (
        "--still",
        "DEMO-AUTH-CODE",
        "demo-key",
        "IRTHNetWOIntegration.asmx?WSDL",
        "/API/default.aspx",
        "/_mock/",
    ):
        assert wanted in printed
    address = f"{url}/API/default.aspx"
    answer = requests.get(address, {"key": "demo-key", "action": "get_tickets", "tid": "34"}, timeout=30)
    assert "<tid>34</tid>" in answer.text
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_options_reach_the_world(start: Start, tmp_path: Path) -> None:
    (tmp_path / "month.html").write_text("<title>A month</title>")
    _, url, printed = start(
        "--still",
        "--clock",
        "frozen",
        "--start",
        "2026-03-02T10:00:00Z",
        "--data",
        "get_tickets:40",
        "--seed",
        "7",
        "--dialect",
        "get_tickets.output_format=json",
        "--reports",
        str(tmp_path),
    )
    answer = requests.get(
        f"{url}/API/default.aspx",
        {"key": "demo-key", "action": "get_tickets", "count_only": "Y", "tid": "*"},
        timeout=30,
    )
    assert answer.json() == {"response": [{"count": "40"}]}
    assert answer.headers["Date"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert "other people act" not in printed
    assert requests.get(f"{url}/_mock/v1/life", timeout=30).json() == {"lively": False, "vendors": {}}
    (report,) = requests.get(f"{url}/_mock/v1/reports", timeout=30).json()["reports"]
    assert (report["name"], report["title"]) == ("month.html", "A month")


def test_tls_and_a_store_that_lives_on(start: Start, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/mock.db"
    authority = tmp_path / "ca.pem"
    process, url, printed = start("--still", "--store", store, "--tls", "--tls-ca", str(authority))
    assert str(authority) in printed
    assert url.startswith("https://")
    asked = {"key": "demo-key", "action": "get_tickets", "count_only": "Y", "tid": "*", "output": "json"}
    with requests.Session() as session:
        session.trust_env = False  # the machine may name a bundle of its own
        session.verify = str(authority)
        before = session.get(f"{url}/API/default.aspx", params=asked, timeout=30).json()
        body = {"vendor": "get_tickets", "fields": {"subject": "kept"}}
        assert session.post(f"{url}/_mock/v1/records", json=body, timeout=30).status_code == 201
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    _, url, _ = start("--still", "--store", store)
    after = requests.get(f"{url}/API/default.aspx", asked, timeout=30).json()
    assert int(after["response"][0]["count"]) == int(before["response"][0]["count"]) + 1


def test_another_machine_needs_a_token() -> None:
    assert "control token" in refused("--host", "0.0.0.0")


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = refused("--port", str(port))
    assert str(port) in message
    assert "--port 0" in message
    assert "Another `mockservers serve`" not in message  # it says nothing, and is not ours


def test_a_port_on_which_another_of_ours_listens_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with mockservers.start(registry.names()[0], data="empty") as server:
        port = server.url.rpartition(":")[2]
        message = refused("--port", port)
    assert f"Another `mockservers serve` listens there: use it (http://127.0.0.1:{port}/_mock/" in message
    assert "--port 0" in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--data", "nothing"), ("nothing", "demo")),
        (("--data", "querydata:many"), ("many",)),
        (("--dialect", "querydata=klingon"), ("klingon", "lenient")),
        (("--dialect", "querydata.errors=shout"), ("shout", "fault")),
        (("--dialect", "irth=page"), ("irth", "querydata")),
        (("--clock", "fast"), ("fast", "scaled")),
        (("--clock", "scaled:0"), ("rate",)),
        (("--start", "yesterday"), ("yesterday", "ISO 8601")),
        (("--start", "2026-03-02T10:00:00"), ("offset",)),
        (("--store", "mysql://x"), ("postgresql://", "sqlite:///")),
        (("--store", "postgresql://nobody@127.0.0.1:9/x"), ("cannot be used", "127.0.0.1")),
        (("--store", "sqlite:////nowhere/at/all.db"), ("does not exist",)),
        (("--store", "sqlite:////proc/a.db"), ("/proc/a", "cannot be used")),
        (("--allow-host", "desk.example"), ("--from and --load",)),
        (("--tls", "--tls-ca", "/nowhere/ca.pem"), ("/nowhere/ca.pem", "No such file")),
    ],
)
def test_wrong_options_are_told_what_would_be_right(options: tuple[str, ...], words: tuple[str, ...]) -> None:
    message = refused(*options)
    assert all(word in message for word in words), message


def test_a_reopened_file_goes_on_and_says_what_it_ignores(start: Start, tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'kept.db'}")
    process, url, printed = start(*store, "--data", "empty", "--clock", "frozen", "--start", "2030-01-01T00:00:00Z")
    assert "reopened" not in printed
    answer = requests.put(f"{url}/_mock/v1/clock", json={"now": "2031-02-03T04:05:06Z"}, timeout=20)
    assert answer.status_code == 200, answer.text
    assert "another server" in refused(*store)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    _, url, printed = start(*store, "--data", "demo:5", "--seed", "9", "--dialect", "querydata=lenient")
    (line,) = [each for each in printed.splitlines() if "kept.default.querydata.db" in each]
    for words in ("goes on with empty, seed 1", "frozen clock at 2031-02-03T04:05:06", "ignored: data demo:5, seed 9"):
        assert words in line
    assert "lenient" in line
    (world,) = requests.get(f"{url}/_mock/v1/worlds", timeout=20).json()["worlds"]
    assert (world["seed"], world["vendors"]["querydata"]["data"]) == (1, "empty")
    assert world["clock"]["now"].startswith("2031-02-03T04:05:06")
