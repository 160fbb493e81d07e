"""What a client's copy owes to the vendor's truth: the changes that are due, and when the copy showed each.

A change is due from the instant at which the vendor shows it. Nothing is kept of a record once its copy is right, so what is
held grows with what is behind and with the copy, never with time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.drivers import Hello
from mockservers.harness.history import Record
from mockservers.harness.profile import VendorProfile
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import EARLIEST


@dataclass(slots=True)
class Change:
    """One change at the vendor that the copy does not show yet. `kind` is the event's, or `astray`: a copy that was right is
    so no longer. `number` is the desk's of the ticket, 0 for one of the back-file. `told` is the end of the first sync in
    which an answer named the ticket after the change was visible."""

    ticket: str
    number: int
    kind: str
    at: int
    due: int
    record: Record
    told: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A change that the copy shows now, from the instant `at` on as far as anybody can tell."""

    change: Change
    at: int


@dataclass
class Copy:
    """The client's copy as it was shown last, and what it owes. `read` tells the truth of a record as it is now."""

    profile: VendorProfile
    dialect: Dialect
    hello: Hello
    read: Callable[[str], Record]
    tells_gone: bool = True
    """Whether the vendor lets a client learn that a ticket is gone; where not, the copy may keep such a one."""
    raw: dict[str, Any] = field(default_factory=dict)
    """The records as the client showed them last, by id."""
    owed: dict[str, list[Change]] = field(default_factory=dict)
    """By ticket, oldest first."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Every id that there ever was, with the desk's number of the ticket."""
    invented: dict[str, int] = field(default_factory=dict)
    """Ids in the copy that the vendor never had, with the instant at which they were first seen."""
    doubled: dict[str, int] = field(default_factory=dict)
    """Ids that stood in the copy more than once, with how often."""
    free: set[str] = field(default_factory=set)
    """Tickets of which nothing is owed any more."""
    gone: set[str] = field(default_factory=set)
    """Tickets that somebody took away. Nothing tells that a vendor purged one, long after it was shown as deleted."""
    unseen: int = 0
    """Changes of which no field that the client copies tells."""

    def __post_init__(self) -> None:
        self._zone = self.profile.zone(self.dialect)
        self._untold = self.profile.untold(self.dialect)
        named = self.hello.mirrors
        # What a client named does not hang on the record; what it did not name is what each record shows.
        self._compared = None if named is None else comparing.names(named, self._untold, Record("", {}))

    # --- the vendor's side ---

    def changed(self, change: Change) -> None:
        """Something happened at the vendor; owed unless nothing that the client copies is different by it."""
        self.numbers.setdefault(change.ticket, change.number)
        if not change.record.exists:
            self.gone.add(change.ticket)
        if not change.record.exists and not self.tells_gone:
            self.owed.pop(change.ticket, None)
            self.free.add(change.ticket)
            return
        owed = self.owed.get(change.ticket)
        before = owed[-1].record if owed else self._shown(change.ticket)
        if before is not None and before.exists == change.record.exists and not self._parts(change.record, before):
            self.unseen += 1
            return
        if before is None and not change.record.exists:
            return  # it came and went, and nobody was to see it
        self.owed.setdefault(change.ticket, []).append(change)

    def due(self, now: int, since: int = EARLIEST) -> int:
        """How many changes became visible between two instants and are not shown."""
        return sum(since <= change.due <= now for owed in self.owed.values() for change in owed)

    def waiting(self, now: int) -> Iterator[Change]:
        """The changes that are visible, not shown, and of which no answer has told."""
        return (change for owed in self.owed.values() for change in owed if change.told is None and change.due <= now)

    # --- the client's side ---

    def beside(self) -> tuple[str, ...]:
        """What the copy shows of tickets beside their fields (notes, files, names ...), of which nothing is compared here."""
        shown = {*(self.hello.mirrors or ()), *(name for each in self.raw.values() for name in each)}
        return tuple(sorted(shown & {*self.profile.members, *self.profile.further}))

    def shows(self, listed: Iterable[Mapping[str, Any]], now: int) -> list[Shown]:
        """Take the copy as the client shows it now; returns the changes that it shows for the first time."""
        raw: dict[str, Any] = {}
        fresh: list[str] = []
        for each in listed:
            key = "" if each["id"] is None else str(each["id"])
            if key in raw:
                self.doubled[key] = self.doubled.get(key, 1) + 1
            raw[key] = each
            before = self.raw.get(key)
            if before is not each and (before is None or before != each):
                fresh.append(key)
        fresh += sorted(self.raw.keys() - raw.keys())
        self.raw = raw
        for key in fresh:
            self._look_again(key, now)
        found = [shown for key in list(self.owed) for shown in self._settled(key, now)]
        for key in fresh:  # a record may go on by itself, as one that slept wakes up
            if key in self.owed and self.owed[key][0].due <= now and self._right(key, self.read(key)):
                found += self._all(key, now)
        return found

    def _all(self, key: str, now: int) -> Iterator[Shown]:
        """All that is due of a record is shown, by another state than that of any change."""
        owed = self.owed.pop(key)
        for change in owed:
            if change.due <= now:
                yield Shown(change, max(now if change.told is None else change.told, change.due))
        if left := [change for change in owed if change.due > now]:
            self.owed[key] = left

    def _look_again(self, key: str, now: int) -> None:
        """A record of the copy is another than before, which nothing that is owed may explain."""
        if key in self.owed or key in self.free:
            return
        if key not in self.numbers:
            if key in self.raw:
                self.invented.setdefault(key, now)
            else:
                self.invented.pop(key, None)
            return
        truth = self.read(key)
        if not self._right(key, truth):
            self.owed[key] = [Change(key, self.numbers[key], "astray", now, now, truth, now)]

    def _settled(self, key: str, now: int) -> Iterator[Shown]:
        owed = self.owed[key]
        for n in range(len(owed) - 1, -1, -1):
            if owed[n].due <= now and self._right(key, owed[n].record):
                for change in owed[: n + 1]:
                    if change.due <= now:
                        yield Shown(change, max(now if change.told is None else change.told, change.due))
                owed = owed[n + 1 :]
                break
        if owed:
            self.owed[key] = owed
        else:
            del self.owed[key]

    def wrong(self, truth: Iterable[Record]) -> Iterator[tuple[str, Record]]:
        """What is wrong in the copy in the end, beside what is owed: how, and the truth."""
        there = set()
        for record in truth:
            there.add(record.id)
            if record.id in self.owed and self._right(record.id, record):
                del self.owed[record.id]
            if record.id not in self.owed and record.id not in self.free and not self._right(record.id, record):
                if record.exists:
                    yield ("missing" if record.id not in self.raw else "different"), record
                elif not self._purged(record.id):
                    yield "kept", record
        for key in self.raw:
            known = (self.owed, self.invented, self.free)
            if key not in there and not any(key in each for each in known) and not self._purged(key):
                yield "kept", Record(key, {}, exists=False)

    def _purged(self, key: str) -> bool:
        """Whether a ticket that is gone by now was taken away by nobody."""
        return key in self.numbers and key not in self.gone

    # --- comparing ---

    def _shown(self, key: str) -> Record | None:
        raw = self.raw.get(key)
        return None if raw is None else Record(key, raw.get("fields", {}))

    def _parts(self, truth: Record, other: Record) -> bool:
        """Whether two states of a record differ in what the client copies."""
        return next(self.parted(truth, other), None) is not None

    def parted(self, truth: Record, other: Record) -> Iterator[tuple[str, Any, Any]]:
        """The fields in which a record of the copy is not the truth: name, true value, the copy's."""
        compared = self._compared
        if compared is None:
            compared = comparing.names(None, self._untold, other)
        return comparing.unequal(self.profile, self._zone, compared, truth, other)

    def _right(self, key: str, truth: Record) -> bool:
        shown = self._shown(key)
        if not truth.exists:
            return shown is None
        return shown is not None and not self._parts(truth, shown)

    def differing(self, key: str, truth: Record) -> tuple[str, ...]:
        """The fields in which the copy of a record is not the truth; none where one of the two is not there."""
        shown = self._shown(key)
        return () if shown is None or not truth.exists else tuple(name for name, _, _ in self.parted(truth, shown))

    def difference(self, key: str, truth: Record) -> str:
        """In words, how the copy differs from the truth of a record."""
        shown = self._shown(key)
        if shown is None:
            return "is not in the copy"
        if not truth.exists:
            return "is gone at the vendor, and still in the copy"
        found = next(self.parted(truth, shown), None)
        if found is None:
            return "is as at the vendor"
        name, right, left = found
        first = comparing.unzoned(self.profile.types.get(name, "text"), right, left).replace(
            "the mirror's", "the copy's"
        )
        return f"{first}{name} is {comparing.parted(right, left, words='{} at the vendor and {} in the copy')}"
