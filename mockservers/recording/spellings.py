"""How a value may be spelt inside texts: percent, XML, JSON and base64, also one inside the other.

`Spellings` replaces a value in all of them, and finds it in a text that was decoded until nothing was left to decode: what
is written in no usual way is found by that, though it cannot be replaced. Knows no vendor and no file.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, unquote_plus
from xml.sax.saxutils import escape

PLACEHOLDER = re.compile(r"__secret\.([a-z0-9-]+)(?:\.([0-9]+))?__")
SHORTEST = 4
"""Characters; a shorter value is replaced at its place only: taking `a` out of every text would leave nothing."""
_SHORTEST_BASE64 = 4
_RUN = "[A-Za-z0-9+/_-]"

Spell = Callable[[str], str]


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass" if not _from_bytes(text) else "surrogateescape")


def _from_bytes(text: str) -> bool:
    return all(not "\ud800" <= letter <= "\udfff" or "\udc80" <= letter <= "\udcff" for letter in text)


def _lower(spell: Spell) -> Spell:
    return lambda text: re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), spell(text))


def _json_slashes(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", "\\/")


def _numbered(text: str) -> str:
    """XML with numbers for quotes, as some writers have it."""
    return escape(text, {'"': "&#34;", "'": "&#39;"})


def _numbered_wide(text: str) -> str:
    """HTML as ASP.NET writes it: numbers for quotes, and for letters beyond ASCII."""
    return _numbered(text).encode("ascii", "xmlcharrefreplace").decode()


def _latin_numbered(text: str) -> str:
    return re.sub("[\xa0-\xff]", lambda found: f"&#{ord(found[0])};", _numbered(text))


def _json_net(text: str) -> str:
    """JSON as .NET's older serialiser writes it: what means something in HTML is escaped."""
    return re.sub("[&<>']", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)[1:-1])


def _json_net_core(text: str) -> str:
    """JSON as .NET's newer serialiser writes it."""
    plain = re.sub("[\"&'+<>`\x7f]", lambda found: f"\\u{ord(found[0]):04X}", text)
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: f"\\u{found[0][2:].upper()}", json.dumps(plain)[1:-1]).replace(
        "\\\\u", "\\u"
    )


_SPELLINGS: tuple[Spell, ...] = (
    lambda text: quote(_raw(text), safe=""),
    lambda text: quote(_raw(text), safe="/"),
    lambda text: quote(_raw(text), safe="/!$'()*,;:@?=&+~"),
    lambda text: quote_plus(_raw(text)),
    lambda text: quote_plus(_raw(text), safe="*!()'"),
    _lower(lambda text: quote(_raw(text), safe="")),
    _lower(lambda text: quote_plus(_raw(text))),
    _lower(lambda text: quote_plus(_raw(text), safe="*!()'")),
    escape,
    lambda text: escape(text, {'"': "&quot;"}),
    lambda text: escape(text, {'"': "&quot;", "'": "&apos;"}),
    lambda text: escape(text, {'"': "&quot;", "'": "&#39;"}),
    lambda text: escape(text, {'"': "&quot;", "'": "&#x27;"}),
    _numbered,
    _numbered_wide,
    _latin_numbered,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    _json_slashes,
    _json_net,
    _json_net_core,
)


@lru_cache(maxsize=8192)
def spelt(value: str, replacement: str) -> tuple[tuple[str, str], ...]:
    """Every spelling of `value` with the same spelling of `replacement`, longest first; up to three inside each other."""
    found = {value: replacement}
    layer = {value: replacement}
    for _ in range(3):
        outer: dict[str, str] = {}
        for form, substitute in layer.items():
            for spell in _SPELLINGS:
                made = spell(form)
                if made not in found:
                    found[made] = outer[made] = spell(substitute)
        if not outer or len(found) > 400:
            break
        layer = outer
    return tuple(sorted(found.items(), key=lambda each: -len(each[0])))


def recoded(value: str) -> Iterator[str]:
    """A value as it is, and as it looks where one side took Latin-1 for UTF-8."""
    yield value
    if not value.isascii():
        try:
            yield value.encode("latin-1").decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            if _from_bytes(value):
                yield _raw(value).decode("latin-1")


