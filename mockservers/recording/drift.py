"""Drift: where a recording and the emulator part, or two recordings of different dates, and by which rules.

A difference that another choice of a dialect switch would take away is the drift of the rules of that switch; of others
the rules are told that were applied where it was seen, and not where all was well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from mockservers.kernel.dialects import Dialect, DialectFamily
from mockservers.recording import matching
from mockservers.recording.adapter import adapter
from mockservers.recording.answers import Comparison, Difference
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Recording, RecordingError
from mockservers.recording.replaying import Compared, Replay
from mockservers.registry import emulator

MOST_SEARCHED = 400
"""Exchanges that are replayed for each choice of a switch that is tried."""
MOST_SWITCHES = 6
_EXAMPLES = 3


@dataclass
class Finding:
    """Differences of one kind: the same aspect at the same place. `rules` are those that it may be the drift of."""

    aspect: str
    place: str
    count: int = 0
    examples: list[tuple[int, Difference]] = field(default_factory=list)
    rules: tuple[str, ...] = ()
    accepted: str = ""
    """The reason why it is no news."""


@dataclass
class Cause:
    """A switch whose other value takes differences away, and the rules that hang on it."""

    switch: str
    value: Any
    rules: tuple[str, ...]
    findings: list[Finding]


@dataclass
class Drift:
    """The result. `causes` are explained by switches, `findings` are all others."""

    vendor: str
    exchanges: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    """Entries of the accepted differences that nothing needs any more."""

    @property
    def every(self) -> list[Finding]:
        return [*(each for cause in self.causes for each in cause.findings), *self.findings]

    @property
    def new(self) -> list[Finding]:
        return [each for each in self.every if not each.accepted]

    @property
    def rules(self) -> list[str]:
        """The rules that new drift is named by."""
        found = [rule for cause in self.causes if any(not f.accepted for f in cause.findings) for rule in cause.rules]
        found += [rule for each in self.findings if not each.accepted for rule in each.rules]
        return list(dict.fromkeys(found))


# --- against the emulator -------------------------------------------------------------------------------------------


def drift(recording: Recording, dialect: Dialect, accepted: Accepted | None = None) -> Drift:
    """Replay a recording against the emulator loaded from it."""
    vendor = recording.head.vendor
    if next(iter(recording), None) is None:
        raise RecordingError(f"{recording.path} holds no exchange, so there is nothing to compare")
    first = _run(recording, dialect)
    found = Drift(vendor, len(first.compared), first.skipped, first.left_out)
    runs, chosen = first, dialect
    for _ in range(MOST_SWITCHES):
        better = _better(recording, runs, chosen)
        if better is None:
            break
        switch, chosen, after = better
        gone = _gone(runs, after)
        rules = _rules_of(vendor, switch, runs, after)
        found.causes.append(Cause(switch, chosen[switch], rules, gone))
        runs = after
    found.findings = _findings(runs.compared, _suspects(runs.compared))
    _accept(found, accepted)
    return found


@dataclass
class _Run:
    compared: list[Compared]
    skipped: Counter[str]
    left_out: list[str]
    guesses: list[tuple[str, str]]

    @property
    def total(self) -> int:
        return sum(len(each.differences) for each in self.compared)


def _run(recording: Recording, dialect: Dialect, most: int | None = None) -> _Run:
    replay = Replay(recording, dialect)
    compared: list[Compared] = []
    skipped: Counter[str] = Counter()
    guesses: Counter[tuple[str, str]] = Counter()
    try:
        for each in replay:
            if most is not None and len(compared) >= most:
                break
            if each.differences:
                guesses.update(replay.adapter.guesses(each.recorded))
            each.recorded.body = each.recorded.reply_body = None  # only what differs is held in memory
            skipped[each.skipped] += bool(each.skipped)
            compared.append(each)
    finally:
        replay.close()
    del skipped[""]
    return _Run(compared, skipped, replay.loaded.left_out, [each for each, _ in guesses.most_common()])


def _better(recording: Recording, run: _Run, dialect: Dialect) -> tuple[str, Dialect, _Run] | None:
    """The one other choice of a switch that takes most differences away, if any does."""
    if not run.total:
        return None
    last = max(n for n, each in enumerate(run.compared) if each.differences) + 1
    most = min(last, MOST_SEARCHED)
    now = sum(len(each.differences) for each in run.compared[:most])
    best: tuple[int, str, Dialect] | None = None
    for switch, value in _choices(dialect.family, run, dialect):
        tried = dialect.with_({switch: value})
        left = _run(recording, tried, most).total
        if left < (now if best is None else best[0]):
            best = (left, switch, tried)
            if not left:
                break
    if best is None:
        return None
    after = _run(recording, best[2])
    return (best[1], best[2], after) if after.total < run.total else None


def _choices(family: DialectFamily, run: _Run, dialect: Dialect) -> Iterator[tuple[str, Any]]:
    """Switches that rules of the differing exchanges hang on first, with their other values; then all others."""
    book = emulator(family.vendor).rules
    applied = Counter(rule for each in run.compared if each.differences for rule in each.rules)
    named = [book[rule].switch for rule, _ in applied.most_common() if rule in book]
    for name in dict.fromkeys((*(each for each in named if each in family.switches), *family.switches)):
        assert name is not None
        switch = family.switches[name]
        values = [*switch.values, *(named_dialect[name] for named_dialect in family.named.values())]
        seen: list[Any] = [dialect[name]]
        values += [value for guessed, value in run.guesses if guessed == name]
        for value in values:
            if value not in seen:
                seen.append(value)
                yield name, value


def _rules_of(vendor: str, switch: str, before: _Run, after: _Run) -> tuple[str, ...]:
    """The rules that hang on a switch, and were applied where its other value makes a difference."""
    book = emulator(vendor).rules
    both = enumerate(zip(before.compared, after.compared, strict=True))
    changed = [n for n, (one, other) in both if one.differences != other.differences]
    applied = {rule for n in changed for run in (before, after) for rule in run.compared[n].rules}
    every = [rule.id for rule in book.values() if rule.switch == switch]
    return tuple(each for each in every if each in applied) or tuple(every)


def _gone(before: _Run, after: _Run) -> list[Finding]:
    """The differences that are there in one run and not in the other."""
    gone = []
    for one, other in zip(before.compared, after.compared, strict=True):
        left = [each for each in one.differences if each not in other.differences]
        if left:
            gone.append(Compared(one.recorded, left, one.rules, one.operation, one.outcome))
    return _findings(gone, lambda places: ())


# --- findings -------------------------------------------------------------------------------------------------------


def _findings(compared: Iterable[Compared], suspects: Any) -> list[Finding]:
    found: dict[tuple[str, str], Finding] = {}
    where: dict[tuple[str, str], list[Compared]] = {}
    for each in compared:
        for difference in each.differences:
            key = (str(difference.aspect), difference.place)
            finding = found.setdefault(key, Finding(*key))
            finding.count += 1
            if len(finding.examples) < _EXAMPLES:
                finding.examples.append((each.recorded.n, difference))
            if not where.setdefault(key, []) or where[key][-1] is not each:
                where[key].append(each)
    for key, finding in found.items():
        finding.rules = suspects(where[key])
    return sorted(found.values(), key=lambda each: -each.count)


def _suspects(compared: list[Compared]) -> Any:
    """Tells the rules applied in all of some exchanges, those first that were applied nowhere else."""
    well = Counter(rule for each in compared if not each.differences and not each.skipped for rule in each.rules)

    def suspects(where: list[Compared]) -> tuple[str, ...]:
        common = set(where[0].rules).intersection(*(each.rules for each in where))
        only = [rule for rule in where[0].rules if rule in common and not well[rule]]
        refusing = [each.refused_by for each in where if each.refused_by is not None]
        return (
            tuple(dict.fromkeys(refusing))
            or tuple(only)
            or tuple(rule for rule in where[0].rules if rule in common)[:6]
        )

    return suspects


# --- two recordings -------------------------------------------------------------------------------------------------


def between(left: Recording, right: Recording, accepted: Accepted | None = None) -> Drift:
    """What the same requests were answered in two recordings; requests of one alone are told, too."""
    if left.head.vendor != right.head.vendor:
        raise RecordingError(
            f"{left.path} is of {left.head.vendor}, {right.path} of {right.head.vendor}; nothing compares"
        )
    for each in (left, right):
        if next(iter(each), None) is None:
            raise RecordingError(f"{each.path} holds no exchange, so there is nothing to compare")
    here = adapter(left.head.vendor)
    answers: dict[bytes, list[tuple[int, Recorded]]] = {}
    for exchange in right:
        at = exchange.moment
        key = matching.loose(matching.of(here, exchange), [(at, at)]).key
        answers.setdefault(key, []).append((exchange.n, exchange))
    comparison, compared = Comparison(here), []
    skipped: Counter[str] = Counter()
    count = 0
    for exchange in left:
        count, at = count + 1, exchange.moment
        means = matching.of(here, exchange)
        theirs = answers.get(matching.loose(means, [(at, at)]).key)
        if not theirs:
            compared.append(
                Compared(exchange, [Difference("structure", f"{means.where} asked in one alone", "asked", None)])
            )
            continue
        _, other = theirs.pop(0) if len(theirs) > 1 else theirs[0]
        if exchange.fault or other.fault:
            skipped["the answer was lost in one of them"] += 1
            continue
        if exchange.omitted or other.omitted:
            skipped[f"one of them lacks something: {exchange.omitted or other.omitted}"] += 1
            continue
        kind = "record" if here.writes(exchange) else ""
        compared.append(Compared(exchange, comparison.differences(exchange, other, kind)))
    found = Drift(left.head.vendor, count, skipped)
    found.findings = _findings(compared, lambda where: ())
    _accept(found, accepted)
    return found


# --- accepted differences -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Acceptance:
    """One difference that is known, and why it is no news. `place` may hold `*`."""

    place: str
    reason: str
    aspect: str = "*"


@dataclass(frozen=True)
class Accepted:
    """The accepted differences of a file."""

    entries: tuple[Acceptance, ...]

    @classmethod
    def load(cls, path: Path) -> Accepted:
        """Raises ValueError with what would be right."""
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is no YAML: {' '.join(str(error).split())[:200]}") from error
        if raw is None:
            raw = []
        if not isinstance(raw, list):
            raise ValueError(f"{path} is a list of accepted differences, each with place and reason")
        return cls(tuple(cls._entry(path, n, each) for n, each in enumerate(raw, 1)))

    @staticmethod
    def _entry(path: Path, n: int, raw: Any) -> Acceptance:
        keys = raw.keys() if isinstance(raw, Mapping) else set()
        if not {"place", "reason"} <= keys or not keys <= {"place", "reason", "aspect"}:
            raise ValueError(
                f"{path}: entry {n} must have place, reason and (if only one aspect is meant) aspect, got {raw!r}"
            )
        if not all(isinstance(each, str) and each.strip() for each in raw.values()):
            raise ValueError(
                f"{path}: entry {n}: place and reason are texts; a difference without a reason is not accepted"
            )
        return Acceptance(**raw)


def _accept(found: Drift, accepted: Accepted | None) -> None:
    used = set()
    for finding in found.every:
        for entry in accepted.entries if accepted is not None else ():
            if fnmatchcase(finding.place, entry.place) and fnmatchcase(finding.aspect, entry.aspect):
                finding.accepted = entry.reason
                used.add(entry)
                break
    found.unused = [each.place for each in accepted.entries if each not in used] if accepted is not None else []
