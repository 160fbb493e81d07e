"""Requests of other people while they are read: members taken one by one, and what nobody took is too much.

Every mistake is a `Misuse` that says what would have been right. A vendor's own `Arguments` adds what only that vendor has:
its ids, its fields, its people. This module knows no operation and no vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from mockservers.kernel.instants import DAY, SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import LARGEST
from mockservers.registry import did_you_mean

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
LONGEST_DELAY = 10 * 365 * DAY

_Action = TypeVar("_Action")


def _told(value: Any) -> str:
    """A value in a message: texts in quotes, and anything else as JSON has it."""
    return repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)


@dataclass(slots=True)
class Arguments:
    """One request while it is read. A member that is null counts as not given."""

    ctx: Context
    raw: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    ID: ClassVar[str] = "must be the id of a record as text"
    """What `number` says of a wrong id."""
    LARGEST_ID: ClassVar[int] = LARGEST
    PROMPT: ClassVar[str | None] = None
    """The product's name, where what is done shows at once and a delay means nothing."""

    @classmethod
    def of(cls, ctx: Context, request: Any) -> Self:
        if request is not None and not isinstance(request, Mapping):
            raise Misuse(f"a request must be an object of names and values, got {_told(request)}")
        arguments = cls(ctx, request or {})
        if cls.PROMPT is not None and arguments.take("delay") not in (None, 0):
            raise Misuse(
                f"delay: what is done at {cls.PROMPT} shows at once, so no change can be seen later than it is made"
            )
        return arguments

    def take(self, name: str, default: Any = None) -> Any:
        """A member as it was given."""
        self.taken.add(name)
        found = self.raw.get(name)
        return default if found is None else found

    def has(self, name: str) -> bool:
        """Whether something is given under a name."""
        return self.raw.get(name) not in (None, "")

    def text(self, name: str, default: str | None = None) -> str:
        """A text, empty only where it is by default."""
        found = self.take(name, default)
        if found is None:
            raise Misuse(f"{name!r} is missing; it must be text")
        if isinstance(found, (bool, int, float)):
            return _told(
                found
            )  # a shell cannot tell 22 from "22", nor true from "true"; where text is meant it is the same
        if not isinstance(found, str) or (not found and default != ""):
            raise Misuse(f"{name!r} must be text, got {_told(found)}")
        return found

    def flag(self, name: str, default: bool) -> bool:
        found = self.take(name, default)
        if isinstance(found, str) and found.casefold() in ("true", "false"):
            return found.casefold() == "true"
        if not isinstance(found, bool):
            raise Misuse(f"{name!r} must be true or false, got {_told(found)}")
        return found

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        found = given = self.take(name, default)
        if isinstance(given, str) and _WHOLE.fullmatch(given):
            found = int(given)
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise Misuse(f"{name!r} must be a whole number from {low} to {high}, got {_told(given)}")
        return found

    def number(self, name: str = "id", default: int | None = None, most: int | None = None) -> int:
        """The id of a record, or with `most` another number from 0 up: as a number or as text."""
        given = self.take(name, default)
        text = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
        digits, highest = text.lstrip("0") or "0", self.LARGEST_ID if most is None else most
        if text.isascii() and text.isdecimal() and len(digits) <= 19 and int(digits) <= highest:
            return int(digits)
        what = self.ID if most is None else f"must be a number from 0 to {most}"
        raise Misuse(f"{name!r} {what}, got {_told(given)}")

    def after(self) -> int | None:
        """The id after which a list goes on; None for its beginning."""
        return None if self.take("after") in (None, "") else self.number("after")

    def members(self, name: str, required: bool = False) -> dict[str, Any]:
        """An object of names and values, empty when it is left out."""
        found = self.take(name, {})
        if not isinstance(found, Mapping):
            raise Misuse(f"{name!r} must be an object of names and values, got {_told(found)}")
        if required and not found:
            raise Misuse(f"{name!r} must have at least one name and its value")
        return dict(found)

    def delay(self) -> int:
        """Microseconds by which a change becomes visible later than it is made."""
        found = self.take("delay", 0)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 <= found <= LONGEST_DELAY // SECOND:
            raise Misuse(f"'delay' must be a number of seconds from 0 to ten years, got {_told(found)}")
        return round(found * SECOND)

    def administration(self, actions: Mapping[str, _Action]) -> _Action:
        """The action that an administrator takes on the customer, which is a record as any other."""
        self.take("id")
        self.take("by")
        name = self.text("action")
        if name not in actions:
            raise Misuse(
                f"there is no action {name!r} on the customer; expected one of: {', '.join(actions)}{did_you_mean(name, actions)}"
            )
        return actions[name]

    def done(self) -> None:
        """Refuse what nobody took: a misspelt name must not pass in silence."""
        left = [name for name, value in self.raw.items() if name not in self.taken and value is not None]
        if left:
            known = sorted(self.taken)
            raise Misuse(
                f"unknown field {left[0]!r}; expected one of: {', '.join(known)}{did_you_mean(left[0], known)}"
            )
