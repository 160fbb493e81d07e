"""Rules: what a server does, one sentence each, with the place it was read. And the ways an operation can say no.

Semantics cite a rule when they apply it or refuse by it; the journal keeps the ids; duties of clients rest on them.
This module knows no vendor and no protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser, SectionProxy
from configparser import Error as ConfigParserError
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

Certainty = Literal["certain", "documented", "captured", "reported", "inferred", "assumption"]
"""How well a rule is known: read on the vendor's page or in published source, on another public page of the vendor, in
recorded answers, told by users, concluded from these, or chosen by us where public knowledge ends."""

CERTAINTIES: tuple[str, ...] = get_args(Certainty)


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
    entries of the vendor page's inventory (`fixtures/<vendor>/statements.json`) that it makes true. A rule that is
    `always` at work is cited by no call: nothing in a single answer shows it, so bending the emulator proves it.
    """

    id: str
    says: str
    source: Source
    switch: str | None = None
    statements: tuple[str, ...] = ()
    always: bool = False


class RuleBook(Mapping[str, Rule]):
    """The rules of one vendor by id, in the order in which they are written down; an id given twice is refused.

    They come as values, or from a file that is read at the first look: a server that is only asked needs no sentences.

    The file is INI text. Its section `[<vendor>]` has `page` and `checked`, which hold for every rule; then each rule
    has a section under its id with `says` (the sentence), `source` ("place (certainty)") and, where they apply, `page`
    (another page), `statements` (numbers of the inventory), `switch` and `always = yes`. The section `[unmapped]` has
    the statements that no rule can make true, each with the reason.
    """

    def __init__(self, vendor: str, rules: Iterable[Rule] | Path) -> None:
        self.vendor = vendor
        self._given = rules

    @cached_property
    def _content(self) -> tuple[dict[str, Rule], dict[str, str]]:
        if isinstance(self._given, Path):
            return _read(self.vendor, self._given)
        return _by_id(self.vendor, self._given), {}

    @property
    def unmapped(self) -> Mapping[str, str]:
        """Statements of the inventory that no rule can make true, each with the reason."""
        return self._content[1]

    def __getitem__(self, rule_id: str) -> Rule:
        return self._content[0][rule_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content[0])

    def __len__(self) -> int:
        return len(self._content[0])


def _by_id(vendor: str, rules: Iterable[Rule]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found or not rule.id.startswith(f"{vendor}."):
            raise ValueError(f"rule id {rule.id!r} is taken, or does not begin with {vendor}.")
        found[rule.id] = rule
    return found


_SOURCE = re.compile(r"(?P<place>.+) \((?P<certainty>[a-z]+)\)")
_KEYS = frozenset({"says", "source", "page", "statements", "switch", "always"})


def _read(vendor: str, file: Path) -> tuple[dict[str, Rule], dict[str, str]]:
    parser = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",), default_section="")
    try:
        parser.read_string(file.read_text("utf-8"), file.name)
        unmapped = dict(parser["unmapped"]) if parser.has_section("unmapped") else {}
        book = parser[vendor]
        rules = [
            _rule(parser[name], book["page"], book["checked"])
            for name in parser.sections()
            if name not in (vendor, "unmapped")
        ]
        return _by_id(vendor, rules), unmapped
    except (ConfigParserError, KeyError, ValueError) as error:
        raise ValueError(f"{file} cannot be read as the rules of {vendor}: {error}") from error


def _rule(section: SectionProxy, page: str, checked: str) -> Rule:
    unknown = section.keys() ^ (section.keys() & _KEYS | {"says", "source"})
    source = _SOURCE.fullmatch(section.get("source", ""))
    if unknown or source is None or source["certainty"] not in CERTAINTIES:
        raise ValueError(
            f"[{section.name}]: expected says, source = PLACE (CERTAINTY) with one of {', '.join(CERTAINTIES)}, and "
            f"nothing else than {', '.join(sorted(_KEYS))}"
        )
    vendor = section.name.partition(".")[0]
    return Rule(
        section.name,
        section["says"].replace("\n", " "),
        Source(section.get("page", page), source["place"], cast(Certainty, source["certainty"]), checked),
        section.get("switch"),
        tuple(f"{vendor}-{int(number):02}" for number in section.get("statements", "").split()),
        section.getboolean("always", False),
    )


class Refusal(Exception):
    """The vendor says no, by a rule.

    `rule` is the rule's id. `kind` is the vendor's own word for the case (an error code, or a name in the vendor's
    table of messages); `facts` fill its sentence. Wires turn it into bytes of the vendor's shape.
    """

    def __init__(self, rule: str, kind: str, **facts: Any) -> None:
        super().__init__(f"{kind}: {rule}")
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


class Unwritable(Breakdown):
    """The store cannot be written, or memory for it is at its end: neither the vendor's doing nor a bug. Says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, injected=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A finding: something in a request that a careful client would not do, answered all the same."""

    rule: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
