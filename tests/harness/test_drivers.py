"""Drivers: a client that behaves, and every way of misbehaving, each with one clear sentence."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.drivers import Answer, Driver, DriverFailure, WrongClient, in_process, open_driver
from mockservers.harness.drivers.in_process import CallableDriver, _Kept
from mockservers.harness.drivers.session import SessionDriver
from mockservers.harness.history import Record, records
from tests.harness.processes import wait_for_end

GOOD = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    do = message["do"]
    if do == "hello":
        ok = {"name": "good", "protocol": 1, "tasks": ["sync", "mirror"], "mirrors": ["a"], "poll_seconds": 300}
    elif do == "sync":
        print(json.dumps({"ask": "now"}), flush=True)
        ok = json.loads(sys.stdin.readline())["answer"]
        print(json.dumps({"ask": "sleep", "seconds": 30}), flush=True)
        ok += " " + json.loads(sys.stdin.readline())["answer"]
        print("working", file=sys.stderr, flush=True)
    elif do == "fail":
        print(json.dumps({"id": message["id"], "error": {"kind": "refused", "message": "no"}}), flush=True)
        continue
    else:
        ok = message
    print(json.dumps({"id": message["id"], "ok": ok}), flush=True)
    if do == "bye":
        break
"""


def session(code: str, deadline: float = 20) -> SessionDriver:
    return SessionDriver([sys.executable, "-c", code], deadline)


def test_a_session_that_behaves() -> None:
    with session(GOOD) as driver:
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        hello = driver.hello()
        assert (hello.name, hello.tasks, hello.mirrors, hello.poll_seconds) == ("good", ("sync", "mirror"), ("a",), 300)
        assert driver.tell("sync", {}) == Answer("NOW THEN 30.0")
        assert driver.tell("reset", {"url": "ü" * 100_000}).ok["url"] == "ü" * 100_000
        assert driver.tell("fail", {}) == Answer(None, "refused", "no")


def test_stderr_is_kept_and_bounded() -> None:
    code = GOOD.replace('print("working"', 'print("x" * 300_000 + "the end"')
    with session(code) as driver:
        driver.tell("sync", {})
        driver.tell("mirror", {})
    assert driver.output.rstrip().endswith("the end")
    assert len(driver.output) <= 64 << 10


READ = "import sys; line = sys.stdin.readline(); "


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (READ + "import time; time.sleep(60)", "has not answered 'sync' within 0.5 s"),
        (READ + "print('hello there', flush=True); sys.stdin.read()", "is no JSON"),
        (READ + "print('[1]', flush=True); sys.stdin.read()", "an answer is a JSON object"),
        (READ + 'print(\'{"id": 7, "ok": 1}\', flush=True); sys.stdin.read()', "answered id 7 to message 1"),
        (READ + "print('{\"id\": 1}', flush=True); sys.stdin.read()", "either 'ok' or 'error'"),
        (READ + 'print(\'{"id": 1, "error": {"kind": "odd"}}\', flush=True); sys.stdin.read()', "has a kind"),
        (READ + 'print(\'{"ask": "weather"}\', flush=True); sys.stdin.read()', "it may ask now"),
        (READ + 'print(\'{"ask": "sleep", "seconds": "3"}\', flush=True); sys.stdin.read()', "it may ask now"),
        (
            READ + "print('{\"id\": \"' + 'x' * 9999 + '\", \"ok\": 1}', flush=True); sys.stdin.read()",
            "answered id 'xxx",
        ),
        (
            READ + "print('{\"ask\": \"sleep\", \"seconds\": 1' + '0' * 999 + '}', flush=True); sys.stdin.read()",
            "to sleep 1000",
        ),
        (READ + "sys.exit(3)", "ended with exit code 3"),
        (READ + "import os; os.kill(os.getpid(), 9)", "ended with signal SIGKILL"),
        (READ + "import os, time; os.close(1); time.sleep(60)", "closed its output"),
        ("import sys; sys.exit(5)", "ended with exit code 5"),
        (READ + "print('[' * 100_000, flush=True); sys.stdin.read()", "is no JSON"),
        (READ + "\nwhile True: print('x' * 1000)", "is no JSON"),
        (READ + "\nwhile True: sys.stdout.write('x' * 65536)", "a line of over"),
        (READ + '\nwhile True: print(\'{"ask": "now"}\')', "does not read its input"),
    ],
)
def test_a_session_that_misbehaves_is_a_driver_failure(code: str, says: str) -> None:
    slow = ("sleep(60)" in code and "close" not in code) or "while True: print('{" in code
    driver = session(code, 0.5 if slow else 30)
    with pytest.raises(DriverFailure) as raised:
        driver.tell("sync", {})
    assert says in raised.value.what
    assert len(raised.value.what) < 400
    assert raised.value.exit_code == 4
    assert driver._process.poll() is not None
    driver.close()


