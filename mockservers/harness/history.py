"""The history of one play: what others did, what the client asked, got and believed. All that duties may look at.

Made from the world's journal and the driver's log; it knows nothing of how a vendor's answers are computed.
"""

from __future__ import annotations

import contextlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mockservers.harness.drivers import Hello
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.redaction import shows

UNUSABLE = frozenset({"lost_answer", "cut", "reset_midway", "empty_body"})
"""Faults on the wire after which the client holds no whole answer."""
END = 1 << 60
"""Beyond every number of a journal: where the final truth stands in `History.ever`."""


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket as somebody sees it: the vendor's truth, or the client's mirror."""

    id: str
    fields: Mapping[str, Any]
    exists: bool = True


Truth = Mapping[str, Mapping[str, Record]]
"""Every record at the vendor: kind of record, id, record."""


@dataclass(frozen=True, slots=True)
class ExternalChange:
    """One act of other people, with the truth of the record after it. `at` is the instant, `n` the journal's number."""

    n: int
    at: int
    operation: str
    request: Mapping[str, Any]
    record: Record | None
    ok: bool = True


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Exchanged:
    """One request of the client, with secrets masked, and the whole answer as it arrived.

    `received` is None when no whole answer came; `request_known` is false when the connection broke before anybody read it.
    """

    n: int
    at: int
    method: str = ""
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int | None = None
    received: bytes | None = None
    faults: tuple[str, ...] = ()
    request_known: bool = True
    task: int | None = None
    reveals: tuple[str, ...] = ()
    """Where the credential stood before it was masked: `address`, or `header <name>`."""
    rules: tuple[str, ...] = ()
    """The rules that shaped the answer."""
    reply_headers: tuple[tuple[str, str], ...] = ()
    after: int = 0
    """How many answers had left when the request began to arrive."""
    left: int = 0
    """Which answer its own was; 0 where nobody counted."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One call of the vendor to a listener of the client's, with secrets masked. `status` is None where no answer came.

    `at` is the instant at which it left, `seconds` how long the answer took in the vendor's time. `genuine` is false for a
    call that a stranger made; `waited` tells that the client asked the vendor something and did not answer before it knew.
    `sent` is false for a call that was lost on its way.
    """

    n: int
    at: int
    event: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None
    webhook: str = ""
    attempt: int = 1
    seconds: float = 0.0
    genuine: bool = True
    waited: bool = False
    sent: bool = True
    faults: tuple[str, ...] = ()
    error: str = ""

    @property
    def taken(self) -> bool:
        """Whether the listener said that it has it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Task:
    """One message to the client and its answer. `first` and `last` bound the journal's numbers while it ran.

    `before` and `after` are the mirror around it, None where the client does not show one. `asked` is the message of a
    task that writes, `answered` what the client said to it, `was` and `became` are the truth around it, `ticket` is the id
    of the record it is about. `again`: the same message as an earlier task that answered `transport`. `told` is False where
    nobody knows how it ended: the client was recorded or observed, and answered nobody.
    """

    index: int
    do: str
    at: int
    ended: int
    first: int
    last: int
    error_kind: str | None = None
    error: str = ""
    before: Mapping[str, Record] | None = None
    after: Mapping[str, Record] | None = None
    settling: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)
    answered: Any = None
    was: Truth | None = None
    became: Truth | None = None
    ticket: str | None = None
    again: bool = False
    told: bool = True

    @property
    def ok(self) -> bool:
        return self.error_kind is None


@dataclass(frozen=True)
class History:
    """Everything about one play, in order of the journal's numbers. Instants are microseconds UTC."""

    vendor: str
    start: int
    end: int
    dialect: Dialect
    hello: Hello
    options: Mapping[str, Any]
    secrets: tuple[str, ...]
    changes: tuple[ExternalChange, ...]
    exchanges: tuple[Exchanged, ...]
    tasks: tuple[Task, ...]
    truth: Mapping[str, Record]
    mirror: Mapping[str, Record] | None
    listed: tuple[Record, ...] = ()
    """Every record of the final mirror as the client listed it; `mirror` has the last of each id."""
    output: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Ticket id to its label in the scenario."""
    parts: Truth = field(default_factory=dict)
    """The final truth of what hangs on tickets, by kind of record."""
    entity: str = ""
    """The kind of record that a ticket is, as `was` and `became` of a task name it."""
    deliveries: tuple[Delivered, ...] = ()
    """The calls of the vendor to the client's listeners."""
    restarts: tuple[int, ...] = ()
    """Where in the journal the client was ended and started again."""
    stored: Mapping[str, bool] = field(default_factory=dict)
    """The files of the client's state folder in the end, and whether a credential that lasts stands in each as it is."""

    @cached_property
    def ever(self) -> Mapping[str, tuple[tuple[int, Record], ...]]:
        """Every state a ticket was known to have: (journal number, record), oldest first, the final truth last."""
        known = [(change.n, change.record) for change in self.changes if change.record is not None]
        known += [(task.last, record) for task in self.writes for record in self.written(task)]
        known.sort(key=lambda each: each[0])
        found: dict[str, list[tuple[int, Record]]] = {}
        for n, record in known:
            found.setdefault(record.id, []).append((n, record))
        for record in self.truth.values():
            found.setdefault(record.id, []).append((END, record))
        return {key: tuple(states) for key, states in found.items()}

    def name(self, ticket: str) -> str:
        """How a report calls a ticket."""
        return f"{self.labels[ticket]} (id {ticket})" if ticket in self.labels else f"the ticket with id {ticket}"

    def within(self, task: Task) -> list[Exchanged]:
        """The client's requests inside a task."""
        first, last = (bisect_right(self._numbers, n) for n in (task.first, task.last))
        return list(self.exchanges[first:last])

    @cached_property
    def _numbers(self) -> list[int]:
        return [each.n for each in self.exchanges]

    def changes_within(self, task: Task) -> list[ExternalChange]:
        return [each for each in self.changes if task.first < each.n <= task.last]

    @property
    def writes(self) -> list[Task]:
        """The tasks by which the client was told to write something."""
        return [task for task in self.tasks if task.became is not None]

    def written(self, task: Task, kind: str | None = None) -> list[Record]:
        """The records of a kind (tickets when None) that are not after a task what they were before it."""
        kind = self.entity if kind is None else kind
        was, became = (task.was or {}).get(kind, {}), (task.became or {}).get(kind, {})
        return [record for id_, record in became.items() if was.get(id_) != record]

    def made(self, task: Task, kind: str | None = None) -> list[Record]:
        """The records of a kind (tickets when None) that a task made, as far as nobody else did meanwhile."""
        kind = self.entity if kind is None else kind
        was = (task.was or {}).get(kind, {})
        others = {change.record.id for change in self.changes_within(task) if change.record is not None}
        return [
            record
            for record in self.written(task, kind)
            if record.id not in was and (kind != self.entity or record.id not in others)
        ]

    @cached_property
    def at_once(self) -> int:
        """How many requests the client had under way at once, at most: 1 for one that waits for each answer.

        Whoever has several under way learns of a refusal only when the others are refused too.
        """
        counted = [each for each in self.exchanges if each.left]
        # At the same number an answer leaves before a request arrives.
        moments = sorted([(each.left, -1) for each in counted] + [(each.after, 1) for each in counted])
        most = under_way = 0
        for _, step in moments:
            under_way += step
            most = max(most, under_way)
        return max(most, 1)

    @property
    def syncs(self) -> list[Task]:
        return [task for task in self.tasks if task.do == "sync"]


