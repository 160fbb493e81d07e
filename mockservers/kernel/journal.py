"""The journal: everything that happened in a world, in order, with secrets masked. Verdicts are computed from it.

Append-only and bounded: past the limits the oldest entries go, and `dropped` says how many. It knows no vendor; what
to mask is told to it.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mockservers.kernel.faults import Fault
from mockservers.kernel.redaction import Redaction
from mockservers.kernel.rules import Note

Outcome = Literal["ok", "refused", "unsupported", "fault", "error", "page", "overridden", "unmatched", "malformed"]
"""`ok` answered; `refused` by a rule; `unsupported` not emulated; `fault` injected trouble; `error` the emulator's own
failure; `page` answered outside the door (help text); `overridden` by a test's own answer;
`unmatched` no such address; `malformed` no request that can be read."""

MOST_NOTES = 50
"""Findings of one rule that a call can have; of the others only their number is kept."""

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Exchange:
    """One HTTP request and its answer, as bytes. `cut` tells that a body was longer than what is kept."""

    method: str
    target: str
    headers: Headers
    body: bytes
    remote: str = "127.0.0.1"
    status: int | None = None
    reply_headers: Headers = field(default_factory=list)
    reply_body: bytes = b""
    cut: bool = False
    left_out: bool = False
    """Whether a part of it could not be searched for secrets; a sentence stands in place of that part."""
    secrets: list[str] = field(default_factory=list)
    """What was presented as a credential, right or wrong; never kept."""
    delay: float = 0.0
    """Seconds of the vendor's time by which the answer is held back."""
    fault: Fault | None = None
    """The fault that hits the answer on the wire."""
    cited: list[str] = field(default_factory=list)
    """Rules that a wire cited before the call had an entry in the journal."""
    entry: Entry | None = None
    perhaps: tuple[str, ...] = ()
    """Vendors that the request may have been meant for, as long as nobody has recognised its caller."""
    override: str = ""
    """The id of the override that answered in place of the emulator."""
    verbatim: bool = False
    """Whether the answer's headers leave as they stand: none added, none changed but the date."""
    after: int = 0
    """How many answers of the listener had left when its first byte came."""
    left: int = 0
    """Which of the listener's answers it was, from 1 up; 0 where nobody counted. Two that overlapped were under way at once."""
    leaving: list[Callable[[], None]] = field(default_factory=list)
    """What is due once the answer has left or the connection is gone, such as ending a count of calls under way."""

    def cite(self, *rules: str) -> None:
        """Write into the journal that the rules of these ids shaped the answer; before the door or after it."""
        if self.entry is None:
            self.cited += rules
        else:
            self.entry.cite(*rules)

    def leave(self) -> None:
        """The answer has left. Whoever carries exchanges over a wire calls this once, whatever became of the answer."""
        while self.leaving:
            self.leaving.pop()()


@dataclass(slots=True)
class Entry:
    """One call. `at` is virtual, `wall` the machine's time, both in microseconds UTC."""

    n: int
    at: int
    wall: int
    vendor: str
    operation: str | None
    actor: str
    tenant: str | None = None
    outcome: Outcome = "ok"
    refusal: str | None = None
    """The vendor's word for a refusal (an error code)."""
    refused_by: str | None = None
    """The id of the rule by which the vendor refused."""
    rules: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    request: Any = None
    result: Any = None
    error: str | None = None
    exchange: Exchange | None = None
    more: dict[str, int] = field(default_factory=dict)
    """Findings beyond the most that one rule can have, by rule."""
    size: int = 0
    """Bytes of memory that it takes, about, as the journal counted it."""

    def cite(self, *rules: str) -> None:
        """The rules of these ids shaped the answer."""
        for rule in rules:
            if rule not in self.rules:
                self.rules.append(rule)

    def note(self, rule: str, text: str, **facts: Any) -> None:
        """A finding: the request is answered, but a careful client would not send it."""
        self.cite(rule)
        if sum(note.rule == rule for note in self.notes) < MOST_NOTES:
            self.notes.append(Note(rule, text, facts))
            return
        self.more[rule] = self.more.get(rule, 0) + 1
        last = Note(rule, f"and {self.more[rule]} more of the same", {"more": self.more[rule]})
        if self.more[rule] == 1:
            self.notes.append(last)
        else:
            self.notes[max(n for n, note in enumerate(self.notes) if note.rule == rule)] = last


LONGEST_SECRET = 8192
"""Bytes, in any of the forms in which a secret is masked."""


def masked(exchange: Exchange, clean: Redaction, most_body: int) -> Exchange:
    """A copy of an exchange as it may be kept: without secrets, and of its bodies what is kept and a little more."""
    most = most_body + LONGEST_SECRET  # so that no half of a secret stands at the cut
    copy = replace(
        exchange,
        target=clean(exchange.target),
        headers=clean.headers(exchange.headers),
        body=clean.body(exchange.body[:most], exchange.headers),
        reply_headers=clean.headers(exchange.reply_headers),
        reply_body=clean.body(exchange.reply_body[:most], exchange.reply_headers),
        secrets=[],
        entry=None,
        leaving=[],
    )
    copy.left_out = clean.left_out
    return copy


_OBJECT = 64
"""Bytes that an object takes beside its content, about: a text, a number, a pair."""


