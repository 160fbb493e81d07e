"""JSON as Json.NET's text reader takes it, which ASP.NET Web API 2 reads request bodies with, and its errors in its words.

After the published source of Newtonsoft.Json (JsonTextReader, JsonReader, JsonPosition, ConvertUtils) and of Web API's
JSON formatter, which sets the depth and stops after the first value. One pass without recursion; every step moves on, so
the time is linear in the text. Knows no vendor.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

DEEPEST = 256
"""Containers inside each other that Web API's formatter reads (FormattingUtilities.DefaultMaxDepth)."""
LONGEST_INTEGER = 380
"""Characters of a whole number beyond 64 bits (MaximumJavascriptIntegerCharacterLength)."""

Pairs = list[tuple[str, Any]]
Objects = Callable[[Pairs], Any]


class JsonNetError(ValueError):
    """What Json.NET says of a text that it cannot read: the sentence, where in the value it was, line and position."""

    def __init__(self, message: str, path: str, line: int, position: int) -> None:
        message = message.strip()
        stop = "" if message.endswith(".") else "."
        super().__init__(f"{message}{stop} Path '{path}', line {line}, position {position}.")
        self.path, self.line, self.position = path, line, position


@dataclass(frozen=True, slots=True)
class Constructor:
    """`new Name(...)`: Json.NET reads it, and no property of a request takes it."""

    name: str
    arguments: tuple[Any, ...]


class Whole(int):
    """A whole number that is written otherwise than it counts, such as 0x10, 010 or -0."""

    literal: str


class Real(float):
    """A number with a fraction or an exponent, which Json.NET hands on as it stands where a text is read."""

    literal: str


def _whole(literal: str, value: int) -> int:
    if str(value) == literal:
        return value
    found = Whole(value)
    found.literal = literal
    return found


def _real(literal: str) -> float:
    found = Real(literal)
    found.literal = literal
    return found


def loads(text: str, objects: Objects = dict, deepest: int = DEEPEST) -> Any:
    """The first value of a text; what stands behind it is not looked at, and no value at all is None.

    `objects` makes an object of all its pairs in their order; `undefined`, and nothing between two commas, is None.
    Raises JsonNetError.
    """
    # Most bodies are strict JSON of modest values, which the standard library reads alike, and many times faster.
    if not _PECULIAR.search(text) and text.count("{") + text.count("[") <= deepest:
        try:
            return json.JSONDecoder(object_pairs_hook=objects, parse_float=_real, strict=False).decode(text)
        except ValueError:
            pass
    return Reader(text, objects, deepest).read()


_PECULIAR = re.compile(r"\\u[dD]|[0-9]{19}|[0-9.][eE]|-0(?![0-9.])")
"""Halves of characters, numbers beyond 64 bits, exponents, which may leave a double's range, and minus zero."""