def revealing(exchange: Exchange, secrets: Iterable[str]) -> tuple[str, ...]:
    """Where an exchange that is not masked yet shows a secret outside its body, as `Exchanged.reveals` has it."""
    known = tuple(secrets)
    found = ["address"] if shows(exchange.target, known) else []
    if shows("\n".join(value for _, value in exchange.headers), known):  # one look at all spares a look at each
        found += dict.fromkeys(f"header {name}" for name, value in exchange.headers if shows(value, known))
    return tuple(found)


def stored(folder: Path, secrets: Iterable[str]) -> dict[str, bool]:
    """The files of a folder, and whether a secret stands in each as it is, or as JSON writes it; see `History.stored`."""
    forms = [form.encode("utf-8") for each in secrets for form in (each, json.dumps(each)[1:-1])]
    found = {}
    for file in sorted(folder.rglob("*")):
        with contextlib.suppress(OSError):  # a client's own thread may take it away meanwhile
            if file.is_file():
                found[file.relative_to(folder).as_posix()] = any(form in file.read_bytes() for form in forms)
    return found


def records(raw: Any) -> list[Record]:
    """The records of a mirror as a client gave them; raises ValueError that says what is wrong with the form."""
    listed = raw.get("records") if isinstance(raw, Mapping) else raw
    if not isinstance(listed, (list, tuple)):
        raise ValueError(
            'mirror must answer {"records": [{"id": "...", "fields": {...}}, ...]} or the list alone, '
            f"got {str(raw)[:120]!r}"
        )
    found: list[Record] = []
    for each in listed:
        if not isinstance(each, Mapping) or not isinstance(each.get("fields", {}), Mapping) or "id" not in each:
            raise ValueError(f"a record of the mirror needs an id and fields, and one is {str(each)[:120]}")
        key = "" if each["id"] is None else str(each["id"])
        found.append(Record(key, dict(each.get("fields", {}))))
    return found


