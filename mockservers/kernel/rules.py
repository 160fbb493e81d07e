"""Rules: what a server does, one sentence each, with the place it was read. And the ways an operation can say no.

Semantics cite a rule when they apply it or refuse by it; the journal keeps the ids; duties of clients rest on them.
This module knows no vendor and no protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Certainty = Literal["certain", "documented", "captured", "reported", "inferred", "assumption"]
"""How well a rule is known: read on the vendor's page or in published source, on another public page of the vendor, in
recorded answers, told by users, concluded from these, or chosen by us where public knowledge ends."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read: a page, a place on it (lines of the page's text, or a section), and when it was checked."""

    page: str
    place: str
    certainty: Certainty
    checked: str

    def __str__(self) -> str:
        return f"{self.page}, {self.place} ({self.certainty}, checked {self.checked})"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing the server does.

    `id` is `<vendor>.<topic>.<slug>`. `switch` names the dialect switch that can change it. `statements` are the
    entries of the vendor page's inventory (`fixtures/<vendor>/statements.json`) that it makes true.
    """

    id: str
    says: str
    source: Source
    switch: str | None = None
    statements: tuple[str, ...] = ()


class RuleBook(Mapping[str, Rule]):
    """The rules of one vendor by id, in the order they were written; an id given twice is refused.

    A vendor's rules are written with `rule`: most were read on one page, and checked at one time.
    """

    def __init__(
        self,
        vendor: str,
        rules: Iterable[Rule] = (),
        unmapped: Mapping[str, str] | None = None,
        *,
        page: str = "",
        checked: str = "",
    ) -> None:
        self.vendor = vendor
        self.page = page
        self.checked = checked
        self._rules: dict[str, Rule] = {}
        for rule in rules:
            self._add(rule)
        self.unmapped: Mapping[str, str] = dict(unmapped or {})
        """Statements of the inventory that no rule can make true, each with the reason."""

    def rule(
        self,
        slug: str,
        says: str,
        place: str,
        certainty: Certainty,
        *statements: int,
        page: str | None = None,
        switch: str | None = None,
    ) -> Rule:
        """Write a rule down. `slug` is its id without the vendor, `statements` the numbers of those it makes true."""
        source = Source(self.page if page is None else page, place, certainty, self.checked)
        ids = tuple(f"{self.vendor}-{number:02}" for number in statements)
        return self._add(Rule(f"{self.vendor}.{slug}", says, source, switch, ids))

    def _add(self, rule: Rule) -> Rule:
        if rule.id in self._rules or not rule.id.startswith(f"{self.vendor}."):
            raise ValueError(f"rule id {rule.id!r} is taken, or does not begin with {self.vendor}.")
        self._rules[rule.id] = rule
        return rule

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


class Refusal(Exception):
    """The vendor says no, by a rule.

    `kind` is the vendor's own word for the case (an error code, or a name in the vendor's table of messages); `facts`
    fill its sentence. Wires turn it into bytes of the vendor's shape.
    """

    def __init__(self, rule: Rule, kind: str, **facts: Any) -> None:
        super().__init__(f"{kind}: {rule.id}")
        self.rule = rule
        self.kind = kind
        self.facts = facts


class Unsupported(Exception):
    """The vendor has this, the emulator does not. Answered as such in the vendor's shape, never as a success."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not emulated")
        self.what = what


class Misuse(Exception):
    """Somebody who plays the other people at the vendor asked for something impossible; the message says what to do."""


class Breakdown(Exception):
    """The server failed inside: an injected fault, or a bug of the emulator (then `injected` is false)."""

    def __init__(self, message: str, *, injected: bool) -> None:
        super().__init__(message)
        self.injected = injected


@dataclass(frozen=True, slots=True)
class Note:
    """A finding: something in a request that a careful client would not do, answered all the same."""

    rule: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
