"""Shapes: secrets that are known by what they look like, wherever they stand.

Each pattern begins where a run of its letters begins, or a text could be made that takes time by the square of its length.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from mockservers.kernel.families import secret_looking

_BEGIN = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\u00[0-9A-Fa-f][0-9A-Fa-f]))"
"""Where a run of letters begins, or may begin after an escape."""
_JWT = re.compile(_BEGIN + r"eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{4,}+(?:\.[A-Za-z0-9_-]*+){1,3}")
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])(basic|bearer|sotoken|soticket|apikey|token)(?:\s|%20|\+){1,3}+([A-Za-z0-9+/=._~:%-]{6,8192}+)",
    re.IGNORECASE,
)
_PEM = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----([^-]{16,})-----END")
_LONG_RUN = 20


def shapes(text: str) -> Iterator[tuple[str, str]]:
    """The secrets that a text shows by their look, each with its kind."""
    if "eyJ" in text:
        for found in _JWT.finditer(text):
            yield "token", found[0]
    for found in _SCHEME.finditer(text):
        scheme, value = found[1].lower(), found[2].rstrip(".:")
        if scheme == "basic":
            password = password_of(value)
            if password is not None:
                yield "basic", value
                if password:
                    yield "password", password
        elif secret_looking(value) or (len(value) >= _LONG_RUN and not value.isalpha()):
            yield "token", value
    if "PRIVATE KEY-----" in text:
        for found in _PEM.finditer(text):
            yield "key", found[1].strip()


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
