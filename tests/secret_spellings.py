"""Secrets as people make them, and the many ways in which programs write one. Made from a seed: the same in every run."""

from __future__ import annotations

import base64
import html
import json
import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

Spell = Callable[[str], str]

_AWKWARD = "\"'&<>\\/ %+=?#;:,{}[]!~`^*|$@()"
_WIDE = "äöüßéñçøÅλЖ漢字ありً€–’😀𝔘"
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."


def secrets(count: int, seed: int = 12) -> list[str]:
    """Passwords of all sorts, each once: plain ones, ones full of signs, ones in other alphabets."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        letters = _PLAIN + _AWKWARD * rng.choice((0, 1, 3)) + _WIDE * rng.choice((0, 0, 1, 3))
        made = "".join(rng.choice(letters) for _ in range(rng.randint(6, 24))).strip()
        if len(made) >= 6 and len(set(made)) > 3:
            found[made] = None
    return list(found)


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_wide(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _net(text: str) -> str:
    """Newtonsoft's and the older .NET serialisers."""
    return re.sub("[&<>']", lambda found: f"\\u{ord(found[0]):04x}", _json_wide(text))


def _net_core(text: str) -> str:
    """System.Text.Json: all but plain letters as numbers, in capitals."""
    units = text.encode("utf-16-le")
    codes = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    return "".join(
        chr(code) if 32 <= code < 127 and chr(code) not in "\"&'+<>\\`" else "\\\\" if code == 92 else f"\\u{code:04X}"
        for code in codes
    )


def _percent_lower(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))


def _references(form: str) -> Spell:
    return lambda text: "".join(
        form.format(ord(letter)) if letter in "\"'&<>" or letter > "~" else letter for letter in text
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPELLINGS: Mapping[str, Spell] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes left": quote,
    "percent, lower": _percent_lower,
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, three times": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "form": quote_plus,
    "form, lower": lambda text: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote_plus(text)),
    "form, twice": lambda text: quote_plus(quote_plus(text)),
    "percent of every byte": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent, latin-1": lambda text: quote(text.encode("latin-1"), safe=""),
    "escape() of browsers": lambda text: "".join(
        each
        if each in _PLAIN
        else f"%{ord(each):02X}"
        if each < "\u0100"
        else "".join(
            f"%u{int.from_bytes(unit, 'big'):04X}"
            for raw in (each.encode("utf-16-be"),)
            for unit in (raw[at : at + 2] for at in range(0, len(raw), 2))
        )
        for each in text
    ),
    "xml": escape,
    "xml attribute": lambda text: quoteattr(text)[1:-1],
    "xml, &quot; &apos;": lambda text: escape(text, {'"': "&quot;", "'": "&apos;"}),
    "xml, &#34; &#39;": lambda text: escape(text, {'"': "&#34;", "'": "&#39;"}),
    "html": html.escape,
    "html, decimal": _references("&#{};"),
    "html, hex": _references("&#x{:x};"),
    "html, HEX and zeros": _references("&#X{:06X};"),
    "xml, twice": lambda text: escape(escape(text, {'"': "&quot;"}), {'"': "&quot;"}),
    "json": _json,
    "json, unicode": _json_wide,
    "json, slashes": lambda text: _json(text).replace("/", "\\/"),
    "json, .net": _net,
    "json, .net core": _net_core,
    "json in json": lambda text: _json(_json(text)),
    "json in json, unicode": lambda text: _json_wide(_json_wide(text)),
    "json, .net core, in json": lambda text: _json(_net_core(text)),
    "json in xml": lambda text: escape(_json(text), {'"': "&quot;"}),
    "json, .net, in xml": lambda text: html.escape(_net(text)),
    "xml in json": lambda text: _json(escape(text)),
    "xml in json, .net": lambda text: _net(escape(text, {'"': "&quot;", "'": "&apos;"})),
    "percent in xml": lambda text: escape(quote(text, safe="&'/")),
    "form in json": lambda text: _json(quote_plus(text)),
    "json in form": lambda text: quote_plus(_json_wide(text)),
    "xml in form": lambda text: quote_plus(escape(text)),
    "json in xml in form": lambda text: quote_plus(escape(_json(text))),
    "python": lambda text: repr(text)[1:-1],
    "python, ascii": lambda text: ascii(text)[1:-1],
    "python, bytes": lambda text: repr(text.encode())[2:-1],
    "csv": lambda text: text.replace('"', '""'),
    "yaml": lambda text: text.replace("'", "''"),
    "base64": _base64,
    "base64 of user and secret": lambda text: _base64(f"me:{text}"),
    "base64 of a longer user and secret": lambda text: _base64(f"api.user@example.com:{text}"),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(f"us{text}".encode()).decode().rstrip("="),
    "base64 of latin-1": lambda text: base64.b64encode(f"me:{text}".encode("latin-1")).decode(),
    "base64, percent": lambda text: quote(_base64(f"u:{text}"), safe=""),
    "base64, slashes": lambda text: _base64(f"u:{text}").replace("/", "\\/"),
    "base64 of json": lambda text: _base64(json.dumps({"user": "me", "password": text})),
    "base64 of a form": lambda text: _base64(f"a=1&password={quote_plus(text)}&b"),
    "base64 of xml": lambda text: _base64(f"<a><p>{escape(text)}</p></a>"),
    "base64, twice": lambda text: _base64("x" + _base64(f"me:{text}")),
}
"""How a secret is written in a text, by a name. Raises UnicodeEncodeError where a secret cannot be written so."""


def spelt(secret: str, number: int = 0, most: int | None = None) -> dict[str, str]:
    """The spellings that a secret has, by name; with `most` so many of them, others for each number."""
    names = list(SPELLINGS)
    if most is not None:
        start = number * most % len(names)
        names = (names + names)[start : start + most]
    found = {}
    for name in names:
        with suppress(UnicodeEncodeError):
            found[name] = SPELLINGS[name](secret)
    return found
