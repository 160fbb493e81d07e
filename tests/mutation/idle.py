"""Mutants that are not made, because by their nature nothing that a vendor or a contract can see hangs on them.

Only what holds for every client belongs here. What somebody has to know a client for is sorted in `survivors.yaml`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

KINDS = {
    "hello": "what a client tells the harness of itself is no behaviour towards a vendor",
    "bye": "what a client does when it is ended comes after all that is judged",
    "program": "what makes a program of the file is not played",
    "timeout": "no play makes a client wait for real, so how long it would wait shows nowhere",
    "closing": "a connection or file that stays open until the program ends is no bug that a vendor speaks of",
    "wording": "the words of a client's own error are for its people; its kind is what counts",
}
"""Each kind of such mutants, and why it is left out."""
_TIMEOUT = re.compile(r",?\s*\btimeout\s*=\s*[-+]?\s*[\w.]+")
_CLOSING = re.compile(r"[\w.]+\.(close|hang_up|shutdown)\(\)")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a source, from one offset to another, with the kind of the mutants in it."""

    kind: str
    start: int
    end: int


class Idle:
    """Tells for the mutants of one source whether they are of a kind that is left out."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._parts: Sequence[_Part] = tuple(self._found(ast.parse(source)))

    def kind(self, text: str) -> str:
        """The kind of a mutant, by its text; empty for one that may make a difference."""
        first = _alike(self.source, text)
        last = _alike(self.source[:first:-1], text[:first:-1])
        was, became = (each[first : len(each) - last] for each in (self.source, text))
        end = max(first + 1, len(self.source) - last)
        for part in self._parts:
            if part.start <= first and end <= part.end:
                return part.kind
        line = self.source[self.source.rfind("\n", 0, first) + 1 : self.source.find("\n", end - 1)].strip()
        if became.strip() == "pass" and _CLOSING.fullmatch(line):
            return "closing"
        around = [each[max(0, first - 80) : len(each) - max(0, last - 80)] for each in (self.source, text)]
        if "timeout" in was + line and _TIMEOUT.sub("", around[0]) == _TIMEOUT.sub("", around[1]):
            return "timeout"
        return ""

    def _found(self, tree: ast.Module) -> Iterator[_Part]:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in ("hello", "bye"):
                yield self._part(node.name, node)
            elif isinstance(node, (ast.If, ast.Expr)) and ast.unparse(node).startswith(("if __name__ ==", "sys.path.")):
                yield self._part("program", node)
            elif isinstance(node, ast.Raise):
                yield from (self._part("wording", each) for each in ast.walk(node) if _worded(each))

    def _part(self, kind: str, node: ast.stmt | ast.expr) -> _Part:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return _Part(
            kind, self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)
        )

    def _offset(self, line: int, column: int) -> int:
        """Where a place stands in the source; columns count bytes."""
        start = self._lines[line - 1]
        text = self.source[start : self._lines[line]].encode("utf-8")[:column]
        return start + len(text.decode("utf-8"))


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _worded(node: ast.AST) -> TypeGuard[ast.JoinedStr]:
    """Whether a node is a text with values in it; one that looks up a place may fail, and that is another kind of error."""
    inside = [each for each in ast.walk(node) if isinstance(each, ast.Subscript)]
    return isinstance(node, ast.JoinedStr) and all(isinstance(each.slice, ast.Slice) for each in inside)
