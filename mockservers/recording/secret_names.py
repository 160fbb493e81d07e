"""Names of secrets in one recording: those that a vendor's adapter and the user give, and the families of everybody else.

A name that was given says enough. One of a family says so too, or asks for a value that looks like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mockservers.kernel.families import CORE, begins_a_name, family, lowered, secret_looking, usual
from mockservers.recording.stand_ins import OTHER, PLACEHOLDER

_STEP = re.compile(r"[/:\[\]]+")
_INDEX = re.compile("[0-9]*")


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of secret that a name tells of. `given` names were given by somebody; `sure` ones need no look."""

    name: str
    given: bool = False
    sure: bool = True
    family: str = ""

    def takes(self, value: str, how: str = "text") -> bool:
        """Whether a value under such a name is a secret."""
        told = value.strip()
        if not told or (PLACEHOLDER.search(told) if not self.given else PLACEHOLDER.fullmatch(told)):
            return False
        if self.given:
            return _BLOTTED.fullmatch(told) is None
        if how == "number":
            return self.sure and len(told) >= 4
        return not usual(told) if self.sure else secret_looking(told, self.family)


_BLOTTED = re.compile("[*\u2022\u25cf]+")
"""What a vendor itself writes instead of a password."""


class SecretNames:
    """Tells the kind of a name, in any letter case: of the names `given`, else of its family, but for the names `kept`."""

    pairs = True

    def __init__(self, given: Mapping[str, str], kept: Iterable[str] = ()) -> None:
        self.kept = frozenset(name.strip().lower() for name in kept)
        self._given = {name: Kind(kind, given=True) for name, kind in given.items() if name not in self.kept}
        words = "|".join([*(re.escape(each) for each in sorted(self._given, key=len, reverse=True)), CORE])
        self._core = re.compile(words)
        self._known: dict[str, Kind | None] = {}
        self._inside: dict[str, Kind | None] = {}

    def find(self, text: str, low: str, at: int) -> re.Match[str] | None:
        """The next place of a text, in lower case `low`, at which a name of a secret may be."""
        found = self._core.search(low, at)
        while found is not None and found[0] not in self._given and not begins_a_name(text, low, found):
            found = self._core.search(low, found.end())
        return found

    def may_stand_in(self, text: str) -> bool:
        """Whether a name of a secret may be in a text."""
        return self.find(text, lowered(text), 0) is not None

    def __call__(self, name: str) -> Kind | None:
        """The kind of a name, or None."""
        if name in self._known:
            return self._known[name]
        low = name.lstrip("@").strip().lower()
        found = self._given.get(low) or self._given.get(low.rpartition(":")[2])
        if found is None and low not in self.kept and len(name) <= _LONGEST:
            of = family(name.lstrip("@"))
            if of is not None:
                # For a password most words would do, and `yes` under `hasPassword` is none.
                look = "" if of.aside and of.kind == "password" else of.kind
                found = Kind(OTHER + of.kind, sure=of.sure, family=look)
        if len(self._known) < _MOST_KNOWN:
            self._known[name] = found
        return found

    def inside(self, name: str) -> Kind | None:
        """The kind of what is below a name, which may hold a whole path itself, as keys of JSON do."""
        if name in self._inside:
            return self._inside[name]
        found = None
        if "@" not in name:
            for step in _STEP.split(name) if _STEP.search(name) else (name,):
                found = (self(step) if step and not _INDEX.fullmatch(step) else None) or found
        if len(self._inside) < _MOST_KNOWN:
            self._inside[name] = found
        return found


_LONGEST, _MOST_KNOWN = 200, 10_000
