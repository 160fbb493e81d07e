"""`mockservers serve -- COMMAND`: what the command is told, what is told of its calls, and how it ends."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import mockservers
from mockservers import registry
from mockservers.cli import calls, main
from mockservers.cli.command import accompany, environment, variable

CALL = """
import json, os, sys, urllib.request
told = {name: value for name, value in os.environ.items() if name.startswith("MOCKSERVERS_")}
key, url = told["MOCKSERVERS_GET_TICKETS_KEY"], told["MOCKSERVERS_GET_TICKETS_URL"]
urllib.request.urlopen(f"{url}?key={key}&action=get_tickets&tid=1").read()
open(sys.argv[1], "w").write(json.dumps(told))
sys.exit(7)
"""


def test_a_command_runs_while_the_emulators_serve_and_its_exit_code_is_kept(tmp_path: Path) -> None:
    told, journal = tmp_path / "told.json", tmp_path / "calls.ndjson"
    journal.write_text("before\n")
    options = ["--data", "empty", "--still", "--log", "--journal", str(journal), "--control-token", "t0ken-of-control"]
    done = CliRunner().invoke(main, ["serve", *options, "--", sys.executable, "-c", CALL, str(told)])
    assert done.exit_code == 7, done.output
    found = json.loads(told.read_text())
    assert found["MOCKSERVERS_URL"].startswith("http://127.0.0.1:")
    assert not found["MOCKSERVERS_URL"].endswith(":8750")
    assert found["MOCKSERVERS_AUTOTASK_INTEGRATION_CODE"] == "DEMO-INTEGRATION-CODE"
    assert found["MOCKSERVERS_QUERYDATA_DESCRIPTION"].startswith(found["MOCKSERVERS_URL"])
    assert found["MOCKSERVERS_CONTROL_TOKEN"] == "t0ken-of-control"
    (line,) = [line for line in done.stderr.splitlines() if "#1" in line]
    assert "#1 get_tickets tickets.get, ok, 200, GET /API/default.aspx?key=***&action=get_tickets&tid=1" in line
    assert done.stdout == ""
    before, call = journal.read_text().splitlines()
    entry = json.loads(call)
    assert (before, entry["world"], entry["n"], entry["operation"]) == ("before", "default", 1, "tickets.get")
    assert entry["exchange"]["answer"]["status"] == 200
    assert "demo-key" not in call + done.output
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def test_the_log_is_json_where_that_is_wanted(tmp_path: Path) -> None:
    """A line an object, for calls and for what the program itself says; nothing else on standard error."""
    options = ["--data", "empty", "--still", "--log-format", "json"]
    done = CliRunner().invoke(main, ["serve", *options, "--", sys.executable, "-c", CALL, str(tmp_path / "told")])
    assert done.exit_code == 7, done.output
    ready, call = [json.loads(line) for line in done.stderr.splitlines()]
    assert (ready["event"], ready["level"]) == ("ready", "info")
    assert f"is ready at {ready['url']}" in ready["message"]
    assert {
        name: call[name] for name in ("event", "world", "n", "vendor", "operation", "outcome", "status", "method")
    } == {
        "event": "call",
        "world": "default",
        "n": 1,
        "vendor": "get_tickets",
        "operation": "tickets.get",
        "outcome": "ok",
        "status": 200,
        "method": "GET",
    }
    assert (call["target"], call["request_id"]) == ("/API/default.aspx?key=***&action=get_tickets&tid=1", "default-1")


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_server_goes_on_with_is_told_before_a_command_runs(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    default = SimpleNamespace(reopened=["the world goes on; ignored: seed"])
    door: Any = contextlib.nullcontext()
    door.url, door.control_token, door.worlds = "http://h:1", None, SimpleNamespace(default=default)
    assert accompany(door, [sys.executable, "-c", ""], None, None, as_json) == 0
    ready = capsys.readouterr().err
    assert "the world goes on; ignored: seed" in (json.loads(ready)["reopened"] if as_json else ready.splitlines()[1])


def test_messages_of_the_program_are_lines_of_json_as_long_as_it_serves(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("mockservers")
    with calls.messages_as_json():
        logger.error("it broke in\n%s lines", 2)
    logger.setLevel(logging.CRITICAL)
    try:
        logger.error("elsewhere")
    finally:
        logger.setLevel(logging.NOTSET)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["message"]) == ("message", "error", "it broke in\n2 lines")
    assert told["time"].endswith("Z")


@pytest.mark.parametrize(("program", "code"), [("no-such-program", 127), ("/", 126)])
def test_a_command_that_cannot_run_is_named(program: str, code: int) -> None:
    done = CliRunner().invoke(main, ["serve", "--", program])
    assert (done.exit_code, program in done.stderr) == (code, True)


@pytest.mark.parametrize("words", [["{vendor}"], ["--", "{vendor}", "x"], ["--store", "sqlite:///made.db", "{vendor}"]])
def test_a_vendors_name_is_no_command_and_nothing_is_opened_for_it(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # whatever is installed on this machine
    name = registry.names()[0]
    done = CliRunner().invoke(main, ["serve", *(word.format(vendor=name) for word in words)])
    assert (done.exit_code, done.stdout, "ready at" in done.stderr) == (2, "", False)
    assert f"{name} is a vendor, and `mockservers serve` serves all of them; leave the word out" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs signals of POSIX")
def test_signals_are_passed_on_to_the_command() -> None:
    script = "import os, signal; signal.signal(signal.SIGTERM, lambda *_: os._exit(9)); print('up', flush=True); signal.pause()"
    command = [sys.executable, "-m", "mockservers", "serve", "--", sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"up"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 9


def test_a_journal_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["serve", "--journal", str(tmp_path / "no" / "calls"), "--", "true"])
    assert (done.exit_code, "No such file" in done.stderr) == (2, True)


def test_a_call_is_not_lost_with_the_half_of_one_that_a_killed_server_left(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    for before, after in (("", ""), ('{"n": 1}\n', '{"n": 1}\n'), ('{"n": 1}\n{"n"', '{"n": 1}\n{"n"\n')):
        file.write_text(before)
        calls.JournalFile(file).close()
        assert file.read_text() == after


def test_whoever_reads_the_log_no_longer_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with mockservers.start("get_tickets") as server:
        server._server.worlds.watchers.append(calls.log)
        monkeypatch.setattr(sys, "stderr", Gone())
        desk = server.default["get_tickets"]
        with urllib.request.urlopen(f"{desk.url}?key=demo-key&action=get_tickets&tid=1", timeout=20) as answer:
            assert answer.status == 200


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes that have names")
def test_a_device_that_gets_the_journal_stays_open_to_others(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        calls.JournalFile(pipe).close()
    finally:
        os.close(reader)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o644


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes that have names")
def test_a_pipe_that_nobody_reads_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = CliRunner().invoke(main, ["serve", "--journal", str(pipe), "--", "true"])
    assert (done.exit_code, "a pipe that nobody reads" in done.stderr) == (2, True)


def test_variables_are_named_after_the_vendors_own_words() -> None:
    assert variable("superoffice", "SO-AppToken") == "MOCKSERVERS_SUPEROFFICE_SO_APP_TOKEN"
    told = environment("http://h:1", registry.names(), authority=Path("ca.pem"), credentials=False)
    assert {name for name in told if not name.endswith(("_URL", "_DESCRIPTION"))} == {"MOCKSERVERS_CA"}
    assert os.path.isabs(told["MOCKSERVERS_CA"])
