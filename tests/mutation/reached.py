"""In which examples of the default check a correct client comes to which of its statements.

In all others a mutant of a statement does what the client does, so it need not be played there. What is found is kept in a
file, and found anew when the client or the vendor's contract has changed.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mockservers import registry
from mockservers.harness.check import EXAMPLES, CheckConfig, check
from mockservers.harness.clients import roles

HITS = "_mockservers_hits"
Body = list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Reached:
    """The statements of a client by their lines, and the examples that come to each."""

    spans: Mapping[int, int]
    """The last line of each statement inside a function, by its first."""
    turns: Mapping[int, frozenset[int]]

    def of(self, line: int) -> frozenset[int] | None:
        """The examples that come to a line; None for one outside of functions, which counts in all."""
        inner = [(last - first, first) for first, last in self.spans.items() if first <= line <= last]
        return self.turns.get(min(inner)[1], frozenset()) if inner else None


class Counted(ast.NodeTransformer):
    """Notes each statement inside a function before it is done."""

    def __init__(self) -> None:
        self.spans: dict[int, int] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return self._inside(node)

    def _inside(self, node: ast.AST) -> ast.AST:  # type: ignore[misc]
        for name, value in ast.iter_fields(node):
            if name in ("body", "orelse", "finalbody") and isinstance(value, list):
                setattr(node, name, list(self._noted(value)))
            elif name in ("handlers", "cases"):
                for each in value:
                    self._inside(each)
        return node

    def _noted(self, body: Body) -> Iterator[ast.stmt]:
        for statement in body:
            plain = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not plain and not isinstance(statement, (ast.Global, ast.Nonlocal)):
                self.spans[statement.lineno] = statement.end_lineno or statement.lineno
                yield ast.parse(f"{HITS}.add({statement.lineno})").body[0]
            self._inside(statement)
            yield statement


def reached(vendor: str, role: str, kept: Path) -> Reached:
    """What the examples of seed 1 come to; `kept` is the folder in which it is found by the next run."""
    path = roles(vendor)[role]
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    counted = Counted()
    tree = ast.fix_missing_locations(counted.visit(tree))
    digest = hashlib.sha256(f"{EXAMPLES}\n{source}\n{_contract(vendor)}".encode()).hexdigest()[:16]
    file = kept / f"reached-{vendor}-{role}-{digest}.json"
    if not file.is_file():
        turns = _played(vendor, path, ast.unparse(tree))
        kept.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({line: sorted(found) for line, found in turns.items()}), "utf-8")
    told = json.loads(file.read_text("utf-8"))
    return Reached(counted.spans, {int(line): frozenset(found) for line, found in told.items()})


def _contract(vendor: str) -> str:
    folder = registry.vendor(vendor).module("contract", "profile").__file__
    files = sorted(Path(str(folder)).parent.rglob("*.py"))
    return "\n".join(file.read_text("utf-8") for file in files)


def _played(vendor: str, path: Path, text: str) -> dict[int, set[int]]:
    """The examples that come to each statement, by its line; raises AssertionError where the client is no correct one."""
    hits: set[int] = set()
    setattr(builtins, HITS, hits)
    found: dict[int, set[int]] = {}
    playing: list[int] = []

    def turned(turn: int, of: int, what: str) -> None:
        for line in hits if playing else ():
            found.setdefault(line, set()).add(playing[-1])
        hits.clear()
        playing.append(turn)

    sys.path.insert(0, str(path.parent))  # what the client imports of its neighbours
    with tempfile.TemporaryDirectory(prefix="mockservers-reached-") as folder:
        file = Path(folder) / f"reached_{path.stem}.py"
        file.write_text(text, "utf-8")
        report = check(
            CheckConfig(vendor, f"{file}:Client", save_to=None, shrink=False, max_seconds=3600, progress=turned)
        )
    assert not report.broken, f"{path.stem} breaks {', '.join(duty.slug for duty in report.broken)}"
    return found
