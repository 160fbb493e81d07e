"""What the harness's tests share: small hand-written histories, and clients that misbehave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness.drivers import Hello
from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task
from mockservers.kernel import instants
from mockservers.registry import emulator

START = instants.from_iso("2026-03-02T10:00:00Z")


def at(minutes: float) -> int:
    """An instant so many minutes after the start."""
    return START + round(minutes * instants.MINUTE)


@pytest.fixture
def history() -> Callable[..., History]:
    """Makes a history of a few facts; everything else is empty."""

    def make(vendor: str, **facts: Any) -> History:
        dialect = emulator(vendor).dialects.dialect(facts.pop("dialect", None))
        truth = {record.id: record for record in facts.pop("truth", ())}
        mirror = facts.pop("mirror", None)
        made = History(
            vendor=vendor,
            start=START,
            end=at(60),
            dialect=dialect,
            hello=Hello(mirrors=facts.pop("mirrors", None)),
            options={},
            secrets=("SECRET-CODE",),
            changes=(),
            exchanges=(),
            tasks=(),
            truth=truth,
            mirror=None if mirror is None else {record.id: record for record in mirror},
            listed=tuple(mirror or ()),
            labels={},
        )
        return replace(
            made, **{key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        )

    return make


def sync(first: int, last: int, minutes: float = 0, **more: Any) -> Task:
    return Task(0, "sync", at(minutes), at(minutes), first, last, **more)


def change(
    n: int, operation: str, ticket: str, exists: bool = True, minutes: float = 0, **fields: Any
) -> ExternalChange:
    return ExternalChange(n, at(minutes), operation, {}, Record(ticket, fields, exists))


def exchanged(n: int, minutes: float = 0, **more: Any) -> Exchanged:
    return Exchanged(n, at(minutes), **{"status": 200, **more})
