"""Fragments: values of named fields in texts that no parser takes, such as JSON that was cut off, or parts of a form.

Whatever a name may be followed by is looked at once for all the names in a text, for it may hold nothing but names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mockservers.kernel.places import Ahead

_MARK = "[\"']|&quot;|&#34;|&apos;|&#39;"
_MEMBER = re.compile(
    rf"(?P<escapes>\\*+)(?P<mark>{_MARK})\s*+:\s*+(?:(?P=escapes)(?P=mark)|(?P<number>-?[0-9][0-9.eE+-]*+))",
    re.IGNORECASE,
)
_SETTING = re.compile(r"\s*+=\s*+[\"']?+([^&\"'<>\s]++)")
_PART = re.compile(r"[\"']?+(;)?+")
_MEMBERS, _PARTS = frozenset("\\\"'&"), frozenset("\"';\r\n")
"""What follows the name of a member of an object, and of a part of a form."""
_END_TAG = re.compile(r"</(?:[\w.-]+:)?\Z")
_BRACKET, _LINE_END = re.compile("[<>]"), re.compile("[\r\n]")
_BLANK_LINE, _PART_END = re.compile(r"\n\r?\n"), re.compile(r"\r?\n--")
_MARKS = {mark: re.compile(mark, re.IGNORECASE) for mark in ('"', "'", "&quot;", "&#34;", "&apos;", "&#39;")}


@dataclass(frozen=True, slots=True)
class Fragment:
    """A value and its place. A number is one that JSON wrote without quotes."""

    name: str
    start: int
    end: int
    number: bool = False


class Fragments:
    """Finds the values of fields with some names, in any letter case."""

    def __init__(self, names: Iterable[str]) -> None:
        words = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
        self._names = re.compile(rf"(?<![\w-])(?:{words})", re.IGNORECASE) if words else None

    def find(self, text: str) -> Reading:
        """The fragments of a text, in order."""
        return Reading(text, self._names)


Value = tuple[int, int, bool]


class Reading:
    """One text: the fragments in it, and how many letters were looked at beyond the names."""

    def __init__(self, text: str, names: re.Pattern[str] | None) -> None:
        self._text = text
        self._names = names
        self._ahead = {pattern: Ahead(text, pattern) for pattern in (_BRACKET, _LINE_END, _BLANK_LINE, _PART_END)}
        self._read = 0

    @property
    def looked(self) -> int:
        return self._read + sum(each.looked for each in self._ahead.values())

    def __iter__(self) -> Iterator[Fragment]:
        found = None if self._names is None else self._names.search(self._text)
        while found is not None:
            assert self._names is not None
            end = found.end()
            made = self._value(found.start(), end)
            if made is not None:
                start, end, number = made
                self._read += end - found.end()
                yield Fragment(found[0].lower(), start, end, number)
            # What is in a value is no name, even where it looks like one.
            found = self._names.search(self._text, end)

    def _value(self, start: int, end: int) -> Value | None:
        """The value of a name that begins and ends here."""
        after = self._text[end : end + 1]
        found = self._member(end) if after in _MEMBERS else self._element(start, end) if after == ">" else None
        if found is None and after.isspace():
            found = self._element(start, end)
        if found is None and after in _PARTS:
            found = self._part(start, end)
        return self._setting(end) if found is None and (after == "=" or after.isspace()) else found

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
        if not self._text[max(0, start - 6) : start].lower().endswith(("name=", 'name="', "name='")):
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
        return None if found is None else (*found.span(1), False)
