"""Overrides: answers that a test gives in place of the emulator, for what the emulator does not know yet.

An override answers some of the requests that are as it says, and the emulator never sees them. Which requests are meant is
told to it as a function; this module only counts and chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.journal import Exchange, Headers

MOST_OVERRIDES = 100
"""Of one world: each is compared with every request."""


@dataclass(slots=True)
class Override:
    """One canned answer. `skip` matching requests pass first, then it answers `times` of them (None: until cleared)."""

    id: str
    matches: Callable[[str, Exchange], bool]
    """Whether a request to a vendor is meant."""
    match: Mapping[str, Any]
    """The same as it was told."""
    status: int
    headers: Headers
    body: bytes
    skip: int = 0
    times: int | None = 1
    seen: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def answer(self, exchange: Exchange) -> None:
        """Fill in the answer of an exchange."""
        exchange.override = self.id
        exchange.status, exchange.reply_headers, exchange.reply_body = self.status, list(self.headers), self.body


class OverridePlan:
    """The overrides of one world, in the order they were added; the first that fits answers."""

    def __init__(self) -> None:
        self._overrides: list[Override] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._overrides)

    def __iter__(self) -> Iterator[Override]:
        return iter(tuple(self._overrides))

    def add(
        self,
        matches: Callable[[str, Exchange], bool],
        match: Mapping[str, Any],
        status: int,
        headers: Headers,
        body: bytes,
        skip: int = 0,
        times: int | None = 1,
    ) -> Override:
        """Plan an answer; raises ValueError when there are too many."""
        if len(self._overrides) >= MOST_OVERRIDES:
            raise ValueError(f"this world has {MOST_OVERRIDES} overrides already; clear some")
        self._count += 1
        made = Override(f"o{self._count}", matches, match, status, headers, body, skip, times)
        self._overrides.append(made)
        return made

    def clear(self, override_id: str | None = None) -> int:
        """Forget one override, or all; returns how many there were."""
        before = len(self._overrides)
        self._overrides = [] if override_id is None else [each for each in self._overrides if each.id != override_id]
        return before - len(self._overrides)

    def consult(self, vendor: str, exchange: Exchange) -> Override | None:
        """The override that answers this request, if one does; it is counted as a hit."""
        chosen: Override | None = None
        for override in self._overrides:
            if override.spent or not override.matches(vendor, exchange):
                continue
            override.seen += 1
            if chosen is None and override.seen > override.skip:
                override.hits += 1
                chosen = override
        return chosen
