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
    forms = {secret, quote(secret, safe=""), quote_plus(secret), escape(secret), escape(secret, {'"': "&quot;"})}
    forms |= {form.replace("%2F", "%2f") for form in forms}
    forms |= {re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), form) for form in forms}
    forms |= {json.dumps(form)[1:-1] for form in forms} | {json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms.add(base64.b64encode(secret.encode()).decode())
    return tuple(sorted(forms, key=len, reverse=True))


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
