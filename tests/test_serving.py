"""An environment that only serves: `mockservers/serving.txt` is all that it needs, and what it lacks is told in a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import grimp
import pytest

from mockservers.cli import distributions
from tests.serving_alone import absent, closure

ROOT = Path(__file__).resolve().parent.parent
SIDES = ("kernel", "wirekit", "server", "workbench", "recording", "registry", "settings", "configuration", "api")
"""Packages of which every import may happen in `serve`, `world` or `record`, also one inside a function."""
COMMANDS = ("calls", "command", "configured", "distributions", "doctor", "errors", "examples", "observe", "parameters", "record",
            "running", "serve", "world")  # fmt: skip
PARTS = re.compile(r"mockservers\.vendors\.\w+(\.(rules|dialects|recording|emulator)(\..+)?)?")
ASKED = """
import json, os, sys, urllib.error, urllib.request
base, told = os.environ["MOCKSERVERS_URL"], {}
def ask(path, **more):
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, **more), timeout=250) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
pages = ["", "/v1/openapi.json", "/v1/docs", "/v1/journal", "/v1/rules", "/v1/metrics", "/v1/observation"]
told["pages"] = {page: ask("/_mock" + (page or "/"))[0] for page in pages}
told["vendors"] = {}
for vendor in json.loads(sys.argv[1]):
    word = "MOCKSERVERS_" + vendor.upper()
    path = os.environ[word + "_URL"].removeprefix(base)
    described = os.environ.get(word + "_DESCRIPTION", base + path).removeprefix(base)
    kept = json.loads(ask(f"/_mock/v1/records?vendor={vendor}")[1])
    told["vendors"][vendor] = [ask(described)[0], ask(path)[0], ask(path, data=b"<a/>")[0], len(kept["records"])]
print(json.dumps(told))
"""
JOB = """sh -c 'echo "{\\"protocol\\": 1, \\"tasks\\": [\\"sync\\", \\"mirror\\"]}"'"""
"""A job that says what it can do, which is all that a check asks before it draws."""
READER = "contracts/get_tickets/clients/get_tickets_reader.py:Client"


def alone(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in such an environment."""
    command = [sys.executable, "-m", "tests.serving_alone", *words]
    left = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=left, check=False)


def test_the_list_says_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = {*project["dependencies"], *project["optional-dependencies"]["postgres"]}
    lines = [line for line in distributions.SERVING.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert not [line for line in lines if line not in known]
    assert len(lines) == len(distributions.serving())


def test_nothing_that_serves_imports_what_is_not_on_the_list() -> None:
    graph = grimp.build_graph(
        "mockservers", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )
    owners = metadata.packages_distributions()
    allowed = closure(distributions.serving())
    optional = {"uvloop", "brotli", "backports-zstd"}  # extras that are asked for where they are there
    strangers: dict[str, set[str]] = {}
    looked = 0
    for module in graph.modules:
        _, _, inside = module.partition("mockservers.")
        side, _, rest = inside.partition(".")
        if not (side in SIDES or (side == "cli" and rest in COMMANDS) or PARTS.fullmatch(module)):
            continue
        looked += 1
        for name in graph.find_modules_directly_imported_by(module):
            packages = {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(name.partition(".")[0], ())}
            if packages and not packages & {*allowed, *optional, "mockservers"}:
                strangers.setdefault(module, set()).add(name)
    assert looked > 100
    assert not strangers, "add what they import to mockservers/serving.txt, or import it elsewhere"


def test_each_of_the_list_is_needed() -> None:
    graph = grimp.build_graph(
        "mockservers", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )
    owners = metadata.packages_distributions()
    imported = {owner.lower() for name in graph.modules for owner in owners.get(name.partition(".")[0], ())}
    # What is not imported brings files that flask-openapi3 serves.
    assert distributions.serving() - imported == {"flask-openapi3-swagger"}


def test_all_vendors_are_served_with_nothing_else() -> None:
    from mockservers import registry

    assert {"hypothesis", "pytest", "requests"} <= absent()
    names = list(registry.names())
    done = alone("serve", "--port", "0", "--", sys.executable, "-c", ASKED, json.dumps(names))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["pages"].values()) == {200}
    assert set(told["vendors"]) == set(names)
    for vendor, (described, got, posted, records) in told["vendors"].items():
        assert described == 200, vendor
        assert got != 503, vendor
        assert posted != 503, vendor
        assert records > 10, vendor
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "get_tickets", "--client-command", JOB, "--examples", "1"), "this needs hypothesis, which is not"),
        (
            ("replay", "scenarios/get_tickets/custom_fields.yaml", "--client", READER),
            "; this needs requests, which is not",
        ),
        (("demo",), "which is not installed here"),
    ],
)
def test_the_harness_says_what_it_lacks(words: tuple[str, ...], said: str) -> None:
    done = alone(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "harness needs more: install the wheel" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_knows_an_environment_that_only_serves() -> None:
    done = alone("doctor")
    assert "packages for serving alone, without hypothesis, pytest, requests" in done.stdout


def test_an_error_of_somebody_else_is_not_explained_away() -> None:
    assert distributions.left_out(ModuleNotFoundError("No module named 'acme'", name="acme")) is None
    assert distributions.left_out(ValueError("wrong")) is None
