"""The request that decides a failure, its bytes, and the rules that bear on it; and which of several failures tells the cause.

A bug breaks duties by the dozen: what was decoded wrongly is wrong in the mirror, was missed, was invented. The one whose
scenario is the shortest, and which is broken earliest in it, is the nearest to the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from mockservers.harness.duties import Duty
from mockservers.harness.history import Exchanged, Task
from mockservers.harness.reports.characters import clean
from mockservers.harness.reports.failures import REQUEST, TASK, Failure, of_counterexample
from mockservers.harness.verdicts import Counterexample, Report
from mockservers.kernel import instants
from mockservers.kernel.rules import Rule
from mockservers.registry import emulator

MOST = 1500
"""Characters of a body that are shown."""
FAILED = 400
"""The HTTP status from which on an answer is an error."""
MOST_COMPARED = 60
"""Requests that are compared with a sentence."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
QUOTED = 12
"""Characters in a row that two texts share when one of them quotes the other."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A request and its answer as they went over the wire, without secrets; long bodies are cut."""

    n: int
    at: int
    asked: str
    told: str


def lead(report: Report) -> Counterexample | None:
    """The counterexample to read first: the shortest, then the one broken earliest, `must` before `should`."""
    return min(report.counterexamples, key=_order, default=None)


def causes(report: Report) -> list[list[Counterexample]]:
    """The counterexamples by the bug that is probably behind them, one for each duty, and in each list the one to read first.

    Of a duty that is broken in several dialects the counterexample that comes first in that order is taken.
    """
    by_duty: dict[str, Counterexample] = {}
    for each in sorted(report.counterexamples, key=_order):
        by_duty.setdefault(each.duty.id, each)
    # Several may come first alike; then the report's order decides everywhere, or one would be told twice and another never.
    place = {id: n for n, id in enumerate(by_duty)}
    groups = [sorted((id for id in group if id in by_duty), key=place.__getitem__) for group in report.causes]
    apart = [[id] for id in by_duty if not any(id in group for group in report.causes)]
    found = sorted((group for group in [*groups, *apart] if group), key=lambda group: place[group[0]])
    return [[by_duty[id] for id in group] for group in found]


def _order(found: Counterexample) -> tuple[int, bool, int, int]:
    failure = of_counterexample(found)
    named = [n for breach in found.breaches for n in map(int, REQUEST.findall(breach.text))]
    decided = deciding(failure)
    # What is seen on the wire itself is nearer to the cause than what is missing in the mirror afterwards.
    return (
        found.scenario.size,
        found.duty.severity != "must",
        min(named, default=decided.n if decided else 0),
        0 if named else 1,
    )


def deciding(failure: Failure) -> Exchanged | None:
    """The request that decides a failure: one that a breach names, else the last that told of what went wrong."""
    known = {each.n: each for each in failure.history.exchanges if each.request_known}
    if not known:
        return None
    for breach in failure.breaches:
        for n in map(int, REQUEST.findall(breach.text)):
            if n in known:
                return known[n]
    for task in _tasks(failure):
        told = [each for each in failure.history.within(task) if each.request_known]
        if told:
            return next((each for each in reversed(told) if _speaks(failure, each)), None) or _quoted(failure, told)
    speaking = next((each for each in reversed(known.values()) if _speaks(failure, each)), None)
    return speaking or _quoted(failure, list(known.values()))


def _tasks(failure: Failure) -> list[Task]:
    """The tasks in which it went wrong: those that breaches name, then those after which truth and mirror part."""
    named = [(do, at) for breach in failure.breaches for do, at in TASK.findall(breach.text)]
    tasks = failure.history.tasks
    found = [task for pair in named for task in tasks if (task.do, instants.to_iso(task.at)) == pair]
    return found + [task for task in tasks if task.index in failure.partings and task not in found]


def _speaks(failure: Failure, exchange: Exchanged) -> bool:
    """Whether an answer, or what was asked, has one of the tickets that the breaches name."""
    body = exchange.body + (exchange.received or b"") + exchange.target.encode("utf-8", "replace")
    return any(ticket.encode("utf-8", "replace") in body for ticket in failure.tickets)


def _quoted(failure: Failure, told: list[Exchanged]) -> Exchanged:
    """Of some requests the one that the first breach quotes (its address, status or answer), else the last."""
    text = _MOMENT.sub("", failure.breaches[0].text) if failure.breaches else ""

    def likeness(exchange: Exchanged) -> int:
        answer = (exchange.received or b"")[:MOST].decode("utf-8", "replace")
        longest = max(_common(text, part) for part in (clean(exchange.target, failure.history.secrets), answer))
        status = 1 if re.search(rf"\b{exchange.status}\b", text) and (exchange.status or 0) >= FAILED else 0
        return status * QUOTED + (longest if longest >= QUOTED else 0)

    likest = [(likeness(each), each) for each in told[:MOST_COMPARED]]
    best = max(score for score, _ in likest)
    # The first of those that are quoted alike: a client goes wrong at the first of many.
    return next(each for score, each in likest if score == best) if best else told[-1]


