"""What ASP.NET does before and around a vendor's page: variables, their encoding, request validation, its own pages.

After the published reference source of System.Web. Knows no Flask and no vendor.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import unquote_to_bytes

MOST_VARIABLES = 1000
"""More in a query or form are refused by the framework, as a guard against hash collisions."""

_SAFE = re.compile(r"[A-Za-z0-9\-_.!*() ]*")
_SAFE_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!*()")
_LOWER = tuple(chr(b) if b in _SAFE_BYTES else "+" if b == 0x20 else f"%{b:02x}" for b in range(256))
_UPPER = tuple(text.upper() if text[0] == "%" else text for text in _LOWER)
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DANGER = re.compile(r"<[A-Za-z!/?]|&#")


def url_encode(text: str, upper: bool = False) -> str:
    """`text` as `HttpUtility.UrlEncode` writes it; half a surrogate pair becomes U+FFFD, as in .NET's UTF-8 encoder."""
    if _SAFE.fullmatch(text):
        return text.replace(" ", "+")
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raw = whole_characters(text).encode()
    return "".join(map((_UPPER if upper else _LOWER).__getitem__, raw))


def whole_characters(text: str) -> str:
    """`text` with surrogate pairs joined and single surrogates replaced by U+FFFD."""
    if _SURROGATE.search(text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def url_decode(text: str) -> str:
    """`text` as `HttpUtility.UrlDecode` reads it: + is a blank, %uXXXX a UTF-16 unit, wrong codes stay as they are."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text if text.isascii() else whole_characters(text)
    pieces = _PERCENT_U.split(text)
    for position, piece in enumerate(pieces):
        if position % 2:
            pieces[position] = chr(int(piece, 16))
        elif "%" in piece:
            pieces[position] = unquote_to_bytes(piece.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    return whole_characters("".join(pieces))


def variables(raw: str) -> dict[str, str]:
    """The named variables of a query string or form: names in lower case, values of a repeated one joined by commas.

    Raises OverflowError when there are more than the framework takes.
    """
    found: dict[str, str] = {}
    if not raw:
        return found
    if raw.count("&") >= MOST_VARIABLES:
        raise OverflowError(f"more than {MOST_VARIABLES} variables")
    for pair in raw.split("&"):
        name, given, value = pair.partition("=")
        if not given:
            continue  # a value without a name: no page asks for it
        name = url_decode(name).lower()
        value = url_decode(value)
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def dangerous(value: str) -> bool:
    """Whether request validation takes `value` for an attack."""
    return ("<" in value or "&" in value) and _DANGER.search(value) is not None


def error_page(title: str, sentence: str) -> str:
    """The page of an ASP.NET application that shows no details to remote callers."""
    return (
        "<!DOCTYPE html>\n<html>\n<head><title>" + escape(title) + '</title></head>\n<body bgcolor="white">\n'
        "<h1>Server Error in '/' Application.</h1>\n<h2><i>"
        + escape(title)
        + "</i></h2>\n<p>"
        + escape(sentence)
        + "</p>\n</body>\n</html>\n"
    )


def server_page(status: int, reason: str, sentence: str) -> str:
    """The short page of the web server itself."""
    return (
        f"<!DOCTYPE html>\n<html>\n<head><title>{status} - {escape(reason)}</title></head>\n"
        f"<body>\n<h1>Server Error</h1>\n<h2>{status} - {escape(reason)}</h2>\n<h3>{escape(sentence)}</h3>\n"
        "</body>\n</html>\n"
    )