def weight(value: Any) -> int:
    """Bytes of memory that a value of plain data takes, about."""
    total = 0
    keys: dict[tuple[Any, ...], int] = {}
    """What the keys of a row take: those of all rows of a page are the same."""
    left: list[Iterable[Any]] = [(value,)]
    for items in left:  # grows while it is walked
        for item in items:
            if item is None or item is True or item is False:
                continue
            total += _OBJECT
            kind = type(item)  # a page has a million values, and hardly any is of a class of somebody's own
            if kind is str:
                total += len(item) if item.isascii() else sys.getsizeof(item)
            elif kind is int or kind is float:
                continue
            elif isinstance(item, (str, bytes)):
                total += len(item) if isinstance(item, bytes) or item.isascii() else sys.getsizeof(item)
            elif isinstance(item, (dict, Mapping)):
                names = tuple(item)
                known = keys.get(names)
                if known is None:
                    known = weight(names) - _OBJECT
                    if all(type(name) is str for name in names):  # 1 and True are equal, and weigh not the same
                        keys[names] = known
                total += known
                left.append(item.values())
            elif isinstance(item, (list, tuple, set, frozenset)):
                left.append(item)
    return total


def _size(entry: Entry) -> int:
    """Bytes of memory that an entry takes, about: whatever a hostile client can make long or many counts."""
    told = (entry.rules, entry.faults, entry.request, entry.result, entry.error)
    size = 16 * _OBJECT + weight(told) + sum(weight((note.text, note.facts)) for note in entry.notes)
    exchange = entry.exchange
    if exchange is not None:
        size += 8 * _OBJECT + len(exchange.body) + len(exchange.reply_body) + len(exchange.target)
        size += sum(
            3 * _OBJECT + len(name) + len(value) for name, value in (*exchange.headers, *exchange.reply_headers)
        )
    return size


class Journal:
    """The entries of one world."""

    def __init__(self, most_entries: int = 20_000, most_bytes: int = 64 << 20, most_body: int = 64 << 10) -> None:
        self.most_entries, self.most_bytes, self.most_body = most_entries, most_bytes, most_body
        self._entries: deque[Entry] = deque()
        self._count = 0
        self._bytes = 0
        self.dropped = 0
        self.touched: dict[int, Entry] | None = None
        """Entries that were begun or filled in and that other processes are to be told of; None where there are none."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def settled(self) -> list[Entry]:
        """The entries that are complete, oldest first; a call under way has none yet. May be asked from any thread."""
        return [entry for entry in list(self._entries) if entry.size]

    @property
    def count(self) -> int:
        """How many entries were ever written; also the number of the latest."""
        return self._count

    @property
    def held(self) -> int:
        """Bytes of memory that the entries take, about."""
        return self._bytes

    def open(self, at: int, wall: int, vendor: str, operation: str | None, actor: str) -> Entry:
        """Begin an entry; it stands in the journal from now on, and its owner fills it in."""
        self._count += 1
        entry = Entry(self._count, at, wall, vendor, operation, actor)
        self._entries.append(entry)
        if self.touched is not None:
            self.touched[entry.n] = entry
        if len(self._entries) > self.most_entries:
            self._drop()
        return entry

    def attach(self, entry: Entry, exchange: Exchange) -> None:
        """Keep an exchange (masked by the caller) with its entry, bodies shortened to `most_body` bytes."""
        if len(exchange.body) > self.most_body or len(exchange.reply_body) > self.most_body:
            exchange.cut = True
            exchange.body = exchange.body[: self.most_body]
            exchange.reply_body = exchange.reply_body[: self.most_body]
        entry.exchange = exchange
        self.settle(entry)

    def settle(self, entry: Entry) -> None:
        """Count what an entry holds, and let the oldest go where that is too much. To be called when it was filled in."""
        if self.touched is not None:
            self.touched[entry.n] = entry
        if entry.n <= self.dropped:  # it went while its answer was made; whoever holds it may still read it
            return
        size = _size(entry)
        self._bytes += size - entry.size
        entry.size = size
        self._shrink_to(self.most_bytes)

    def take_touched(self) -> list[Entry]:
        """What other processes are to be told of since this was asked last."""
        found = list((self.touched or {}).values())
        if found:
            self.touched = {}
        return found

    def go_on(self, count: int) -> None:
        """Other processes have written entries up to number `count`; they are missing here until they are merged."""
        self._count = max(self._count, count)

    def merge(self, after: int, entries: Iterable[Entry]) -> None:
        """Take in all entries after number `after`, by whichever process they were written."""
        mine: dict[int, Entry] = {}
        while self._entries and self._entries[-1].n > after:
            entry = self._entries.pop()
            mine[entry.n] = entry
        for entry in entries:
            known = mine.pop(entry.n, None)
            if known is None:
                self._bytes += entry.size
            self._entries.append(known or entry)
        self._bytes -= sum(entry.size for entry in mine.values())  # those that everybody has forgotten
        while len(self._entries) > self.most_entries:
            self._drop()
        self._shrink_to(self.most_bytes)
        self.dropped = self._entries[0].n - 1 if self._entries else self._count

    def forget(self, n: int) -> None:
        """Let the entries up to number `n` go: whoever asks has read them."""
        while self._entries and self._entries[0].n <= n:
            self._drop()

    def shrink(self) -> None:
        """Let the older half go: memory is needed elsewhere."""
        self._shrink_to(self._bytes // 2)

    def _shrink_to(self, most: int) -> None:
        while self._bytes > most and len(self._entries) > 1:
            self._drop()

    def fitting(self, value: Any, clean: Callable[[Any], Any]) -> Any:
        """What is kept of a request or a result: masked by `clean`, or a sentence where it is too long to be kept."""
        size = weight(value)
        return clean(value) if size <= self.most_body else f"(about {size} bytes, too long for the journal)"

    def _drop(self) -> None:
        gone = self._entries.popleft()
        self.dropped += 1
        self._bytes -= gone.size

    def since(self, n: int) -> Sequence[Entry]:
        """The entries after number `n`."""
        found: list[Entry] = []
        for entry in reversed(self._entries.copy()):
            if entry.n <= n:
                break
            found.append(entry)
        return found[::-1]
