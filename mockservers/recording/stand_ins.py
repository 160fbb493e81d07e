"""Stand-ins: what a recording holds in place of values that must not be kept, written as each value was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockservers.kernel.search import LAYERS, STEPS, Budget, Search, replaced

PLACEHOLDER = re.compile(r"__secret\.([a-z0-9-]+)(?:\.([0-9]+))?__")
"""Stands for a secret. It means the same in every encoding, so nothing around it need be escaped anew."""

OTHER = "other-"
"""How kinds of secrets begin that are not the vendor's own, for all that its adapter knows."""


def tells_of_the_vendors(text: str) -> bool:
    """Whether a text shows where a secret of the vendor itself stood."""
    return "__secret." in text and any(not each[1].startswith(OTHER) for each in PLACEHOLDER.finditer(text))


class StandIns:
    """Values and what stands for them, replaced in whatever encoding. What stands for a secret already is left alone."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._search = Search(apart=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, value: str) -> str | None:
        """What stands for a value."""
        return self._known.get(value)

    def add(self, value: str, stand_in: str) -> None:
        if value not in self._known:
            self._search.add(value)
        self._known[value] = stand_in

    def replace(self, text: str) -> str:
        """`text` with every value replaced. Raises TooOdd for one that cannot be searched."""
        spans = self._search.spans(_without_stand_ins(text))
        return replaced(text, spans, lambda span: span.written(self._known[span.value])) if spans else text

    def shown(self, text: str) -> str | None:
        """What stands for a value that a text shows. Looks closer than `replace`, and at more encodings inside each other.

        Raises TooOdd for a text that cannot be searched.
        """
        work = Budget(len(text))
        work.most = 4 * work.most + STEPS
        found = self._search.shown_anywhere(_without_stand_ins(text), LAYERS + 1, work)
        return None if found is None else self._known[found]


def _without_stand_ins(text: str) -> str:
    return PLACEHOLDER.sub(lambda found: "\0" * len(found[0]), text) if "__secret." in text else text
