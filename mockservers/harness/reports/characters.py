"""Characters: what text of clients and vendors may look like in a report. It never breaks XML, a terminal or a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from mockservers.kernel.redaction import mask

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that show nothing, reorder the text around them, or may not stand in XML."""
_JOINER = "\u200d"
"""Emoji are joined by it."""


def visible(text: str, keep: str = "") -> str:
    """`text` with every unseen character written as an escape, but for those in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(letter, keep) for letter in text)


def _seen(letter: str, keep: str) -> str:
    if letter in keep or letter == _JOINER or unicodedata.category(letter) not in _UNSEEN:
        return letter
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(letter)
    code = ord(letter)
    return named or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def clean(text: str, secrets: Iterable[str], keep: str = "") -> str:
    """`text` without secrets and unseen characters. Secrets go first: an escape inside one would hide it."""
    return visible(mask(text, secrets), keep)


def cleaned(value: Any, secrets: Iterable[str]) -> Any:
    """Plain data with the secrets masked in every text, keys included; what JSON has no word for becomes text."""
    known = tuple(secrets)
    if isinstance(value, dict):
        return {mask(str(key), known): cleaned(each, known) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(each, known) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(cleaned(each, known) for each in value)
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and value - value == 0):
        return value
    return mask(value if isinstance(value, str) else str(value), known)


def cut(text: str, columns: int) -> str:
    """`text` shortened to so many columns, wide characters counting as two."""
    room = columns
    for n, letter in enumerate(text):
        room -= width(letter)
        if room < 0:
            return text[: max(0, n - 1)] + "…"
    return text


def width(letter: str) -> int:
    if unicodedata.combining(letter) or letter == _JOINER:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
