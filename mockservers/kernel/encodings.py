"""Encodings: how a value may be written in a text, and what a text reads like once its escapes are undone.

Percent, XML and HTML, JSON and other backslashes, doubled quotes, base64, and one inside another. Texts are decoded rather
than values encoded: what a reader would understand is found, whichever writer wrote it, and a long value costs no more
than a short one. A `View` remembers where in the original each of its letters came from.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from html.entities import html5
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

Part = tuple[int, int, str]
"""Where an escape begins and ends, and what it stands for."""


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """One way of escaping. Every escape holds one of `signs`, `parts` finds them all, `write` escapes a text."""

    signs: tuple[str, ...]
    parts: Callable[[str], Iterator[Part]]
    write: Callable[[str], str]


_HIGH, _LOW = "[dD][89abAB][0-9A-Fa-f]{2}", "[dD][c-fC-F][0-9A-Fa-f]{2}"
"""Halves of a letter of UTF-16."""
_PERCENT = re.compile(f"%u({_HIGH})%u({_LOW})|%[uU]([0-9A-Fa-f]{{4}})|(?:%[0-9A-Fa-f]{{2}})+")
_MARKUP = re.compile(
    r"&(?:#0*([0-9]{1,7});?|#[xX]0*([0-9A-Fa-f]{1,6});?|([A-Za-z][A-Za-z0-9]{1,31};)|(amp|lt|gt|quot|apos))"
)
_BACKSLASH = re.compile(
    rf"\\(?:u({_HIGH})\\u({_LOW})"
    r"|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U(000[0-9A-Fa-f]{5}|0010[0-9A-Fa-f]{4})|([\"'\\/abfnrtv0]))"
)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&#34;": '"'}


def _percent(text: str, codec: str = "utf-8") -> Iterator[Part]:
    for found in _PERCENT.finditer(text):
        start, end = found.span()
        if found.lastindex is not None:
            yield start, end, chr(int(found[3], 16)) if found[3] is not None else _whole(found[1], found[2])
            continue
        plain = bytes.fromhex(found[0].replace("%", "")).decode(codec, "surrogateescape")
        if len(plain) == 1:
            yield start, end, plain
            continue
        for letter in plain:  # what stands for one letter stays apart from its neighbours
            end = start + 3 * (1 if letter < "\x80" else len(letter.encode(codec, "surrogateescape")))
            yield start, end, letter
            start = end


def _whole(high: str, low: str) -> str:
    return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10 | int(low, 16) & 0x3FF))


def _markup(text: str) -> Iterator[Part]:
    for found in _MARKUP.finditer(text):
        plain = _NAMED.get(found[0])
        if plain is None:
            number, wide, name, bare = found.groups()
            if name is not None:
                plain = html5.get(name)
            elif bare is not None:
                plain = html5[f"{bare};"]
            else:
                code = int(number) if number is not None else int(wide, 16)
                plain = chr(code) if code < 0x110000 else None
        if plain is not None and len(plain) < len(found[0]):
            yield found.start(), found.end(), plain


def _backslash(text: str) -> Iterator[Part]:
    for found in _BACKSLASH.finditer(text):
        high, low, *numbers, letter = found.groups()
        if letter is not None:
            plain = _LETTERS.get(letter, letter)
        elif high is not None:
            plain = _whole(high, low)
        else:
            plain = chr(int(next(each for each in numbers if each is not None), 16))
        yield found.start(), found.end(), plain


def _doubled(pattern: re.Pattern[str], text: str) -> Iterator[Part]:
    for found in pattern.finditer(text):
        yield found.start(), found.end(), found[0][0]


def _double(mark: str, text: str) -> str:
    return text.replace(mark, mark * 2)


PERCENT = Code(("%",), _percent, lambda text: quote(raw(text), safe="+"))
PERCENT_U = Code(("%u", "%U"), lambda text: _percent(text, "latin-1"), PERCENT.write)
"""As `escape` of browsers writes it, and old ASP."""
MARKUP = Code(("&",), _markup, lambda text: escape(text, {'"': "&quot;", "'": "&#39;"}))
BACKSLASH = Code(("\\",), _backslash, lambda text: json.dumps(text)[1:-1])
DOUBLED = {
    mark: Code((mark * 2,), partial(_doubled, re.compile(mark * 2)), partial(_double, mark)) for mark in ("'", '"')
}
"""A quote as CSV, YAML and SQL write it; only of interest for values that hold it."""
CODES = (PERCENT, PERCENT_U, MARKUP, BACKSLASH)


class View:
    """A text, or what one reads like with some of its escapes undone. `codes` says which, the outermost first."""

    __slots__ = ("_above", "_sources", "_starts", "codes", "text")

    def __init__(self, text: str, above: View | None = None, codes: tuple[Code, ...] = ()) -> None:
        self.text = text
        self.codes = codes
        self._above = above
        # Stretches of the text begin here, and there in the text above. One that is longer there is an escape.
        self._starts: list[int] = []
        self._sources: list[int] = []

    def undone(self, code: Code, spend: Callable[[int], None], text: str) -> View | None:
        """The view with one more code undone, made of `text` (this one's, perhaps with parts blotted out)."""
        view = View("", self, (*self.codes, code))
        parts, length, done = [], 0, 0
        starts, sources = view._starts, view._sources
        for start, end, plain in code.parts(text):
            if start > done:
                parts.append(text[done:start])
                starts.append(length)
                sources.append(done)
                length += start - done
            parts.append(plain)
            starts.append(length)
            sources.append(start)
            length += len(plain)
            done = end
            if not len(starts) & 0x3FF:
                spend(0x400)  # in between, so that no text costs more than it may
        if not starts:
            return None
        spend(len(starts) & 0x3FF)
        starts.append(length)
        sources.append(done)
        parts.append(text[done:])
        view.text = "".join(parts)
        starts.append(len(view.text))
        sources.append(len(text))
        return view

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of this text stands in the original, escapes whole."""
        view = self
        while view._above is not None:
            start, end = view._before(start), view._after(end)
            view = view._above
        return start, end

    def _before(self, at: int) -> int:
        n = bisect_right(self._starts, at) - 1
        if n + 1 == len(self._starts):
            return self._sources[n]
        if self._starts[n + 1] - self._starts[n] == self._sources[n + 1] - self._sources[n]:
            return self._sources[n] + at - self._starts[n]
        return self._sources[n]

    def _after(self, at: int) -> int:
        n = bisect_right(self._starts, at - 1) - 1
        if self._starts[n + 1] - self._starts[n] == self._sources[n + 1] - self._sources[n]:
            return self._sources[n] + at - self._starts[n]
        return self._sources[n + 1]


# --- base64 -----------------------------------------------------------------------------------------------------------

_SHORTEST_CORE = 4
RUNS = (re.compile("[A-Za-z0-9+_-]+"), re.compile("[A-Za-z0-9+/_-]+"))
"""What may be base64, plain or for URLs. A slash may join two texts, as in a path, or be a letter of one."""
_SKIPPED = (0, 2, 3)


def cores(inner: bytes) -> Iterator[tuple[bytes, int]]:
    """What base64 text always holds where these bytes stand in what it encodes, whatever is around them.

    Each with the letters between it and the beginning of its group of four.
    """
    for before in range(3):
        text = base64.b64encode(b"\0" * before + inner).rstrip(b"=")
        core = text[_SKIPPED[before] : len(text) - (1 if (before + len(inner)) % 3 else 0)]
        # Without the letters that may be written otherwise, for URLs or escaped.
        part = max(re.split(b"[+/]", core), key=len)
        if len(part) >= _SHORTEST_CORE:
            yield part, _SKIPPED[before] + core.index(part)
        elif len(core) >= _SHORTEST_CORE:
            yield core, _SKIPPED[before]
            yield core.translate(_FOR_URLS), _SKIPPED[before]


_FOR_URLS = bytes.maketrans(b"+/", b"-_")
_FROM_URLS = str.maketrans("-_", "+/")


def unpacked(run: str) -> str:
    """What base64 text, whole groups first, encodes; bytes that are no UTF-8 as lone surrogates."""
    whole = len(run) & ~3
    rest = run[whole:] if len(run) - whole > 1 else ""
    padded = run[:whole] + (rest + "==")[:4] if rest else run[:whole]
    try:
        return binascii.a2b_base64(padded.translate(_FROM_URLS)).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return ""


# --- values -----------------------------------------------------------------------------------------------------------


def raw(text: str) -> bytes:
    """The bytes of a text, which may have come in as bytes that are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def recoded(value: str) -> tuple[str, ...]:
    """A value as it is, and as it looks where one side took Latin-1 for UTF-8 or the other way round."""
    if value.isascii():
        return (value,)
    wide = raw(value).decode("latin-1")
    try:
        return value, value.encode("latin-1").decode("utf-8", "surrogateescape"), wide
    except UnicodeEncodeError:
        return value, wide


def _lower(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text)


def _net(text: str) -> str:
    """JSON as .NET's older serialiser writes it: what means something in HTML is escaped."""
    return re.sub("[&<>']", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)[1:-1])


