"""The documentation tells the truth: its links lead somewhere, its blocks run, and its commands are ones that there are."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import jsonschema
import pytest
import requests
import yaml
from click.testing import CliRunner

import mockservers
from mockservers.cli import main
from mockservers.cli.init import written
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_file, reference_name
from mockservers.harness.drivers import ClientSpec
from tests.site import build, generated, newcomer

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    """The blocks of a language in README and docs, each with its page and number."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for n, block in enumerate(re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)):
            found.append((f"{page.relative_to(ROOT).as_posix()}-{n}", block))
    return found


def named(language: str) -> dict[str, Any]:
    found = blocks(language)
    return {"argvalues": [block for _, block in found], "ids": [name for name, _ in found]}


# --- links ---


def slug(heading: str) -> str:
    """The place of a heading, as Markdown's table of contents names it."""
    own = re.search(r"\{#([\w-]+)\}\s*$", heading)
    bare = re.sub(r"[^\w\s-]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).strip().lower()
    return own[1] if own else re.sub(r"[-\s]+", "-", bare)


def test_every_link_leads_somewhere() -> None:
    made, lost = set(generated.makers()) | set(generated.schemas()), []
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, place = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            inside = file.relative_to(ROOT / "docs").as_posix() if (ROOT / "docs") in file.parents else ""
            if not file.exists() and inside not in made:
                lost.append(f"{page.relative_to(ROOT)}: {target}")
            elif place and file.suffix == ".md" and inside not in made:
                headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
                lost += (
                    [] if place in {slug(heading) for heading in headings} else [f"{page.relative_to(ROOT)}: {target}"]
                )
    assert not lost, "\n".join(lost)


def test_the_navigation_names_every_page() -> None:
    told = build.listed(yaml.safe_load((ROOT / "docs" / "site.yml").read_text("utf-8"))["nav"])
    there = {path.relative_to(ROOT / "docs").as_posix() for path in PAGES[1:]} | set(generated.makers())
    assert there == told


def test_a_vendors_page_has_all_that_is_known() -> None:
    from mockservers import registry
    from mockservers.harness import duties

    text, here = generated.vendor("get_tickets"), registry.emulator("get_tickets")
    for id_ in [*here.rules, *(duty.id for duty in duties.of("get_tickets")), *here.dialects.switches]:
        assert f"`{id_}`" in text
    places = set(re.findall(r'\{#([\w-]+)\}|id="([\w-]+)"', text))
    known = {place for pair in places for place in pair}
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= known


def test_links_and_loads_of_a_built_page_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h2 id="here"></h2><a href="#here"></a><a href="b.html#x"></a><a href="c.html"></a><script src="https://far.example/x.js">'
    )
    (tmp_path / "b.html").write_text("<p>")
    assert build.trouble(tmp_path) == [
        "a.html loads https://far.example/x.js",
        "a.html links to b.html#x, and there is no such place on that page",
        "a.html links to c.html, which is not there",
    ]


# --- commands ---


def parsed(words: list[str]) -> None:
    """Fail unless these words are a command with options that it has, and no more arguments than it takes."""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        if found is None and "run" in command.commands:  # `campaign FILE` is short for `campaign run FILE`
            words = ["run", *words]
            continue
        assert found is not None, f"there is no command {words[0]!r}"
        command, words, context = found, words[1:], click.Context(found, parent=context)
    if "--" in words:
        words = words[: words.index("--")]
    _, left, _ = command.make_parser(context).parse_args(list(words))
    assert not left, f"{command.name} takes no {left}"
    try:
        command.make_context(command.name, list(words), parent=context.parent)
    except (
        click.BadParameter
    ) as error:  # a file that nobody has made; any other value must be one that the option takes
        if not isinstance(getattr(error.param, "type", None), click.Path):
            pytest.fail(f"{words}: {error.message}")


def lines_of(block: str) -> Iterator[list[str]]:
    """The commands of a shell block as words. One goes on over a backslash, and inside quotes."""
    text = ""
    for line in block.splitlines():
        text += line + "\n"
        try:
            words = shlex.split(text.replace("\\\n", " "), comments=True)
        except ValueError:  # a quote is still open
            continue
        if not text.rstrip("\n").endswith("\\"):
            if words:
                yield words
            text = ""


