"""Redaction: nothing that is kept or shown holds a secret. The one engine of journal, pages, reports, logs and recordings.

Secrets are known values, found in whatever encoding (`search`), and whatever stands at a vendor's places of secrets (`places`).
Here they become `***`; a recorder has stand-ins of its own.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from mockservers.kernel.clues import SHORTEST
from mockservers.kernel.encodings import raw
from mockservers.kernel.families import family, usual
from mockservers.kernel.places import Element, Place
from mockservers.kernel.search import Search, TooOdd, replaced

Secret = Place | Element | re.Pattern[str]
"""Where a secret stands, whatever it is; of a pattern the last group it has matched."""
Headers = list[tuple[str, str]]

MASK = "***"
LEFT_OUT = "(left out: it could not be searched for secrets in the steps that a text of its length may take)"
"""Stands for a text that is too odd to be searched: what was not searched is not kept."""
SPEAKING = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
"""Headers whose values are secrets by their name alone, whoever the call is for."""
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "ntlm"})
_OF_A_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header's name is made of; anything else in one shows that the colon was forgotten, and a value stands in it."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_READABLE = ("utf-16", "utf-32", "utf-7", "iso8859", "cp")
"""Codecs that are tried on a body; others are no charsets of HTTP, or slow."""


@lru_cache(maxsize=4096)
def _speaks(name: str) -> bool:
    """Whether a header's value is a secret by its name alone, or by the family of its name."""
    of = family(name)
    return name.lower() in SPEAKING or (of is not None and of.sure)


@lru_cache(maxsize=16)
def _search(secrets: tuple[str, ...]) -> Search:
    return Search(secrets)


