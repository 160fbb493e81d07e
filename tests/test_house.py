"""The house itself: what may be imported, what a wheel contains, what no file may say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from mockservers import registry

ROOT = Path(__file__).resolve().parent.parent
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.split("\n")
SOURCES = [ROOT / name for name in TRACKED if name.endswith(".py") and (ROOT / name).is_file()] or list(
    ROOT.glob("*/**/*.py")
)


@cache
def source(path: Path) -> str:
    return path.read_text("utf-8")


def imported(path: Path, wanted: frozenset[str]) -> set[str]:
    """Which of these top-level names a module imports; only one that has the word at all is parsed."""
    names: set[str] = set()
    text = source(path)
    for node in ast.walk(ast.parse(text)) if any(name in text for name in wanted) else ():
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names & wanted


def test_nothing_imports_the_data_folders() -> None:
    data = frozenset({"fixtures", "contracts", "scenarios"})
    assert not {str(path): found for path in SOURCES if (found := imported(path, data))}


def test_nothing_that_is_shipped_imports_the_tests() -> None:
    shipped = [path for path in SOURCES if ROOT / "tests" not in path.parents]
    assert not [str(path) for path in shipped if imported(path, frozenset({"tests"}))]


@pytest.mark.parametrize("folder", ["fixtures", "contracts", "scenarios"])
def test_data_folders_are_no_packages(folder: str) -> None:
    assert not list((ROOT / folder).rglob("__init__.py"))


CLOCKS = {"now", "utcnow", "today"}
MODULES = {"random", "time", "uuid", "secrets"}


def sources_of_chance(path: Path) -> list[str]:
    """Where a module reads the wall clock or makes random numbers: imports (but for annotations) and `datetime.now`."""
    tree = ast.parse(path.read_text("utf-8"))
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in annotations:
            found += [alias.name for alias in node.names if alias.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            found += [f"{owner}.{node.func.attr}"] if owner.split(".")[-1] in ("datetime", "date") else []
    return found


def test_only_the_kernel_reads_wall_clock_and_randomness() -> None:
    modules = [path for path in (ROOT / "mockservers").rglob("*.py") if "kernel" not in path.parts]
    assert not {path.name: found for path in modules if (found := sources_of_chance(path))}


NAMES_OF_VENDORS = re.compile(
    "|".join(("querydata", "get_?tickets", "autotask", "track-?it", "super_?office", "readydesk", "utilisphere")),
    re.IGNORECASE,
)
MAY_NAME_VENDORS = (
    "README.md",
    "CHANGELOG.md",
    "docs/",  # they tell people what there is
    "scenarios/scenario.schema.json",  # generated from what is found
    "tests/",  # a test of the framework may take a vendor as its example
    # So may the example suites and the pages of the packages for other languages; their code may not.
    *("contracts/clients/node/README.md", "contracts/clients/node/example.test.mjs"),
    *("contracts/clients/java/README.md", "contracts/clients/java/src/test/"),
    *("contracts/clients/php/README.md", "contracts/clients/php/ExampleTest.php"),
)


def test_no_vendors_name_stands_outside_its_own_folders() -> None:
    """A vendor is one name under a few roots; whatever else names one would have to be edited for the next."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    vendors = registry.names()
    found = []
    for name in listed:
        path = ROOT / name
        if name.startswith(MAY_NAME_VENDORS) or set(path.parts) & set(vendors) or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [
            f"{name}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if NAMES_OF_VENDORS.search(line) and not line.startswith("description = ")
        ]
    assert not found, "\n".join(found)


def test_modules_are_nouns() -> None:
    assert not [
        path for path in (ROOT / "mockservers").rglob("*.py") if path.stem in ("utils", "helpers", "common", "misc")
    ]


def test_the_wheel_has_one_top_level_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"mockservers"}
    for wanted in (
        "fixtures/querydata/catalogue.json",
        "fixtures/get_tickets/catalogue.json",
        "contracts/querydata/clients/querydata_reader.py",
        "scenarios/scenario.schema.json",
    ):
        assert f"mockservers/_data/{wanted}" in names
    package = ROOT / "mockservers"
    shown = [path for ending in ("*.j2", "*.css") for path in package.rglob(ending)]
    assert {"start_page.html.j2", "page.css"} <= {path.name for path in shown}
    assert {path.relative_to(ROOT).as_posix() for path in shown} <= set(names)


def test_the_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import mockservers, sys; from mockservers import registry; from mockservers.kernel import catalogue\n"
        "assert mockservers.__file__.startswith(sys.argv[1]), mockservers.__file__\n"
        "for name in registry.names(): catalogue.load(name); registry.emulator(name); registry.application(name)\n"
        "from mockservers.wirekit import pages; assert 'gone' in pages.error('gone')\n"
        "print('fine')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
    )
    assert done.stdout == "fine\n", done.stderr


def test_the_benchmarks_can_be_started() -> None:
    command = [sys.executable, str(ROOT / "tests" / "benchmarks" / "run.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "autotask" in done.stdout
