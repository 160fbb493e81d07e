"""Secrets: where they may stand in recorded text, and how they are blotted out before anything is kept."""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK = "***"
SPEAKING = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
"""Headers whose values are secrets by their name alone, whoever the call is for."""
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "ntlm"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_READABLE = ("utf-16", "utf-32", "utf-7", "iso8859", "cp")
"""Codecs that are tried on a body; others are no charsets of HTTP, or slow."""
SHORTEST = 4
"""A shorter secret is only masked where a vendor's pattern finds it: replacing `a` everywhere would ruin the journal."""


@lru_cache(maxsize=1024)
def _forms(secret: str) -> tuple[str, ...]:
    # What a client presents as a credential may be no text at all; such bytes came in as lone surrogates.
    raw = secret.encode("utf-8", "surrogateescape" if _from_bytes(secret) else "surrogatepass")
    forms = {secret, quote(raw, safe=""), quote_plus(raw), escape(secret), escape(secret, {'"': "&quot;"})}
    forms |= {form.replace("%2F", "%2f") for form in forms}
    forms |= {re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), form) for form in forms}
    forms |= {json.dumps(form)[1:-1] for form in forms} | {json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms.add(base64.b64encode(raw).decode())
    return tuple(sorted(forms, key=len, reverse=True))


def _from_bytes(secret: str) -> bool:
    return all(not "\ud800" <= letter <= "\udfff" or "\udc80" <= letter <= "\udcff" for letter in secret)


def mask(text: str, secrets: Iterable[str], patterns: Iterable[re.Pattern[str]] = ()) -> str:
    """`text` without the secrets, in plain, percent, XML, JSON and base64 form, nor what a group of a pattern finds."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            for form in _forms(secret):
                if form in text:
                    text = text.replace(form, MASK)
    for pattern in patterns:
        text = pattern.sub(_blot, text)
    return text


def _blot(found: re.Match[str]) -> str:
    group = found.lastindex
    if group is None:
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + MASK + found[0][end:]


def clean_headers(headers: list[tuple[str, str]], clean: Callable[[str], str]) -> list[tuple[str, str]]:
    """Headers as they may be kept."""
    if any(name.lower() in SPEAKING for name, _ in headers):
        headers = [(name, _without(value) if name.lower() in SPEAKING else value) for name, value in headers]
    # Most headers hold no secret: one look at all of them together spares a look at each.
    together = "\n".join([value for _, value in headers])
    return headers if clean(together) == together else [(name, clean(value)) for name, value in headers]


def _without(value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {MASK}" if blank and scheme.lower() in _SCHEMES else MASK


def clean_body(body: bytes, headers: Sequence[tuple[str, str]], clean: Callable[[str], str]) -> bytes:
    """A body as it may be kept: searched as UTF-8, and as what it or its headers say it is."""
    if not body:
        return body
    named = coding(body, next((value for name, value in headers if name.lower() == "content-type"), ""))
    if named is not None:
        text = body.decode(named, "replace")
        cleaned = clean(text)
        if cleaned != text:
            return cleaned.encode(named, "replace")
    return clean(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def coding(body: bytes, content_type: str) -> str | None:
    """The codec of a body that is no UTF-8, as far as it can be told."""
    if body.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if 0 in body[:4]:
        return "utf-16-be" if body[0] == 0 else "utf-16-le"
    named = _CHARSET.search(content_type)
    if named is None:
        return None
    try:
        codec = codecs.lookup(named[1]).name
    except (LookupError, ValueError):
        return None
    return codec if codec.startswith(_READABLE) else None
