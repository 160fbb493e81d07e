"""Shapes: secrets that are known by what they look like, wherever they stand.

Each pattern begins where a run of its letters begins, or a text could be made that takes time by the square of its length.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from mockservers.kernel.families import secret_looking
from mockservers.kernel.search import Budget
from mockservers.recording.stand_ins import OTHER

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{4,}+(?:\.[A-Za-z0-9_-]*+){1,3}")
_BEGUN = re.compile(r"(?:[^A-Za-z0-9_-]|\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2})\Z")
"""What is before a run of letters, or an escape after which one may begin."""
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])(basic|bearer|soticket|apikey)(?:\s|%20|\+){1,3}+([A-Za-z0-9+/=._~:%-]{6,8192}+)", re.IGNORECASE
)
_PEM = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----([^-]{16,})-----END")
_SCHEMES = ("basic", "bearer", "soticket", "apikey")
_LONG_RUN = 20


def may_show(text: str) -> bool:
    """Whether a text is worth a closer look."""
    return "eyJ" in text or "PRIVATE KEY" in text or any(word in text.lower() for word in _SCHEMES)


def shapes(text: str, work: Budget) -> Iterator[tuple[str, str]]:
    """The secrets that a text shows by their look, each with its kind. Raises TooOdd for one of far too many."""
    at = text.find("eyJ")
    while at >= 0:
        work.spend(2)
        found = _JWT.match(text, at) if at == 0 or _BEGUN.search(text, max(0, at - 6), at) else None
        if found is not None:
            yield f"{OTHER}token", found[0]
        at = text.find("eyJ", at + 3 if found is None else found.end())
    for found in _SCHEME.finditer(text) if any(word in text.lower() for word in _SCHEMES) else ():
        work.spend(10)
        scheme, value = found[1].lower(), found[2].rstrip(".:")
        if scheme == "basic":
            password = password_of(value)
            if password is not None:
                yield f"{OTHER}basic", value
                if password:
                    yield f"{OTHER}password", password
        elif secret_looking(value) or (len(value) >= _LONG_RUN and not value.isalpha()):
            yield f"{OTHER}token", value
    if "PRIVATE KEY-----" in text:
        for found in _PEM.finditer(text):
            yield f"{OTHER}key", found[1].strip()


PACKED = re.compile("[A-Za-z0-9+/_-]{16,8192}={0,2}")


def unpacked_text(value: str) -> str:
    """What a value says that is base64 of a text, or nothing."""
    if PACKED.fullmatch(value) is None:
        return ""
    core = value.rstrip("=")
    try:
        plain = base64.b64decode(core + "=" * (-len(core) % 4), b"-_" if "-" in core or "_" in core else None).decode()
    except (binascii.Error, ValueError):
        return ""
    return plain if plain.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else ""


def password_of(pair: str) -> str | None:
    """The password in what HTTP's basic login sends, or None for what is none."""
    try:
        plain = base64.b64decode(pair.replace("%3D", "=").replace("%3d", "="), validate=True).decode(
            "utf-8", "surrogateescape"
        )
    except (binascii.Error, ValueError):
        return None
    user, colon, password = plain.partition(":")
    return password if colon and user.isprintable() else None
