"""Mutants of a Python source that an engine makes, and what people said of those that survive."""

from __future__ import annotations

import ast
import hashlib
import pickle
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import Any, TypeVar

import yaml
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.operator import Operator

from tests.mutation.idle import Idle
from tests.mutation.operators import Rewrite, operators

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mutant of a source. `was` and `became` are the lines in which they differ, without indentation."""

    source: str
    """Names the source, such as `trackit_reader`."""
    operator: str
    line: int
    was: str
    became: str
    key: str
    """Names it in a file of results: source, function and operator, and a digest of what it changes there. So it stays the same
    when lines move, or other functions change."""
    text: str = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return f"{self.source}:{self.line} {self.operator}"

    @property
    def words(self) -> str:
        """What it changes, for people."""
        return f"{self.name}\n    was     {self.was}\n    became  {self.became}"


def mutations(name: str, source: str) -> list[Mutation]:
    """Every mutant of a source, those of equal text once, in the order of the operators and the text; see `idle.py`."""
    idle, tree, scopes = Idle(source), get_ast(source), Scopes(source)
    found: dict[str, Mutation] = {}
    alike: Counter[str] = Counter()
    for operator, mutate in operators().items():
        for text in _texts(tree, source, mutate):
            if text != source and text not in found and _compiles(text) and not idle.kind(text):
                line, was, became = _difference(source, text)
                place = f"{name} {scopes.of(line)} {operator}"
                change = f"{place}\n{was}\n{became}"
                alike[change] += 1
                digest = hashlib.sha256(f"{change}\n{alike[change]}".encode()).hexdigest()[:8]
                found[text] = Mutation(name, operator, line, was, became, f"{place} {digest}", text)
    return list(found.values())


class Scopes:
    """The functions and classes of a source, by their lines."""

    def __init__(self, source: str) -> None:
        self._spans: list[tuple[int, int, str]] = []
        self._look(ast.parse(source), "")

    def _look(self, node: ast.AST, within: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = within
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{within}.{child.name}" if within else child.name
                self._spans.append((child.lineno, child.end_lineno or child.lineno, name))
            self._look(child, name)

    def of(self, line: int) -> str:
        """The innermost of them around a line, such as `Client.sync`; `module` outside of all."""
        found = [(last - first, name) for first, last, name in self._spans if first <= line <= last]
        return min(found)[1] if found else "module"


def _texts(tree: Any, source: str, operator: Operator) -> Iterator[str]:
    """What an operator makes of a source, place by place. The tree is walked once, and only what is exchanged is copied."""
    starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
    for node in ast_nodes(tree):
        for index, _ in enumerate(operator.mutation_positions(node)):
            (first, column), (last, end) = node.get_first_leaf().get_start_pos_of_prefix(), node.end_pos
            made = operator.mutate(node if isinstance(operator, Rewrite) else _copied(node), index).get_code()
            yield source[: starts[first - 1] + column] + made + source[starts[last - 1] + end :]


def _copied(node: Any) -> Any:
    """A part of a tree that an operator may work in."""
    parent, node.parent = node.parent, None
    copy = pickle.loads(pickle.dumps(node))
    node.parent = copy.parent = parent
    return copy


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _difference(source: str, text: str) -> tuple[int, str, str]:
    """The first line in which two texts differ, and what stands in each from there to the last such line."""
    old, new = source.splitlines(), text.splitlines()
    first = next(n for n, pair in enumerate(zip_longest(old, new)) if len(set(pair)) > 1)
    most = min(len(old), len(new)) - first
    last = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    was, became = (" ⏎ ".join(line.strip() for line in lines[first : len(lines) - last]) for lines in (old, new))
    return first + 1, was, became


def sample(given: Sequence[Drawn], size: int, seed: str) -> list[Drawn]:
    """So many of them, drawn by a seed; all where there are no more."""
    return list(given) if len(given) <= size else random.Random(seed).sample(given, size)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What people said of survivors: those of a source that turn the line `was` into one of `became` (any, when empty)."""

    source: str
    was: str
    became: tuple[str, ...]
    verdict: str
    """`equivalent`: nobody could tell it from the true source; `outside`: what it breaks is not asked for."""
    reason: str
    line: int | None = None
    """The one line that is meant, where the same words stand in several."""

    def covers(self, mutant: Mutation) -> bool:
        same = self.source == mutant.source and self.was == mutant.was and self.line in (None, mutant.line)
        return same and (not self.became or mutant.became in self.became)


def sortings(file: Path) -> tuple[Sorting, ...]:
    """What a file says of survivors; nothing where there is none."""
    listed: list[Mapping[str, Any]] = yaml.safe_load(file.read_text("utf-8")) or [] if file.is_file() else []
    return tuple(
        Sorting(
            each["source"],
            each["was"],
            tuple(each.get("became", ())),
            each["verdict"],
            each["reason"],
            each.get("line"),
        )
        for each in listed
    )
