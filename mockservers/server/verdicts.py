"""What becomes of an expectation, and how it is told: in the same words to people, in Python and over the control API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry
from mockservers.registry import did_you_mean
from mockservers.server.expectations import CallPattern, CountedPattern, Matcher, RequestPattern, quoted
from mockservers.wirekit.templates import counted

SHOWN, LONGEST = 3, 200
"""Calls that are shown where there are too many, and characters of a value or a target."""


@dataclass(frozen=True)
class Difference:
    """One place in which a call is not as expected. `got` is None where there is nothing, and then `there` says so."""

    place: str
    wanted: Any
    must: str
    got: Any = None
    there: bool = True
    cost: float = 1.0
    names: Sequence[str] = ()
    """What there is where a name was not found."""
    hint: str = ""
    by_name: bool = False
    """Whether it is a name or a time, and no text of a message."""

    def says(self, clean: Callable[[str], str] = str) -> str:
        """The difference in words. What came is cleaned first and cut then: half of a secret is not known for what it is."""
        got = clean(self.got) if isinstance(self.got, str) else self.got
        if isinstance(got, str) and len(got) > LONGEST:
            got = got[:LONGEST] + "..."
        shown = "none" if not self.there else got if self.by_name else quoted(got)
        near = "" if self.there or self.by_name else did_you_mean(self.place.rpartition(".")[2], self.names)
        return clean(f"{self.place} must {self.must}, got {shown}{near}{'; ' + self.hint if self.hint else ''}")


@dataclass(frozen=True)
class NearMiss:
    """A call that is almost as expected."""

    entry: Entry
    differences: list[Difference]

    @property
    def cost(self) -> float:
        return sum(each.cost for each in self.differences)


@dataclass
class Step:
    """One of the patterns, and the calls that are as it says."""

    wanted: CountedPattern
    calls: list[Entry] = field(default_factory=list)
    ok: bool | None = None
    """None: not looked at, since a step before it failed."""


@dataclass
class Verdict:
    """What became of an expectation."""

    steps: list[Step]
    looked_at: int
    dropped: int
    nearest: list[NearMiss] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)

    @property
    def failed(self) -> Step | None:
        return next((step for step in self.steps if step.ok is False), None)


# --- words ------------------------------------------------------------------------------------------------------------


def single(wanted: RequestPattern) -> Iterator[tuple[str, Matcher]]:
    """The conditions on what a call has once."""
    for place in ("status", "method", "url", "path", "text"):
        matcher: Matcher | None = getattr(wanted, place, None)
        if matcher is not None:
            yield place, matcher


_BY = {"any": "by anybody", "other": "by other people", "vendor": "to a listener"}


def described(wanted: CallPattern) -> str:
    """A pattern in words."""
    who = [_BY[wanted.actor]] if wanted.actor in _BY else []
    parts = [" ".join([each for each in (wanted.vendor, wanted.operation) if each] + who) or "of the client"]
    parts += [
        f"{place} {value}"
        for place in ("outcome", "refusal", "rule", "tenant")
        if (value := getattr(wanted, place)) is not None
    ]
    conditions = [*single(wanted)]
    for group in ("query", "headers", "body"):
        conditions += [(f"{group}.{name}", matcher) for name, matcher in getattr(wanted, group).items()]
    parts += [f"{place} must {matcher.says()}" for place, matcher in conditions]
    parts += [] if wanted.begin is None else [f"from {instants.to_iso(wanted.begin)}"]
    parts += [] if wanted.end is None else [f"until {instants.to_iso(wanted.end)}"]
    return ", ".join(parts)


def how_many(wanted: CountedPattern) -> str:
    """How many calls there must be."""
    least, most = wanted.least, wanted.most
    if most is None:
        return f"at least {counted(least, 'call')}"
    if least == most:
        return f"exactly {counted(most, 'call')}" if most else "no call"
    return f"at most {counted(most, 'call')}" if not least else f"{least} to {counted(most, 'call')}"


def line(entry: Entry, clean: Callable[[str], str] = str) -> str:
    """A call in one line, its target cleaned before it is cut."""
    exchange = entry.exchange
    what = " ".join(part for part in (entry.vendor or "(no vendor)", entry.operation) if part)
    parts = [f"{what} {_BY[entry.actor]}" if entry.actor in _BY else what, entry.outcome]
    parts += [each for each in (entry.refusal, *entry.faults) if each]
    if exchange is not None:
        parts += ([] if exchange.status is None else [str(exchange.status)]) + [
            f"{exchange.method} {clean(exchange.target)[:LONGEST]}"
        ]
    return f"#{entry.n} {', '.join(parts)}"


def told(verdict: Verdict, clean: Callable[[str], str] = str) -> str:
    """What became of an expectation, in words for people; `clean` takes secrets out of each line."""
    step = verdict.failed
    if step is None:
        first = verdict.steps[0]
        kept = f"{counted(len(first.calls), 'call')} of {verdict.looked_at}: {described(first.wanted)}"
        return printable(clean(kept + _gone(verdict)))
    lines = [f"expected {how_many(step.wanted)}: {described(step.wanted)}"]
    number = verdict.steps.index(step)
    if number:
        before = verdict.steps[number - 1]
        lines.append(f"  after {described(before.wanted)}")
    found = f"found {len(step.calls) or 'none'} among {counted(verdict.looked_at, 'call')}{_gone(verdict)}"
    shown = step.calls[:SHOWN]
    if shown:
        found += f": {', '.join(f'#{entry.n}' for entry in step.calls[:20])}"
    lines.append(found)
    if not verdict.nearest:
        lines += [f"  {line(entry, clean)}" for entry in shown]
    for place, miss in enumerate(verdict.nearest):
        lines += ["The nearest:"] if not place else []
        lines.append(f"  {line(miss.entry, clean)}")
        lines += [f"      {each.says(clean)}" for each in miss.differences]
    return "\n".join(printable(clean(each)) for each in lines)


def _gone(verdict: Verdict) -> str:
    """What nobody can look at any more: also where all is as expected, for it may be so of the rest alone."""
    if not verdict.dropped:
        return ""
    return f"; the {counted(verdict.dropped, 'oldest call')} went from the journal, which is full"


def printable(text: str) -> str:
    """A text with escapes for what no eye sees, and no terminal should obey."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
