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
from mockservers.wirekit import headers

TYPES: tuple[str, ...] = tuple(CATALOGUE.facts["answer_media"])
FORMATS: Mapping[str, str] = {each: "xml" if each.endswith("/xml") else "json" for each in TYPES}
_RANGES = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/json"}


@dataclass(frozen=True, slots=True)
class Choice:
    """The format, and the whole Content-Type."""

    format: str
    media: str


FALLBACK = Choice("json", "application/json; charset=utf-8")
"""Also that of most answers: superoffice.media.json."""


STREAMED = frozenset(CATALOGUE.facts["file_media"])
"""Types in which the content of a file may be asked for as it is."""
PLAIN = Choice("stream", "")
"""A file as it is, under its own type."""


def choose_file(accept: str, dialect: Mapping[str, Any], cite: Callable[[str], None]) -> Choice:
    """The form of an answer that is a file: its bytes, or base64 in JSON or XML (superoffice.attachment.content)."""
    for name in headers.wanted(accept[:2000]):
        if name in STREAMED:
            return Choice("stream", name)
        if name in ("*/*", "application/*", "text/*"):
            break
        if name in FORMATS:
            return choose(name, dialect, cite)
    return PLAIN if dialect["attachment_content"] == "stream" else FALLBACK


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
    types = (_RANGES.get(name, name) for name in headers.wanted(accept))
    best = next((name for name in types if name in FORMATS), None)
    return None if best is None else Choice(FORMATS[best], f"{best}; charset=utf-8")
