"""Jobs that run once a task, mirrors that are found elsewhere, and fake time: how they behave, and how they misbehave."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockservers.cli import main
from mockservers.harness import scenario_files
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, reference_name
from mockservers.harness.comparing import normal
from mockservers.harness.drivers import Answer, ClientSpec, Driver, DriverFailure, WrongClient, fake_time, open_driver
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.drivers.mirror import parse
from mockservers.harness.reports import check_text
from mockservers.harness.runner import Runner
from mockservers.kernel.data import folder
from tests.harness.processes import wait_for_end

NOW = "2026-03-02T10:00:00Z"
HELLO = 'print(\'{"protocol": 1, "tasks": ["sync", "mirror", "create"], "mirrors": ["a"]}\')'
GOOD = f"""
import json, os, sys
task = os.environ["MOCKSERVERS_TASK"]
told = {{name[12:]: value for name, value in os.environ.items() if name.startswith("MOCKSERVERS_")}}
print("at work on", task, file=sys.stderr)
if task == "hello":
    {HELLO}
elif task == "mirror":
    print("words"); print('{{"records": []}}')
elif task == "sync":
    print("12 tickets read")
elif task == "create":
    print(json.dumps(told))
else:
    sys.exit("no " + task)
"""


def command(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def job(code: str, deadline: float = 30, **more: Any) -> Driver:
    return open_driver(ClientSpec(client_command=command(code), **more), deadline)


def told(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "vendor": "get_tickets",
        "url": "http://u",
        "endpoint": "http://u/e",
        "credentials": {"key": "k"},
        "now": NOW,
        "state_dir": str(folder),
        "options": {"format": "xml"},
        **more,
    }


# --- a job ------------------------------------------------------------------------------------------------------------


def test_a_job_that_behaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVERS_CONTROL_TOKEN", "not for clients")
    with job(GOOD) as driver:
        driver.asking.now = lambda: NOW
        assert (driver.hello().tasks, driver.hello().mirrors) == (("sync", "mirror", "create"), ("a",))
        assert driver.tell("reset", told(tmp_path)) == Answer()
        assert driver.tell("sync", {}) == Answer()
        assert driver.output == "at work on sync\n12 tickets read\n"
        assert driver.tell("mirror", {}) == Answer({"records": []})
        assert driver.output.endswith("at work on mirror\nwords\n")
        assert driver.tell("create", {"key": "k1", "fields": {"a": 1}}).ok == {
            "TASK": "create",
            "URL": "http://u",
            "ENDPOINT": "http://u/e",
            "VENDOR": "get_tickets",
            "NOW": NOW,
            "CREDENTIALS": '{"key": "k"}',
            "OPTIONS": '{"format": "xml"}',
            "STATE_DIR": str(tmp_path),
            "ARGS": '{"key": "k1", "fields": {"a": 1}}',
        }
        assert driver.tell("note", {}) == Answer(None, "client", "exit code 1: no note")


def test_a_job_that_knows_no_hello_does_no_harm_and_can_only_sync(tmp_path: Path) -> None:
    code = f"import os; open({str(tmp_path / 'asked')!r}, 'a').write(os.environ['MOCKSERVERS_ENDPOINT'] + ' ')"
    with job(code, mirror_file="mirror.json") as driver:
        assert driver.hello().tasks == ("sync", "mirror")
        assert (tmp_path / "asked").read_text() == "http://127.0.0.1:9 "
    log = 'print(\'{"level": "info", "name": "sync", "msg": "done"}\')'
    with job(log, mirror_file="mirror.json") as driver:
        assert driver.hello().tasks == ("sync", "mirror")
    with job(code) as driver, pytest.raises(WrongClient, match="give --mirror-file PATH or --mirror-command"):
        driver.hello()


BAD = {
    "hangs": ("import time; time.sleep(600)", "has not ended 'mirror' within 0.5 s"),
    "floods stdout": ("while True: print('x' * 100_000)", "over 64 MB to stdout at 'mirror'"),
    "closes its pipe": ("import os; os.close(1)", "printed nothing at the end of 'mirror'"),
    "says nothing": ("", "printed nothing at the end of 'mirror'"),
    "prints garbage": ("print('one'); print('two')", "printed 'two' at the end of 'mirror'; its last line"),
    "dies": ("import os; os.kill(os.getpid(), 11)", "died at 'mirror', by SIG"),
    "nests too deep": ("print('[' * 100_000)", "at the end of 'mirror'; its last line"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_job_that_misbehaves_is_a_driver_failure(how: str, tmp_path: Path) -> None:
    code, says = BAD[how]
    with job(code, 0.5 if how == "hangs" else 60) as driver:
        driver.tell("reset", told(tmp_path))
        with pytest.raises(DriverFailure) as raised:
            driver.tell("mirror", {})
    assert says in raised.value.what
    assert len(raised.value.what) < 400


@pytest.mark.parametrize("hangs", [False, True])
def test_the_children_of_a_job_end_with_it(hangs: bool, tmp_path: Path) -> None:
    """One that stays behind holds stdout open; the job is over all the same."""
    shell = f"sleep 600 & echo $! >{tmp_path}/pid; echo $!; {'sleep 600' if hangs else 'exit 0'}"
    spec = ClientSpec(client_command=f"sh -c {shlex.quote(shell)}")
    with open_driver(spec, 3 if hangs else 60) as driver:
        if hangs:
            with pytest.raises(DriverFailure):
                driver.tell("create", {})
        else:
            assert driver.tell("create", {}).ok == int((tmp_path / "pid").read_text())
    wait_for_end(int((tmp_path / "pid").read_text()))


def test_what_a_failing_job_printed_is_kept_and_bounded() -> None:
    with job("import sys; sys.stderr.write('x' * 300_000 + 'ü the end\\n'); sys.exit(9)") as driver:
        answer = driver.tell("sync", {})
        assert (answer.error_kind, answer.error[:15]) == ("client", "exit code 9: xx")
        assert len(answer.error) < 300
        assert driver.output.endswith("xü the end\n")
        assert len(driver.output) <= 64 << 10


def test_a_job_that_is_no_program() -> None:
    with (
        open_driver(ClientSpec(client_command="./no-such-job.sh")) as driver,
        pytest.raises(WrongClient, match="started"),
    ):
        driver.hello()


# --- mirrors found elsewhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('[{"id": "1", "fields": {"a": 1}}]', [{"id": "1", "fields": {"a": 1}}]),
        ('{"records": []}', []),
        ("\ufeff [\n]\n", []),
        (
            'id,a,b\r\n1,"x, ""y""\nz",\r\n2,,ü\r\n',
            [{"id": "1", "fields": {"a": 'x, "y"\nz', "b": ""}}, {"id": "2", "fields": {"a": "", "b": "ü"}}],
        ),
        ("a,id\n1\n", [{"id": None, "fields": {"a": "1"}}]),
        ("id\n", []),
    ],
)
def test_a_mirror_in_json_or_csv(text: str, records: list[Any]) -> None:
    assert parse(text, "a file") == {"records": records}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2", "a file holds no JSON"),
        ("[" * 100_000, "a file holds no JSON"),
        ("", "neither JSON nor CSV with a column id; its first line has nothing"),
        ("number;title\n1;a\n", "its first line has number;title"),
        ("id,a\n1,2,3\n", "line 2: there are more values than columns"),
        ('id\n"1"x\n', "after line 1: no CSV"),
        ('id\n"1', "no CSV"),
        ("id\n" + "x" * 200_000, "no CSV"),
    ],
)
def test_a_mirror_that_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(DriverFailure) as raised:
        parse(text, "a file")
    assert says in raised.value.what


def mirrored(path: str, tmp_path: Path) -> Driver:
    """An in-process client that shows no mirror, and a file that does."""
    (tmp_path / "silent.py").write_text(
        "class Silent:\n    def hello(self): return {'tasks': ['sync']}\n    def reset(self, **_): pass\n"
    )
    return open_driver(ClientSpec(f"{tmp_path}/silent.py:Silent", mirror_file=path))


def test_a_mirror_file_lies_in_the_state_folder_and_is_read_each_time(tmp_path: Path) -> None:
    with mirrored("copy/mirror.csv", tmp_path) as driver:
        assert driver.hello().tasks == ("sync", "mirror")
        driver.tell("reset", told(tmp_path))
        assert "there is no file copy/mirror.csv; a relative path lies in MOCKSERVERS_STATE_DIR" in str(
            driver.tell("mirror", {}).error
        )
        (tmp_path / "copy").mkdir()
        for ticket in ("1", "2"):
            (tmp_path / "copy" / "mirror.csv").write_text(f"id,a\n{ticket},x\n")
            assert driver.tell("mirror", {}).ok == {"records": [{"id": ticket, "fields": {"a": "x"}}]}
        (tmp_path / "copy" / "mirror.csv").write_bytes(b"id\n\xff")
        with pytest.raises(DriverFailure, match=r"is no UTF-8"):
            driver.tell("mirror", {})
        (tmp_path / "copy" / "mirror.csv").unlink()
        os.mkfifo(tmp_path / "copy" / "mirror.csv")
        with pytest.raises(DriverFailure, match="no regular file"):
            driver.tell("mirror", {})


def test_a_mirror_file_elsewhere_counts_once_it_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "mirror.json"
    file.write_text('[{"id": "of the example before"}]')
    with mirrored(str(file), tmp_path) as driver:
        driver.tell("reset", told(tmp_path))
        assert "was not written since the example began" in driver.tell("mirror", {}).error
        file.write_text("[]")
        assert driver.tell("mirror", {}) == Answer({"records": []})


def test_a_client_that_shows_its_mirror_needs_no_file() -> None:
    spec = ClientSpec(reference_name("querydata"), mirror_file="mirror.json")
    with open_driver(spec) as driver, pytest.raises(WrongClient, match="shows its mirror itself"):
        driver.hello()


@pytest.mark.parametrize(
    ("code", "records"),
    [
        ("print('words'); print('[{\"id\": 1}]')", [{"id": 1}]),
        ("print('{\"records\": [\\n]}')", []),
        ("print('id,a'); print('1,x')", [{"id": "1", "fields": {"a": "x"}}]),
        (
            "import os; print('id,task,key')\n"
            "print('1', os.environ['MOCKSERVERS_TASK'], os.environ['MOCKSERVERS_CREDENTIALS'][9:10], sep=',')",
            [{"id": "1", "fields": {"task": "mirror", "key": "k"}}],
        ),
    ],
)
def test_a_mirror_command(code: str, records: list[Any], tmp_path: Path) -> None:
    with job("", mirror_command=command(code)) as driver:
        driver.tell("reset", told(tmp_path))
        assert driver.tell("mirror", {}) == Answer({"records": records})


@pytest.mark.parametrize("how", [*BAD, "fails"])
def test_a_mirror_command_that_misbehaves(how: str, tmp_path: Path) -> None:
    code, says = {**BAD, "fails": ("raise SystemExit('not today')", "")}[how]
    with job("", 0.5 if how == "hangs" else 60, mirror_command=command(code)) as driver:
        driver.tell("reset", told(tmp_path))
        if how == "fails":
            assert driver.tell("mirror", {}).error == "--mirror-command: exit code 1: not today"
            return
        with pytest.raises(DriverFailure) as raised:
            driver.tell("mirror", {})
    says = {"prints garbage": "its first line has one", "nests too deep": "holds no JSON"}.get(how, says)
    assert says.replace(" at the end of 'mirror'", "") in raised.value.what


# --- fake time --------------------------------------------------------------------------------------------------------


@pytest.fixture
def libfaketime() -> None:
    try:
        fake_time.library()
    except WrongClient as reason:
        pytest.skip(str(reason))


SESSION = """
import datetime, json, sys, time
for line in sys.stdin:
    message = json.loads(line)
    seen = [datetime.datetime.now(datetime.UTC).isoformat()[:16]]
    if message["do"] == "sync":
        print(json.dumps({"ask": "sleep", "seconds": 3600}), flush=True)
        sys.stdin.readline()
        time.sleep(0.01)
        seen.append(datetime.datetime.now(datetime.UTC).isoformat()[:16])
    print(json.dumps({"id": message["id"], "ok": seen}), flush=True)