@pytest.mark.parametrize("end", ["close", "_kill"])
def test_the_children_of_a_client_end_with_it(end: str) -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdout.write(chr(10)); sys.stdout.flush(); "
        "import time; time.sleep(600)'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n" + GOOD.replace("ok = message", "ok = child.pid")
    )
    driver = session(code)
    child = driver.tell("reset", {}).ok
    os.kill(child, 0)
    getattr(driver, end)()
    wait_for_end(child)


def test_an_answer_nobody_asked_for() -> None:
    code = READ + 'print(\'{"id": 1, "ok": 1}\\n{"id": 1, "ok": 2}\', flush=True); sys.stdin.read()'
    driver = session(code)
    driver.tell("sync", {})
    while driver._lines.empty():  # it is on its way already: both lines were written at once
        threading.Event().wait(0.01)
    with pytest.raises(DriverFailure, match="before it was asked 'mirror'"):
        driver.tell("mirror", {})


def test_a_session_that_ended_before_it_was_asked() -> None:
    driver = session("import sys; sys.exit(5)")
    while driver._lines.empty():
        threading.Event().wait(0.01)
    with pytest.raises(DriverFailure, match="ended with exit code 5 instead of answering 'hello'"):
        driver.hello()


def test_a_session_ends_though_its_good_bye_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = session(GOOD)
    driver.hello()

    def impatient() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(driver, "_bye", impatient)
    with pytest.raises(KeyboardInterrupt):
        driver.close()
    wait_for_end(driver._process.pid)


def test_a_program_that_ended_is_told_from_one_that_hangs() -> None:
    code = READ + "import os, time; os.fork() or time.sleep(60); sys.exit(3)"
    with session(code, deadline=1) as driver, pytest.raises(DriverFailure) as failed:
        driver.tell("sync", {})
    assert failed.value.what == (
        "the client ended with exit code 3 instead of answering 'sync'; something that it started still holds its output"
    )


def test_what_a_dying_session_printed_is_in_the_failure() -> None:
    driver = session(READ + "sys.stderr.write('my last words'); sys.exit(1)")
    with pytest.raises(DriverFailure) as raised:
        driver.tell("sync", {})
    assert "my last words" in raised.value.stderr


@pytest.mark.parametrize(
    ("hello", "says"),
    [
        ("[]", "must be answered by an object"),
        ("{'protocol': 2}", "speaks protocol 2"),
        ("{'tasks': 'sync'}", "hello.tasks must be a list"),
        ("{'mirrors': [1]}", "hello.mirrors must be a list"),
        ("{'poll_seconds': 'often'}", "hello.poll_seconds must be a number"),
    ],
)
def test_a_hello_that_cannot_be_understood(hello: str, says: str) -> None:
    driver = CallableDriver.of(type("Odd", (), {"hello": lambda self: eval(hello)}))
    with pytest.raises(DriverFailure) as raised:
        driver.hello()
    assert says in raised.value.what
    driver.close()


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        (None, ("sync", "note")),
        ({"mirrors": ["a"]}, ("sync", "note")),
        ({"tasks": None}, ("sync", "note")),
        ({"tasks": ["sync"]}, ("sync",)),
        ({"tasks": []}, ()),
    ],
)
def test_a_class_whose_hello_names_no_tasks_is_asked_for_its_methods(said: Any, tasks: tuple[str, ...]) -> None:
    members = {name: lambda self, **told: None for name in ("reset", "sync", "note")}
    driver = CallableDriver.of(type("Short", (), {**members, "hello": lambda self: said}))
    assert driver.hello().tasks == tasks
    assert driver.hello().mirrors == (("a",) if said and "mirrors" in said else None)
    driver.close()


class Refused(Exception):
    kind = "refused"


