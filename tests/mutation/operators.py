"""Mutation operators for what clients of ticketing systems get wrong, beside those that Cosmic Ray has.

Cosmic Ray exchanges comparisons, arithmetic, numbers and conditions. These leave out calls and assignments, exchange statements,
drop what escapes, trims and converts, and confuse zones. An operator knows the syntax of Python and nothing of a vendor.
"""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Name

CORE = (
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Mod_Mul",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_Lt_Gt",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_LtE_GtE",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_Lt",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_LtE",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceUnaryOperator_USub_UAdd",
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
)
"""Of Cosmic Ray's operators: one exchange for each arithmetic sign, boundaries and opposites for comparisons. The rest are
exchanges after which hardly a program runs (`+` by `>>`), and would flatter the figure."""

TRIMMING = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "casefold",
        "title",
        "replace",
        "removeprefix",
        "removesuffix",
        "zfill",
        "splitlines",
        "normalize",
        "encode",
        "decode",
        "rjust",
        "ljust",
        "expandtabs",
        "translate",
    ]
)
"""Methods of texts without which a text often looks right."""
ESCAPING = frozenset(["escape", "unescape", "quote", "quote_plus", "unquote", "unquote_plus", "quoteattr"])


class OwnOperator(Operator):  # type: ignore[misc]
    """An operator whose examples stand in its tests."""

    @classmethod
    def examples(cls) -> tuple[Any, ...]:
        return ()


