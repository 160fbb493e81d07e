"""Whether a journal holds the calls that are expected: how many, in which order, and if not, which calls come nearest.

A near miss names each place that differs, with what was wanted and what came, best first. Everything here is read from
the journal, where secrets are masked already; whoever tells it masks it once more.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Emulator
from mockservers.kernel.overrides import Override, OverridePlan
from mockservers.kernel.patterns import QUICK, TooMuchWork, Work
from mockservers.kernel.redaction import MASK
from mockservers.registry import did_you_mean
from mockservers.server.contents import Contents, Leaf, apart, named, needle
from mockservers.server.expectations import CallPattern, Expectation, Matcher, OverrideAdd, RequestPattern, pattern
from mockservers.server.verdicts import Difference, NearMiss, Step, Verdict, single

NEAREST, LOOKED_INTO = 3, 300
"""Calls that are told as nearest, and those whose content is compared to find them."""
FAR = 1.5
"""What a call may differ more than the nearest one and be told too; one wrong value costs up to 1."""
KEPT = 500
"""Calls of which a question keeps what it has read."""
MOST_ALTERNATIVES = 100
"""Values of one member that are tried together with those of others."""


# --- values -----------------------------------------------------------------------------------------------------------


def as_text(value: Any) -> str:
    """A value as it reads in a form or in XML."""
    if isinstance(value, str):
        return value
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else "null" if value is None else str(value)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) <= 40 and text.strip() == text else None
    except InvalidOperation:
        return None


def _same(wanted: Any, got: Any) -> bool:
    if wanted is None or got is None:
        return wanted is got
    if isinstance(wanted, bool):
        return as_text(wanted) == as_text(got).lower()
    if isinstance(wanted, (int, float)):
        number = None if isinstance(got, bool) else _number(as_text(got))
        return number is not None and number == _number(str(wanted))
    return as_text(wanted) == as_text(got)


def holds(matcher: Matcher, value: Any, work: Work) -> bool:
    """Whether a value that is there is as it must be."""
    given = matcher.told_apart()
    if given.get("absent"):
        return False
    text = as_text(value)
    return (
        ("equals" not in given or _same(matcher.equals, value))
        and (matcher.contains is None or matcher.contains in text)
        and (matcher.matches is None or pattern(matcher.matches).matches(text, work))
    )


def _unlike(wanted: Any, got: Any) -> float:
    """How much a value differs from the wanted one, from a little to 1."""
    left, right = as_text(wanted)[:60], as_text(got)[:60]
    return 0.2 + 0.7 * (1 - SequenceMatcher(None, left, right, autojunk=False).ratio())


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _differs(
    place: str, matcher: Matcher, values: Sequence[Any], names: Sequence[str] = (), cut: bool = False
) -> Difference:
    """The difference between what must be and the nearest of some values, of which none is as it must be."""
    hint = "the journal keeps only the beginning of so long a body" if cut else ""
    told, must = matcher.told(), matcher.says()
    if not values:
        # Of other letters or signs, a name was meant all the same.
        meant = _bare(place.rpartition(".")[2]) in map(_bare, names)
        return Difference(place, told, must, there=False, cost=0.3 if meant else 1.0, names=names, hint=hint)
    wanted = next((each for each in (matcher.equals, matcher.contains) if each is not None), None)
    cost, _, got = min(
        (0.6 if wanted is None else _unlike(wanted, each), n, each) for n, each in enumerate(values[:50])
    )
    if place == "status":
        cost = 0.4  # how alike two statuses are says nothing
    if MASK in as_text(got):
        hint = "secrets are masked in the journal, and cannot be compared"
    return Difference(place, told, must, got, cost=1.0 if matcher.absent else cost, hint=hint)


# --- one call ---------------------------------------------------------------------------------------------------------


def _plain(wanted: CallPattern, entry: Entry) -> Iterator[Difference]:
    """Where a call differs in what the journal knows of it without looking into it."""
    if wanted.vendor is not None and wanted.vendor != entry.vendor:
        yield _named("vendor", wanted.vendor, entry.vendor, 3.0)
    for place, value, got in (
        ("operation", wanted.operation, entry.operation),
        ("outcome", wanted.outcome, entry.outcome),
        ("refusal", wanted.refusal, entry.refusal),
        ("tenant", wanted.tenant, entry.tenant),
    ):
        if value is not None and value != got:
            yield _named(place, value, got, 0.4 + _unlike(value, got or ""))
    if wanted.actor not in ("any", entry.actor):
        yield _named("actor", wanted.actor, entry.actor, 1.5)
    if wanted.rule is not None and wanted.rule not in entry.rules:
        yield _named("rule", wanted.rule, ", ".join(entry.rules))
    for bound, early in ((wanted.begin, True), (wanted.end, False)):
        if bound is not None and (entry.at < bound if early else entry.at > bound):
            must = f"{'not be before' if early else 'not be after'} {instants.to_iso(bound)}"
            yield Difference("at", instants.to_iso(bound), must, instants.to_iso(entry.at), cost=0.5, by_name=True)


def _named(place: str, wanted: str, got: str | None, cost: float = 1.0) -> Difference:
    return Difference(place, wanted, f"be {wanted}", got or None, bool(got), cost, by_name=True)


def _inside(wanted: RequestPattern, contents: Contents, work: Work) -> Iterator[Difference]:
    """Where a call differs in its request and answer."""
    for place, matcher in single(wanted):
        got = getattr(contents, place)
        values = [] if got is None else [got]
        if not _satisfied(matcher, values, work):
            yield _differs(place, matcher, values, cut=place == "text" and contents.cut)
    for name, matcher in wanted.query.items():
        values = [value for key, value in contents.query if key == name]
        if not _satisfied(matcher, values, work):
            yield _differs(f"query.{name}", matcher, values, [key for key, _ in contents.query])
    for name, matcher in wanted.headers.items():
        values = [value for key, value in contents.headers if key.lower() == name.lower()]
        if not _satisfied(matcher, values, work):
            yield _differs(f"headers.{name}", matcher, values, [key for key, _ in contents.headers])
    if wanted.body:
        yield from _members(wanted.body, contents, work)


def _satisfied(matcher: Matcher, values: Iterable[Any], work: Work) -> bool:
    values = list(values)
    return not values if matcher.absent else any(holds(matcher, value, work) for value in values)


def _members(wanted: dict[str, Matcher], contents: Contents, work: Work) -> Iterator[Difference]:
    """Where the members of a body differ. Those that stand in lists must stand in one element together."""
    leaves = contents.leaves
    work.spend(len(leaves) * len(wanted))
    patterns = {place: (needle(_last(place)), named(place)) for place in wanted}
    found = {
        place: [leaf for leaf in leaves if part in leaf.shown and looks.search(leaf.shown)]
        for place, (part, looks) in patterns.items()
    }
    good = {
        place: [leaf for leaf in found[place] if holds(matcher, leaf.value, work)][:MOST_ALTERNATIVES]
        for place, matcher in wanted.items()
        if not matcher.absent
    }
    chosen = _together([(place, good[place]) for place in good], work)
    complete = chosen is not None
    if chosen is None:
        chosen = _anchor(good, work)
    told = False
    for place, matcher in wanted.items():
        beside = [
            leaf for leaf in found[place] if "[" in place or not any(apart(leaf.path, each.path) for each in chosen)
        ]
        unmet = not complete and not matcher.absent and not any(leaf in good[place] for leaf in beside)
        if unmet or (matcher.absent and beside):
            told = True
            names = list(dict.fromkeys(leaf.shown.rpartition(".")[2] for leaf in leaves))[:200]
            yield _differs(f"body.{place}", matcher, [leaf.value for leaf in beside], names, contents.cut)
    if not complete and not told:
        must = "hold these members in one element of a list"
        yield Difference("body", None, must, "each in another one", cost=0.5, by_name=True)


def _together(
    groups: Sequence[tuple[str, list[Leaf]]], work: Work, chosen: tuple[Leaf, ...] = ()
) -> tuple[Leaf, ...] | None:
    """One leaf of each group, of which no two stand in different elements of a list; None where there are no such."""
    if not groups:
        return chosen
    place, leaves = groups[0]
    for leaf in leaves:
        work.spend(1 + len(chosen))
        alone = "[" in place  # whoever names an element means just that one
        if alone or not any(apart(leaf.path, each.path) for each in chosen):
            found = _together(groups[1:], work, chosen if alone else (*chosen, leaf))
            if found is not None:
                return found
    return None


def _anchor(good: dict[str, list[Leaf]], work: Work) -> tuple[Leaf, ...]:
    """The leaf beside which most other members are as they must be."""
    best: tuple[int, tuple[Leaf, ...]] = (0, ())
    for place, leaves in good.items():
        for leaf in [] if "[" in place else leaves:
            work.spend(len(good))
            beside = sum(any(not apart(leaf.path, each.path) for each in others) for others in good.values())
            if beside > best[0]:
                best = beside, (leaf,)
    return best[1]


def _last(place: str) -> str:
    """The last name of a path."""
    return place.rpartition(".")[2].partition("[")[0]


def _needles(members: dict[str, Matcher]) -> list[str]:
    """What must stand in a body that has these members: their names, and those values that are written in one way alone."""
    found = []
    for place, matcher in members.items():
        if not matcher.absent:
            found.append(needle(_last(place)))
            found += [needle(each) for each in (matcher.equals, matcher.contains) if isinstance(each, str)]
            if (
                isinstance(matcher.equals, int)
                and abs(matcher.equals) < 10**15
                and not isinstance(matcher.equals, bool)
            ):
                found.append(str(abs(matcher.equals)))
    return [each for each in found if each]


class Reader:
    """Compares calls with patterns; what was read of a call is kept while the question lasts."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._read: dict[int, Contents] = {}
        self._needles: dict[int, list[str]] = {}

    def _contents(self, entry: Entry) -> Contents:
        if entry.n not in self._read:
            if len(self._read) >= KEPT:
                self._read.clear()
            self._read[entry.n] = Contents(entry)
        return self._read[entry.n]

    def meets(self, wanted: CallPattern, entry: Entry) -> bool:
        """Whether a call is as a pattern says. Raises TooMuchWork."""
        self.work.spend(1)
        if next(_plain(wanted, entry), None) is not None or self.lacks(wanted, entry):
            return False
        return next(_inside(wanted, self._contents(entry), self.work), None) is None

    def lacks(self, wanted: CallPattern, entry: Entry) -> int:
        """How many of the wanted members a call surely has not; a quick look that spares most calls a thorough one."""
        needles = self._needles.get(id(wanted))
        if needles is None:
            needles = self._needles[id(wanted)] = _needles(wanted.body)
        return self._contents(entry).lacks(needles) if needles else 0

    def differences(self, wanted: CallPattern, entry: Entry) -> list[Difference]:
        """Every place in which a call is not as a pattern says. Raises TooMuchWork."""
        return [*_plain(wanted, entry), *_inside(wanted, self._contents(entry), self.work)]