def change(entry: Entry) -> ExternalChange:
    """One act of others as the journal has it."""
    result = entry.result if isinstance(entry.result, Mapping) else {}
    record = None
    if "id" in result:
        record = Record(str(result["id"]), dict(result.get("fields", {})), bool(result.get("exists", True)))
    return ExternalChange(
        entry.n, entry.at, entry.operation or "", dict(entry.request or {}), record, entry.outcome == "ok"
    )


def exchanged(entry: Entry, task: int | None, reveals: tuple[str, ...] = ()) -> Exchanged:
    """One request of the client as the journal has it."""
    faults = tuple(entry.faults)
    exchange = entry.exchange
    if exchange is None:
        # A 503 of the machine in front comes whole, but the journal does not hold the request.
        status = 503 if "unavailable" in faults else None
        return Exchanged(entry.n, entry.at, status=status, faults=faults, request_known=False, task=task)
    return Exchanged(
        entry.n,
        entry.at,
        exchange.method,
        exchange.target,
        tuple(exchange.headers),
        exchange.body,
        None if "lost_answer" in faults else exchange.status,
        None if UNUSABLE & set(faults) else exchange.reply_body,
        faults,
        True,
        task,
        reveals,
        tuple(entry.rules),
        () if "lost_answer" in faults else tuple(exchange.reply_headers),
        exchange.after,
        exchange.left,
    )


def delivered(entry: Entry) -> Delivered:
    """One call of the vendor to a listener as the journal has it."""
    exchange, told = entry.exchange, entry.result if isinstance(entry.result, Mapping) else {}
    assert exchange is not None
    return Delivered(
        entry.n,
        entry.at,
        entry.operation or "",
        exchange.target,
        tuple(exchange.headers),
        exchange.body,
        exchange.status,
        sent=bool(told),
        faults=tuple(entry.faults),
        error=entry.error or "",
        **{name: told[name] for name in ("webhook", "attempt", "seconds", "genuine", "waited") if name in told},
    )


def split(
    entries: Iterable[Entry], tasks: Iterable[Task], reveals: Mapping[int, tuple[str, ...]]
) -> tuple[tuple[ExternalChange, ...], tuple[Exchanged, ...], tuple[Delivered, ...]]:
    """The journal as acts of others, requests of the client and calls of the vendor; `reveals` by the journal's number.

    A `read` is no act; it shows what an act upon another ticket did to this one.
    """
    bounds = sorted((task.last, task.first, task.index) for task in tasks)  # none lies inside another

    def owner(n: int) -> int | None:
        at = bisect_left(bounds, (n,))
        return bounds[at][2] if at < len(bounds) and bounds[at][1] < n else None

    changes, exchanges, deliveries = [], [], []
    for entry in entries:
        if entry.actor == "other":
            if entry.operation != "list":
                changes.append(change(entry))
        elif entry.actor == "vendor":
            deliveries.append(delivered(entry))
        else:
            exchanges.append(exchanged(entry, owner(entry.n), reveals.get(entry.n, ())))
    return tuple(changes), tuple(exchanges), tuple(deliveries)