class Client:
    def __init__(self, ask: Any) -> None:
        self.ask = ask
        self.said_bye = False

    def reset(self, **message: Any) -> None:
        self.message = message

    def sync(self) -> str:
        print("to stdout")
        print("to stderr", file=sys.stderr)
        return f"{self.ask.now()} {self.ask.sleep(5)}"

    def mirror(self) -> list[Any]:
        return [{"id": "1", "fields": {}}]

    def create(self) -> None:
        raise Refused("no")

    def update(self) -> None:
        raise ConnectionResetError("gone")

    def note(self) -> None:
        raise KeyError("mine")

    def close(self) -> None:
        raise SystemExit(1)


def test_a_callable_that_behaves() -> None:
    with CallableDriver.of(Client) as driver:
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        assert driver.hello().tasks == ("sync", "mirror", "create", "update", "note", "close")
        assert driver.hello().mirrors is None
        driver.tell("reset", {"url": "u"})
        assert driver.tell("sync", {}).ok == "NOW THEN 5.0"
        assert driver.output == "to stdout\nto stderr\n"
        assert driver.tell("mirror", {}).ok == {"records": [{"id": "1", "fields": {}}]}


def test_errors_of_a_callable_have_kinds() -> None:
    with CallableDriver.of(Client) as driver:
        assert driver.tell("create", {}).error_kind == "refused"
        assert driver.tell("update", {}).error_kind == "transport"
        assert driver.tell("note", {}) == Answer(None, "client", "KeyError: 'mine'")
        with pytest.raises(DriverFailure, match="ended the process"):
            driver.tell("close", {})
        with pytest.raises(DriverFailure, match="no method 'dance'"):
            driver.tell("dance", {})


class Wordless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "says"), [(asyncio.CancelledError("stop"), "CancelledError: stop"), (Wordless(), "Wordless")]
)
def test_whatever_a_callable_raises_is_an_error_of_its_own(error: BaseException, says: str) -> None:
    def sync(self: object) -> None:
        raise error

    with CallableDriver.of(type("Raises", (), {"sync": sync})) as driver:
        assert driver.tell("sync", {}) == Answer(None, "client", says)


ENDLESS: dict[str, Any] = {}
ENDLESS["a"] = ENDLESS


@pytest.mark.parametrize("value", [10**5000, ENDLESS], ids=["huge", "endless"])
def test_a_value_that_cannot_be_written_down_is_a_driver_failure(value: Any) -> None:
    mirror = [{"id": "1", "fields": {"a": value}}]
    with (
        CallableDriver.of(type("Odd", (), {"mirror": lambda self: mirror})) as driver,
        pytest.raises(DriverFailure, match=r"answered 'mirror' with a value that cannot be written down \("),
    ):
        driver.tell("mirror", {})


def test_what_a_callable_does_to_a_message_stays_with_it() -> None:
    class Clears:
        def create(self, fields: dict[str, Any]) -> None:
            fields["tags"].clear()
            fields.clear()

    message = {"fields": {"title": "x", "tags": ["y"]}}
    with CallableDriver.of(Clears) as driver:
        driver.tell("create", message)
    assert message == {"fields": {"title": "x", "tags": ["y"]}}


def test_a_callable_that_hangs() -> None:
    release = threading.Event()
    driver = CallableDriver.of(type("Hangs", (), {"sync": lambda self: release.wait(30)}), deadline=0.2)
    with pytest.raises(DriverFailure, match=r"within 0\.2 s"):
        driver.tell("sync", {})
    release.set()
    driver.close()


def test_a_callable_that_floods_stdout_is_kept_in_bounds() -> None:
    class Floods:
        def sync(self) -> None:
            for _ in range(300):
                print("x" * 1000)
            print("the end")

    with CallableDriver.of(Floods) as driver:
        driver.tell("sync", {})
        assert driver.output.endswith("x\nthe end\n")
        assert len(driver.output) <= 64 << 10


def test_each_reset_makes_a_fresh_object() -> None:
    made = []
    with CallableDriver.of(lambda: made.append(object()) or type("C", (), {"reset": lambda self: None})()) as driver:
        driver.tell("reset", {})
        driver.tell("reset", {})
    assert len(made) == 2


