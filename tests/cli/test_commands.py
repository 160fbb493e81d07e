"""`check`, `replay`, `rules` and `world` as a user types them: what they print, and their exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockservers import registry
from mockservers.cli import main
from mockservers.cli.world import exact
from mockservers.kernel.world import Worlds
from mockservers.server.http import Server
from tests.harness.processes import wait_for_end

ROOT = Path(__file__).resolve().parent.parent.parent
READER = str(ROOT / "contracts/get_tickets/clients/get_tickets_reader.py") + ":Client"
MUTANT = str(ROOT / "tests/vendors/get_tickets/mutants/decoded_once.py") + ":Client"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def url() -> Iterator[str]:
    worlds = Worlds(registry.emulator)
    with Server(worlds) as door:
        yield door.url
    worlds.close()


def test_check_then_replay(tmp_path: Path) -> None:
    caught = run(
        "check",
        "get_tickets",
        "--client",
        MUTANT,
        "--examples",
        "10",
        "--only",
        "decoded_once",
        "--save",
        str(tmp_path),
    )
    assert caught.exit_code == 1, caught.output
    assert "BROKEN get_tickets.decoded_once" in caught.output
    assert "get_tickets.wire.encoded_everywhere" in caught.output
    saved = [str(path) for path in tmp_path.glob("*.yaml")]
    assert saved
    failed = run("replay", *saved, "--client", MUTANT)
    assert (failed.exit_code, failed.output.count("FAILED")) == (1, len(saved))
    fixed = run("replay", str(tmp_path), "--client", READER)
    assert (fixed.exit_code, fixed.output.count("FIXED")) == (0, len(saved))


def test_strict_tells_unproven_from_kept(tmp_path: Path) -> None:
    words = ("check", "get_tickets", "--client", READER, "--examples", "1", "--save", str(tmp_path))
    assert run(*words).exit_code == 0
    assert run(*words, "--strict").exit_code == 3


def test_a_folder_may_have_folders_named_like_files(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").mkdir()
    text = (ROOT / "scenarios/get_tickets/the_second_cid.yaml").read_bytes()
    (tmp_path / "inner.yaml" / "one.yaml").write_bytes(text)
    done = run("replay", str(tmp_path), "--client", READER)
    assert (done.exit_code, done.output.count("KEPT")) == (0, 1)


def test_a_character_that_the_terminal_has_no_code_for_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(
        "class Client:\n def reset(self, **_): pass\n def sync(self): pass\n"
        " def mirror(self): return [{'id': '\u6f22', 'fields': {}}]\n",
        "utf-8",
    )
    words = (
        "check",
        "get_tickets",
        "--client",
        f"{tmp_path}/client.py:Client",
        "--examples",
        "1",
        "--only",
        "nothing_invented",  # each broken duty takes its time to shrink
        "--save",
        str(tmp_path),
    )
    done = CliRunner(charset="cp1252").invoke(main, list(words))
    assert done.exit_code == 1, done.output
    assert 'with the id "\\u6f22"' in done.output


STUBBORN = """
import json, os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in sys.stdin:
    message = json.loads(line)
    if message["do"] == "sync":
        with open(sys.argv[1] + ".new", "w") as told:
            told.write(f"{os.getpid()}\\n")
        os.rename(sys.argv[1] + ".new", sys.argv[1])
        signal.pause()
    ok = {"tasks": ["sync", "mirror"]} if message["do"] == "hello" else {}
    print(json.dumps({"id": message["id"], "ok": ok}), flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as Unix has them")
@pytest.mark.parametrize(
    ("command", "name"), [("check", "SIGINT"), ("check", "SIGTERM"), ("check --jobs 2", "SIGINT"), ("replay", "SIGHUP")]
)
def test_a_command_that_is_ended_leaves_no_client_and_tells_what_is_known(
    command: str, name: str, tmp_path: Path
) -> None:
    client, told = tmp_path / "client.py", tmp_path / "told"
    client.write_text(STUBBORN)
    what = ["get_tickets"] if command.startswith("check") else [str(ROOT / "scenarios/get_tickets/the_second_cid.yaml")]
    process = subprocess.Popen(
        [sys.executable, "-m", "mockservers", *command.split(), *what, "--client", f"{sys.executable} {client} {told}"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What starts the tests may ignore signals (nohup does), and programs inherit that.
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),
    )
    with process:
        while not told.exists():
            assert process.poll() is None, process.communicate()  # ended before the client had anything to do
            time.sleep(0.02)
        children = [int(each) for each in told.read_text().split()]
        process.send_signal(getattr(signal, name))
        out, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err
    if command == "replay":
        assert "UNPROVEN" in out
        assert err == "mockservers: interrupted before the end; files that were not played are UNPROVEN\n"
    else:
        # Nothing was played to its end, so nothing is known: every duty is unproven.
        assert " kept " not in out.partition("INTERRUPTED")[0]
        where = {"in example 1 of 180, dialect default"}
        if (
            "--jobs" in command
        ):  # a worker plays ahead, and may be in the midst of it before the check has begun to count
            where.add("before the first example")
        known = "Known by then: broken none; kept 0; all else unproven"
        assert out.splitlines()[-1] in {f"INTERRUPTED {place}. {known}" for place in where}
    for child in children:
        wait_for_end(child)


LOST = """
import threading
from mockservers.cli.check import unwinding

class Deaf:
    def __del__(self):
        raise KeyboardInterrupt

try:
    with unwinding():
        Deaf()
        threading.Event().wait(60)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals as Unix has them")
def test_an_interruption_that_nothing_could_raise_comes_again() -> None:
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "get_tickets"), 2, "--client"),
        (("check", "irth", "--client", READER), 2, "irth"),
        (("check", "gettickets", "--client", READER), 2, "did you mean get_tickets?"),
        (("check", "get_tickets", "--client", READER, "--dialect", "defualt"), 2, "did you mean default?"),
        (("glue", "session.js"), 2, "did you mean session.mjs?"),
        (("check", "get_tickets", "--client", "nowhere.py:Client"), 2, "nowhere.py"),
        (("check", "get_tickets", "--client", READER, "--dialect", "klingon"), 2, "klingon"),
        (("check", "get_tickets", "--client", "no-such-program-here"), 2, "no-such-program-here"),
        (("check", "get_tickets", "--client", "false"), 4, "failed as a program"),
        (("check", "get_tickets", "--client", "true"), 4, "`mockservers glue` lists it"),
        (("replay", "nowhere.yaml", "--client", READER), 2, "nowhere.yaml"),
        (("rules", "--find", "no such words"), 2, "no such words"),
        (("world", "--url", "http://127.0.0.1:9", "list"), 2, "mockservers serve"),
        (("world", "--url", "ftp://127.0.0.1", "list"), 2, "ftp"),
    ],
)
def test_mistakes_get_one_sentence_and_the_right_code(words: tuple[str, ...], code: int, said: str) -> None:
    done = run(*words)
    assert done.exit_code == code, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_broken_scenario_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("mockservers: 99\nvendor: get_tickets\n", "utf-8")
    done = run("replay", str(path), "--client", READER)
    assert done.exit_code == 2
    assert "99" in done.output


def test_rules_have_sources() -> None:
    done = run("rules", "querydata", "--find", "last_action")
    assert done.exit_code == 0
    assert "querydata.window.last_action" in done.output
    assert "(certain, checked" in done.output


def test_every_command_has_help() -> None:
    for words in ((), ("serve",), ("check",), ("replay",), ("rules",), ("world",), ("world", "fault")):
        done = run(*words, "--help")
        assert done.exit_code == 0
        assert "Usage:" in done.output


def test_a_word_that_may_be_text_keeps_its_spelling() -> None:
    words = ("a=1.50", "b=007", "c=1e5", "d=NaN", "e=-0", "f=7", "g=1.5", "h=true", "i=[1.50]", "j=x", "k=null")
    sent = {
        "a": "1.50",
        "b": "007",
        "c": "1e5",
        "d": "NaN",
        "e": "-0",
        "f": 7,
        "g": 1.5,
        "h": True,
        "i": [1.5],
        "j": "x",
    }
    assert exact(words) == {**sent, "k": None}
    assert exact(words, null=False) == {**sent, "k": "null"}


def test_a_world_from_the_shell(url: str) -> None:
    def world(*words: str, code: int = 0) -> str:
        done = run("world", "--url", url, "--world", "mine", *words)
        assert done.exit_code == code, done.output
        return done.output

    world("create", "mine", "--clock", "frozen", "--start", "2026-03-02T10:00:00Z", "--data", "get_tickets=demo:30")
    assert json.loads(world("clock", "--advance", "5m"))["now"] == "2026-03-02T10:05:00Z"
    assert json.loads(world("clock", "--set", "2026-03-02T11:00:00Z", "--mode", "scaled:60"))["rate"] == 60
    world("clock", "--mode", "frozen")
    world("keep", "before")
    assert json.loads(world("records", "get_tickets", "act", "34", "--action", "close"))["fields"]["status"] == "Closed"
    world("restore", "before")
    assert json.loads(world("records", "get_tickets", "read", "34"))["fields"]["status"] == "Open"
    made = json.loads(world("records", "get_tickets", "create", "--field", "subject=Hello"))
    world("records", "get_tickets", "change", made["id"], "--field", "priority=High")
    world("records", "get_tickets", "delete", made["id"])
    assert json.loads(world("dialect", "get_tickets", "cc_column=clean"))["changes"] == {"cc_column": "clean"}
    assert "'faithful' or 'clean'" in world("dialect", "get_tickets", "cc_column=dirty", code=2)
    assert json.loads(world("fault", "cut", "after_bytes=40", "--vendor", "get_tickets"))["id"] == "f1"
    world("fault", "--clear")
    assert json.loads(world("fault")) == {"faults": []}
    assert "after_bytes" in world("fault", "--kinds")
    granted = json.loads(world("credentials", "get_tickets", "--grant", "demo", "--secret", "another-key"))
    world("credentials", "get_tickets", "--revoke", granted["id"])
    assert "another-key" not in world("credentials", "get_tickets")
    assert len(world("journal", "--ndjson", "--last", "2").splitlines()) == 2
    assert json.loads(world("findings"))["findings"] == []
    world("reset")
    world("tenants", "get_tickets")
    labelled = ("records", "trackit", "act", "customer", "--action", "rename label", "--with", "field=22")
    assert json.loads(world(*labelled, "--with", "label=2024"))["fields"]["labels"] == {"22": "2024"}
    assert "did you mean close?" in world("records", "get_tickets", "act", "34", "--action", "clos", code=2)
    facts = ("--fact", "user=HELP DESK\\NEW", "--fact", "role=Reader")
    assert json.loads(world("credentials", "trackit", "--grant", "demo", *facts))["kind"] == "technician"
    assert "lets nobody in without the fact 'user'" in world("credentials", "trackit", "--grant", "demo", code=2)
    world("delete", "mine")
    assert "there is no world 'mine'; make it with: mockservers world create mine" in world("show", code=2)


def test_the_shell_refuses_a_world_without_a_name_and_a_page_of_nothing() -> None:
    assert "names no world" in run("world", "--world", "", "show").output
    assert run("world", "journal", "--most", "0").exit_code == 2


def test_a_reader_that_has_enough_ends_a_listing_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mockservers", "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 141)
    process.stderr.close()


def test_glue_is_listed_and_printed() -> None:
    listed = run("glue").output
    assert str(ROOT / "contracts" / "clients" / "session.mjs") in listed
    assert run("glue", "session.mjs").output == (ROOT / "contracts/clients/session.mjs").read_text("utf-8")
    for package in ("node", "java", "php"):
        folder = run("glue", package).output.strip()
        assert f"{folder}\n" in listed
        assert (Path(folder) / "README.md").is_file()


def test_a_module_that_cannot_be_imported_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import json\n\nimport no_such_module\n")
    (tmp_path / "client.py").write_text("import helper\n")
    done = run("check", "get_tickets", "--client", f"{tmp_path}/client.py:Client")
    assert done.exit_code == 2
    assert f"(in {tmp_path}/helper.py, line 3: import no_such_module)" in done.output
    (tmp_path / "client.py").write_text("import json\n\n\ndef sync(:\n")
    assert "line 4" in run("check", "get_tickets", "--client", f"{tmp_path}/client.py:Client").output
