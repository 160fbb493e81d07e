"""What is proved where: statements of the vendor's page, rules, tests, duties and mutants, joined into one table.

Reads the checkout: tests name rules with `@pytest.mark.rule(...)`, which their run proves by the journal; clients with a
seeded bug lie in `tests/vendors/<vendor>/mutants/`, named after the duty they break; `emulator_mutants.yaml` beside them lists
bent emulators. A wheel has no tests, so there only rules and duties show.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from mockservers import registry
from mockservers.kernel import data


@cache
def marked_tests(folder: Path) -> dict[str, list[str]]:
    """Test functions below `folder` by the id of each rule that they are marked with."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        everywhere = [rule for node in tree.body if isinstance(node, ast.Assign) for rule in _rules_in(node.value)]
        for name, decorators in _functions(tree):
            for rule in dict.fromkeys([*everywhere, *(each for mark in decorators for each in _rules_in(mark))]):
                found[rule].append(f"{path.relative_to(folder).as_posix()}::{name}")
    return dict(found)


def _functions(tree: ast.Module) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node.name, node.decorator_list
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield f"{node.name}::{inner.name}", [*node.decorator_list, *inner.decorator_list]


def _rules_in(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        # `@pytest.mark.rule(...)`, or `@rule(...)` where a module shortened it.
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "rule":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def checkout_tests(package: str = "mockservers") -> Path | None:
    """The tests of a package's checkout, or None in an installation from a wheel."""
    root = data.checkout(package)
    return root / "tests" if root is not None and (root / "tests").is_dir() else None


def tests_of(vendor: str) -> Path | None:
    """The folder of a vendor's own tests, or None where there is none."""
    tests = checkout_tests(registry.vendor(vendor).package)
    folder = None if tests is None else tests / "vendors" / vendor
    return folder if folder is not None and folder.is_dir() else None


def duties_of(vendor: str) -> dict[str, tuple[str, ...]]:
    """The ids of the rules behind each duty of a vendor, by the duty's id."""
    from mockservers.harness.duties import of
    from mockservers.harness.profile import contracted

    if vendor not in contracted():
        return {}
    return {duty.id: duty.because for duty in of(vendor)}


def mutants_of(vendor: str) -> dict[str, list[str]]:
    """The files of the mutants (`<duty>.py`, `<duty>-<bug>.py`) of each duty that has some, by the duty's id."""
    duties = {duty.rsplit(".", 1)[-1]: duty for duty in duties_of(vendor)}
    found: dict[str, list[str]] = defaultdict(list)
    for file in _client_mutants(vendor):
        if file.stem.partition("-")[0] in duties:
            found[duties[file.stem.partition("-")[0]]].append(file.name)
    return dict(found)


def _client_mutants(vendor: str) -> list[Path]:
    folder = tests_of(vendor)
    return [] if folder is None else sorted((folder / "mutants").glob("*.py"))


@cache
def broken_by(vendor: str) -> dict[str, list[str]]:
    """The files of the client mutants that break each rule, as their `RULES` say, by the rule's id."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in _client_mutants(vendor):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RULES":
                for rule in ast.literal_eval(node.value):
                    found[rule].append(file.name)
    return dict(found)


@cache
def emulator_mutants(vendor: str) -> tuple[dict[str, Any], ...]:
    """The mutants of a vendor's emulator, as its `emulator_mutants.yaml` lists them."""
    folder = tests_of(vendor)
    file = None if folder is None else folder / "emulator_mutants.yaml"
    return () if file is None or not file.is_file() else tuple(yaml.safe_load(file.read_text("utf-8")) or ())


def bent(vendor: str) -> dict[str, list[str]]:
    """The places at which mutants of the emulator bend each rule, by the rule's id."""
    found: dict[str, list[str]] = defaultdict(list)
    for mutant in emulator_mutants(vendor):
        found[mutant["rule"]].append(mutant["file"])
    return dict(found)


def applied_at(rule: str) -> list[str]:
    """The lines of its vendor's emulator that name a rule, as `path:line` from the top-level package on."""
    vendor = registry.vendor(rule.partition(".")[0])
    package, top = (import_module(name).__file__ for name in (vendor.emulator, vendor.package))
    assert package is not None
    assert top is not None
    named = re.compile(rf"(?<![\w.]){re.escape(rule)}(?![\w])")
    return [
        f"{path.relative_to(Path(top).parents[1]).as_posix()}:{number}"
        for path in sorted(Path(package).parent.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if named.search(line)
    ]


def table(vendor: str) -> str:
    """The coverage table of a vendor in Markdown; the same bytes for the same checkout."""
    folder = checkout_tests(registry.vendor(vendor).package)
    tests = marked_tests(folder) if folder else {}
    book = registry.emulator(vendor).rules
    duties = duties_of(vendor)
    statements = json.loads(data.file("fixtures", vendor, "statements.json").read_text("utf-8"))
    lines = [
        f"# What is proved of {vendor}",
        "",
        "Generated by `make table`; do not edit. The run of a test shows in the journal that its rule was applied. A rule "
        "that is *always* at work shows in no single answer; a bent emulator proves it. Client mutants are those that "
        "break this very rule.",
        "",
        "## Statements of the vendor's page",
        "",
        "| statement | kind | what it says | rules, or why there is none |",
        "| --- | --- | --- | --- |",
    ]
    for statement in statements:
        rules = [rule.id for rule in book.values() if statement["id"] in rule.statements]
        answer = ", ".join(f"`{rule}`" for rule in rules) or f"none: {book.unmapped[statement['id']]}"
        lines.append(f"| {statement['id']} | {statement['kind']} | {_cell(statement['says'])} | {_cell(answer)} |")
    lines += [
        "",
        "## Rules",
        "",
        "| rule | certainty | tests | emulator mutants | duties | client mutants |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in book.values():
        because = [duty for duty, rules in duties.items() if rule.id in rules]
        found = tests.get(rule.id, [])
        shown = _codes(test.split("/")[-1] for test in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        cells = (
            f"`{rule.id}`",
            f"{rule.source.certainty}, always" if rule.always else rule.source.certainty,
            shown + more,
            str(len(bent(vendor).get(rule.id, ())) or ""),
            _codes(because),
            _codes(broken_by(vendor).get(rule.id, ())),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
