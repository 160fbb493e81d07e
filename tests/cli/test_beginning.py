"""What a newcomer types first: `demo`, `init`, `doctor`, `completion` and `--help`."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

import mockservers
from mockservers import registry
from mockservers.cli import examples, main, running
from mockservers.cli.init import LANGUAGES, Kit, started, written
from mockservers.harness.drivers import ClientSpec, open_driver
from mockservers.harness.drivers.session import SessionDriver
from mockservers.harness.duties import judge
from mockservers.harness.duties import of as duties_of
from mockservers.harness.play import Declined
from mockservers.harness.runner import Runner
from mockservers.harness.scenarios import ClientStep, ClockStep, OtherStep, Scenario
from mockservers.kernel import data, instants

doctor = importlib.import_module("mockservers.cli.doctor")
PAIRS = [(vendor, language) for vendor in registry.names() for language in LANGUAGES if language in started(vendor)]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


# --- help ---


@pytest.mark.parametrize("path", [path for path, _ in examples.commands(main)])
def test_every_command_has_an_example_that_its_options_allow(path: str) -> None:
    text = " ".join(run(*path.split(), "--help").output.split())
    assert "Example: mockservers" in text, f"give `mockservers {path}` an example in mockservers/cli/examples.py"
    line = examples.EXAMPLES.get(path)
    if line:
        words = shlex.split(line.replace("VENDOR", registry.names()[0]).partition(" > ")[0])[1:]
        context, command = click.Context(main), main
        while isinstance(command, click.Group) and words:
            command = command.get_command(context, words.pop(0))
            assert command is not None, line
            context = click.Context(command, parent=context)
        command.make_context(command.name, words, parent=context.parent, resilient_parsing=True)


def test_a_command_is_imported_when_it_is_asked_for() -> None:
    code = (
        "import sys, click; from mockservers.cli import main; context = click.Context(main);"
        "main.get_command(context, 'recover'); here = set(sys.modules);"
        "[main.get_command(context, each) for each in main.list_commands(context)];"
        "record, check = 'mockservers.cli.record', 'mockservers.cli.check';"
        "print(record in here, check in here, check in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.split() == ["True", "False", "True"]


def test_every_command_that_is_written_is_listed() -> None:
    folder = Path(str(importlib.import_module("mockservers.cli").__file__)).parent
    written = {
        name
        for file in folder.glob("*.py")
        for name, value in vars(
            importlib.import_module(f"mockservers.cli.{file.stem}".removesuffix(".__init__"))
        ).items()
        if isinstance(value, click.Command) and value.name == name and value is not main
    }
    below = {each for path, each in examples.commands(main) if " " in path}
    inner = {each.name for each in below}
    assert written - inner <= set(main.list_commands(click.Context(main))) <= written


# --- init ---


def test_a_client_of_each_vendor_can_be_begun_in_each_language() -> None:
    assert len(PAIRS) == len(registry.names()) * len(LANGUAGES)


def test_a_pair_that_nobody_has_written_is_refused_with_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    init = importlib.import_module("mockservers.cli.init")
    monkeypatch.setattr(init, "started", lambda vendor: {"python": "clients/a.py", "php": "start/client.php"})
    done = run("init", registry.names()[0], "--lang", "go")
    assert done.exit_code == 2
    assert "in go to begin with; there is one in python, php. `mockservers glue` lists" in done.output


@pytest.mark.parametrize(("vendor", "language"), PAIRS)
def test_what_init_writes_is_whole(vendor: str, language: str) -> None:
    files, kit = written(vendor, language), Kit.read(language)
    assert {"README.md", ".github/workflows/contract.yml", kit.client} <= set(files)
    assert kit.test.split()[-1] in files
    for name, text in files.items():
        assert not re.search(r"\{\{\w+\}\}", text), name
        assert "../../clients" not in text, name
    steps = yaml.safe_load(files[".github/workflows/contract.yml"])["jobs"]["contract"]["steps"]
    assert f"mockservers check {vendor} {kit.check}" in "\n".join(step.get("run", "") for step in steps)


def test_what_pip_compiled_in_a_kit_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kits = tmp_path / "contracts" / "clients" / "kits"
    shutil.copytree(data.folder("contracts") / "clients", kits.parent)
    (kits / "python" / "__pycache__").mkdir(exist_ok=True)
    (kits / "python" / "__pycache__" / "test_contract.cpython-311.pyc").write_bytes(b"\0\xff")
    own = data.of_vendor("contracts", "get_tickets")
    monkeypatch.setattr(data, "folder", lambda kind: tmp_path / kind)
    monkeypatch.setattr(data, "of_vendor", lambda kind, vendor: own)
    assert "client.py" in written("get_tickets", "python")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    into = str(tmp_path / "made")
    first = run("init", "get_tickets", "--lang", "shell", "--into", into)
    assert first.exit_code == 0, first.output
    assert "mockservers check get_tickets --client-command 'sh sync.sh'" in first.output
    (tmp_path / "made" / "sync.sh").write_text("mine")
    again = run("init", "get_tickets", "--lang", "shell", "--into", into)
    assert again.exit_code == 2
    assert "init overwrites nothing" in again.output
    assert (tmp_path / "made" / "sync.sh").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("get_tickets", "--lang", "nod"), "did you mean node?"),
        (("gettickets", "--lang", "go"), "did you mean get_tickets?"),
    ],
)
def test_what_cannot_be_begun_is_told(words: tuple[str, ...], said: str) -> None:
    done = run("init", *words)
    assert done.exit_code == 2
    assert said in done.output


BUILD = {
    "java": ("javac", "javac -d build Client.java Session.java", "java -cp build Client"),
    "csharp": (
        "mcs",
        "mcs -out:client.exe -r:System.Net.Http -r:System.Xml.Linq Client.cs Session.cs",
        "mono client.exe",
    ),
    "go": ("go", "go build -o client .", "./client"),
    "php": ("php", "", "php client.php"),
}
"""How each is built and run here; C# by Mono, for there is no .NET on the machine of the tests."""
LONG = ("csharp", "go", "java")
"""Builds that take seconds of a processor; `MOCKSERVERS_TOOLKITS=all` has them run."""


