"""Clients that are no Python class: a Node program and a shell job are judged right, correct and with a bug in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.drivers import ClientSpec
from mockservers.harness.drivers.session import SessionDriver
from mockservers.harness.reports import check_text
from mockservers.harness.verdicts import Report
from mockservers.kernel.data import folder

NODE = folder("contracts") / "get_tickets" / "clients" / "get_tickets_node.mjs"
JOB = folder("contracts") / "get_tickets" / "start" / "sync.sh"
GLUE = folder("contracts") / "clients"


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node on this machine")
    return found


def php() -> str:
    found = shutil.which("php")
    if found is None:
        pytest.skip("there is no php on this machine")
    return found


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the job needs: a shell, curl, and `python3`, which is this one."""
    for name in ("sh", "curl"):
        if shutil.which(name) is None:
            pytest.skip(f"there is no {name} on this machine")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def judged(client: ClientSpec, examples: int, **more: Any) -> Report:
    return check(CheckConfig("get_tickets", client, examples=examples, save_to=None, shrink=False, **more))


def with_bug(client: Path, tmp_path: Path, right: str, wrong: str) -> Path:
    """A copy of a client with one bug in it."""
    text = client.read_text("utf-8").replace("../../clients", str(GLUE))
    text = text.replace(f'"$(dirname "$0")/{GLUE}/', f'"{GLUE}/')
    assert text.count(right) == 1
    copy = tmp_path / client.name
    copy.write_text(text.replace(right, wrong), "utf-8")
    return copy


def test_a_node_client_is_kept(node: str) -> None:
    report = judged(ClientSpec(f"{node} {NODE}"), 20)
    assert report.broken == [], check_text(report)
    assert report.unproven == []
    assert report.client == "get_tickets in Node"


@pytest.mark.parametrize(
    ("right", "wrong", "duty"),
    [
        ("if (tickets.length < PAGE) break", "break", "all_pages"),
        ("if (ENCODED.includes(name)) return decode(text)", "if (name === 'subject') return text", "decoded_once"),
        ("(half === 'PM' ? 12 : 0)", "0", "times_understood"),
    ],
)
def test_a_node_client_with_a_bug_is_broken(node: str, right: str, wrong: str, duty: str, tmp_path: Path) -> None:
    copy = with_bug(NODE, tmp_path, right, wrong)
    report = judged(ClientSpec(f"{node} {copy}"), 30, fail_fast=True)
    assert report.verdict(duty) == "broken", check_text(report)


def test_a_node_client_declines_what_it_cannot_read(node: str) -> None:
    report = judged(ClientSpec(f"{node} {NODE}"), 2, dialect="json")
    assert report.dialects[0].declined


@pytest.mark.usefixtures("tools")
def test_a_shell_job_is_kept() -> None:
    report = judged(ClientSpec(client_command=f"sh {JOB}"), 6)
    assert report.broken == [], check_text(report)
    assert {duty.slug for duty in report.unproven} <= {
        "backs_off",
        "deleted_dropped",
        "merged_kept",
        "refused_key_not_stormed",
    }


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    "mirror", [{"mirror_file": "mirror.json"}, {"mirror_command": "sh -c 'cat $MOCKSERVERS_STATE_DIR/mirror.json'"}]
)
def test_a_job_that_can_only_sync_is_judged_by_its_file(mirror: dict[str, str], tmp_path: Path) -> None:
    only = with_bug(JOB, tmp_path, "mirror() {", "show() {")
    report = judged(ClientSpec(client_command=f"sh {only}", **mirror), 3)
    assert report.broken == [], check_text(report)
    assert report.verdict("all_pages") == "kept"


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    ("right", "wrong", "duty"),
    [
        # What many a script does: an answer that cannot be read is taken for an empty one.
        ('if root.tag != "tickets":', 'if root.tag != "tickets": print("[]"); sys.exit()\nif 0:', "error_is_not_empty"),
        ("-d action=get_tickets", "-d action=get_tickets -d page=1 -d count=10", "all_pages"),
    ],
)
def test_a_shell_job_with_a_bug_is_broken(right: str, wrong: str, duty: str, tmp_path: Path) -> None:
    copy = with_bug(JOB, tmp_path, right, wrong)
    report = judged(ClientSpec(client_command=f"sh {copy}"), 30, fail_fast=True)
    assert report.verdict(duty) == "broken", check_text(report)


