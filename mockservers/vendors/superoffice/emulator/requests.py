"""A call as the wire read it, and what is wrong with its body where it could not be read.

The wire fills it in before the caller is known; semantics look at the body after. Knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID
from mockservers.wirekit.dotnet_text import value_text

NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class Asked:
    """One call. `variables` are the query's by lower-case name; `path` what the address itself names, such as an id."""

    root: str = "/"
    host: str = ""
    scheme: str = "http"
    prefix: str = ""
    """What stands before the root in addresses that are handed out: the part that chooses the world."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()
    """Variables that the query has more than once; the first counts."""
    path: tuple[str, ...] = ()
    body: Any = None
    repeated: list[str] = field(default_factory=list)
    """Properties that an object of the body has more than once; the last counts."""
    given: bool = False
    """Whether there was a body at all."""
    problem: Refusal | None = None
    """What is wrong with the body; matters only to who reads it."""
    format: str = "json"

    @property
    def base(self) -> str:
        """The path that a client puts before /api."""
        return self.prefix + self.root.rstrip("/")

    def header(self, name: str) -> str:
        """A header by its lower-case name, or empty text."""
        return self.headers.get(name, "")


class Plain(str):
    """A text of a body in XML or a form, where everything is text: a number, a truth value, an array of one or none."""

    __slots__ = ()


def bad(rule: str, detail: str) -> Refusal:
    """A bad request, with what is wrong with it."""
    return Refusal(rule, "bad_request", detail=detail)


def note_query(ctx: Context, asked: Asked, *known: str) -> None:
    """Note the variables that a call of these ones does not take, or takes once (superoffice.request.dropped)."""
    unknown = [name for name in asked.variables if name not in known]
    if unknown:
        told = f"{_listed(unknown)} in the query is dropped: this call takes {', '.join(known)}"
        ctx.note("superoffice.request.dropped", told)
    if asked.twice:
        told = f"{_listed(asked.twice)} stands in the query more than once; the first counts"
        ctx.note("superoffice.request.dropped", told)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(value_text(name) for name in names[:5]) + (" and more" if len(names) > 5 else "")


def members(ctx: Context, asked: Asked, *known: str) -> dict[str, Any]:
    """The body's properties by lower-case name; raises the refusal of a body that is none.

    `known` are those that the call takes, where it is a list: any other is dropped, with a finding.
    """
    if asked.problem is not None:
        raise asked.problem
    if not isinstance(asked.body, Mapping):
        what = "There is no body" if asked.body is None else "The body is not an object"
        raise bad("superoffice.request.missing", f"{what}.")
    found = lowered(asked.body)
    expected = {name.lower() for name in known}
    unknown = [str(name) for name in asked.body if str(name).lower() not in expected] if known else []
    if unknown:
        told = f"{_listed(unknown)} is dropped: the body takes {', '.join(known)}"
        ctx.note("superoffice.request.dropped", told)
    if asked.repeated:
        told = f"{_listed(asked.repeated)} stands in the body more than once; the last counts"
        ctx.note("superoffice.request.dropped", told)
    note_query(ctx, asked, "$select", "fk")
    return found


def lowered(found: Mapping[Any, Any]) -> dict[str, Any]:
    """The members of an object by lower-case name (superoffice.request.body)."""
    return {str(name).lower(): value for name, value in found.items()}


def _no_int32(value: Any, name: str) -> str:
    return f"The value {value_text(value)} is no Int32, which {name} takes."


def int32(ctx: Context, value: Any, name: str) -> int:
    """An int32 as the framework binds it (superoffice.request.ids); raises the refusal."""
    if isinstance(value, Plain) or (isinstance(value, str) and ctx.dialect["string_ids"] == "coerce"):
        text = value.strip()
        digits = text.lstrip("+-")
        if digits.isascii() and digits.isdecimal() and len(digits) <= 10 and len(text) - len(digits) <= 1:
            ctx.cite("superoffice.request.ids")
            value = int(text)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value <= LARGEST_ID:
        raise bad("superoffice.request.ids", _no_int32(value, name))
    return value


def int32s(ctx: Context, value: Any, name: str) -> list[int]:
    """An array of int32; raises the refusal for anything else."""
    if isinstance(value, Plain):
        value = [value] if value.strip() else []
    if not isinstance(value, list):
        raise bad("superoffice.request.missing", f"{name} is missing, or is not an array.")
    if all(type(each) is int for each in value):  # the usual case, in one pass
        if all(-(2**31) <= each <= LARGEST_ID for each in value):
            return value
        raise bad("superoffice.request.ids", f"{name} holds a number that is no Int32.")
    return [int32(ctx, each, name) for each in value]


def without_body(ctx: Context, asked: Asked) -> None:
    """A call whose parameters stand in the query: its body may be empty or null, and is not looked at."""
    if asked.body is None:
        ctx.cite("superoffice.request.null_body")


def variable(ctx: Context, asked: Asked, name: str) -> int:
    """An int32 in the query; raises the refusal when it is missing or none."""
    without_body(ctx, asked)
    given = asked.variables.get(name.lower())
    if given is None or not given.strip():
        raise bad("superoffice.request.missing", f"The query has no {name}.")
    text = given.strip()
    if not re.fullmatch(r"-?\d{1,10}", text, re.ASCII) or not -(2**31) <= int(text) <= LARGEST_ID:
        raise bad("superoffice.request.ids", _no_int32(given, name))
    return int(text)
