"""A request as the wire read it: parts of the path and query as texts, the body decoded, or why that failed.

Numbers are bound here, since the framework does so after it has let the caller in. Knows no wire library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.fields import LARGEST, SMALLEST
from mockservers.wirekit.aspnet import url_decode
from mockservers.wirekit.json_net import loads


class Members(dict[str, Any]):
    """A JSON object that remembers all its pairs in the order they came, repeated ones too."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def member(self, ctx: Context, name: str) -> Any:
        """A member by name without case, as the framework binds it; the last of several, None for none."""
        wanted = name.casefold()
        found = [(key, value) for key, value in self.pairs if key.casefold() == wanted]
        if not found:
            return None
        if len(found) > 1:
            told = f"{name!r} stands in one object {len(found)} times; the last counts"
            ctx.note("trackit.wire.body_members", told)
        key, value = found[-1]
        if key != name:
            ctx.cite("trackit.wire.body_members")
        return value

    def others(self, *known: str) -> list[str]:
        """The names of members that are none of these, however they are spelled."""
        expected = {name.casefold() for name in known}
        return [key for key in self if key.casefold() not in expected]

    def has(self, name: str) -> bool:
        wanted = name.casefold()
        return any(key.casefold() == wanted for key in self)


@dataclass(slots=True)
class Asked:
    """One request. `ids` are the parts of the path by name; `failed` is why the body could not be read."""

    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    empty: bool = True
    failed: Refusal | Unsupported | None = None
    authorization: str = ""
    form: str = ""


_WHOLE = re.compile(r"\s*[+-]?\d{1,10}\s*", re.ASCII)


def number(asked: Asked, name: str) -> int:
    """A number of the path; raises the framework's refusal for what is none of 32 bits."""
    given = asked.ids[name]
    found = int(given) if _WHOLE.fullmatch(given) else None
    if found is None or not SMALLEST <= found <= LARGEST:
        raise refusal("id", name=name)
    return found


def bound(asked: Asked, *names: str) -> list[int]:
    """What the framework has ready before it calls the action: numbers of the path, then the body."""
    failed = asked.failed
    if isinstance(failed, Unsupported) or (failed is not None and failed.kind == "media"):
        raise failed
    found = [number(asked, name) for name in names]
    if failed is not None:
        raise failed
    return found


def asked_boolean(asked: Asked, name: str, default: bool = False) -> bool:
    """A boolean of the query; raises the framework's refusal for another word."""
    given = asked.query.get(name.lower(), "").strip().lower()
    if given not in ("", "true", "false"):
        raise refusal("id", "trackit.read.note_query", name=name)
    return given == "true" if given else default


def asked_number(asked: Asked, name: str, default: int) -> int:
    given = asked.query.get(name.lower(), "").strip()
    if not given:
        return default
    if not _WHOLE.fullmatch(given) or not SMALLEST <= int(given) <= LARGEST:
        raise refusal("id", "trackit.read.note_query", name=name)
    return int(given)


def form(ctx: Context, raw: str) -> dict[str, list[str]]:
    """The values of a form by lower-case name, since the framework compares names without case.

    A raw backslash and wrong percent codes stay as they are.
    """
    found: dict[str, list[str]] = {}
    for pair in raw.split("&"):
        name, given, value = pair.partition("=")
        if not given:
            continue
        name = url_decode(name.lstrip())
        values = found.setdefault(name.lower(), [])
        if values or name != name.lower():
            ctx.cite("trackit.token.verb_free")
        values.append(url_decode(value))
    return found


# --- bodies -----------------------------------------------------------------------------------------------------------


def decoded(text: str) -> Any:
    """The value of a body as Json.NET reads it (trackit.wire.json_net); raises JsonNetError for a text that it cannot."""
    return loads(text, Members)