@pytest.mark.parametrize("language", BUILD)
def test_a_begun_client_copies_the_desk(language: str, tmp_path: Path) -> None:
    program, build, client = BUILD[language]
    if language in LONG and os.environ.get("MOCKSERVERS_TOOLKITS") != "all":
        pytest.skip("takes long; MOCKSERVERS_TOOLKITS=all runs it")
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine")
    for name, text in written("get_tickets", language).items():
        if "/" not in name:
            (tmp_path / name).write_text(text, "utf-8")
    if build:
        subprocess.run(build.split(), check=True, capture_output=True, cwd=tmp_path)
    words = [each.replace("build", str(tmp_path / "build")) for each in client.split()]
    words = [str(tmp_path / each) if (tmp_path / each).is_file() else each for each in words]
    with mockservers.start("get_tickets") as server, SessionDriver(words) as driver:
        desk = server.world(data={"get_tickets": "demo:60"})["get_tickets"]
        made = desk.act("create", fields={"subject": "C++ 100%25 \u00fc\u20ac"})
        told = {"vendor": "get_tickets", "url": "", "endpoint": desk.url, "credentials": dict(desk.credentials)}
        told |= {"now": "2026-03-02T10:00:00Z", "state_dir": str(tmp_path)}
        declined = driver.tell("reset", {**told, "options": {"format": "json", "time_zone": "UTC", "culture": "us"}})
        assert declined.error_kind == "refused"
        assert driver.hello().tasks == ("sync", "mirror")
        assert (
            driver.tell("reset", {**told, "options": {"format": "xml", "time_zone": "UTC", "culture": "us"}}).error_kind
            is None
        )
        assert driver.tell("sync", {}).error_kind is None
        copy = {each["id"]: each["fields"] for each in driver.tell("mirror", {}).ok["records"]}
        assert len(copy) == 61
        assert copy[str(made["id"])]["subject"] == "C++ 100%25 \u00fc\u20ac"
        wrong = {
            **told,
            "credentials": {"key": "nobody's"},
            "options": {"format": "xml", "time_zone": "UTC", "culture": "us"},
        }
        assert driver.tell("reset", wrong).error_kind is None
        assert driver.tell("sync", {}).error_kind == "refused"


