"""Which form an answer takes, by the Accept header as the framework negotiates it. Knows no HTTP library."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    rules: tuple[str, ...] = ()


FALLBACK = Choice("json", "application/json; charset=utf-8")


def choose(accept: str, dialect: Mapping[str, Any], html: bool = False) -> Choice:
    """The form of an answer; raises the refusal where none fits and the switch says so."""
    if html and not re.search(r"json|xml", accept, re.IGNORECASE):
        return Choice("html", "text/html; charset=utf-8", ("superoffice.media.accept",))
    if not accept.strip():
        return Choice("json", FALLBACK.media, ("superoffice.media.json",))
    found = _best(accept[:2000])
    if found is not None:
        return found
    if dialect["accept_unknown"] == "406":
        raise Refusal("superoffice.media.unknown", "not_acceptable", accept=accept[:100])
    return Choice("json", FALLBACK.media, ("superoffice.media.unknown",))


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
    format_ = FORMATS[type_]
    cited = ("superoffice.media.accept", "superoffice.media.json" if format_ == "json" else "superoffice.media.xml")
    return Choice(format_, f"{type_}; charset=utf-8", cited)