@pytest.mark.parametrize(
    ("client", "says"),
    [
        ("", "no client was named"),
        ("http://", "names no host"),
        ("http://127.0.0.1:port/hook", "is no address"),
        ("http://me@127.0.0.1/hook", "a user name"),
        ("cat < messages", "no shell reads --client, so < means nothing"),
        ("nowhere/client.py:Client", "there is no file"),
        ("no.such.module:Client", "cannot be imported: ModuleNotFoundError: No module named 'no'"),
        ("json:NoSuchClass", "json has no 'NoSuchClass'"),
        ("sys:maxsize", "is not a class"),
        ("no-such-program --now", "cannot be started"),
        ("node 'sync.js", "mind the quotes"),
        ("client.py", "name the class in it"),
        ("my.module", "name the class in it"),
    ],
)
def test_a_client_named_wrongly(client: str, says: str) -> None:
    with pytest.raises(WrongClient) as raised:
        open_driver(client)
    assert says in str(raised.value)
    assert raised.value.exit_code == 2
    assert "importlib" not in str(raised.value)


def test_a_file_with_an_error_in_it(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("import no_such_library_at_all")
    with pytest.raises(WrongClient, match="ModuleNotFoundError"):
        open_driver(f"{file}:Client")


def test_a_file_that_ends_the_process_gives_no_verdict_by_its_code(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text("import sys\nclass Client: pass\nsys.exit(0)\n")
    with pytest.raises(WrongClient, match=r"ends the process when it is imported \(SystemExit\(0\)\).*__main__"):
        open_driver(f"{file}:Client")


def test_a_file_sees_its_neighbours_and_is_loaded_once(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("VALUE = 3")
    file = tmp_path / "client.py"
    file.write_text("from neighbour_of_mine import VALUE\nclass Client:\n    def sync(self): return VALUE\n")
    first, second = open_driver(f"{file}:Client"), open_driver(f"{file}:Client")
    assert isinstance(first, CallableDriver)
    assert first.tell("sync", {}).ok == 3
    assert isinstance(second, CallableDriver)
    assert first._make is second._make
    for driver in (first, second):
        driver.close()


def test_a_command_is_a_session() -> None:
    driver: Driver = open_driver(f"{sys.executable} -c 'import sys; sys.stdin.read()'", 5)
    assert isinstance(driver, SessionDriver)
    driver._kill()


def test_what_other_threads_print_is_not_the_clients(capsys: pytest.CaptureFixture[str]) -> None:
    started, done = threading.Event(), threading.Event()

    def bar() -> None:
        started.wait(20)
        print("a progress bar")
        done.set()

    class Prints:
        def sync(self) -> None:
            started.set()
            done.wait(20)
            thread = threading.Thread(target=print, args=("a thread of the client",))
            thread.start()
            thread.join()

    other = threading.Thread(target=bar)
    other.start()
    with CallableDriver.of(Prints) as driver:
        driver.tell("sync", {})
        assert driver.output == "a thread of the client\n"
    other.join()
    assert capsys.readouterr().out == "a progress bar\n"


def test_a_mirror_is_a_list_of_records_with_or_without_a_name() -> None:
    listed = [{"id": 7, "fields": {"subject": "x"}}]
    assert records(listed) == records({"records": listed}) == [Record("7", {"subject": "x"})]
    for wrong in (None, "records", {"tickets": []}, 5):
        with pytest.raises(ValueError, match=r"mirror must answer .* or the list alone, got"):
            records(wrong)


def test_what_keeps_output_can_be_thrown_away_after_what_is_behind_it_was_closed() -> None:
    behind = io.StringIO()
    kept = _Kept(lambda text: None, behind, {threading.current_thread()})
    kept.write("x")
    kept.flush()
    behind.close()
    kept.flush()


def test_what_ends_the_process_is_a_clients_while_it_works_and_in_its_own_threads() -> None:
    """A watchdog that begins after a task, such as pytest-timeout's for the next test, ends the process as it wants to."""
    over = threading.Event()
    waits = threading.Thread(target=over.wait, daemon=True)

    class Client:
        def sync(self) -> None:
            waits.start()
            in_process._EXIT.asked(threading.Thread(), 7)

    driver = CallableDriver.of(Client)
    assert os._exit is in_process._EXIT
    with pytest.raises(DriverFailure, match="exit code 7"):
        driver.tell("sync", {})
    assert not in_process._EXIT.asked(threading.Thread(), 1)
    assert in_process._EXIT.asked(waits, 1)
    over.set()
    driver.close()
