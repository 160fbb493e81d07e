"""Coverage: which changes at a vendor some answer told to the client, and which no request can have seen.

Whether the client kept what it was told, only its copy would show. What an answer tells, the recording adapter reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mockservers.harness.history import UNUSABLE, change
from mockservers.harness.scenarios import CUSTOMER
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Entry, Exchange
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded
from mockservers.rehearsal.events import VendorDesk

MOST_TAKEN = 200_000
"""Changes of which it is kept how long they took to be told: the latest."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done to a ticket, and from when on the vendor shows it."""

    at: int
    due: int
    ticket: str
    kind: str
    exists: bool = True


@dataclass
class Coverage:
    """Which changes an answer told. `waiting` are those that no answer has told yet, by ticket."""

    waiting: dict[str, list[Change]] = field(default_factory=dict)
    begun: int | None = None
    """When the client came: what was there before, it could not see earlier."""
    taken: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_TAKEN))
    """Of each change that was told, how long after the client could have seen it."""
    changes: int = 0
    counted: int = 0
    """How many of them were told."""
    unknown: int = 0
    """Changes of which nobody can say whether an answer told them: the ticket is gone, the answer is not kept whole, or the
    journal has forgotten it."""
    deleted: int = 0
    """Tickets that are gone: whether a client noticed, only its copy tells."""

    def add(self, made: Change) -> None:
        """A change to wait for."""
        self.changes += 1
        if made.exists:
            self.waiting.setdefault(made.ticket, []).append(made)
            return
        # Nothing tells of it any more, so nobody can be blamed for what was waiting.
        self.deleted += 1
        self.unknown += 1 + len(self.waiting.pop(made.ticket, ()))

    def told(self, at: int, tickets: Iterable[str]) -> None:
        """An answer of an instant told of tickets, as they were by then."""
        for ticket in tickets:
            due = self._drop(ticket, at)
            self.counted += len(due)
            self.taken.extend(at - self.visible(each) for each in due)

    def came(self, at: int) -> None:
        """A request of the client."""
        self.begun = at if self.begun is None else self.begun

    def visible(self, change: Change) -> int:
        """From when on the client could have seen a change."""
        return change.due if self.begun is None else max(change.due, self.begun)

    def unknowable(self, at: int) -> None:
        """Nobody can say what an answer told of what was visible by then."""
        for ticket in list(self.waiting):
            self.unknown += len(self._drop(ticket, at))

    def back(self, at: int) -> None:
        """The world went back to an instant: what came later was never done."""
        for ticket, waiting in list(self.waiting.items()):
            left = [each for each in waiting if each.at <= at]
            self.changes -= len(waiting) - len(left)
            self.waiting[ticket] = left
            if not left:
                del self.waiting[ticket]

    def _drop(self, ticket: str, at: int) -> list[Change]:
        """What was visible by then waits no more."""
        waiting = self.waiting.get(ticket, [])
        due = [each for each in waiting if each.due <= at]
        if len(due) == len(waiting):
            self.waiting.pop(ticket, None)
        else:
            self.waiting[ticket] = [each for each in waiting if each.due > at]
        return due


def changed(entry: Entry, lag: int) -> Change | None:
    """What an act of others in the journal did to a ticket; None where it did nothing to one."""
    # What was too long for the journal stands there as a sentence.
    if entry.operation in ("list", "read") or not isinstance(entry.request, Mapping):
        return None
    act = change(entry)
    if not act.ok or act.record is None or act.record.id == CUSTOMER:
        return None
    shown = act.at + lag + round(float(act.request.get("delay") or 0) * instants.SECOND)
    return Change(act.at, shown, act.record.id, str(act.request.get("action", act.operation)), act.record.exists)


def told_in(desk: VendorDesk, entry: Entry, exchange: Exchange, dialect: Dialect) -> set[str]:
    """The tickets of which an answer tells, as the vendor's recording adapter reads it."""
    found: set[str] = set()
    for seen in adapter(entry.vendor).seen(recorded(entry, exchange), dialect):
        sighting = desk.sighting(seen.kind, seen.id, seen.fields)
        found.add(seen.id if sighting is None else sighting.ticket)
    return found


def recorded(entry: Entry, exchange: Exchange) -> Recorded:
    """An exchange of the journal as a recording has it, for the vendor's adapter."""
    return Recorded.of(entry, exchange, next((name for name in entry.faults if name in UNUSABLE), None))
