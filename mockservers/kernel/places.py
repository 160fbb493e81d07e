"""Places: where secrets stand in a text, whatever they are, known by the word before them.

Every search here looks at each letter a fixed number of times, since what it looks at was written by somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


class Ahead:
    """Where a pattern is found next. Asked for places that only grow, it looks at each letter of the text once.

    The pattern must not be able to fail after many letters: a few plain ones are best. `looked` counts the letters.
    """

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._text, self._pattern = text, pattern
        self._found: re.Match[str] | None = None
        self._from = -1
        self.looked = 0

    def __call__(self, at: int) -> re.Match[str] | None:
        """The first match that begins at a place or after it."""
        if self._from < 0 or (self._found is not None and self._found.start() < at):
            self._from = at
            self._found = self._pattern.search(self._text, at)
            self.looked += (len(self._text) if self._found is None else self._found.end()) - at
        return self._found


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a word is followed by a secret: `pattern` begins with the word, and the last group it has matched is the secret.

    Nothing in the pattern may repeat what the part after it can match as well, or texts are made that take hours.
    """

    word: str
    pattern: re.Pattern[str]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The secrets in a text, in order."""
        for found in self.pattern.finditer(text):
            if found.lastindex is not None:
                yield found.span(found.lastindex)


_BRACKET = re.compile("[<>]")
_ENDED = re.compile(r"</[\w.:-]{0,100}")
"""How the tag begins that ends an element; with anything else in it, it is none that a reader of XML would take."""
_DATA = re.compile(r"\s*<!\[CDATA\[")


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """The text of XML elements whose names end in a word (after one of some letters), plain or as CDATA, with attributes or not.

    What comes between a word and the end of its tag is looked at once for all the words in it. After so many letters, `most`,
    it is no tag any more.
    """

    word: str
    before: str = ""
    most: int = 2000

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The secrets in a text, in order."""
        bracket = Ahead(text, _BRACKET)
        at = text.find(self.word)
        seen, opened, closed = 0, -1, -1
        while at >= 0:
            opened, closed = max(opened, text.rfind("<", seen, at)), max(closed, text.rfind(">", seen, at))
            seen = at
            known = not self.before or (at > 0 and text[at - 1] in self.before)
            if opened > closed and _ENDED.fullmatch(text, opened, at):
                known = False  # what comes after the end of an element is not in it
            at += len(self.word)
            if known and not (text[at : at + 1].isalnum() or text[at : at + 1] == "_"):
                found = bracket(at)
                if (
                    found is not None
                    and found[0] == ">"
                    and found.start() - at <= self.most
                    and text[found.start() - 1] != "/"
                ):
                    start, end, at = _content(text, found.end())
                    yield start, end
            at = text.find(self.word, at)


def _content(text: str, at: int) -> tuple[int, int, int]:
    """The text of an element that begins here: where it begins and ends, and where what follows it begins."""
    data = _DATA.match(text, at)
    if data is not None:
        end = text.find("]]>", data.end())
        return (data.end(), len(text), len(text)) if end < 0 else (data.end(), end, end + 3)
    end = text.find("<", at)
    end = len(text) if end < 0 else end
    return at, end, end