def _net_core(text: str) -> str:
    """JSON as .NET's newer serialiser writes it: all but plain letters, in capitals."""
    made = json.dumps(text).replace('\\"', "\\u0022")[1:-1]
    made = re.sub("[&'+<>`\x7f]", lambda found: f"\\u{ord(found[0]):04X}", made)
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: f"\\u{found[0][2:].upper()}", made)


@lru_cache(maxsize=1024)
def written(value: str) -> tuple[str, ...]:
    """A value as usual writers write it, each once."""
    inner, quoted, plain = raw(value), {'"': "&quot;"}, json.dumps(value)[1:-1]
    forms = [value, quote(inner, safe=""), quote(inner, safe="/"), quote(inner, safe="/!$'()*,;:@?=&+~")]
    forms += [quote_plus(inner), quote_plus(inner, safe="*!()'")]
    forms += [_lower(each) for each in forms]
    forms += [escape(value), escape(value, quoted)]
    forms += [escape(value, {**quoted, "'": f"&{each};"}) for each in ("apos", "#39", "#x27")]
    forms.append(escape(value, {'"': "&#34;", "'": "&#39;"}))
    forms.append(forms[-1].encode("ascii", "xmlcharrefreplace").decode())
    forms += [
        plain,
        plain.replace("/", "\\/"),
        json.dumps(value, ensure_ascii=False)[1:-1],
        _net(value),
        _net_core(value),
    ]
    return tuple(dict.fromkeys(forms))
