"""Fragments: values of named fields in texts that no parser takes, such as JSON that was cut off, or parts of a form.

Whatever a name may be followed by is looked at once for all the names in a text, for it may hold nothing but names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from mockservers.kernel.families import lowered, random_looking, secret_looking
from mockservers.kernel.places import Ahead
from mockservers.kernel.search import Budget
from mockservers.recording.secret_names import Kind, SecretNames

_MARK = "[\"']|&quot;|&#34;|&#x22;|&apos;|&#39;|&#x27;"
_MEMBER = re.compile(
    rf"(?P<escapes>\\*+)(?P<mark>{_MARK})\s*+:\s*+(?:(?P=escapes)(?P=mark)|(?P<number>-?[0-9][0-9.eE+-]*+))",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"(?:\s*+:?+=\s*+|[\"']?+\]\s*+=\s*+|[\"']?+\]?+\s*+=>?+\s*+(?=[\"']))(?:\"([^\"<>]++)\"|'([^'<>]++)'|\\++[\"']([^\"'<>\\]++)"
    r"|[\"']?+((?:[^&\"'<>\s\\]|\\(?![\"'])|&(?:amp|lt|gt|quot|apos|#[0-9]{2,5}|#x[0-9A-Fa-f]{2,4});(?![\w.-]{1,40}=))++))"
)
_PART = re.compile(r"[\"']?+(;)?+")
_MEMBERS, _PARTS, _SETTINGS = frozenset("\\\"'&"), frozenset("\"';\r\n"), frozenset("=:]\"'")
_PLAIN_ENDS = ('"', "'", ">")
"""What follows a name that parsers see."""
"""What follows the name of a member of an object, and of a part of a form."""
_END_TAG = re.compile(r"</(?:[\w.-]+:)?\Z")
_OPENED = re.compile(r"<[\w.-]+:\Z")
_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$-"
_NAME_AFTER = re.compile("[A-Za-z0-9_.$-]*")
"""What a name is of besides the word that it is known by."""
_LONGEST_NAME, _LONG_WORD, _LONGEST_UNTAKEN = 60, 16, 4096
_NEAR = re.compile(
    r"(?:[\s/:=#\"'(]{1,3}[A-Za-z]{1,12}){0,3}[\s/:=#\"'(]{1,3}([A-Za-z0-9+/=_.~-]{16,512})(?![A-Za-z0-9+/=_.~-])"
)
"""What stands beside a word, as in `your token is ...`."""
_WORD_BEFORE = re.compile(r"(?<![\w-])([A-Za-z]{2,16}) \Z")
_SAID = re.compile(r"\s{0,2}:(?:\s|\\[nrt]){0,2}(?:\\{0,8}[\"'])?(?!\\[nrt])((?:[^\s\"'<>;,&\\]|\\(?![\"'])){1,4096})")
_BLOCK = re.compile(
    r"[ \t]{0,2}:[ \t]{0,4}(?:[|>][-+]?[ \t]{0,4})?\r?\n[ \t]{0,16}([^\s\"'<>]{4,4096}+)[ \t]{0,16}(?=\r?\n|\Z)"
)
"""A value alone on the line below its name, as YAML and letters have it."""
_NEXT_WORD = re.compile(r"[ +]{1,3}([^\s\"'<>;,\\]{4,4096})")
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "ntlm", "soticket", "token", "apikey", "key"})
_BRACKET, _LINE_END = re.compile("[<>]"), re.compile("[\r\n]")
_BLANK_LINE, _PART_END = re.compile(r"\n\r?\n"), re.compile(r"\r?\n--")
_MARKS = {
    mark: re.compile(mark, re.IGNORECASE)
    for mark in ('"', "'", "&quot;", "&#34;", "&#x22;", "&apos;", "&#39;", "&#x27;")
}


@dataclass(frozen=True, slots=True)
class Fragment:
    """A value and its place. A number is one that JSON wrote without quotes. `inner`: a parser that takes the whole text may
    not see it, for it stands inside a value. `loose`: it may be a word of a sentence as well."""

    name: str
    kind: Kind
    start: int
    end: int
    number: bool = False
    inner: bool = False
    loose: bool = False


class Fragments:
    """Finds the values of fields with some names, in any letter case."""

    def __init__(self, names: SecretNames) -> None:
        self._names = names

    def find(self, text: str, *, inner: bool = False) -> Reading:
        """The fragments of a text, in order, or but those that are `inner`. Raises TooOdd for one of far too many names."""
        return Reading(text, self._names, inner)


Value = tuple[int, int, bool]


class Reading:
    """One text: the fragments in it, and how many letters were looked at beyond the names."""

    def __init__(self, text: str, names: SecretNames, inner: bool) -> None:
        self._work = Budget(len(text))
        self._inner = inner
        self._text = text
        self._low = lowered(text)
        self._names = names
        self._ahead = {pattern: Ahead(text, pattern) for pattern in (_BRACKET, _LINE_END, _BLANK_LINE, _PART_END)}
        self._read = 0
        self._untaken = 0

    @property
    def looked(self) -> int:
        return self._read + sum(each.looked for each in self._ahead.values())

    @property
    def steps(self) -> int:
        """What it took so far."""
        return self._work.spent

    def __iter__(self) -> Iterator[Fragment]:
        at, found = 0, self._names.find(self._text, self._low, 0)
        while found is not None:
            start, end = self._whole(found.start(), found.end(), at)
            plain = self._inner and self._text[end : end + 1] in _PLAIN_ENDS
            kind = None if plain else self._kind(start, end, at)
            at = end
            self._work.spend(4 if kind is None else 30)
            if kind is not None:
                self._untaken = end
                made = self._value(kind, start, end)
                if made is not None:
                    self._read += made.end - end
                    yield made
                    at = max(end, made.end)
                elif self._untaken - end > _LONGEST_UNTAKEN:
                    at = self._untaken  # what was read in vain is not read again for each name in it
            # What is in a value is no name, even where it looks like one.
            found = self._names.find(self._text, self._low, at)

    def _whole(self, start: int, end: int, least: int) -> tuple[int, int]:
        """Where the name begins and ends that a word is in."""
        head = self._text[max(least, start - _LONGEST_NAME) : start]
        after = _NAME_AFTER.match(self._text, end, end + _LONGEST_NAME)
        assert after is not None
        return start - len(head) + len(head.rstrip(_NAME_LETTERS)), after.end()

    def _kind(self, start: int, end: int, least: int) -> Kind | None:
        name = self._text[start:end]
        kind = self._names(name)
        if kind is None and "-" in name[:1] + name[-1:]:
            kind = self._names(name.strip("-."))
        if (kind is None or not kind.sure) and self._text[start - 1 : start] == " ":
            # `API key: ...`: two words are a name that one of them is not.
            word = _WORD_BEFORE.search(self._text, max(least, start - 24), start)
            both = self._names(f"{word[1]}_{name}") if word is not None else None
            kind = both if both is not None and both.sure else kind
        return kind

    def _value(self, kind: Kind, start: int, end: int) -> Fragment | None:
        """The value of a name that begins and ends here."""
        name = self._text[start:end].lower()

        def made(value: Value | None, **how: bool) -> Fragment | None:
            if value is None:
                return None
            if not kind.takes(self._text[value[0] : value[1]], "number" if value[2] else "text"):
                self._untaken = max(self._untaken, value[1])
                return None
            return Fragment(name, kind, *value, **how)

        if self._text[end : end + 1] == "]" and self._text[start - 1 : start] == "[":
            end += 1  # as in `user[password]`
        after = self._text[end : end + 1]
        found = None
        if after in _MEMBERS:
            found = made(self._member(end), inner=after in ("\\", "&"))
        elif (after == ">" or after.isspace()) and self._opened(start):
            found = made(self._element(start, end))
        if found is None and after in _PARTS:
            found = made(self._part(start, end))
        if found is None and (after in _SETTINGS or after.isspace()):
            found = made(self._setting(end), inner=True)
        if found is None and (after == ":" or after.isspace()):
            found = self._said(kind, name, end)
        return found or self._near(kind, name, end)

    def _opened(self, start: int) -> bool:
        """Whether a tag begins before a name, perhaps with a prefix."""
        before = self._text[start - 1 : start]
        return before == "<" or (before == ":" and _OPENED.search(self._text, max(0, start - 80), start) is not None)

    def _said(self, kind: Kind, name: str, at: int) -> Fragment | None:
        """What a text says of a name: `token: ...`."""
        below = _BLOCK.match(self._text, at)
        if below is not None and (below[1].endswith(":") or "://" in below[1]):
            below = None
        found = below or _SAID.match(self._text, at)
        if found is None:
            return None
        start, end = found.span(1)
        while end > start and self._text[end - 1] in ".,!)]}":
            end -= 1
        value = self._text[start:end]
        if value.lower() in _SCHEMES:
            word = _NEXT_WORD.match(self._text, found.end(1))
            if word is None or not secret_looking(word[1]):
                return None
            return Fragment(name, kind, *word.span(1), inner=True)
        if not kind.takes(value) or value.startswith("//"):
            return None
        # A word alone may be one of the sentence: it goes, but it is no secret wherever else it stands.
        return Fragment(name, kind, start, end, inner=True, loose=value.isalpha() and len(value) < _LONG_WORD)

    def _near(self, kind: Kind, name: str, at: int) -> Fragment | None:
        """A random text beside a name."""
        found = _NEAR.match(self._text, at)
        if found is None or not random_looking(found[1]) or not secret_looking(found[1], kind.family):
            return None
        return None if kind.given else Fragment(name, kind, *found.span(1), inner=True)

    def _member(self, at: int) -> Value | None:
        found = _MEMBER.match(self._text, at)
        if found is None:
            return None
        if found["number"] is not None:
            return *found.span("number"), True
        escapes, start = len(found["escapes"]), found.end()
        for mark in _MARKS[found["mark"].lower()].finditer(self._text, start):
            end = mark.start()
            while end > start and self._text[end - 1] == "\\":
                end -= 1
            self._work.spend(1 + (mark.start() - end) // 20)
            # An escape before the mark makes it part of the value; in a text that was escaped itself, more of them do.
            before = mark.start() - end
            if not escapes and before % 2 == 0:
                return start, mark.start(), False
            if escapes and before <= escapes:
                return start, end, False
        return start, len(self._text), False

    def _element(self, start: int, at: int) -> Value | None:
        if self._text[start - 1 : start] in ("/", ":") and _END_TAG.search(self._text, max(0, start - 80), start):
            return None
        if self._text[at : at + 1] != ">":
            if not self._text[at : at + 1].isspace():
                return None
            bracket = self._ahead[_BRACKET](at)
            if bracket is None or bracket[0] == "<":
                return None
            at = bracket.start()
        end = self._text.find("<", at)
        end = len(self._text) if end < 0 else end
        return None if self._text[at + 1 : end].isspace() or end == at + 1 else (at + 1, end, False)

    def _part(self, start: int, end: int) -> Value | None:
        """A part of a form with parts, whose name this is."""
        before = self._text[max(0, start - _LONGEST_NAME) : start]
        if before.endswith("["):
            before = before.rstrip(_NAME_LETTERS + "[]")
        if not before.lower().endswith(("name=", 'name="', "name='")):
            return None
        found = _PART.match(self._text, end)
        assert found is not None
        line = self._ahead[_LINE_END](found.end())
        if line is None or (line.start() > found.end() and found[1] is None):
            return None
        blank = self._ahead[_BLANK_LINE](line.start())
        if blank is None:
            return None
        closing = self._ahead[_PART_END](blank.end() + 1)
        last = len(self._text) if closing is None else closing.start()
        return (blank.end(), last, False) if last > blank.end() else None

    def _setting(self, at: int) -> Value | None:
        found = _SETTING.match(self._text, at)
        return None if found is None or found.lastindex is None else (*found.span(found.lastindex), False)


_TAG = re.compile("<[A-Za-z][^<>]*+>")
_ATTRIBUTE = re.compile(r"([\w:.-]{1,60}+)\s{0,4}=\s{0,4}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_LONGEST_TAG = 16_384


def tagged(text: str, names: SecretNames) -> Iterator[tuple[Kind, str]]:
    """Secrets in tags that hold a name and a value, in HTML that is no tree: `<input name="password" value="x">`."""
    if "value" not in text and "content" not in text:
        return
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _LONGEST_TAG:
            continue
        found = {each[1].lower(): each[2] or each[3] or each[4] or "" for each in _ATTRIBUTE.finditer(tag[0])}
        named = [found[each] for each in ("name", "id", "key", "property", "type") if each in found]
        kind = next((kind for kind in map(names, named) if kind is not None), None)
        value = found.get("value") or found.get("content") or ""
        if kind is not None and kind.takes(unescape(value)):
            yield kind, unescape(value)


def cuts(value: str) -> tuple[str, ...]:
    """A value inside a text as it may have been meant: with the marks after it, and without."""
    parts = (value, _ENDS.split(value)[0], value.rstrip(".,;:!?)]}"), _LINE_ENDS.split(value)[0])
    return tuple(dict.fromkeys(each for each in parts if each))


_ENDS, _LINE_ENDS = re.compile("[;,&]"), re.compile(r"\\[nrt]")
"""What may end a value; the latter as JSON writes the ends of lines."""