class Rewrite(OwnOperator):
    """An operator that tells, for a node, the texts that may stand in its place."""

    @abstractmethod
    def instead(self, node: Any) -> Sequence[str]:
        """What may stand in place of a node; nothing where the operator does not apply."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for _ in self.instead(node):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        first = node.get_first_leaf()
        return Name(self.instead(node)[index], node.start_pos, prefix=first.prefix)


def _code(node: Any) -> str:
    code: str = node.get_code(include_prefix=False)
    return code


def _called(node: Any) -> tuple[str, str, str] | None:
    """What a call `before.name(arguments)` consists of: `before`, `name` and the arguments; None for another node."""
    if node.type not in ("atom_expr", "power") or len(node.children) < 2:
        return None
    last = node.children[-1]
    if last.type != "trailer" or last.children[0].value != "(":
        return None
    before = node.children[:-1]
    arguments = "".join(each.get_code() for each in last.children[1:-1])
    if before[-1].type == "trailer" and before[-1].children[0].value == ".":
        return "".join(each.get_code() for each in before[:-1]).strip(), before[-1].children[1].value, arguments
    return ("", _code(before[0]), arguments) if len(before) == 1 and before[0].type == "name" else None


class LeaveOutMethod(Rewrite):
    """`text.strip()` becomes `text`."""

    def instead(self, node: Any) -> Sequence[str]:
        call = _called(node)
        return [call[0]] if call and call[0] and call[1] in TRIMMING else []


class LeaveOutEscape(Rewrite):
    """`escape(text)` and `quote(text)` become `text`."""

    def instead(self, node: Any) -> Sequence[str]:
        call = _called(node)
        if not call or call[1] not in ESCAPING or not call[2]:
            return []
        given = node.children[-1].children[1]
        return [f"({_code(given.children[0] if given.type == 'arglist' else given)})"]


class ExchangeCodec(Rewrite):
    """UTF-8 becomes Latin-1, and one way of quoting another."""

    PAIRS: Mapping[str, str] = {
        "utf-8": "latin-1",
        "quote": "quote_plus",
        "quote_plus": "quote",
        "unquote": "unquote_plus",
        "unquote_plus": "unquote",
    }

    def instead(self, node: Any) -> Sequence[str]:
        if node.type == "string" and _code(node)[1:-1].lower() in ("utf-8", "utf8"):
            return ['"latin-1"']
        called = node.type == "name" and getattr(node.get_next_leaf(), "value", "") == "("
        return [self.PAIRS[node.value]] if called and node.value in self.PAIRS else []


class ConfuseZone(Rewrite):
    """A zone becomes UTC, UTC is forgotten, a conversion between zones is left out, the second of two hours is the first."""

    def instead(self, node: Any) -> Sequence[str]:
        call = _called(node)
        if call and call[1] == "ZoneInfo" and "UTC" not in call[2]:
            return ['ZoneInfo("UTC")']
        if call and call[1] == "astimezone":
            return [call[0], f"{call[0]}.replace(tzinfo={call[2] or 'None'})"]
        if call and call[1] == "replace" and "tzinfo" in call[2]:
            return [f"{call[0]}.astimezone({call[2].replace('tzinfo=', '')})" if "," not in call[2] else call[0]]
        if call and call[1] == "timedelta" and "=" in call[2]:
            word, _, number = call[2].partition("=")
            other = {"seconds": "minutes", "minutes": "seconds", "hours": "minutes", "days": "hours"}.get(word.strip())
            return [f"timedelta({other}={number})"] if other else []
        return []


def _statement(node: Any) -> Any:
    """The expression or assignment that a simple statement consists of; None for another node."""
    if node.type != "simple_stmt" or len(node.children) != 2:
        return None
    return node.children[0]


class RewriteStatement(Rewrite):
    """An operator that tells what may stand in place of a whole line."""

    def mutate(self, node: Any, index: int) -> Any:
        line = super().mutate(node, index)
        line.value += "\n"
        return line


class LeaveOutStatement(RewriteStatement):
    """A call or an assignment becomes `pass`, but not the first assignment of a local name, which only crashes."""

    def instead(self, node: Any) -> Sequence[str]:
        inner = _statement(node)
        if inner is None:
            return []
        if inner.type in ("atom_expr", "power") and _called(inner):
            return ["pass"]
        target = inner.children[0] if inner.type == "expr_stmt" else None
        if target is None or node.search_ancestor("funcdef") is None:
            return []
        return ["pass"] if target.type in ("atom_expr", "power") or _code(inner.children[1])[0] in "+-|" else []


class SwallowException(RewriteStatement):
    """`raise` becomes `pass`, and `return None`."""

    def instead(self, node: Any) -> Sequence[str]:
        inner = _statement(node)
        raised = inner is not None and (inner.type == "raise_stmt" or _code(inner) == "raise")
        return ["pass", "return None"] if raised and node.search_ancestor("funcdef") else []


class ExceptNothing(Rewrite):
    """A handler catches nothing any more."""

    def instead(self, node: Any) -> Sequence[str]:
        if node.type != "except_clause" or len(node.children) < 2:
            return []
        named = f" as {_code(node.children[3])}" if len(node.children) == 4 else ""
        return [f"except ZeroDivisionError{named}"]


class ReturnNothing(Rewrite):
    """`return value` becomes `return None`."""

    def instead(self, node: Any) -> Sequence[str]:
        if node.type != "return_stmt" or len(node.children) != 2 or _code(node.children[1]) == "None":
            return []
        return ["return None"]


PURE = frozenset(
    [
        "int",
        "str",
        "float",
        "bool",
        "len",
        "set",
        "frozenset",
        "dict",
        "list",
        "tuple",
        "sorted",
        "map",
        "zip",
        "get",
        "items",
        "keys",
        "values",
        "split",
        "partition",
        "rpartition",
        "encode",
        "decode",
        "format",
        "join",
        "strip",
        "replace",
        "lower",
        "Path",
        "ZoneInfo",
        "timedelta",
        "Lock",
        "Event",
        "Session",
        "HTTPAdapter",
        "fromisoformat",
    ]
)
"""Calls that change nothing, so that it does not matter when they are made."""


def _independent(one: str, other: str) -> bool:
    """Whether two statements give values to different names, and neither needs what the other one gives."""
    trees = [ast.parse(each.strip()).body[0] for each in (one, other)]
    if not all(isinstance(each, ast.Assign) for each in trees):
        return False
    called = (each.func for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Call))
    if not all(ast.unparse(each).rpartition(".")[2] in PURE for each in called):
        return False
    given, needed = [], []
    for tree in trees:
        nodes = [each for each in ast.walk(tree) if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
        given.append({ast.unparse(each) for each in nodes if isinstance(each.ctx, ast.Store)})
        places = {ast.unparse(each.value) for each in nodes if isinstance(each, ast.Subscript)}
        needed.append({ast.unparse(each) for each in nodes if isinstance(each.ctx, ast.Load)} | places)
    return not (given[0] & (given[1] | needed[1]) or given[1] & needed[0])


def _acts(statement: Any) -> bool:
    """Whether a statement does more than give a local name a value, whose order says nothing, or only makes it crash."""
    target = statement.children[0] if statement.type == "expr_stmt" else statement
    return target.type in ("atom_expr", "power")


class ExchangeStatements(OwnOperator):
    """Two statements that follow each other change places, unless both only give values that neither needs of the other."""

    @staticmethod
    def _pairs(node: Any) -> list[int]:
        if node.type not in ("suite", "file_input") or node.search_ancestor("funcdef") is None:
            return []
        children = node.children
        return [
            n
            for n, each in enumerate(children[:-1])
            if (inner := _statement(each)) is not None
            and (other := _statement(children[n + 1])) is not None
            and {inner.type, other.type} <= {"expr_stmt", "atom_expr", "power"}
            and (_acts(inner) or _acts(other))
            and not _independent(_code(inner), _code(other))
        ]

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for n in self._pairs(node):
            yield (node.children[n].start_pos, node.children[n + 1].end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        n = self._pairs(node)[index]
        children = node.children
        children[n], children[n + 1] = children[n + 1], children[n]
        return node


class NeverDo(Rewrite):
    """`if condition` and `while condition` are never true."""

    def instead(self, node: Any) -> Sequence[str]:
        parent = node.parent
        if parent is None or parent.type not in ("if_stmt", "while_stmt") or node.type in ("keyword", "suite"):
            return []
        before = node.get_previous_sibling()
        if before is None or getattr(before, "value", "") not in ("if", "elif", "while"):
            return []
        return [] if _code(node) in ("True", "False") else ["False", *(["True"] if before.value != "while" else [])]


class LeaveOutEntry(Rewrite):
    """An entry of a dictionary or a keyword argument is left out."""

    def instead(self, node: Any) -> Sequence[str]:
        if node.type == "dictorsetmaker" and ":" in [getattr(each, "value", "") for each in node.children]:
            return self._entries(node)
        if node.type == "arglist":
            parts = [_code(each) for each in node.children if getattr(each, "value", "") != ","]
            named = [n for n, each in enumerate(node.children[::2]) if each.type == "argument"]
            return [", ".join(part for m, part in enumerate(parts) if m != n) for n in named]
        return []

    @staticmethod
    def _entries(node: Any) -> list[str]:
        entries: list[list[str]] = [[]]
        for each in node.children:
            if getattr(each, "value", "") == ",":
                entries.append([])
            else:
                entries[-1].append(each.get_code())
        if any(each.type in ("comp_for", "sync_comp_for") for each in node.children):
            return []
        texts = ["".join(entry).strip() for entry in entries if entry]
        return (
            [", ".join(text for m, text in enumerate(texts) if m != n) for n in range(len(texts))] if texts[1:] else []
        )


class ExchangeBound(Rewrite):
    """`max` becomes `min`, `any` becomes `all`, the first becomes the last, and the other way round."""

    PAIRS: Mapping[str, str] = {"max": "min", "min": "max", "any": "all", "all": "any", "sorted": "list"}

    def instead(self, node: Any) -> Sequence[str]:
        called = node.type == "name" and getattr(node.get_next_leaf(), "value", "") == "("
        bare = called and getattr(node.get_previous_leaf(), "value", "") not in (".", "def")
        return [self.PAIRS[node.value]] if bare and node.value in self.PAIRS else []


class ExchangeIn(Rewrite):
    """`in` becomes `not in`, and back."""

    def instead(self, node: Any) -> Sequence[str]:
        if node.type == "comp_op":
            return {"not in": ["in"]}.get(" ".join(_code(node).split()), [])
        compared = node.type == "keyword" and node.value == "in" and node.parent.type == "comparison"
        return ["not in"] if compared else []


OWN: tuple[type[OwnOperator], ...] = (
    LeaveOutMethod,
    LeaveOutEscape,
    ExchangeCodec,
    ConfuseZone,
    LeaveOutStatement,
    SwallowException,
    ExceptNothing,
    ReturnNothing,
    ExchangeStatements,
    NeverDo,
    LeaveOutEntry,
    ExchangeBound,
    ExchangeIn,
)


def operators() -> dict[str, Operator]:
    """Every operator by its name."""
    core = {name: get_operator(f"core/{name}")() for name in CORE}
    return core | {each.__name__: each() for each in OWN}
