"""Requests of the records door: what other people ask for, read strictly, refused with a sentence that helps.

Knows no operation: each takes what it reads, and what nobody took is too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.instants import from_iso
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.superoffice import zones
from mockservers.vendors.superoffice.model import (
    LARGEST_ID,
    LONGEST,
    PROPERTIES,
    REFERENCES,
    STORED,
    Directory,
    kept,
    kept_text,
    whole_second,
)

Values = dict[str, Any]


@dataclass(slots=True)
class Wish:
    """One request of the records door, with its own checks: every key is asked for, or it is too much."""

    ctx: Context
    raw: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, ctx: Context, request: Any) -> Wish:
        if request is not None and not isinstance(request, Mapping):
            raise Misuse(f"a request is an object with names, not {request!r}")
        return cls(ctx, request or {})

    def take(self, name: str, default: Any = None) -> Any:
        self.taken.add(name)
        return self.raw.get(name, default)

    def text(self, name: str, default: str | None = None, most: int = LONGEST) -> str:
        value = self.take(name, default)
        if not isinstance(value, str) or (not value and default != "") or len(value) > most:
            raise Misuse(f"{name!r} is needed, as text; it was {value!r}")
        try:
            return str(kept_text(name, value))
        except ValueError as error:
            raise Misuse(str(error)) from error

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise Misuse(f"{name!r} is true or false, not {value!r}")
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Misuse(f"{name!r} is a whole number from {low} to {high}, not {value!r}")
        return value

    def number(self, name: str = "id") -> int:
        """A ticket's number, as a number or as text."""
        value = self.take(name)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if (
            not isinstance(text, str)
            or not text.isascii()
            or not text.isdecimal()
            or len(text) > 10
            or int(text) > LARGEST_ID
        ):
            raise Misuse(f"{name!r} is a ticket's number; it was {value!r}")
        return int(text)

    def instant(self, name: str) -> int:
        value = self.take(name)
        try:
            found = whole_second(from_iso(value if isinstance(value, str) else repr(value)))
        except ValueError as error:
            raise Misuse(f"{name!r}: {error}") from error
        if not zones.EARLIEST <= found <= zones.LATEST:
            raise Misuse(f"{name!r} lies between 1970 and 9998, not {value!r}")
        return found

    def user(self, names: Directory, name: str = "by", default: int = 1) -> int:
        """A Service user, by number or by initials."""
        value = self.take(name, default)
        for each in names.all("user"):
            if (value == each.id and not isinstance(value, bool)) or value == each.name:
                return each.id
        there = ", ".join(f"{each.id} ({each.name})" for each in names.all("user"))
        raise Misuse(f"{name!r} names a Service user by number or initials, not {value!r}; there are {there}")

    def fields(self, names: Directory) -> Values:
        """The given properties in kept form; what they lead to is there."""
        given = self.take("fields", {})
        if given is None:
            given = {}
        if not isinstance(given, Mapping):
            raise Misuse(f"'fields' is an object of property names and values, not {given!r}")
        values: Values = {}
        for name, value in given.items():
            if name not in STORED:
                reason = "follows from other properties" if name in PROPERTIES else "is no property of a ticket"
                raise Misuse(f"{name!r} {reason}; what can be given is {', '.join(STORED)}")
            try:
                values[name] = kept(name, value)
            except ValueError as error:
                raise Misuse(str(error)) from error
            kind = REFERENCES.get(name)
            if kind and values[name] not in (None, 0, -1) and not names.get(kind, values[name]).id:
                there = ", ".join(f"{each.id} ({each.name})" for each in names.all(kind)[:12])
                raise Misuse(f"{name} {values[name]} leads to no {kind}; there are {there}")
        return values

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not pass in silence."""
        unknown = sorted(set(self.raw) - self.taken)
        if unknown:
            raise Misuse(f"nothing here reads {unknown[0]!r}; it takes {', '.join(sorted(self.taken))}")
