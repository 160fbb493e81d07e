"""Secrets: where they may stand in recorded text, and how they are blotted out before anything is kept."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK = "***"
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
    """`text` without the secrets, in plain, percent, XML, JSON and base64 form, nor what the patterns' group 1 finds."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            for form in _forms(secret):
                if form in text:
                    text = text.replace(form, MASK)
    for pattern in patterns:
        text = pattern.sub(_blot, text)
    return text


def _blot(found: re.Match[str]) -> str:
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + MASK + found[0][end:] if start >= 0 else found[0]