@lru_cache(maxsize=8192)
def cores(value: str) -> tuple[str, ...]:
    """What base64 text always holds where `value` stands in what it encodes, spelt in any way; base64 of base64 too."""
    found = {core for form in {value, *(spell(value) for spell in _SPELLINGS)} for core in _cores(_raw(form))}
    for core in _cores(_raw(value)):
        found |= _cores(core.encode())
    return tuple(sorted(found, key=len, reverse=True))


def _cores(raw: bytes) -> set[str]:
    """What base64 text always holds where these bytes stand in what it encodes, whatever stands before and after them."""
    found: set[str] = set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        first = (0, 2, 3)[before]
        core = text[first : len(text) - (1 if (before + len(raw)) % 3 else 0)]
        if len(core) >= _SHORTEST_BASE64:
            found |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    return found


@lru_cache(maxsize=8192)
def _run_with(core: str) -> re.Pattern[str]:
    return re.compile(f"{_RUN}*{re.escape(core)}(?:{_RUN}|%2[BbFf])*(?:=|%3[Dd])*")


_GRAM = 6
"""Letters of a spelling by which it is looked up; with few values every spelling is looked for itself."""
_FEW = 1000


class Spellings:
    """Values and what stands for them, replaced wherever they are spelt."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._plan: list[tuple[str, str, bool]] = []
        """Spelling, what stands for it, and whether it is the core of base64 text; longest first."""
        self._by_gram: dict[str, list[tuple[str, str, bool]]] = {}
        self._sorted = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, value: str) -> bool:
        return value in self._known

    def get(self, value: str) -> str | None:
        """What stands for a value."""
        return self._known.get(value)

    def add(self, value: str, replacement: str) -> None:
        if value in self._known:
            return
        self._known[value] = replacement
        new: list[tuple[str, str, bool]] = []
        for each in recoded(value):
            new += [(form, substitute, False) for form, substitute in spelt(each, replacement)]
            new += [(core, replacement, True) for core in cores(each)]
        self._plan += new
        for entry in new:
            self._by_gram.setdefault(entry[0][:_GRAM] if len(entry[0]) >= _GRAM else "", []).append(entry)
        self._sorted = False

    def _possible(self, text: str) -> list[tuple[str, str, bool]]:
        """The spellings that may be in a text; whole ones first, and of these the longest."""
        if len(self._plan) > _FEW:
            grams = {text[n : n + _GRAM] for n in range(len(text) - _GRAM + 1)} & self._by_gram.keys()
            found = [each for gram in ("", *grams) for each in self._by_gram.get(gram, ())]
            return sorted(found, key=lambda each: (each[2], -len(each[0])))
        if not self._sorted:
            self._plan.sort(key=lambda each: (each[2], -len(each[0])))
            self._sorted = True
        return self._plan

    def replace(self, text: str) -> str:
        """`text` with every value replaced; what stands for a secret already is left alone."""
        if "__secret." not in text:
            return self._replace(text)
        parts, end = [], 0
        for found in PLACEHOLDER.finditer(text):
            parts += [self._replace(text[end : found.start()]), found[0]]
            end = found.end()
        return "".join([*parts, self._replace(text[end:])])

    def _replace(self, text: str) -> str:
        for form, substitute, core in self._possible(text):
            if form in text:
                text = _run_with(form).sub(substitute, text) if core else text.replace(form, substitute)
        return text

    def shown(self, text: str) -> str | None:
        """The first value that a text shows in any spelling, outside of what stands for secrets."""
        variants = decoded(PLACEHOLDER.sub("\0", text), plus=any(" " in value for value in self._known))
        for variant in variants:
            for form, substitute, _ in self._possible(variant):
                if form in variant:
                    return substitute
        return None


def decoded(text: str, *, plus: bool = True) -> list[str]:
    """What a text may mean: itself, and itself decoded, until nothing is left to decode; with `plus` as forms are, too."""
    found, new = [text], [text]
    for _ in range(4):
        made = []
        for each in new:
            if "%" in each:
                made.append(unquote(each))
            if plus and "+" in each:
                made.append(unquote_plus(each))
            if "&" in each:
                made.append(html.unescape(each))
            if "\\" in each:
                made.append(_unescaped(each))
        new = [each for each in dict.fromkeys(made) if each not in found]
        if not new:
            break
        found += new
    return found


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\"\\/bfnrt]))")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescaped(text: str) -> str:
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _LETTERS.get(found[2], found[2]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
