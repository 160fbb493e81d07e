"""Overrides: answers that a test gives in place of the emulator, or patches, for what the emulator does not know yet.

A canned answer goes to some of the requests that are as it says, and the emulator never sees them. A patch changes what the
emulator answers. Which requests are meant is told to it as a function; this module only counts, chooses and patches.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from mockservers.kernel.journal import Exchange, Headers

Matcher = Callable[[Mapping[str, Any]], Callable[[str, Exchange], bool]]
"""Makes the function of an override that another process has planned, of what it was told to match."""

MOST_OVERRIDES = 100
"""Of one world: each is compared with every request."""


@dataclass(slots=True)
class Override:
    """One answer. `skip` matching requests pass first, then it answers `times` of them (None: until cleared)."""

    id: str
    matches: Callable[[str, Exchange], bool]
    """Whether a request to a vendor is meant."""
    match: Mapping[str, Any]
    """The same as it was told."""
    status: int | None
    """None leaves the emulator's, where its answer is patched."""
    headers: Headers
    body: bytes
    patch: Mapping[str, Any] | None = None
    """What is changed in the JSON that the emulator answers, as RFC 7396 (JSON Merge Patch) says; None: it is not asked."""
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

    def amend(self, exchange: Exchange) -> None:
        """Change what the emulator answered. A body that is no JSON object stays, and the journal says so."""
        exchange.override = self.id
        exchange.status = self.status or exchange.status
        mine = {name.lower() for name, _ in self.headers}
        exchange.reply_headers = [pair for pair in exchange.reply_headers if pair[0].lower() not in mine] + self.headers
        try:
            found = json.loads(exchange.reply_body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            exchange.reply_body = json.dumps(merged(found, self.patch), ensure_ascii=False).encode()
        elif self.patch and exchange.entry is not None:
            exchange.entry.error = f"the override {self.id} patches an object of JSON, and this answer is none"


_KEPT = tuple(each.name for each in fields(Override) if each.name not in ("matches", "body"))


def never(vendor: str, exchange: Exchange) -> bool:
    """Matches no request: for a process that answers none."""
    return False


def merged(value: Any, patch: Any) -> Any:
    """A value after a JSON Merge Patch (RFC 7396): null takes a member away, objects are merged, all else is replaced."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), change)
    return found


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
        status: int | None,
        headers: Headers,
        body: bytes,
        patch: Mapping[str, Any] | None = None,
        skip: int = 0,
        times: int | None = 1,
    ) -> Override:
        """Plan an answer; raises ValueError when there are too many."""
        if len(self._overrides) >= MOST_OVERRIDES:
            raise ValueError(f"this world has {MOST_OVERRIDES} overrides already; clear some")
        self._count += 1
        made = Override(f"o{self._count}", matches, match, status, headers, body, patch, skip, times)
        self._overrides.append(made)
        return made

    def dump(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        kept = [
            {**{name: getattr(each, name) for name in _KEPT}, "body": b64encode(each.body).decode()}
            for each in self._overrides
        ]
        return {"count": self._count, "overrides": kept}

    def load(self, kept: Mapping[str, Any], matcher: Matcher | None) -> None:
        """Become what another plan was when it was dumped."""
        self._count = kept["count"]
        self._overrides = [
            Override(
                **{
                    **each,
                    "matches": never if matcher is None else matcher(each["match"]),
                    "headers": [(name, value) for name, value in each["headers"]],
                    "body": b64decode(each["body"]),
                }
            )
            for each in kept["overrides"]
        ]

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