RUN = {
    ("vendor", "list"),
    ("vendor", "show"),
    ("rules",),
    ("glue",),
    ("scenarios",),
    ("profile", "list"),
    ("profile", "schema"),
    ("doctor",),
    ("completion",),
    ("world",),
}
"""Commands that are run as they are documented; the others are looked up, and run by tests of their own."""
OTHERS = {".", "cd", "dask", "pip", "python", "npm", "javac", "sed", "make"}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with mockservers.start(start="2026-03-02T10:00:00Z") as started:
        yield started


@pytest.mark.parametrize("block", **named("sh"))
def test_a_documented_shell_block(
    block: str, server: mockservers.MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.default.reset()
    for words in lines_of(block):
        program, *rest = (word.replace("http://127.0.0.1:8750", server.url) for word in words)
        for mark in (">", "|", "&", "&&"):
            rest = rest[: rest.index(mark)] if mark in rest else rest
        if program == "mockservers":
            parsed(rest)
            if (tuple(rest[:1]) in RUN or tuple(rest[:2]) in RUN) and rest[:2] != [
                "rules",
                "show",
            ]:  # which reads all tests
                url = ["--url", server.url] if rest[0] == "world" else []
                done = CliRunner().invoke(main, [rest[0], *url, *rest[1:]])
                allowed = (
                    (0, 1) if rest[0] in ("doctor", "world") else (0,)
                )  # findings, and what is odd here, have code 1
                assert done.exit_code in allowed, done.output
        elif program == "curl" and shutil.which("curl") is not None:
            subprocess.run(["curl", "-g", "--noproxy", "*", *rest], check=True, capture_output=True, timeout=60)
        elif program == "make":
            assert set(rest) <= TARGETS, rest
        else:
            assert program in OTHERS | {"curl"}, f"nobody looks at {program!r} in a documented block"


CONSOLE = [line for _, block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("line", CONSOLE)
def test_a_command_that_is_shown_with_its_output_exists(line: str) -> None:
    words = shlex.split(line[2:], comments=True)
    if words[0] == "mockservers":
        parsed(words[1:])


def test_commands_in_files_for_ci_and_containers_exist() -> None:
    for path in (*sorted((ROOT / "docs" / "ci").iterdir()), ROOT / "action.yml"):
        if path.suffix in (".yml", ".yaml"):
            yaml.safe_load(path.read_text("utf-8"))
        for line in re.findall(r"mockservers ((?:check|serve) [^\n\"]*)", path.read_text("utf-8")):
            if "$" not in line and "--help" not in line and line.strip() != "check":
                parsed(shlex.split(line))
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    (last,) = re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    parsed(json.loads(last))
    targets = re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE)
    for path in (ROOT / "compose.yaml", ROOT / "compose.postgresql.yaml"):
        for service in yaml.safe_load(path.read_text("utf-8"))["services"].values():
            if service.get("image", "").startswith("mockservers:"):
                assert service["build"]["target"] in targets
                assert "MOCKSERVERS_CONTROL_TOKEN" in service["environment"]


def test_every_file_for_kubernetes_is_listed_and_its_parts_fit() -> None:
    """What kubectl would say of it: `kubectl kustomize` puts the files together without a cluster."""
    for folder in (ROOT / "docs" / "kubernetes", ROOT / "docs" / "kubernetes-postgresql"):
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
        named = {*listed["resources"], *(patch["path"] for patch in listed.get("patches", ()))}
        files = {path.name for path in folder.iterdir()} - {"kustomization.yaml"}
        assert {name for name in named if not name.startswith("../")} == files
        for path in folder.iterdir():
            for told in yaml.safe_load_all(path.read_text("utf-8")):
                template = told.get("spec", {}).get("template", {})
                labels = template.get("metadata", {}).get("labels", {})
                selector = told.get("spec", {}).get("selector", {}).get("matchLabels", labels)
                assert selector == labels, path
                for container in template.get("spec", {}).get("containers", ()):
                    if "args" in container:
                        parsed(container["args"])
                    volumes = {each["name"] for each in template["spec"].get("volumes", ())}
                    volumes |= {each["metadata"]["name"] for each in told["spec"].get("volumeClaimTemplates", ())}
                    assert {each["name"] for each in container.get("volumeMounts", ())} <= volumes
        if shutil.which("kubectl"):
            done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr


def test_both_ways_to_postgresql_give_the_address_as_the_option_takes_it() -> None:
    from mockservers.cli.serve import serve

    assert "store" in {option.name for option in serve.params}
    composed = yaml.safe_load((ROOT / "compose.postgresql.yaml").read_text("utf-8"))["services"]
    patch = yaml.safe_load((ROOT / "docs" / "kubernetes-postgresql" / "emulators.yaml").read_text("utf-8"))
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    variables = [each["name"] for each in container["env"]]
    # Kubernetes fills in what stands before alone.
    assert variables.index("DATABASE_PASSWORD") < variables.index("MOCKSERVERS_SERVE_STORE")
    addresses = [composed[name]["environment"]["MOCKSERVERS_SERVE_STORE"] for name in ("first", "second")]
    addresses += [each["value"] for each in container["env"] if "value" in each]
    assert len(addresses) == 3
    for address in addresses:
        assert re.fullmatch(r"postgresql://mockservers:\$[({].+[)}]@\S+:5432/mockservers", address), address


def test_no_file_for_ci_takes_whatever_has_our_name_on_the_package_index() -> None:
    """There is no release: under the bare name pip would install, and CI would run, somebody else's package."""
    files = [*(ROOT / "docs" / "ci").iterdir(), ROOT / "contracts" / "clients" / "kits" / "common" / "contract.yml"]
    for file in sorted(files):
        (installed,) = re.findall(r"MOCKSERVERS(?: =|:) '?([^'\n]+)", file.read_text("utf-8"))
        assert installed == "git+https://HOST/PATH.git", file.name
    for page in PAGES:
        assert not re.findall(r"^pip install '?mockservers\b.*", page.read_text("utf-8"), re.MULTILINE), page.name


def test_the_action_hands_on_the_options_of_every_line(tmp_path: Path) -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("name") == "Check the client")
    program = tmp_path / "mockservers"
    program.write_text("#!/bin/sh\necho --github\nprintf '%s\\n' \"$@\" > said\n")
    program.chmod(0o755)
    given = {"VENDOR": "acme", "CLIENT": "node a.js", "ARGUMENTS": "--strict\n  --seed 7\n"}
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env={**given, "PATH": path}, check=True)
    words = (tmp_path / "said").read_text().splitlines()
    assert words[:8] == ["check", "acme", "--client", "node a.js", "--strict", "--seed", "7", "--github"]