def _common(one: str, other: str) -> int:
    """Characters of the longest piece that two texts share."""
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def _near(failure: Failure) -> list[Exchanged]:
    """The answers that may have led the client astray: the deciding one; where no breach names a request, those of its task."""
    decided = deciding(failure)
    if decided is None:
        return []
    if decided.n in failure.requests:
        return [decided]
    return [each for each in failure.history.exchanges if each.task == decided.task]


def bearing(duty: Duty, failure: Failure) -> list[Rule]:
    """The rules of switches behind the deciding answer, then the duty's rules that shaped it; else those of the duty that showed
    in the play; else all of them.

    Where no breach names a request, any answer of that task may have led the client astray.
    """
    rules, near = duty.rules, _near(failure)
    first = [each.rule for each in switched(failure)]
    for exchanges in (near, failure.history.exchanges):
        cited = {rule for each in exchanges for rule in each.rules}
        found = [rule for rule in rules if rule.id in cited and rule not in first]
        if found or first:
            return [*first, *found]
    return rules


@dataclass(frozen=True, slots=True)
class Switched:
    """A switch that the play had at another value than the default, and the rule by which it shaped an answer."""

    name: str
    value: object
    default: object
    rule: Rule

    @property
    def words(self) -> str:
        return f"switch {self.name} is {self.value} in this play; the default is {self.default}"


def switched(failure: Failure) -> list[Switched]:
    """The switches of the play's dialect that are not at their default, and whose rule shaped an answer that may decide."""
    dialect, book = failure.history.dialect, emulator(failure.history.vendor).rules
    changed = dialect.changes()
    cited = dict.fromkeys(rule for each in _near(failure) for rule in each.rules)
    rules = [book[id] for id in cited if id in book]
    return [
        Switched(rule.switch, changed[rule.switch], dialect.family.default[rule.switch], rule)
        for rule in rules
        if rule.switch is not None and rule.switch in changed
    ]


def wire(exchange: Exchanged, secrets: Iterable[str], clues: Iterable[str] = ()) -> Wire:
    """A request and its answer as text; where a body is cut, what stands around the first of the clues is kept."""
    known = tuple(secrets)
    asked = f"{exchange.method} {exchange.target}\n{_headers(exchange.headers)}"
    status = "no status" if exchange.status is None else f"status {exchange.status}"
    told = f"{status}\n{_headers(exchange.reply_headers)}"
    struck = f"\n(fault: {', '.join(exchange.faults)})" if exchange.faults else ""
    got = "no whole answer arrived" if exchange.received is None else _body(exchange.received, known, clues)
    return Wire(
        exchange.n,
        exchange.at,
        f"{clean(asked, known, chr(10))}\n{_body(exchange.body, known, clues)}".rstrip(),
        f"{clean(told, known, chr(10))}\n{got}{struck}".rstrip(),
    )


def deciding_wire(failure: Failure) -> Wire | None:
    """The deciding request and its answer as text."""
    found = deciding(failure)
    return None if found is None else wire(found, failure.history.secrets, failure.tickets)


def _headers(headers: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in headers)


def _body(body: bytes, secrets: tuple[str, ...], clues: Iterable[str]) -> str:
    """A body as text, bytes that are none as escapes. Secrets go first: half of one is not known for what it is."""
    text = clean(body.decode("utf-8", "backslashreplace").replace("\r\n", "\n"), secrets, "\n")
    return shortened(text, clues)


def shortened(text: str, clues: Iterable[str] = (), most: int = MOST) -> str:
    """At most so many characters of a text, and how many are left out: its beginning, and what is around the first clue."""
    if len(text) <= most:
        return text
    places = [text.find(clue) for clue in clues if clue]
    place = min((each for each in places if each >= 0), default=0)
    head, window = most // 3, most - most // 3
    if place < most:
        return f"{text[:most]}\n... {len(text) - most} of {len(text)} characters left out ..."
    start = place - window // 3
    end = min(start + window, len(text))
    after = f"\n... {len(text) - end} characters left out ..." if end < len(text) else ""
    return f"{text[:head]}\n... {start - head} of {len(text)} characters left out ...\n{text[start:end]}{after}"
