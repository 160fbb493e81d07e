"""Which form an answer takes, by the Accept header as the framework negotiates it. Knows no HTTP library.

Whoever calls hands in what cites the rules that shaped the choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator.model import CATALOGUE

TYPES: tuple[str, ...] = tuple(CATALOGUE.facts["answer_media"])
FORMATS: Mapping[str, str] = {each: "xml" if each.endswith("/xml") else "json" for each in TYPES}
_RANGES = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/json"}
_WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """The format, and the whole Content-Type."""

    format: str
    media: str


FALLBACK = Choice("json", "application/json; charset=utf-8")
"""Also that of most answers: superoffice.media.json."""


def choose(accept: str, dialect: Mapping[str, Any], cite: Callable[[str], None], html: bool = False) -> Choice:
    """The form of an answer; raises the refusal where none fits and the switch says so."""
    if html and not re.search(r"json|xml", accept, re.IGNORECASE):
        return Choice("html", "text/html; charset=utf-8")
    if not accept.strip():
        return FALLBACK
    best = _best(accept[:2000])
    if best is not None:
        if best.media != FALLBACK.media:
            cite("superoffice.media.accept")
        if best.format == "xml":
            cite("superoffice.media.xml")
        return best
    if dialect["accept_unknown"] == "406":
        raise Refusal("superoffice.media.unknown", "not_acceptable", accept=accept[:100])
    cite("superoffice.media.unknown")
    return FALLBACK


@lru_cache(maxsize=512)
def _best(accept: str) -> Choice | None:
    weighed: list[tuple[float, str]] = []
    for part in accept.split(","):
        type_, _, parameters = part.partition(";")
        weight = 1.0
        for each in parameters.split(";"):
            match = _WEIGHT.fullmatch(each)
            weight = float(match[1]) if match else weight
        type_ = type_.strip().lower()
        type_ = _RANGES.get(type_, type_)
        if type_ in FORMATS and weight > 0:
            weighed.append((weight, type_))
    if not weighed:
        return None
    type_ = max(weighed, key=lambda each: each[0])[1]  # the first of those with the highest weight
    return Choice(FORMATS[type_], f"{type_}; charset=utf-8")