def override(plan: OverridePlan, wanted: OverrideAdd) -> Override:
    """Plan a canned answer; raises ValueError when there are too many."""
    told = wanted.match.model_dump(mode="json", exclude_unset=True)
    headers, body = wanted.answer.content()
    answer = wanted.answer
    matches = _matching(wanted.match)
    return plan.add(matches, told, answer.sent_status(), headers, body, answer.patch, wanted.skip, wanted.times)


def matcher(told: Mapping[str, Any]) -> Callable[[str, Exchange], bool]:
    """Which requests an override means that was planned in another process, of what `Override.match` tells there."""
    return _matching(RequestPattern.model_validate(told))


def _matching(wanted: RequestPattern) -> Callable[[str, Exchange], bool]:
    def matches(vendor: str, exchange: Exchange) -> bool:
        if wanted.vendor not in (None, vendor):
            return False
        contents = Contents(Entry(0, 0, 0, vendor, None, "client", exchange=exchange))
        try:
            return next(_inside(wanted, contents, Work(QUICK)), None) is None
        except TooMuchWork:
            return False  # such a request is nobody's, and the emulator answers it

    return matches


def wrong_name(
    emulator: Callable[[str], Emulator], vendors: Sequence[str], wanted: CallPattern
) -> tuple[str, str] | None:
    """The field with a name that no call can have, and a sentence with what there is: by a slip of the pen an expectation
    would be missed, or worse, kept."""
    if wanted.vendor is not None and wanted.vendor not in vendors:
        return "vendor", _unknown("vendor", wanted.vendor, vendors)
    emulators = [emulator(name) for name in ([wanted.vendor] if wanted.vendor is not None else vendors)]
    operations = [
        name
        for each in emulators
        for known, actor in ((each.operations, "client"), (each.admin_operations, "other"), (each.events, "vendor"))
        if wanted.actor in (actor, "any")
        for name in known
    ]
    if wanted.operation is not None and wanted.operation not in operations:
        return "operation", _unknown("operation", wanted.operation, operations)
    if wanted.rule is not None and not any(wanted.rule in each.rules for each in emulators):
        known_rules = [name for each in emulators for name in each.rules]
        return "rule", f"there is no rule {wanted.rule!r}{did_you_mean(wanted.rule, known_rules)}"
    return None


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    known = list(dict.fromkeys(known))
    return f"there is no {what} {name!r}; expected one of: {', '.join(known)}{did_you_mean(name, known)}"


