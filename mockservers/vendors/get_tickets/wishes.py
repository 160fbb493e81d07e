"""Requests of the records door: what other people ask for, read strictly, refused with a sentence that helps.

Knows no operation: each takes what it reads, and what nobody took is too much.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import fits
from mockservers.vendors.get_tickets.model import OUTPUTS, kept

Values = dict[str, Any]
"""Outputs of a ticket, in kept form."""


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

    def text(self, name: str, default: str | None = None) -> str:
        value = self.take(name, default)
        if not isinstance(value, str) or not value:
            raise Misuse(f"{name!r} is needed, as text; it was {value!r}")
        return value

    def number(self, name: str = "id") -> int:
        value = self.take(name)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if (
            not isinstance(text, str)
            or not text.isascii()
            or not text.isdecimal()
            or len(text) > 19
            or not fits(int(text))
        ):
            raise Misuse(f"{name!r} is a ticket's number, as text; it was {value!r}")
        return int(text)

    def like(self, name: str, output: str, default: str | None = None) -> Any:
        """A value that goes into the field `output`, in kept form."""
        try:
            return kept(output, self.take(name, default))
        except ValueError as error:
            raise Misuse(str(error).replace(output, repr(name))) from error

    def delay(self) -> int:
        seconds = self.take("delay", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= 10 * 365 * 86400:
            raise Misuse(f"'delay' is a number of seconds from 0 to ten years, not {seconds!r}")
        return round(seconds * instants.SECOND)

    def fields(self) -> Values:
        """The given fields in kept form."""
        given = self.take("fields", {})
        if given is None:
            given = {}
        if not isinstance(given, Mapping):
            raise Misuse(f"'fields' is an object of output names and values, not {given!r}")
        values: Values = {}
        for name, value in given.items():
            if name not in OUTPUTS:
                raise Misuse(f"a ticket has no field {name!r}; it has {', '.join(OUTPUTS)}")
            try:
                values[name] = kept(name, value)
            except ValueError as error:
                raise Misuse(str(error)) from error
        if "custom_fields" in values:
            values["custom_fields"] = self._defined(json.loads(values["custom_fields"]))
        return values

    def _defined(self, given: Mapping[str, str]) -> str:
        assert self.ctx.tenant is not None
        defined = {name.lower(): name for name in self.ctx.tenant.facts["custom_fields"]}
        named = {name.replace(" ", "_"): text for name, text in given.items()}
        for name in named:
            if name.lower() not in defined:
                raise Misuse(f"custom field {name!r} is not defined; there are {', '.join(defined.values()) or 'none'}")
        return json.dumps({defined[name.lower()]: text for name, text in named.items()})

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not pass in silence."""
        unknown = sorted(set(self.raw) - self.taken)
        if unknown:
            raise Misuse(f"nothing here reads {unknown[0]!r}; it takes {', '.join(sorted(self.taken))}")