WITHOUT_BUILD = {
    "python": ("python3", {"client": "client.py:Client"}),
    "node": ("node", {"client": "node client.mjs"}),
    "shell": ("curl", {"client_command": "sh sync.sh"}),
}
SLOW = [(vendor, "shell") for vendor in ("autotask", "superoffice", "trackit")]
"""Jobs that start a dozen programs for each ticket; those of the other vendors show that such a job works."""
PLAYED = [pair for pair in PAIRS if pair[1] not in LONG and pair not in SLOW]


def began(vendor: str, language: str, folder: Path) -> ClientSpec:
    """What `init` writes for a pair, in a folder and built; skips where this machine lacks the language."""
    program, build, client = BUILD[language] if language in BUILD else (WITHOUT_BUILD[language][0], "", "")
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine")
    for name, text in written(vendor, language).items():
        if "/" not in name:
            (folder / name).write_text(text, "utf-8")
    if build:
        subprocess.run(build.split(), check=True, capture_output=True, cwd=folder)
    given = {"client": client} if client else WITHOUT_BUILD[language][1]
    return ClientSpec(**{kind: placed(words, folder) for kind, words in given.items()})


def placed(words: str, folder: Path) -> str:
    """The words of a client, with the files that lie in the folder under their whole path."""
    files = "|".join(re.escape(path.name) for path in folder.iterdir())
    return re.sub(rf"(?<![\w/.])(?:\./)?({files})\b", lambda found: str(folder / found[1]), words)


def copied(spec: ClientSpec, vendor: str) -> None:
    """Let a client copy a few tickets, one of them late, and judge it by all duties; raises where it breaks one."""
    hour = ClockStep(3600 * 1_000_000)
    made, later = OtherStep("create", times=2), OtherStep("create", fields={})
    steps = (made, hour, ClientStep("sync"), later, hour, ClientStep("sync"))
    start = instants.from_iso("2026-03-02T10:00:00Z")
    for dialect in registry.emulator(vendor).dialects.named:
        try:
            with open_driver(spec, 300) as driver, Runner(driver) as runner:
                history = runner.play(Scenario(vendor, steps, start, dialect))
        except Declined:
            continue  # a small client may read one form of answers alone
        assert history.mirror is not None
        assert len(history.mirror) == 3
        assert not any(task.error for task in history.tasks)
        judgements = judge(history, duties_of(vendor))
        assert not [(duty, each.breaches) for duty, each in judgements.items() if each.verdict == "broken"]
        assert sum(each.verdict == "kept" for each in judgements.values()) >= 3
        return
    pytest.fail(f"the client declines every dialect of {vendor}")


@pytest.mark.parametrize(("vendor", "language"), PLAYED)
def test_a_begun_client_keeps_the_contract_from_its_first_day(vendor: str, language: str, tmp_path: Path) -> None:
    copied(began(vendor, language, tmp_path), vendor)


@pytest.mark.parametrize(("vendor", "language"), [pair for pair in PAIRS if pair not in PLAYED])
def test_a_begun_client_that_takes_long_does_so_too(vendor: str, language: str, tmp_path: Path) -> None:
    if os.environ.get("MOCKSERVERS_TOOLKITS") != "all":
        pytest.skip("it takes long; MOCKSERVERS_TOOLKITS=all runs it")
    copied(began(vendor, language, tmp_path), vendor)


# --- demo ---