"""


@pytest.mark.usefixtures("libfaketime")
def test_the_clock_of_a_session_follows_the_world() -> None:
    times = ["2031-05-06T10:00:10Z"]
    with open_driver(ClientSpec(command(SESSION), fake_time=True)) as driver:
        driver.asking.now = lambda: times[-1]
        driver.asking.sleep = lambda seconds: times.append("2031-05-06T11:00:10Z") or times[-1]  # type: ignore[func-returns-value]
        assert driver.tell("reset", {}).ok == ["2031-05-06T10:00"]
        assert driver.tell("sync", {}).ok == ["2031-05-06T10:00", "2031-05-06T11:00"]
        times.append("2019-01-01T00:00:10Z")
        assert driver.tell("reset", {}).ok == ["2019-01-01T00:00"]


@pytest.mark.usefixtures("libfaketime")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_the_clock_of_a_job_is_the_worlds_in_every_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    shell = """sh -c 'printf "[\\"%s\\"]" "$(date -u +%Y-%m-%dT%H:%M)"'"""
    with open_driver(ClientSpec(client_command=shell, mirror_command=shell, fake_time=True)) as driver:
        driver.asking.now = lambda: "2031-11-02T05:30:10Z"
        assert driver.tell("create", {}).ok == ["2031-11-02T05:30"]
        assert driver.tell("mirror", {}).ok == {"records": ["2031-11-02T05:30"]}


@pytest.mark.usefixtures("libfaketime")
def test_a_client_that_looks_at_its_own_clock_is_kept_under_fake_time(tmp_path: Path) -> None:
    glue = str(folder("contracts") / "clients")
    (tmp_path / "client.py").write_text(
        f"import datetime, sys; sys.path.insert(0, {glue!r})\n"
        "from querydata_reader import Client\nfrom session import serve\n"
        "class Own:\n    def now(self): return datetime.datetime.now(datetime.UTC).isoformat()\n"
        "serve(lambda: Client(Own()))\n"
    )
    client = ClientSpec(f"{shlex.quote(sys.executable)} {tmp_path}/client.py", fake_time=True)
    report = check(CheckConfig("querydata", client, examples=20, save_to=None, shrink=False))
    assert report.broken == [], check_text(report)
    assert report.verdict("nothing_missed") == "kept"


def test_fake_time_without_the_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_time, "_candidates", lambda: iter(()))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv(fake_time.LIBRARY, raising=False)
    with pytest.raises(WrongClient, match="apt-get install libfaketime"):
        open_driver(ClientSpec("node sync.js", fake_time=True))
    monkeypatch.setenv(fake_time.LIBRARY, str(tmp_path / "none.so"))
    with pytest.raises(WrongClient, match=r"names .*none\.so, and there is no such file"):
        open_driver(ClientSpec("node sync.js", fake_time=True))
    (tmp_path / "none.so").touch()
    assert fake_time.library() == tmp_path / "none.so"


def test_the_library_is_found_by_the_command_faketime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libfaketimeMT.so.1").touch()
    (tmp_path / "faketime").write_text(f"#!/bin/sh\nprintf '%s' '{tmp_path}/libfaketimeMT.so.1'\n")
    (tmp_path / "faketime").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(fake_time, "_candidates", lambda: iter(()))
    monkeypatch.delenv(fake_time.LIBRARY, raising=False)
    assert fake_time.library() == tmp_path / "libfaketimeMT.so.1"


# --- how a client is named --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (ClientSpec(), "no client was named; give --client"),
        (ClientSpec(" "), "no client was named"),
        (ClientSpec(client_command=""), "no client was named"),
        (ClientSpec("a", "b"), "two ways of running one client"),
        (ClientSpec("a", mirror_command="b", mirror_file="c"), "give one of them"),
        (ClientSpec("a", mirror_file=" "), "--mirror-file takes the path"),
        (ClientSpec("a", mirror_command="' "), "mind the quotes"),
        (ClientSpec("a", mirror_command=""), "--mirror-command names no command"),
        (ClientSpec("a.py:Client", fake_time=True), "a Python class shares its clock"),
        (ClientSpec("http://127.0.0.1:9/", fake_time=True), "a hook runs already"),
        (ClientSpec(client_command="a.py:Client"), "give it with --client"),
        (ClientSpec(client_command="http://127.0.0.1:9/"), "give it with --client"),
        (ClientSpec(client_command="cd there && ./sync"), "no shell reads --client-command, so && means nothing"),
    ],
)
def test_options_that_do_not_go_together(spec: ClientSpec, says: str) -> None:
    with pytest.raises(WrongClient) as raised:
        open_driver(spec)
    assert says in str(raised.value)


def test_a_spec_in_the_words_of_the_command_line() -> None:
    spec = ClientSpec(client_command="sh -c 'a b'", mirror_file="my file.csv", fake_time=True)
    assert spec.options == """--client-command 'sh -c '"'"'a b'"'"'' --mirror-file 'my file.csv' --fake-time"""
    assert ClientSpec("a/b.py:C").options == "--client a/b.py:C"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


SHOWS = 'import os\nif os.environ["MOCKSERVERS_TASK"] == "hello": print(\'{"tasks": ["sync", "mirror"]}\')\nelse:\n  '


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--client", "a", "--client-command", "b"), 2, "two ways"),
        ((), 2, "--client-command './run-sync.sh'"),
        (("--client", "x.py:C", "--fake-time"), 2, "shares its clock"),
        (("--client-command", "./no-such-job"), 2, "cannot be started"),
        (("--client-command", "true"), 2, "give --mirror-file PATH"),
        (("--client-command", command("import time; time.sleep(600)"), "--deadline", "0.5"), 4, "within 0.5 s"),
        (("--client-command", command(SHOWS + "import time; time.sleep(600)"), "--deadline", "1"), 4, "within 1 s"),
        (("--client-command", command(SHOWS + "print('garbage')")), 4, "its last line on stdout must be the value"),
        (("--client-command", command(SHOWS + "os.kill(os.getpid(), 9)")), 4, "died at 'sync', by SIGKILL"),
        (("--client-command", "true", "--mirror-command", "echo garbage"), 4, "neither JSON nor CSV"),
        (("--client-command", "true", "--mirror-file", "/dev/zero"), 4, "no regular file"),
        (("--client-command", "true", "--mirror-file", "none.csv"), 3, "there is no file none.csv"),
        (
            ("--client-command", "false", "--mirror-file", "none.csv"),
            3,
            "sync failed in the client itself: exit code 1",
        ),
    ],
)
def test_on_the_command_line_each_mistake_has_its_sentence_and_code(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("mockservers: 1\nvendor: get_tickets\nstart: 2026-03-02T10:00:00Z\nsteps: []\n")
    done = run("check", "get_tickets", *words, "--examples", "1", "--save", str(tmp_path / "found"))
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output
    if code != 3:  # `replay` takes the same options, and says the same of them
        again = run("replay", str(file), *words)
        assert (again.exit_code, said in " ".join(again.output.split())) == (code, True), again.output


def test_what_a_failed_client_printed_cannot_steer_the_terminal() -> None:
    says = SHOWS + "import sys; sys.stderr.write('one\\ntwo \\x1b[2J\\x07'); os.kill(os.getpid(), 9)"
    done = run("check", "get_tickets", "--client-command", command(says), "--examples", "1")
    assert done.exit_code == 4
    assert done.stderr.endswith("--- what it printed last ---\none\ntwo \\x1b[2J\\x07\n")


def test_the_emulators_stay_up_after_a_client_that_failed() -> None:
    text = "mockservers: 1\nvendor: get_tickets\nstart: 2026-03-02T10:00:00Z\nsteps:\n- {client: sync}\n"
    scenario = scenario_files.parse(text)
    dies = job(SHOWS + "os.kill(os.getpid(), 9)")
    with CallableDriver.of(reference("get_tickets")) as good, Runner(dies) as runner:
        with pytest.raises(DriverFailure):
            runner.play(scenario)
        runner.driver = good
        history = runner.play(scenario)
    assert history.exchanges
    assert all(task.ok for task in history.tasks)


def test_a_failure_of_a_job_can_be_replayed_by_the_command_that_the_report_gives(tmp_path: Path) -> None:
    words = [
        "--client-command",
        command("pass"),
        "--mirror-command",
        'echo \'[{"id": "777777"}]\'',
        "--only",
        "nothing_invented",
    ]
    done = run("check", "get_tickets", *words, "--examples", "2", "--save", str(tmp_path))
    assert done.exit_code == 1, done.output
    suggested = next(line for line in done.output.splitlines() if "mockservers replay" in line)
    again = run(*shlex.split(suggested)[1:])
    assert again.exit_code == 1, again.output
    assert "FAILED" in again.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--client-command", "true"), 2, "give --mirror-file PATH"),
        (("--client", "false"), 4, "ended with exit code 1 instead of answering"),
        (("--client", "x.py:C", "--fake-time"), 2, "shares its clock"),
    ],
)
def test_the_contracts_under_pytest_take_the_same_options(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    contracts = str(folder("contracts") / "get_tickets")
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", contracts, "--save", str(tmp_path), *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=folder("contracts").parent)
    assert done.returncode == code, done.stdout
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_boolean_in_csv_is_one() -> None:
    assert [normal(text, "boolean", UTC) for text in ("true", "False", "perhaps")] == [True, False, "perhaps"]
    assert normal("true", "text", UTC) == "true"