class Redaction:
    """Takes secrets out of texts, headers and bodies. `left_out` tells whether one of them was too odd to be searched."""

    def __init__(self, secrets: Iterable[str], places: Iterable[Secret] = ()) -> None:
        self._search = _search(tuple(dict.fromkeys(secrets)))
        self._places = tuple(places)
        self.left_out = False

    def __call__(self, text: str) -> str:
        """A text without secrets."""
        try:
            return _without_secrets(text, self._search, self._places)
        except TooOdd:
            self.left_out = True
            return LEFT_OUT

    def data(self, value: Any) -> Any:
        """Plain data without secrets in any text of it; data without any are given back as they are."""
        texts: list[str] = []
        _gather(value, texts)
        if not self._places and not self._search.may_show(raw("\n".join(texts))):
            return value
        return self._data(value)

    def _data(self, value: Any) -> Any:
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(key) if isinstance(key, str) else key: self._data(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._data(each) for each in value]
        return value

    def headers(self, headers: Headers) -> Headers:
        """Headers as they may be kept."""
        cleaned, left_out = _cleaned(self._search, self._places, tuple(headers))
        self.left_out = self.left_out or left_out
        return list(cleaned)

    def body(self, body: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
        """A body as it may be kept: searched as UTF-8, and as what it or its headers say it is."""
        if not body:
            return body
        named = coding(body, next((value for name, value in headers if name.lower() == "content-type"), ""))
        if named is not None:
            text = body.decode(named, "replace")
            cleaned = self(text)
            if cleaned != text:
                body = cleaned.encode(named, "replace")
        # Most bodies hold no secret, and it takes but a few looks at their bytes to know that.
        known = self._search.may_show(body)
        if not known and not _may_hold_unknown(body, self._places):
            return body
        text = body.decode("utf-8", "surrogateescape")
        cleaned = self(text) if known else _without_unknown(text, self._places)
        return body if cleaned == text else cleaned.encode("utf-8", "surrogateescape")


def _without_secrets(text: str, search: Search, places: tuple[Secret, ...]) -> str:
    """A text without secrets, known ones and others; raises TooOdd."""
    if len(text) >= SHORTEST:
        spans = search.spans(text)
        if spans:
            text = replaced(text, spans, lambda span: MASK)
    return _without_unknown(text, places)


def _without_unknown(text: str, places: tuple[Secret, ...]) -> str:
    """A text without what stands at places of secrets."""
    for place in places:
        text = place.sub(_blot, text) if isinstance(place, re.Pattern) else _blotted(place, text)
    return text


@lru_cache(maxsize=64)
def _cleaned(
    search: Search, places: tuple[Secret, ...], headers: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Headers as they may be kept, and whether one of them was left out. A client sends the same ones with most of its calls."""
    if any(_speaks(name) or _OF_A_NAME.fullmatch(name) is None for name, _ in headers):
        headers = tuple(
            (_named_alone(name), _without(value) if _speaks(name) and not usual(value) else value)
            for name, value in headers
        )
    # Most headers hold no secret: one look at all of them together spares a look at each.
    together = "\n".join([part for header in headers for part in header])
    with suppress(TooOdd):
        if _without_secrets(together, search, places) == together:
            return headers, False
    left_out = False

    def clean(text: str) -> str:
        nonlocal left_out
        try:
            return _without_secrets(text, search, places)
        except TooOdd:
            left_out = True
            return LEFT_OUT

    return tuple((clean(name), clean(value)) for name, value in headers), left_out


def mask(text: str, secrets: Iterable[str], places: Iterable[Secret] = ()) -> str:
    """`text` without the secrets, in whatever encoding, nor what stands at one of the places."""
    return Redaction(secrets, places)(text)


def shows(text: str, secrets: Iterable[str]) -> bool:
    """Whether a secret stands in a text, in plain or in any encoding. A text that is too odd to be searched shows none."""
    try:
        return _search(tuple(dict.fromkeys(secrets))).shown(text) is not None
    except TooOdd:
        return False


def _gather(value: Any, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, (dict, Mapping)):
        for key, each in value.items():
            if isinstance(key, str):
                texts.append(key)
            if type(each) is str:  # most are, or hold none; a page has a million of them
                texts.append(each)
            elif each is not None and type(each) is not int:
                _gather(each, texts)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _gather(each, texts)


def _blot(found: re.Match[str]) -> str:
    group = found.lastindex
    if group is None:
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + MASK + found[0][end:]


def _blotted(place: Place | Element, text: str) -> str:
    if place.word not in text:
        return text
    parts, done = [], 0
    for start, end in place.spans(text):
        parts += [text[done:start], MASK]
        done = end
    return "".join([*parts, text[done:]])


def _may_hold_unknown(body: bytes, places: tuple[Secret, ...]) -> bool:
    return any(word in body for word in _words(places))


@lru_cache(maxsize=64)
def _words(places: tuple[Secret, ...]) -> tuple[bytes, ...]:
    """What is in every text that one of the places is in."""
    return tuple({b"" if isinstance(place, re.Pattern) else place.word.encode() for place in places})


def _named_alone(name: str) -> str:
    """A header's name without a secret that follows in it, where a line had no colon: `Authorization Bearer abc`."""
    if _OF_A_NAME.fullmatch(name) is not None:
        return name
    for word in _OF_A_NAME.finditer(name):
        rest = name[word.end() + 1 :]
        if rest.strip() and (word[0].lower() in _SCHEMES or _speaks(word[0])):
            return name[: word.end() + 1] + (MASK if word[0].lower() in _SCHEMES else _without(rest.lstrip()))
    return name


def _without(value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {MASK}" if blank and scheme.lower() in _SCHEMES else MASK


def coding(body: bytes, content_type: str) -> str | None:
    """The codec of a body that is no UTF-8, as far as it can be told."""
    if body.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if 0 in body[:4]:
        return "utf-16-be" if body[0] == 0 else "utf-16-le"
    return _named(content_type) if content_type else None


@lru_cache(maxsize=256)
def _named(content_type: str) -> str | None:
    """The codec of a charset that is not UTF-8."""
    named = _CHARSET.search(content_type)
    if named is None:
        return None
    try:
        codec = codecs.lookup(named[1]).name
    except (LookupError, ValueError):
        return None
    return codec if codec.startswith(_READABLE) else None