def test_the_glue_is_short() -> None:
    for name in ("session.py", "session.mjs", "session.php", "job.sh"):  # a clean stdout is worth its lines
        assert len((GLUE / name).read_text().splitlines()) <= 48


def test_the_readmes_kind_of_client_speaks_json_lines_with_the_glue(tmp_path: Path) -> None:
    """One without `hello` and `bye`."""
    file = tmp_path / "client.py"
    file.write_text(
        f"import sys; sys.path.insert(0, {str(GLUE)!r})\nfrom session import serve\n"
        "class Client:\n"
        "    def __init__(self, ask): self.ask = ask\n"
        "    def reset(self, **told): self.told = told\n"
        "    def sync(self): return [self.ask.now(), self.ask.sleep(5)]\n"
        "    def mirror(self): return []\n"
        "    def update(self): raise ConnectionResetError('gone')\n"
        "serve(Client)\n"
    )
    with SessionDriver([sys.executable, str(file)]) as driver:
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        assert driver.hello().tasks == ("sync", "mirror", "update")
        assert driver.tell("reset", {"url": "u"}).ok is None
        assert driver.tell("sync", {}).ok == ["NOW", "THEN 5.0"]
        assert driver.tell("mirror", {}).ok == {"records": []}
        assert driver.tell("update", {}).error_kind == "transport"
    assert driver._process.returncode == 0


def test_the_node_glue(node: str, tmp_path: Path) -> None:
    file = tmp_path / "client.mjs"
    file.write_text(
        f"import {{ serve, now, sleep }} from '{GLUE}/session.mjs'\n"
        "serve(() => ({ reset() {}, async sync() { return [await now(), await sleep(5)] },\n"
        "  async update() { await fetch('http://127.0.0.1:9') }, note() { throw new Error('mine') } }))\n"
    )
    with SessionDriver([node, str(file)]) as driver:
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        assert driver.tell("reset", {"url": "u"}).ok is None
        assert driver.tell("sync", {}).ok == ["NOW", "THEN 5.0"]
        assert driver.tell("note", {}).error == "Error: mine"
        assert driver.tell("update", {}).error_kind == "transport"
    assert driver._process.returncode == 0