def test_what_a_container_is_started_with_starts() -> None:
    """No container engine runs it here, so the program itself is given the same words."""
    text = (ROOT / "docs" / "testcontainers.md").read_text("utf-8")
    commands = [re.findall(r"[^\s'\",]+", each) for each in re.findall(r"\bserve\b[^)\]\n]*--host[^)\]\n]*", text)]
    assert len(commands) == 3
    for words in {tuple(each) for each in commands}:
        here = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]
        done = CliRunner().invoke(main, [*here, "--", sys.executable, "-c", ""])
        assert done.exit_code == 0, done.output


# --- Python ---


class MySync:
    """The client that a documented test supposes."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key, self.seen = url, key, set()

    def run(self) -> None:
        query = {"key": self.key, "action": "get_tickets", "tid": "*", "output": "json", "order": "tid"}
        for _ in range(2):  # the first answer is cut
            try:
                self.seen = {each["tid"] for each in requests.get(self.url, params=query, timeout=20).json()["tickets"]}
            except requests.RequestException:
                continue


@pytest.mark.parametrize("block", **named("python"))
def test_a_documented_python_block(
    block: str, server: mockservers.MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.py").write_bytes(reference_file("get_tickets").read_bytes())
    names: dict[str, Any] = {"__name__": "documented", "MySync": MySync}
    compiled = compile(block, "documented", "exec")
    if (
        "class Client" in block
        or "SyncTest" in block
        or "ContractTest" in block
        or "DirectoryBasedExampleDatabase" in block
    ):
        return  # run by tests of their own
    if "world.verify(" in block:  # nobody has called, so it must say just that
        with pytest.raises(AssertionError, match="expected exactly 1 call"):
            exec(compiled, {"world": server.world()})
        return
    if "rehearse(" in block:  # a week of a desk takes its time; a rehearsal is played by tests of its own
        monkeypatch.setattr(
            "mockservers.rehearsal.rehearse", lambda config: SimpleNamespace(go=config.days == 7, reasons=())
        )
    told = io.StringIO()
    monkeypatch.setattr(sys, "stdout", told)
    exec(compiled, names)
    if "mock_world" in block:
        names["test_sync_survives_a_cut_answer"](server.world())
    elif "mockservers.start(" in block:
        assert "127.0.0.1" in told.getvalue()
    elif "def test_our_client" in block:  # fewer examples prove as well that the lines are right
        exec(compile(block.replace("examples=40", "examples=2"), "documented", "exec"), names)
        names["test_our_client_keeps_the_contract"](tmp_path)
    elif "run_check" in block:
        assert names["report"].verdict("asks_politely") == "kept"
    else:
        assert names["report"].go


# --- other languages ---


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")
def test_the_options_of_the_node_client_are_as_documented(server: mockservers.MockServer, tmp_path: Path) -> None:
    (block,) = (block for _, block in blocks("js") if "server.world(" in block)
    client = (ROOT / "contracts" / "clients" / "node" / "mockservers.mjs").as_uri()
    told = "console.log(JSON.stringify(await world.ask('GET', '/faults')))\n"
    text = f"import {{ start }} from '{client}'\n{block.replace('await world.clearFaults()', told + 'await world.clearFaults()')}"
    (tmp_path / "sample.mjs").write_text(text, "utf-8")
    url = {**os.environ, "MOCKSERVERS_URL": server.url}
    done = subprocess.run(["node", "sample.mjs"], cwd=tmp_path, env=url, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "ticket.add_note" in done.stdout
    assert '"after_bytes":40' in done.stdout


# --- tutorials and the protocol ---


@pytest.mark.parametrize("language", ["python", "node", "php", "java"])
def test_the_bug_of_a_tutorial_is_one(language: str, tmp_path: Path) -> None:
    """Its `sed` meets the client that `init` writes; in Python the check names the duty that the page promises."""
    files = written("get_tickets", language)
    text = (ROOT / "docs" / "tutorial" / f"{language}.md").read_text("utf-8")
    (command,) = (words for _, block in blocks("sh") if block in text for words in lines_of(block) if words[0] == "sed")
    _, _, wrong, right = command[2].split("/") if command[2].count("/") == 3 else ("", "", "", "")
    assert files[command[3]].count(command[2].split("/")[1]) == 1, (wrong, right)
    if language == "python":
        _, before, after, _ = command[2].split("/")
        (tmp_path / "client.py").write_text(files["client.py"].replace(before, after), "utf-8")
        client = ClientSpec(f"{tmp_path / 'client.py'}:Client")
        report = check(CheckConfig("get_tickets", client, examples=20, save_to=None, shrink=False, fail_fast=True))
        assert report.verdict("all_pages") == "broken"


@pytest.mark.skipif(shutil.which("tee") is None, reason="there is no tee on this machine")
def test_what_is_said_to_a_client_is_as_the_schema_of_the_protocol_says(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "driver_protocol.schema.json").read_text("utf-8"))
    client = reference_name("get_tickets").removesuffix(":Client")
    heard, said = tmp_path / "heard", tmp_path / "said"
    line = f"tee {heard} | {sys.executable} {client} | tee {said}"
    report = check(CheckConfig("get_tickets", ClientSpec(shlex.join(["sh", "-c", line])), examples=1, save_to=None))
    assert report.broken == []

    def valid(part: str, value: Any) -> None:
        jsonschema.validate(value, {**schema, "anyOf": [{"$ref": f"#/$defs/{part}"}]})

    messages = [json.loads(text) for text in heard.read_text("utf-8").splitlines()]
    answers = {each["id"]: each for each in map(json.loads, said.read_text("utf-8").splitlines())}
    assert {"hello", "reset", "sync", "mirror"} <= {each["do"] for each in messages}
    for each in messages:
        valid("message", each)
        valid("answer", answers[each["id"]])
        if each["do"] in ("hello", "mirror"):
            valid(each["do"], answers[each["id"]]["ok"])
    with pytest.raises(jsonschema.ValidationError):
        valid("message", {"id": 1, "do": "reset"})


@pytest.mark.parametrize("language", ["python", "node", "php", "java"])
def test_a_tutorial_has_the_blocks_that_a_newcomer_follows(language: str) -> None:
    *worked, served = newcomer.blocks(language)
    assert len(worked) == len(newcomer.CODES)
    assert served == "mockservers serve\n"
