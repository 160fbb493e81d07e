"""Headers that hold more than one thing: media types with parameters, lists with weights, cookies.

Read as the frameworks behind the vendors read them, which forgive more than Werkzeug's parsers: a parameter in single quotes
counts, a weight that is none is a 1, and a cookie of any letters is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)
_COMMA = re.compile(",")
LANGUAGES = re.compile(r"[,;](?!\s*q\s*=)")
"""What parts a list of languages at some vendors: semicolons too, where no weight follows."""


def media(content_type: str) -> str:
    """The media type in lower case, without parameters; empty where none is named."""
    return content_type.partition(";")[0].strip().lower()


def parameter(content_type: str, name: str) -> str | None:
    """The first parameter whose name begins with `name`, without the quotes of either kind around its value."""
    for part in content_type.split(";")[1:]:
        if part.lstrip()[: len(name)].lower() == name:
            _, equals, value = part.partition("=")
            return value.strip(" '\"\t") if equals else None
    return None


def wanted(header: str, separator: re.Pattern[str] = _COMMA) -> list[str]:
    """The names of a list such as Accept in lower case, dearest first and of one weight in their order.

    Whatever has the weight 0 is not among them, and other parameters are left out.
    """
    weighed: list[tuple[float, str]] = []
    for part in separator.split(header):
        name, *parameters = part.split(";")
        weights = [float(found[1]) for each in parameters if (found := _WEIGHT.fullmatch(each))]
        weight = weights[-1] if weights else 1.0
        if name.strip() and weight > 0:
            weighed.append((weight, name.strip().lower()))
    return [name for _, name in sorted(weighed, key=lambda each: -each[0])]


def cookies(header: str, most: int = 200) -> Iterator[tuple[str, str]]:
    """Names and values of a Cookie header, or of the first part of a Set-Cookie; what has no `=` is none."""
    for pair in header.split(";", most)[:most]:
        name, equals, value = pair.partition("=")
        if equals:
            yield name.strip(), value.strip()