def test_the_php_glue(tmp_path: Path) -> None:
    file = tmp_path / "client.php"
    file.write_text(
        f"<?php\nrequire '{GLUE}/session.php';\nuse function mockservers\\{{serve, now, sleep}};\n"
        "class Client { function sync() { return [now(), sleep(5)]; } function note($told) { return $told; } }\n"
        "serve(Client::class);\n"
    )
    with SessionDriver([php(), str(file)]) as driver:
        driver.asking.now = lambda: "NOW"
        driver.asking.sleep = lambda seconds: f"THEN {seconds}"
        assert driver.hello().tasks == ("sync", "note")
        assert driver.tell("sync", {}).ok == ["NOW", "THEN 5.0"]
        assert driver.tell("note", {"text": "Ü/\u2028"}).ok == {"text": "Ü/\u2028"}
    assert driver._process.returncode == 0
    wrong = tmp_path / "wrong.php"
    wrong.write_text(f"<?php\nrequire '{GLUE}/session.php';\nmockservers\\serve([]);\n")
    done = subprocess.run([php(), str(wrong)], input="", capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TypeError: serve takes what makes a client: serve(Client::class), not" in done.stderr
    assert done.stdout == ""


def test_the_shell_glue_refuses_a_task_that_the_script_has_not(tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    script.write_text(f"mirrors='a b'\nsync() {{ echo done; }}\n. {GLUE}/job.sh\n")
    told = {"MOCKSERVERS_CREDENTIALS": '{"user": "me", "key": "k+1"}', "PATH": os.environ["PATH"]}

    def run(task: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", str(script)], env={**told, "MOCKSERVERS_TASK": task}, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert run("hello") == (0, '{"protocol": 1, "tasks": ["sync"], "mirrors": ["a", "b"]}\n')
    assert run("sync") == (0, "")
    assert run("create")[0] == 64
    script.write_text(f"mirrors=\nsync() {{ :; }}\nmirror() {{ credential key; }}\n. {GLUE}/job.sh\n")
    assert run("hello") == (0, '{"protocol": 1, "tasks": ["sync", "mirror"], "mirrors": []}\n')
    assert run("mirror") == (0, "k+1")


PYTHON_CLIENT = """
import subprocess
class Client:
    def reset(self, **told): print("words for people")
    def close(self): subprocess.run(["echo", "words of a child"], check=True)
    def sync(self): raise ConnectionResetError("gone")
    def mirror(self): return [{"id": "1", "fields": {}}]
    def note(self): raise Odd("no")
    def bye(self): print("bye", file=open(LEFT, "a"))
class Odd(Exception):
    kind = "strange"
serve(Client)
"""
NODE_CLIENT = """
class Client {
  reset() { console.log('words for people') }
  close() { console.dir('words of a child'); console.table([1]); process.stdout.write('more words\\n') }
  async sync() { throw Object.assign(new Error('gone'), { name: 'ConnectionResetError', syscall: 'read' }) }
  mirror() { return [{ id: '1', fields: {} }] }
  note() { throw Object.assign(new Error('no'), { name: 'Odd', kind: 'strange' }) }
  bye() { fs.appendFileSync(LEFT, 'bye\\n') }
}
serve(CLIENT)
"""


PHP_CLIENT = """
class ConnectionResetError extends Exception { public $kind = 'transport'; }
class Odd extends Exception { public $kind = 'strange'; }
class Client {
  function reset($told) { print 'words for people'; }
  function close() { passthru('echo words of a child'); echo $never; }
  function sync() { throw new ConnectionResetError('gone'); }
  function mirror() { return [['id' => '1', 'fields' => new ArrayObject()]]; }
  function note() { throw new Odd('no'); }
  function bye() { file_put_contents(LEFT, "bye\\n", FILE_APPEND); }
}
mockservers\\serve(CLIENT);
"""


@pytest.mark.parametrize("language", ["python", "node", "node, made by a function", "php", "php, made by a function"])
def test_the_same_client_says_the_same_with_either_glue(language: str, tmp_path: Path) -> None:
    left = tmp_path / "left"
    if language == "python":
        code = f"import sys; sys.path.insert(0, {str(GLUE)!r})\nfrom session import serve\nLEFT = {str(left)!r}\n{PYTHON_CLIENT}"
        program, file = sys.executable, tmp_path / "client.py"
    elif language.startswith("php"):
        program, file = php(), tmp_path / "client.php"
        code = f"<?php\nrequire '{GLUE}/session.php';\nconst LEFT = '{left}';\n{PHP_CLIENT}"
        code = code.replace("CLIENT", "Client::class" if language == "php" else "fn () => new Client()")
    else:
        found = shutil.which("node")
        if found is None:
            pytest.skip("there is no node on this machine")
        code = (
            f"import fs from 'fs'\nimport {{ serve }} from '{GLUE}/session.mjs'\nconst LEFT = '{left}'\n{NODE_CLIENT}"
        )
        code = code.replace("CLIENT", "Client" if language == "node" else "() => new Client()")
        program, file = found, tmp_path / "client.mjs"
    file.write_text(code)
    with SessionDriver([program, str(file)]) as driver:
        assert driver.hello().tasks == ("sync", "mirror", "note", "close")
        assert driver.tell("reset", {"url": "u"}).ok is None
        assert driver.tell("mirror", {}).ok == {"records": [{"id": "1", "fields": {}}]}
        failed = [driver.tell(do, {}) for do in ("sync", "note", "create")]
        assert [(each.error_kind, each.error) for each in failed] == [
            ("transport", "ConnectionResetError: gone"),
            ("client", "Odd: no"),
            (
                "client",
                "TypeError: the client has no method 'create'; methods are named like the tasks of the protocol",
            ),
        ]
        assert driver.tell("close", {}).ok is None
        for _ in range(2000):  # what is printed comes by a stream of its own, perhaps after the answer
            if "words for people" in driver.output and "words of a child" in driver.output:
                break
            threading.Event().wait(0.01)
        assert "words for people" in driver.output
        assert "words of a child" in driver.output
    assert driver._process.returncode == 0
    assert left.read_text() == "bye\nbye\n"  # of the object before `reset`, and at the end


SHORT_HELLO = {
    "python": (
        "client.py",
        "import sys; sys.path.insert(0, 'GLUE')\nfrom session import serve\n"
        "class Client:\n    def hello(self, **told): return {'options': ['restart'], 'tasks': None}\n"
        "    def sync(self): pass\n    def note(self, **told): pass\nserve(Client)\n",
        "",
        f"{sys.executable} client.py",
    ),
    "node": (
        "client.mjs",
        "import { serve } from 'GLUE/session.mjs'\n"
        "serve(() => ({ hello: () => ({ options: ['restart'] }), sync() {}, note() {} }))\n",
        "",
        "node client.mjs",
    ),
    "php": (
        "client.php",
        "<?php\nrequire 'GLUE/session.php';\nclass Client { function hello() { return ['options' => ['restart']]; }\n"
        "function sync() {} function note() {} }\nmockservers\\serve(Client::class);\n",
        "",
        "php client.php",
    ),
    "java": (
        "Client.java",
        "import java.util.*;\npublic class Client {\n"
        '  public Map<String, Object> hello() { return Map.of("options", List.of("restart")); }\n'
        "  public void sync() {}\n  public void note(Map<String, Object> told) {}\n"
        "  public static void main(String[] args) throws Exception { Session.serve(Client::new); }\n}\n",
        "javac -d build Client.java Session.java",
        "java -cp build Client",
    ),
    "csharp": (
        "Client.cs",
        "using System.Collections.Generic;\npublic class Client {\n"
        "  public Dictionary<string, object> Hello() {\n"
        '    return new Dictionary<string, object> { { "options", new List<object> { "restart" } } }; }\n'
        "  public void Sync() {}\n  public void Note(Dictionary<string, object> told) {}\n"
        "  public static void Main() { Session.Serve(() => new Client()); }\n}\n",
        "mcs -out:client.exe Client.cs Session.cs",
        "mono client.exe",
    ),
    "go": (
        "client.go",
        "package main\ntype Client struct{}\n"
        'func (c *Client) Hello() Told { return Told{"options": []string{"restart"}} }\n'
        "func (c *Client) Sync() error { return nil }\nfunc (c *Client) Note(told Told) error { return nil }\n"
        "func main() { Serve(func() any { return &Client{} }) }\n",
        "go build -o client .",
        "./client",
    ),
}
"""A client whose hello names no tasks, by language: file, text, how it is built and run."""


@pytest.mark.parametrize("language", SHORT_HELLO)
def test_a_hello_without_tasks_is_completed_by_the_glue(language: str, tmp_path: Path) -> None:
    name, text, build, command = SHORT_HELLO[language]
    for program in {words.split()[0] for words in (build, command) if words and not words.startswith("./")}:
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} on this machine")
    if language in ("go", "java") and os.environ.get("MOCKSERVERS_TOOLKITS") != "all":
        pytest.skip("takes long; MOCKSERVERS_TOOLKITS=all runs it")
    for file in (GLUE / "kits" / language).glob("*"):
        shutil.copy(file, tmp_path)
    (tmp_path / name).write_text(text.replace("GLUE", str(GLUE)))
    if build:
        subprocess.run(build.split(), check=True, capture_output=True, cwd=tmp_path)
    words = [each.replace("build", str(tmp_path / "build")) for each in command.split()]
    with SessionDriver([str(tmp_path / each) if (tmp_path / each).is_file() else each for each in words]) as driver:
        assert (driver.hello().tasks, driver.hello().options) == (("sync", "note"), ("restart",))


def test_the_glue_says_that_it_takes_a_class_and_not_an_object(node: str, tmp_path: Path) -> None:
    for program, suffix, begin in (
        (sys.executable, "py", f"import sys; sys.path.insert(0, {str(GLUE)!r})\nfrom session import serve\n"),
        (node, "mjs", f"import {{ serve }} from '{GLUE}/session.mjs'\n"),
    ):
        file = tmp_path / f"client.{suffix}"
        file.write_text(f"{begin}serve([])\n")
        done = subprocess.run([program, str(file)], input="", capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "TypeError: serve takes what makes a client: serve(Client), not" in done.stderr
