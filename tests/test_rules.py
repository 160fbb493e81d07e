"""Rules are named by their full ids, as literals: one search finds where one is defined, applied, required and broken."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockservers import registry
from mockservers.harness.duties import of
from mockservers.harness.profile import contracted

ROOT = Path(__file__).resolve().parent.parent


def _literals(path: Path, vendor: str) -> Iterator[tuple[int, str]]:
    shape = re.compile(rf"{vendor}\.[a-z0-9_]+(?:\.[a-z0-9_]+)+")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.fullmatch(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize("vendor", registry.names())
def test_every_id_that_the_code_names_is_a_rule(vendor: str) -> None:
    rules = registry.emulator(vendor).rules
    package = ROOT / "mockservers" / "vendors" / vendor
    named = [(path, *each) for path in sorted(package.rglob("*.py")) for each in _literals(path, vendor)]
    assert named
    assert not [f"{path}:{line}: {rule}" for path, line, rule in named if rule not in rules]


@pytest.mark.parametrize("vendor", registry.names())
def test_every_rule_is_applied_somewhere_in_the_emulator(vendor: str) -> None:
    """A rule that is always at work is named in a comment or docstring where its behaviour is."""
    package = ROOT / "mockservers" / "vendors" / vendor / "emulator"
    text = "\n".join(path.read_text("utf-8") for path in sorted(package.rglob("*.py")))
    assert not [
        rule for rule in registry.emulator(vendor).rules if not re.search(rf"{re.escape(rule)}(?![a-z0-9_])", text)
    ]


@pytest.mark.parametrize("vendor", contracted())
def test_a_mutant_names_the_rules_that_it_breaks(vendor: str) -> None:
    rules = registry.emulator(vendor).rules
    because = {duty.slug: set(duty.because) for duty in of(vendor)}
    wrong = []
    for path in sorted((ROOT / "tests" / "vendors" / vendor / "mutants").glob("*.py")):
        named = [
            ast.literal_eval(node.value)
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RULES"
        ]
        if not named or not named[0] or not set(named[0]) <= rules.keys():
            wrong.append(f"{path.name}: expected RULES, a tuple of rule ids")
        elif not set(named[0]) & because[path.stem.partition("-")[0]]:
            wrong.append(f"{path.name}: expected at least one rule on which the duty rests")
    assert not wrong, "\n".join(wrong)
