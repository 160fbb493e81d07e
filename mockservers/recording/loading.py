"""From recorded answers to a world: the records that they tell, taken over as they stood, each when it came to be known.

`load` makes the last known state. A `Timeline` gives the state of each moment, for what is replayed. Knows a vendor by its
adapter and by the operation `import` of its records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.rules import Misuse
from mockservers.kernel.world import World
from mockservers.recording.adapter import RAW, Adapter, Seen, Told, adapter
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Recording

_BATCH = 500
IMPORT = "import"


@dataclass
class Loaded:
    """What became of a recording: how many records of each kind there are now, and which could not be taken, and why."""

    records: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


def load(recording: Recording, world: World, tenant: str | None = None) -> Loaded:
    """Make the tenant's records those that the recording tells, as it told them last; other kinds stay as they are."""
    vendor = recording.head.vendor
    here, dialect = adapter(vendor), world.tenant(vendor, tenant).dialect
    latest: dict[str, dict[str, Seen]] = {}
    for exchange in recording:
        for seen in here.seen(exchange, dialect):
            known = latest.setdefault(seen.kind, {})
            known[seen.id] = merged(known.get(seen.id), seen)
    loaded = Loaded()
    for kind, records in sorted(latest.items(), key=lambda each: each[0] != "picklist"):
        take(world, vendor, kind, (), loaded, tenant, clear=True)
        loaded.records[kind] += take(world, vendor, kind, records.values(), loaded, tenant)
    return loaded


def tells_of_records(recording: Recording, dialect: Dialect) -> bool:
    """Whether there is anything to load; reads the whole file, so that one that cannot be read has begun nothing."""
    here, found = adapter(recording.head.vendor), False
    for exchange in recording:
        found = found or any(True for _ in here.seen(exchange, dialect))
    return found


def merged(before: Seen | None, seen: Seen) -> Seen:
    """What is known of a record once more was told: an answer need not tell all of it."""
    if before is None or before.fields == seen.fields:
        return seen
    fields = {**before.fields, **_joined(before.fields, seen.fields)}
    return Seen(seen.kind, seen.id, fields, seen.born or before.born, seen.changed)


def _joined(before: Any, now: Any) -> Any:
    """What is told now; a text that is translated keeps its other languages, unless it is told as it is kept."""
    if isinstance(now, Told):
        return Told({**before, **now}) if isinstance(before, Told) and RAW not in now else now
    if isinstance(now, Mapping) and isinstance(before, Mapping):
        return {name: _joined(before.get(name), value) for name, value in now.items()}
    return now


def take(
    world: World,
    vendor: str,
    kind: str,
    records: Iterable[Seen],
    loaded: Loaded,
    tenant: str | None = None,
    *,
    clear: bool = False,
) -> int:
    """Import records; tells how many. One that is not taken is left out, and the others are taken all the same."""
    given = list(records)
    if clear:
        world.act(vendor, IMPORT, {"entity": kind, "records": [], "clear": True}, tenant)
    taken = 0
    for start in range(0, len(given), _BATCH):
        batch = given[start : start + _BATCH]
        try:
            _import(world, vendor, _request(kind, batch), loaded, tenant)
            taken += len(batch)
        except Misuse:
            for each in batch:
                try:
                    _import(world, vendor, _request(kind, [each]), loaded, tenant)
                    taken += 1
                except Misuse as misuse:
                    loaded.left_out.append(f"{kind} {each.id}: {misuse}")
    return taken


def _import(world: World, vendor: str, request: dict[str, object], loaded: Loaded, tenant: str | None) -> None:
    """Import a batch, and note what of it the emulator cannot hold; once, for many records may tell the same."""
    for each in world.act(vendor, IMPORT, request, tenant).get("left_out", ()):
        if each not in loaded.left_out:
            loaded.left_out.append(each)


def _request(kind: str, batch: Iterable[Seen]) -> dict[str, object]:
    return {"entity": kind, "records": [{"id": each.id, "fields": dict(each.fields)} for each in batch]}


@dataclass(slots=True)
class Version:
    """One state of a record. It shows from the exchange `told`, or earlier: after `unseen` (the last exchange that told
    another state) once the clock has come to `since`."""

    seen: Seen
    told: int
    unseen: int
    since: int | None


class Timeline:
    """Which records there were when, as far as a recording tells. Exchanges are counted from 0."""

    def __init__(self, recording: Recording, here: Adapter, dialect: Dialect) -> None:
        self.kinds: set[str] = set()
        self._waiting: list[Version] = []
        latest: dict[tuple[str, str], Version] = {}
        last_seen: dict[tuple[str, str], int] = {}
        written: set[tuple[str, str]] = set()
        for order, exchange in enumerate(recording):
            if here.writes(exchange):
                if exchange.omitted:
                    # What was written, or what came of it, is not known: for the emulator somebody else did it.
                    unknown = set(here.touched(exchange))
                    written = {each for each in written if each[1] not in unknown}
                    continue
                # What the client writes, the emulator is to work out by itself.
                written |= {(seen.kind, seen.id) for seen in here.seen(exchange, dialect)}
                written |= {("", id_) for id_ in here.touched(exchange)}
                continue
            for seen in here.seen(exchange, dialect):
                key = (seen.kind, seen.id)
                before = latest.get(key)
                whole = merged(None if before is None else before.seen, seen)
                if key in written or ("", seen.id) in written:
                    latest[key], last_seen[key] = Version(whole, order, order, None), order
                    continue
                self.kinds.add(seen.kind)
                if before is None or whole.fields != before.seen.fields:
                    since = seen.born if before is None else seen.changed
                    if before is None and since is None:
                        since = -(1 << 62)
                    latest[key] = version = Version(whole, order, last_seen.get(key, -1), since)
                    self._waiting.append(version)
                last_seen[key] = order

    def due(self, order: int, exchange: Recorded) -> Iterator[Version]:
        """What has come to be by the time of an exchange; each version once, older ones first."""
        moment, rest = exchange.moment, []
        for version in self._waiting:
            early = version.since is not None and order > version.unseen and version.since <= moment
            if early or order >= version.told:
                yield version
            else:
                rest.append(version)
        self._waiting = rest