def test_what_the_demo_shows_is_there() -> None:
    for vendor in registry.names():
        told = started(vendor).get("demo")
        for client in (told["correct"], told["wrong"]) if told else ():
            assert (data.of_vendor("contracts", vendor) / client.partition(":")[0]).is_file()


def test_the_demo_catches_its_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of the demo with its commands run here; a correct client is played by other tests."""
    demo = importlib.import_module("mockservers.cli.demo")
    codes = []
    monkeypatch.setattr(demo, "EXAMPLES", "4")

    def played(words: list[str], typed: list[str], expected: int, **_: object) -> None:
        if expected == 0 and words[0] == "check":
            return
        done = run(*words)
        codes.append(done.exit_code)
        assert done.exit_code == expected, done.output

    monkeypatch.setattr(demo, "_run", lambda words, typed, expected, **more: played(list(words), typed, expected))
    done = run("demo", "--keep", str(tmp_path / "found"))
    assert done.exit_code == 0, done.output
    assert codes == [1, 1, 0]
    assert '"tid":"34"' in done.output
    assert (tmp_path / "found" / "report.html").is_file()
    assert "mockservers init get_tickets --lang python" in done.output


def test_a_vendor_without_a_demo_is_told() -> None:
    done = run("demo", "autotask")
    assert (done.exit_code, "has no demo; expected one of: get_tickets" in done.output) == (2, True)


# --- doctor ---


def test_the_doctor_looks_at_this_machine() -> None:
    done = run("doctor")
    assert done.exit_code in (0, 1)
    assert re.search(r"^\d+ missing, \d+ odd, of \d+ looked at$", done.output, re.MULTILINE)
    assert "catalogues, contracts and scenarios" in done.output


def test_the_doctor_tells_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import socket
    import sys

    (odd,) = doctor.proxies({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"})
    assert (odd.state, odd.do) == ("odd", "export NO_PROXY=127.0.0.1,localhost")
    (fine,) = doctor.proxies({"HTTP_PROXY": "http://proxy:3128", "no_proxy": "localhost, 127.0.0.1"})
    assert fine.state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(socket, "create_connection", lambda *_: (_ for _ in ()).throw(OSError("closed")))
        assert doctor._taken(port).state == "missing"
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    (old,) = doctor.python()
    assert (old.state, "install one of them" in old.do) == ("missing", True)
    monkeypatch.setattr(
        doctor.metadata, "version", lambda name: (_ for _ in ()).throw(doctor.metadata.PackageNotFoundError)
    )
    assert next(doctor.packages()).state == "missing"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (slow,) = doctor.bytecode()
    assert slow.state == "odd"


def test_the_doctor_knows_our_own_server_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with mockservers.start("get_tickets", data="empty") as server:
        port = int(server.url.rpartition(":")[2])
        assert doctor._taken(port).state == "ok"
    with running.told("https://127.0.0.1:1", None):  # what speaks TLS alone is known by its file
        assert doctor._taken(1).state == "ok"
    assert doctor._taken(1).state == "missing"


def test_the_doctor_looks_for_every_extra() -> None:
    assert set(doctor.EXTRAS) == set(metadata.metadata("mockservers").get_all("Provides-Extra") or ())


def test_what_is_missing_has_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = lambda: iter([doctor.Finding("missing", "a thing", "it matters", "get it")])  # noqa: E731
    monkeypatch.setattr(doctor, "EXAMINED", (lacks,))
    done = run("doctor")
    assert done.exit_code == 1
    assert done.output == "missing a thing\n        it matters\n        -> get it\n\n1 missing, 0 odd, of 1 looked at\n"


# --- completion ---


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_a_script_of_the_shell(shell: str, tmp_path: Path) -> None:
    done = run("completion", shell)
    if done.exit_code == 2:
        pytest.skip(done.output.strip())
    assert "_MOCKSERVERS_COMPLETE" in done.output
    if shutil.which(shell) is not None:
        script = tmp_path / "script"
        script.write_text(done.output)
        assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0