_WHITE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What char.IsWhiteSpace says yes to; Python's own idea of white space is another one."""
_BLANKS = re.compile(f"[{_WHITE}\0]*")  # the reader steps over zero characters between tokens
_IS_BLANK = re.compile(f"[{_WHITE}]")
_LINES = re.compile(r"\r\n|\r|\n")
_PLAIN = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_DIGITS = re.compile(r"[-+a-fA-FxX.0-9]*")
_WHOLE = re.compile(r"-?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_OCTAL = re.compile(r"[0-7]+")
_UNIT = re.compile("[0-9a-fA-F]{4}")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/"}
_WORDS = {
    "t": ("true", True, "boolean"),
    "f": ("false", False, "boolean"),
    "u": ("undefined", None, "undefined"),
    "N": ("NaN", float("nan"), "NaN"),
    "I": ("Infinity", float("inf"), "Infinity"),
}
_REPLACEMENT = "\ufffd"

_OBJECT, _ARRAY, _CONSTRUCTOR = "Object", "Array", "Constructor"
_CLOSING = {"}": _OBJECT, "]": _ARRAY, ")": _CONSTRUCTOR}
_UNENDED = {
    _OBJECT: "Unexpected end when deserializing object.",
    _ARRAY: "Unexpected end when deserializing array.",
    _CONSTRUCTOR: "Unexpected end of content while loading JConstructor.",
}


_MORE = object()
"""A container was opened, or another value of one comes."""


class _Container:
    """One that is being read. `started`: whether anything of it was read, which decides if paths name it."""

    __slots__ = ("kind", "name", "pairs", "started", "title", "values")

    def __init__(self, kind: str, title: str = "") -> None:
        self.kind, self.title = kind, title
        self.pairs: Pairs = []
        self.values: list[Any] = []
        self.name, self.started = "", False

    def add(self, value: Any) -> None:
        self.started = True
        if self.kind is _OBJECT:
            self.pairs.append((self.name, value))
        else:
            self.values.append(value)

    def step(self, finished: int) -> str:
        """This container's part of a path; of an array, the place of the value that was begun last."""
        return _named(self.name) if self.kind is _OBJECT else f"[{finished}]"


_SPECIAL = frozenset(".' /\"[]()\t\n\r\f\b\\\x85\u2028\u2029")
_ESCAPED = {"'": "\\'", "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f", "\b": "\\b"}


def _named(name: str) -> str:
    if _SPECIAL.isdisjoint(name):
        return "." + name
    return "['" + "".join(_ESCAPED.get(c, f"\\u{ord(c):04x}" if c in "\x85\u2028\u2029" else c) for c in name) + "']"


@lru_cache(maxsize=1024)
def _is_identifier(letter: str) -> bool:
    """char.IsLetterOrDigit, of one UTF-16 unit."""
    return letter in "_$" or (ord(letter) < 0x10000 and unicodedata.category(letter) in _IDENTIFIER)


_IDENTIFIER = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd"))


class Reader:
    """Reads one value of a text. `at` is where it stands, the reader's own position for its errors."""

    def __init__(self, text: str, objects: Objects = dict, deepest: int = DEEPEST) -> None:
        self.text, self.objects, self.deepest = text, objects, deepest
        self.at = 0
        self.open: list[_Container] = []

    # --- errors ---

    def _error(self, message: str, at: int | None = None, *, begun: bool = False, inner: bool = True) -> JsonNetError:
        """The error of this place. `begun`: the value at hand counts already; `inner`: the innermost one is named."""
        at = self.at if at is None else at
        read = self.text[:at]
        line, start = 1, 0
        for found in _LINES.finditer(read):
            line, start = line + 1, found.end()
        if at == len(self.text) and read.endswith("\r\n"):
            line += 1  # at the very end the reader does not see that the two belong together
        position = len(read[start:].encode("utf-16-le", "surrogatepass")) // 2
        return JsonNetError(message, self._path(begun, inner), line, position)

    def _path(self, begun: bool, inner: bool) -> str:
        if not self.open:
            return ""
        above, last = self.open[:-1], self.open[-1]
        steps = [container.step(len(container.values)) for container in above]
        if inner and (last.started or begun):
            steps.append(last.step(len(last.values) - (0 if begun else 1)))
        return "".join(steps).removeprefix(".")

    def _shown(self, at: int) -> str:
        """The character at a place as a message prints it: half of one as U+FFFD, the end as the zero character."""
        if at >= len(self.text):
            return "\0"
        return self.text[at] if ord(self.text[at]) < 0x10000 else _REPLACEMENT

    # --- the grammar ---

    def read(self) -> Any:
        """The first value, or None where there is none."""
        self._comments()
        if self.at >= len(self.text):
            return None
        value = self._begun()
        while value is _MORE or self.open:
            if value is _MORE:
                value = self._next()
            else:
                self.open[-1].add(value)
                value = self._after()
        return value

    def _next(self) -> Any:
        """The next value of the innermost container, or that container where it ends; _MORE when another is opened."""
        self._comments()
        if self.open[-1].kind is _OBJECT:
            closed = self._name()
            if closed is not _MORE:
                return closed
            self._comments()
        return self._begun()

    def _begun(self) -> Any:
        """The value that begins here, or _MORE when it is a container."""
        if self.at >= len(self.text):
            above = self.open[-1] if self.open else None
            if above is not None and above.kind is _OBJECT:
                raise self._error(f"Unexpected end when setting {above.name}'s value.")
            raise self._error(_UNENDED[above.kind] if above is not None else "Unexpected end when reading JSON.")
        letter = self.text[self.at]
        if letter in "\"'":
            self.at += 1
            return self._string(letter)
        if letter in _CLOSING and letter != "}":
            return self._closed(letter)
        if letter in "{[":
            self.at += 1
            return self._opened(_OBJECT if letter == "{" else _ARRAY)
        if letter == ",":
            return None  # nothing before a comma is undefined; the comma is read again
        if letter in _WORDS:
            word, value, name = _WORDS[letter]
            return self._word(word, value, f"Error parsing {name} value.")
        if letter == "n":
            return self._null_or_new()
        if letter == "-" and self.text.startswith("I", self.at + 1):
            return self._word("-Infinity", float("-inf"), "Error parsing -Infinity value.")
        if letter in "-." or (ord(letter) < 0x10000 and unicodedata.category(letter)[0] == "N"):
            return self._number()
        raise self._unexpected(self.at)

    def _unexpected(self, at: int) -> JsonNetError:
        return self._error(f"Unexpected character encountered while parsing value: {self._shown(at)}.", at)

    def _opened(self, kind: str, title: str = "") -> Any:
        self.open.append(_Container(kind, title))
        if len(self.open) > self.deepest:
            raise self._error(f"The reader's MaxDepth of {self.deepest} has been exceeded.", inner=False)
        return _MORE

    def _closed(self, letter: str) -> Any:
        """The container that ends here; it must be the innermost one."""
        self.at += 1
        container = self.open.pop() if self.open else None
        kind = _CLOSING[letter]
        if container is None or container.kind is not kind:
            was = "None" if container is None else container.kind
            inner = container is None or container.started
            raise self._error(f"JsonToken End{kind} is not valid for closing JsonType {was}.", begun=True, inner=inner)
        if kind is _OBJECT:
            return self.objects(container.pairs)
        return container.values if kind is _ARRAY else Constructor(container.title, tuple(container.values))

    def _after(self) -> Any:
        """What follows a value: _MORE after a comma, or the container that ends here."""
        self._comments()
        if self.at >= len(self.text):
            raise self._error(_UNENDED[self.open[-1].kind])
        letter = self.text[self.at]
        if letter == ",":
            self.at += 1
            return _MORE
        if letter in _CLOSING:
            return self._closed(letter)
        raise self._error(f"After parsing a value an unexpected character was encountered: {self._shown(self.at)}.")

    def _name(self) -> Any:
        """Read a property's name and colon: _MORE, or the object when it ends here."""
        if self.at >= len(self.text):
            raise self._error(_UNENDED[_OBJECT])
        letter = self.text[self.at]
        if letter == "}":
            return self._closed(letter)
        if letter in "\"'":
            self.at += 1
            name = self._string(letter)
        elif _is_identifier(letter):
            name = self._bare_name()
        else:
            raise self._error(f"Invalid property identifier character: {self._shown(self.at)}.")
        self._blanks()
        if not self.text.startswith(":", self.at):
            raise self._error(
                f"Invalid character after parsing property name. Expected ':' but got: {self._shown(self.at)}."
            )
        self.at += 1
        self.open[-1].name, self.open[-1].started = name, True
        return _MORE

    def _bare_name(self) -> str:
        begin = self.at
        while self.at < len(self.text) and _is_identifier(self.text[self.at]):
            self.at += 1
        if self.at >= len(self.text):
            raise self._error("Unexpected end while parsing unquoted property name.")
        letter = self.text[self.at]
        if letter not in ":\0" and not _IS_BLANK.match(letter):
            raise self._error(f"Invalid JavaScript property identifier character: {self._shown(self.at)}.")
        return self.text[begin : self.at]

    # --- blanks and comments ---

    def _blanks(self) -> None:
        found = _BLANKS.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def _comments(self) -> None:
        """Step over blanks and comments."""
        self._blanks()
        while self.text.startswith("/", self.at):
            self._comment()
            self._blanks()

    def _comment(self) -> None:
        self.at += 1
        if self.at + 1 >= len(self.text):
            raise self._error("Unexpected end while parsing comment.")
        letter = self.text[self.at]
        if letter not in "*/":
            raise self._error(f"Error parsing comment. Expected: *, got {self._shown(self.at)}.")
        self.at += 1
        if letter == "/":
            end = _LINES.search(self.text, self.at)
            self.at = len(self.text) if end is None else end.start()
            return
        close = self.text.find("*/", self.at)
        if close < 0:
            raise self._error("Unexpected end while parsing comment.", len(self.text))
        self.at = close + 2

    # --- words ---

    def _word(self, word: str, value: Any, error: str) -> Any:
        text = self.text
        if self.at + len(word) > len(text):
            raise self._error("Unexpected end when reading JSON.", len(text))
        if not text.startswith(word, self.at):
            wrong = next(n for n, letter in enumerate(word) if text[self.at + n] != letter)
            raise self._error(error, self.at + wrong)
        self.at += len(word)
        if not self._parted():
            raise self._error(error)
        return value

    def _parted(self) -> bool:
        """Whether something stands here that may follow a word."""
        if self.at >= len(self.text):
            return True
        letter = self.text[self.at]
        if letter == "/":
            return self.text[self.at + 1 : self.at + 2] in ("*", "/")
        if letter == ")":
            return bool(self.open) and self.open[-1].kind is _CONSTRUCTOR
        return letter in "}],\0" or _IS_BLANK.match(letter) is not None

    def _null_or_new(self) -> Any:
        following = self.text[self.at + 1 : self.at + 2]
        if not following:
            raise self._error("Unexpected end when reading JSON.", self.at + 1)
        if following == "u":
            return self._word("null", None, "Error parsing null value.")
        if following != "e":
            raise self._unexpected(self.at)
        self._word("new", None, "Unexpected content while parsing JSON.")
        self._blanks()
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in "_$" and _is_identifier(self.text[self.at]):
            self.at += 1
        name = self.text[begin : self.at]
        if self.at >= len(self.text):
            raise self._error("Unexpected end while parsing constructor.")
        letter = self.text[self.at]
        if letter not in "(\0" and not _IS_BLANK.match(letter):
            raise self._error(f"Unexpected character while parsing constructor: {self._shown(self.at)}.")
        if not name:
            raise self._error("Empty constructor name.")
        self._blanks()
        if not self.text.startswith("(", self.at):
            raise self._error(f"Unexpected character while parsing constructor: {self._shown(self.at)}.")
        self.at += 1
        return self._opened(_CONSTRUCTOR, name)

    # --- numbers ---

    def _number(self) -> Any:
        found = _DIGITS.match(self.text, self.at)
        assert found is not None
        number, end = found[0], found.end()
        if end < len(self.text) and self.text[end] not in ",}])/\0" and not _IS_BLANK.match(self.text[end]):
            raise self._error(f"Unexpected character encountered while parsing number: {self._shown(end)}.", end)
        self.at = end
        if number[0] == "0" and len(number) > 1 and number[1] not in ".eE":
            return self._other_base(number)
        if _WHOLE.fullmatch(number):
            if len(number) > LONGEST_INTEGER:
                raise self._error(f"JSON integer {number} is too large to parse.", begun=True)
            return _whole(number, int(number))
        value = _real(number) if _FLOAT.fullmatch(number) else float("nan")
        if not isfinite(value):  # as the .NET Framework, which has no infinity for what is too large
            raise self._error(f"Input string '{number}' is not a valid number.", begun=True)
        return value

    def _other_base(self, number: str) -> int:
        """A hexadecimal or octal number of 64 bits, whose highest bit is the sign."""
        value = -1
        if _HEX.fullmatch(number) and len(number.lstrip("0xX")) <= 16:
            value = int(number, 16)
        elif _OCTAL.fullmatch(number) and len(number.lstrip("0")) <= 22:
            value = int(number, 8)
        if not 0 <= value < 2**64:
            raise self._error(f"Input string '{number}' is not a valid number.", begun=True)
        return _whole(number, value - 2**64 if value >= 2**63 else value)

    # --- texts ---

    def _string(self, quote: str) -> str:
        """A text to its end; the reader stands behind the opening quote."""
        plain = _PLAIN[quote]
        parts: list[str] = []
        while True:
            found = plain.match(self.text, self.at)
            assert found is not None
            parts.append(found[0])
            self.at = found.end()
            if self.at >= len(self.text):
                raise self._error(f"Unterminated string. Expected delimiter: {quote}.")
            self.at += 1
            if self.text[self.at - 1] == quote:
                return "".join(parts)
            if self.at >= len(self.text):
                raise self._error(f"Unterminated string. Expected delimiter: {quote}.")
            letter = self.text[self.at]
            self.at += 1
            if letter == "u":
                parts.append(self._unicode())
            elif letter in _ESCAPES:
                parts.append(_ESCAPES[letter])
            else:
                raise self._error(f"Bad JSON escape sequence: \\{self._shown(self.at - 1)}.")

    def _unicode(self) -> str:
        """The characters of one or more codes; halves of a character that do not fit become U+FFFD."""
        unit = self._unit()
        made: list[str] = []
        while 0xD800 <= unit < 0xDC00:
            if not self.text.startswith("\\u", self.at) or self.at + 2 >= len(self.text):
                return "".join(made) + _REPLACEMENT
            self.at += 2
            high, unit = unit, self._unit()
            if 0xDC00 <= unit < 0xE000:
                return "".join(made) + chr(0x10000 + (high - 0xD800) * 0x400 + unit - 0xDC00)
            made.append(_REPLACEMENT)
        return "".join(made) + (_REPLACEMENT if 0xDC00 <= unit < 0xE000 else chr(unit))

    def _unit(self) -> int:
        if self.at + 4 >= len(self.text):
            raise self._error("Unexpected end while parsing Unicode escape sequence.")
        found = _UNIT.match(self.text, self.at)
        if found is None:
            raise self._error(f"Invalid Unicode escape sequence: \\u{self.text[self.at : self.at + 4]}.")
        self.at += 4
        return int(found[0], 16)
