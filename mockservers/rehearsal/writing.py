"""What a client that writes is told to write: a share of the desk's new tickets and notes, and what came of each.

The truth is listed before and after, so what was made counts and not what the client says. A write that found no answer is
told again at the next syncs with the same key, and must not be done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.harness.drivers import Answer
from mockservers.harness.history import Record
from mockservers.rehearsal.events import Event, Kind

SHARE = 0.1
"""Of the desk's new tickets, and of its notes, so many are written by the client."""
MOST_TRIES = 5
"""Syncs at which a write without an answer is told again."""
TASKS: Mapping[Kind, str] = {"opened": "create", "noted": "note"}


@dataclass
class Order:
    """One write that the client is told. `made` counts the records that it made by now."""

    key: str
    do: str
    event: Event
    fields: Mapping[str, Any]
    tries: int = 0
    made: int = 0


@dataclass
class Orders:
    """The writes that wait, and those that went wrong. `newer` lists the records of a kind after an id, None for all."""

    tasks: tuple[str, ...]
    parts: tuple[str, ...]
    newer: Callable[[str | None, str | None], Iterator[Record]]
    waiting: list[Order] = field(default_factory=list)
    newest: dict[str | None, str | None] = field(default_factory=dict)
    count: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused: int = 0

    def take(self, event: Event, fields: Mapping[str, Any]) -> bool:
        """Whether an event is the client's to write; it then waits for the next sync."""
        do = TASKS.get(event.kind)
        if do not in self.tasks or event.chance >= SHARE or (do == "note" and not event.text.strip()):
            return False
        self.count += 1
        self.waiting.append(Order(f"k{self.count}", do, event, dict(fields)))
        return True

    def fresh(self, kind: str | None) -> list[Record]:
        """The records of a kind (None: tickets) that came since this was asked last."""
        found = list(self.newer(kind, self.newest.get(kind)))
        if found:
            self.newest[kind] = found[-1].id
        return [each for each in found if each.exists]

    def kinds(self, order: Order) -> tuple[str | None, ...]:
        return (None,) if order.do == "create" else self.parts

    def answered(self, order: Order, answer: Answer, name: str) -> None:
        """Judge a write by what it made, and tell it again where nobody knows what came of it."""
        order.tries += 1
        if answer.error_kind == "transport" and order.tries < MOST_TRIES:
            self.waiting.append(order)
            return
        if order.made > 1:
            self.doubled.append(f"{name} was written {order.made} times")
        elif not order.made and answer.error_kind == "refused":
            self.refused += 1
        elif not order.made:
            said = "said that it was done" if not answer.failed else f"said {answer.error_kind}: {answer.error[:120]}"
            self.lost.append(f"{name} was never written; the client {said}")