# --- the journal ------------------------------------------------------------------------------------------------------


def verify(expected: Expectation, entries: Sequence[Entry], dropped: int = 0, *, near: bool = True) -> Verdict:
    """Whether these calls, oldest first, are as expected; `near` looks for near misses too. Raises TooMuchWork."""
    looked_at = [entry for entry in entries if entry.n > expected.since]
    reader = Reader(Work())
    verdict = Verdict([Step(wanted) for wanted in expected.steps], len(looked_at), dropped)
    after = expected.since
    for step in verdict.steps:
        step.calls = [entry for entry in looked_at if entry.n > after and reader.meets(step.wanted, entry)]
        least, most = step.wanted.least, step.wanted.most
        step.ok = len(step.calls) >= least and (most is None or len(step.calls) <= most)
        if not step.ok:
            if near and len(step.calls) < least:
                verdict.nearest = _nearest(step, looked_at, after)
            break
        if least:
            after = step.calls[least - 1].n
    return verdict


def _nearest(step: Step, entries: Sequence[Entry], after: int) -> list[NearMiss]:
    """The calls that differ least from a pattern, the best first and of equal ones the latest."""
    good = {entry.n for entry in step.calls}
    others = [entry for entry in entries if entry.n not in good]
    reader = Reader(Work())

    def unlikely(entry: Entry) -> tuple[float, int]:
        plain = sum(each.cost for each in _plain(step.wanted, entry))
        return plain + reader.lacks(step.wanted, entry) / 2, -entry.n

    likely, found = heapq.nsmallest(LOOKED_INTO, others, key=unlikely), []
    for entry in likely:
        try:
            differences = reader.differences(step.wanted, entry)
        except TooMuchWork:
            break
        if entry.n <= after:
            place = f"after call #{after}"
            differences.append(Difference("order", place, f"be {place}", f"call #{entry.n}", cost=0.5, by_name=True))
        found.append(NearMiss(entry, differences))
    best = heapq.nsmallest(NEAREST, found, key=lambda miss: (miss.cost, -miss.entry.n))
    return [miss for miss in best if miss.cost <= best[0].cost + FAR]
