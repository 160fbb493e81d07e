"""The commands about recordings: what they print, how they end, how they refuse."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from mockservers import registry
from mockservers.cli import main
from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.recording.adapter import adapter
from mockservers.recording.addresses import Upstream
from mockservers.recording.files import Head, Writer
from mockservers.recording.proxy import Recorder
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from mockservers.server.http import Server

ASKED = {"action": "get_tickets", "tid": "*", "count": "10", "order": "tid"}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of get_tickets: three pages, a count of nothing, and the same key refused four times."""
    path = tmp_path_factory.mktemp("session") / "session.yaml"
    config = WorldConfig(
        mode="frozen",
        start=instants.from_iso("2026-03-02T10:00:00Z"),
        data={"get_tickets": Recipe.parse("demo:25")},
        dialects={"get_tickets": {"merged_none": "N"}},
    )
    worlds, redactor = Worlds(registry.emulator, config), Redactor(adapter("get_tickets"))
    writer = Writer(path, Head("get_tickets", 0))
    with (
        Server(worlds) as upstream,
        Recorder([Upstream.parse(upstream.url)], writer, redactor) as recorder,
        requests.Session() as client,
    ):
        client.trust_env = False
        address = recorder.url + "/API/default.aspx"
        for page in (1, 2, 3):
            client.get(address, params={"key": "demo-key", "page": page, **ASKED}, timeout=30)
        for _ in range(5):
            client.get(address, params={"key": "wrong-key", **ASKED}, headers={"X-Key": "wrong-key"}, timeout=30)
    worlds.close()
    finalize(writer, redactor)
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_drift_names_rules_and_ends_with_1(session: Path, tmp_path: Path) -> None:
    done = run("drift", session)
    assert done.exit_code == 1, done.output
    assert "get_tickets.merged_none = N would explain" in done.output
    assert "rule get_tickets.field.sentinels" in done.output
    assert "DRIFT: 1 new" in done.output
    accepted = tmp_path / "accepted.yaml"
    accepted.write_text("- place: /tickets/ticket/merged\n  aspect: values\n  reason: ours writes N\n")
    done = run("drift", session, "--accepted", accepted)
    assert done.exit_code == 0, done.output
    assert "ours writes N" in done.output
    done = run("drift", session, "--dialect", "get_tickets.merged_none=N")
    assert done.exit_code == 0
    assert "NO DRIFT: 8 exchanges" in done.output
    assert run("drift", session, "--against", session).exit_code == 0


def test_judge_finds_what_the_wire_alone_proves(session: Path) -> None:
    done = run("judge", session, "--vendor", "get_tickets")
    assert done.exit_code == 1, done.output
    assert re.search(r"broken +refused_key_not_stormed", done.output)
    assert re.search(r"broken +secret_kept", done.output)
    assert "header X-Key" in done.output
    assert re.search(r"unproven +all_pages", done.output)
    assert run("judge", session, "--vendor", "querydata").exit_code == 2


def test_judge_leaves_out_what_is_switched_off_and_says_what_is_missing(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mockservers.toml").write_text('[check.without]\n"get_tickets.secret_kept" = "the gateway adds it"\n')
    done = run("judge", session, "--without", "refused_key_not_stormed=known")
    assert done.exit_code == 0, done.output
    assert re.search(r"switched off +secret_kept +the gateway adds it \(mockservers.toml\)", done.output)
    assert re.search(r"switched off +refused_key_not_stormed +known \(--without\)", done.output)
    assert "not exercised: needs a change of a ticket after the first sync" in done.output
    assert "A recording tells neither the client's copy nor what it was told to do." in done.output
    assert run("judge", session, "--only", "secret_kept").exit_code == 1
    wrong = run("judge", session, "--only", "secretkept")
    assert (wrong.exit_code, "did you mean secret_kept?" in wrong.output) == (2, True)


def test_load_makes_a_store_that_serve_goes_on_with(session: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'loaded.db'}"
    done = run("load", session, "--store", store)
    assert done.exit_code == 0, done.output
    assert "25 ticket" in done.output
    again = run("load", session, "--store", store)
    assert again.exit_code == 2
    assert "holds a world already" in again.output
    assert count_of("--store", store) == "25"


def test_serve_begins_with_a_recording(session: Path) -> None:
    assert count_of("--load", str(session)) == "25"


def count_of(*options: str) -> str:
    """How many tickets a server with these options has."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mockservers", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            found = re.search(r"ready at (https?://\S+)", printed)
            if found:
                break
        assert found, printed
        address = f"{found[1]}/API/default.aspx"
        asked = {"key": "demo-key", "action": "get_tickets", "tid": "*", "count_only": "Y", "output": "json"}
        answer: str = requests.get(address, asked, timeout=30).json()["response"][0]["count"]
        return answer
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("drift", "SESSION", "--dialect", "querydata=page"), "says nothing of it"),
        (("load", "SESSION", "--store", "sqlite://"), "serve --load"),
        (("serve", "--from", "SESSION", "--data", "demo"), "--from answers from the recording alone"),
        (("record", "get_tickets", "--upstream", "vendor.example", "--out", "NEW"), "scheme and host"),
        (("record", "get_tickets", "--upstream", "https://a/?x=1", "--out", "NEW"), "scheme and host"),
        (("record", "get_tickets", "--upstream", "https://a", "--out", "SESSION"), "exists already"),
        (("record", "get_tickets", "--upstream", "https://a", "--out", "NEW", "--host", "0.0.0.0"), "control token"),
        (("record", "get_tickets", "--upstream", "https://a", "--out", "NEW", "--upstream-ca", "SESSION"), "PEM"),
        (("replay", "SESSION", "--client", "x.py:Client"), "a recording"),
    ],
)
def test_refusals_say_what_to_do(words: tuple[str, ...], says: str, session: Path, tmp_path: Path) -> None:
    places = {"SESSION": str(session), "NEW": str(tmp_path / "new.yaml")}
    done = run(*(places.get(word, word) for word in words))
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert not list(tmp_path.iterdir())


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mockservers",
            "record",
            "get_tickets",
            "--upstream",
            "http://127.0.0.1:1",
            "--port",
            "0",
            "--out",
            str(tmp_path / "new.yaml"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C" in line:
            break
    process.terminate()
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "nothing was recorded" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("torn", [False, True])
def test_what_holds_nothing_proves_nothing_and_leaves_nothing(torn: bool, session: Path, tmp_path: Path) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_bytes(session.read_bytes().partition(b"--- ")[0] + (b'--- {"exchange": 1}\n' if torn else b""))
    for words in (
        ("load", path, "--store", f"sqlite:///{tmp_path / 'new.db'}"),
        ("drift", path),
        ("drift", session, "--against", path),
        ("drift", path, "--against", session),
        ("judge", path),
        *([("har", "export", path, "--out", tmp_path / "new.har")] if torn else []),
    ):
        done = run(*words)
        assert done.exit_code == 2, done.output
        assert "an exchange needs" in done.output if torn else "nothing" in done.output.replace("nothing.yaml", "")
        assert [each.name for each in tmp_path.iterdir()] == ["nothing.yaml"]
