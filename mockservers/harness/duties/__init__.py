"""Duties: what a correct client must therefore do. Each names the vendor's rules that make it necessary.

A duty judges a `History` and nothing else, so the same duty judges a check, a replay and a recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from mockservers import registry
from mockservers.harness.history import History
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.rules import Rule
from mockservers.registry import emulator

Severity = Literal["must", "should"]
Verdict = Literal["kept", "broken", "unproven", "n/a", "switched off"]
"""`n/a`: no installation of the dialect can provoke the duty with this client, so nothing is left to prove. `switched off`:
the user does not want it judged."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One proof that a duty was broken: a sentence, and the facts it rests on."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one history says of one duty. `exercised` counts the occasions on which it could have been broken."""

    exercised: int
    breaches: tuple[Breach, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return "broken" if self.breaches else "kept" if self.exercised else "unproven"


def judged(exercised: int, breaches: Iterable[Breach] = ()) -> Judgement:
    found = tuple(breaches)
    return Judgement(max(exercised, len(found)), found)


def always(dialect: Dialect) -> bool:
    """A duty that every dialect can provoke."""
    return True


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that the vendor offers and a correct client may leave alone, such as a refresh token.

    `offered` and `taken` tell whether a play shows that the client got it, and that it used it; `words` begin the sentence
    about a client that never does, as in "the client was given a refresh token".
    """

    offered: Callable[[History], bool]
    taken: Callable[[History], bool]
    words: str


@dataclass(frozen=True, repr=False)
class Duty:
    """One duty. `id` is `<vendor>.<slug>`; `because` are ids of rules; `judge` reads a history.

    `exercised_by` says to people what a play must contain for the duty to be put to the test; `applies` tells whether an
    installation of a dialect can do that at all. A duty with `needs` is one of clients that name one of these tasks or
    options in their hello; one with a `choice` is one of clients that use what it is about.
    """

    id: str
    says: str
    because: tuple[str, ...]
    judge: Callable[[History], Judgement]
    exercised_by: str = ""
    severity: Severity = "must"
    applies: Callable[[Dialect], bool] = always
    needs: tuple[str, ...] = ()
    choice: Choice | None = None

    def __repr__(self) -> str:
        return f"<Duty {self.id} ({self.severity}): {self.says}>"

    @property
    def vendor(self) -> str:
        return self.id.partition(".")[0]

    @property
    def slug(self) -> str:
        return self.id.partition(".")[2]

    @property
    def rules(self) -> list[Rule]:
        """The rules it rests on; raises KeyError for an id the vendor does not have."""
        book = emulator(self.vendor).rules
        return [book[rule] for rule in self.because]


class BrokenDuty(AssertionError):
    """A duty was broken. Each duty has a class of its own (`breach_class`), so that shrinking keeps bugs apart."""

    duty: Duty

    def __init__(self, breaches: tuple[Breach, ...]) -> None:
        super().__init__(f"{self.duty.id}: {breaches[0].text}")
        self.breaches = breaches


_CLASSES: dict[str, type[BrokenDuty]] = {}


def breach_class(duty: Duty) -> type[BrokenDuty]:
    """The exception class of one duty, made once."""
    known = _CLASSES.get(duty.id)
    if known is None or known.duty is not duty:
        name = "Broken" + "".join(part.capitalize() for part in duty.id.replace(".", "_").split("_"))
        known = _CLASSES[duty.id] = type(name, (BrokenDuty,), {"duty": duty})
    return known


def of(vendor: str) -> tuple[Duty, ...]:
    """All duties of a vendor; raises ValueError for one that has no contract."""
    return _of(vendor)


@cache
def _of(vendor: str) -> tuple[Duty, ...]:
    found: tuple[Duty, ...] = registry.vendor(vendor).module("contract", "duties").DUTIES
    return found


def judge(history: History, duties: Iterable[Duty]) -> dict[str, Judgement]:
    """Every duty's judgement of one history."""
    return {duty.id: duty.judge(history) for duty in duties}
