"""A vendor is a plug-in: a sixth one, in a package of its own, works with everything, and nothing else names it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOY = ROOT / "tests" / "toy_vendor"

Run = Callable[..., str]


def install(package: Path, site: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", str(site), str(package)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def environment(*folders: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTEST_ADDOPTS": ""}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the toy vendor is installed from its wheel."""
    folder = tmp_path_factory.mktemp("site")
    install(TOY, folder)
    return folder


@pytest.fixture
def run(site: Path, tmp_path: Path) -> Run:
    """Run Python with the toy vendor installed; gives what was printed."""

    def go(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment(ROOT, site),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return go


SERVE = """
import sys, urllib.request, json
import mockservers
with mockservers.start(data="demo") as server:
    def get(path): return urllib.request.urlopen(server.url + path).read().decode()
    toy = server.default["toy"]
    assert len(json.loads(get("/toy/tickets?key=demo-key"))["tickets"]) == 3
    page = get("/_mock/")
    assert "Toy ticket API" in page and toy.url in page
    assert any(rule["id"] == "toy.list.pages" for rule in json.loads(get("/_mock/v1/rules?vendor=toy"))["rules"])
    assert json.loads(get("/_mock/v1/journal"))["entries"][0]["rules"] == ["toy.list.order", "toy.list.pages"]
    assert json.loads(get("/_mock/v1/records?vendor=toy"))["records"][0]["fields"]["title"].startswith("Printer")
with mockservers.start("toy", lively=True) as server:
    toy = server.default["toy"]
    before = toy.act("list")["records"]
    server.default.clock.advance(hours=8)
    assert len(toy.act("list")["records"]) > len(before)
print(*mockservers.registry.names())
"""


def test_it_is_served_beside_the_others(run: Run) -> None:
    assert run("-c", SERVE).split()[-1] == "toy"
    assert "Toy ticket API, from mockservers_toy" in run("-m", "mockservers", "vendor", "list")
    shown = run("-m", "mockservers", "rules", "show", "toy.list.pages")
    assert "mockservers_toy/emulator/semantics.py:" in shown
    assert "toy.nothing_missed" in shown


def test_it_is_checked_and_replayed(run: Run, tmp_path: Path) -> None:
    client = f"{TOY / 'contracts' / 'toy' / 'clients' / 'toy_reader.py'}:Client"
    mutant = f"{TOY / 'tests' / 'vendors' / 'toy' / 'mutants' / 'nothing_missed.py'}:Client"
    check = ("-m", "mockservers", "check", "toy", "--examples", "5", "--client")
    assert "kept" in run(*check, client)
    told = run(*check, mutant, "--html", "report.html", code=1)
    assert "toy.list.pages" in told
    (failure,) = (tmp_path / "scenarios-found").glob("toy-nothing_missed-*.yaml")
    assert "FAILED" in run("-m", "mockservers", "replay", str(failure), "--client", mutant, code=1)
    run("-m", "mockservers", "replay", str(failure), "--client", client)
    assert '"toy"' in run("-m", "mockservers", "scenarios", "schema")


RECORD = """
import subprocess, sys, urllib.request, mockservers
with mockservers.start("toy", data={"toy": "demo:6"}) as server:
    command = [sys.executable, "-m", "mockservers", "record", "toy", "--upstream", server.url, "--out", "toy.yaml", "--port", "0"]
    recorder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    words = (word for line in recorder.stdout for word in line.split())
    url = next(word for word in words if word.startswith("http://127.0.0.1:") and server.url not in word)
    base = "/".join(url.split("/")[:3])
    for page in ("", "&next="):
        with urllib.request.urlopen(base + "/toy/tickets?key=demo-key" + (page + last if page else "")) as answer:
            import json
            last = json.loads(answer.read()).get("next")
    recorder.terminate()
    print(recorder.stdout.read())
    assert recorder.wait() == 0
"""


def test_it_is_recorded_and_compared(run: Run, tmp_path: Path) -> None:
    run("-c", RECORD)
    recording = (tmp_path / "toy.yaml").read_text("utf-8")
    assert "demo-key" not in recording
    assert recording.count("/toy/tickets") == 2
    run("-m", "mockservers", "drift", "toy.yaml")
    assert "unproven  nothing_missed" in run("-m", "mockservers", "judge", "toy.yaml", code=3)  # no mirror was recorded


def test_what_is_proved_of_it_is_told_in_its_checkout(tmp_path: Path) -> None:
    """Beside the package, as in its repository, tests and mutants are found too."""
    site = tmp_path / "site"
    install(TOY, site)
    for folder in site.glob("mockservers_toy"):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    code = "from mockservers.harness.coverage import table; print(table('toy'))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(ROOT, TOY, site), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"`toy\.list\.pages` \| documented \| `test_toy.*nothing_missed\.py", done.stdout)


def test_its_own_tests_pass_with_the_pytest_plugin(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=TOY,
        env=environment(ROOT, site),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b8 passed", done.stdout)


@pytest.mark.slow
def test_a_new_vendor_passes_its_own_tests(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mockservers", "vendor", "new", "acme_desk", "--title", "Acme desk"],
        cwd=tmp_path,
        env=environment(ROOT),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    package = tmp_path / "mockservers-acme_desk"
    assert "go on with" in told
    assert not [path for path in package.rglob("*") if path.is_file() and "toy" in path.read_text("utf-8").lower()]
    site = tmp_path / "site"
    install(package, site)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=package,
        env=environment(ROOT, site),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Acme",), "must be lower-case letters"),
        (("autotask",), "there is a vendor 'autotask' already"),
        (("acme", "--into", "."), "exists already and is not empty"),
    ],
)
def test_a_vendor_that_cannot_be_begun_says_why(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "mockservers", "vendor", "new", *arguments],
        cwd=tmp_path,
        env=environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


BROKEN = {
    "raises": (
        "raise RuntimeError('no luck')",
        "cannot be loaded (RuntimeError: no luck); repair the package, or uninstall",
    ),
    "text": ("VENDOR = 'acme'", "expected a mockservers.registry.Vendor, got str"),
    "taken": (
        "from mockservers.registry import Vendor\nVENDOR = Vendor('autotask', 'x', (), 'x')",
        "there is a vendor 'autotask' already",
    ),
    "name": (
        "from mockservers.registry import Vendor\nVENDOR = Vendor('Acme', 'x', (), 'x')",
        "is not a vendor's name",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_package_is_named(case: str, tmp_path: Path) -> None:
    code, said = BROKEN[case]
    (tmp_path / "broken_vendor.py").write_text(code)
    info = tmp_path / "broken_vendor-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-vendor\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[mockservers.vendors]\nacme = broken_vendor:VENDOR\n")
    done = subprocess.run(
        [sys.executable, "-m", "mockservers", "vendor", "list"],
        env=environment(ROOT, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "broken-vendor" in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
