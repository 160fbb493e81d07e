"""Search: where values stand in a text, in whatever encoding, in time linear in its length.

A text without any of the values is told from others by a few substrings that every encoding keeps. Only the rest is decoded,
step by step, and every step is counted: a text that takes more than it may raises `TooOdd`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mockservers.kernel import encodings
from mockservers.kernel.clues import (
    GRAM,
    SHORTEST,
    Clues,
    ManyClues,
    Needle,
    Sought,
    is_clue,
    needle,
    unusual,
    unusual_places,
)
from mockservers.kernel.encodings import CODES, DOUBLED, Code, View

LAYERS = 3
"""Encodings inside each other that are undone."""

STEPS, STEPS_FOR_TEN = 250_000, 4
"""What a search may take: so much for any text, and so much more for ten of its letters. A step is about half a microsecond:
an escape undone, or a thousand letters compared with a value."""
_FEW, _FEW_SOUGHT = 200, 200
"""Values, and what is looked for of them, up to which each is looked for by itself."""

_LONGEST_WRITTEN = 1000


class TooOdd(ValueError):
    """A text that cannot be searched within the steps that it may take."""


class Budget:
    """Counts the steps of one search."""

    __slots__ = ("most", "spent")

    def __init__(self, letters: int) -> None:
        self.most = STEPS + STEPS_FOR_TEN * letters // 10
        self.spent = 0

    def spend(self, steps: int) -> None:
        """Raises TooOdd when there were too many."""
        self.spent += steps
        if self.spent > self.most:
            raise TooOdd(f"a text that takes more than {self.most} steps to search")


# --- one text without escapes -----------------------------------------------------------------------------------------


def _apart(text: str, at: int, what: str) -> bool:
    """Whether a number stands by itself: `1000` is none of the figures of `21000`."""
    return (
        not (text[at - 1 : at] if at else "").isdecimal() and not text[at + len(what) : at + len(what) + 1].isdecimal()
    )


class _Few:
    """Looks for each of a few things by itself; for numbers, with `apart`, where they stand by themselves."""

    def __init__(self, sought: Iterable[Sought], apart: bool = False) -> None:
        self._sought = list(sought)
        self._apart = apart
        self.values = dict.fromkeys(value for _, value, before in self._sought if before is None)

    def __call__(self, text: str, work: Budget) -> Iterator[tuple[int, Sought]]:
        work.spend(1 + len(text) * (2 + len(self._sought)) // 1000)
        for each in self._sought:
            number = self._apart and each[0].isdecimal()
            for at in _places(text, each[0]):
                work.spend(1)
                if not number or _apart(text, at, each[0]):
                    yield at, each


class _Many:
    """Looks for many things at once, by their last letters."""

    def __init__(self, sought: Iterable[Sought], apart: bool = False) -> None:
        self._apart = apart
        self._short: list[Sought] = []
        self._known: dict[str, tuple[Sought, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        """How long what ends in these letters may be."""
        for each in sought:
            text = each[0]
            if len(text) < GRAM:
                self._short.append(each)
                continue
            self._known[text] = (*self._known.get(text, ()), each)
            lengths = self._lengths.get(text[-GRAM:], ())
            if len(text) not in lengths:
                self._lengths[text[-GRAM:]] = (*lengths, len(text))

    def __call__(self, text: str, work: Budget) -> Iterator[tuple[int, Sought]]:
        work.spend(1 + len(text) // 6)
        for at in range(len(text) - GRAM + 1):
            for length in self._lengths.get(text[at : at + GRAM], ()):
                work.spend(1 + length // 100)
                start = at + GRAM - length
                if start >= 0:
                    for each in self._known.get(text[start : at + GRAM], ()):
                        if not (self._apart and each[0].isdecimal()) or _apart(text, start, each[0]):
                            yield start, each
        if self._short:
            yield from _Few(self._short, self._apart)(text, work)


# --- a whole search ---------------------------------------------------------------------------------------------------


def _look(sought: Iterable[Sought], apart: bool) -> _Few | _Many:
    found = list(sought)
    return _Few(found, apart) if len(found) <= _FEW_SOUGHT else _Many(found, apart)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text in which a value stands. `codes` are what it is written in, outermost first; `plus`: its blanks are
    written as in forms. In base64 `whole` is False, for what is around the value goes too."""

    start: int
    end: int
    value: str
    codes: tuple[Code, ...] = ()
    plus: bool = False
    whole: bool = True

    def written(self, text: str) -> str:
        """Another text as this value is written."""
        if not self.whole:
            return text
        text = text.replace(" ", "+") if self.plus else text
        for code in reversed(self.codes):
            text = code.write(text)
        return text


class Search:
    """Looks for values in texts. Values shorter than SHORTEST are ignored, and with `apart` numbers inside of longer ones."""

    def __init__(self, values: Iterable[str] = (), *, apart: bool = False) -> None:
        self._apart = apart
        self._needles: dict[str, Needle] = {}
        self._clues: Clues | ManyClues | None = None
        self._everything: _Few | _Many | None = None
        self._codes: tuple[Code, ...] = CODES
        for each in values:
            self.add(each)

    def add(self, value: str) -> None:
        """Look for one more value."""
        if len(value) < SHORTEST or value in self._needles:
            return
        made = self._needles[value] = needle(value)
        for mark, code in DOUBLED.items():
            if mark in value and code not in self._codes:
                self._codes = (*self._codes, code)
        self._everything = None
        if isinstance(self._clues, ManyClues):
            self._clues.add(made)
        else:
            self._clues = None

    def _clue(self, text: bytes) -> list[Sought]:
        if self._clues is None:
            if len(self._needles) <= _FEW:
                self._clues = Clues(self._needles.values())
            else:
                self._clues = ManyClues()
                for each in self._needles.values():
                    self._clues.add(each)
        return self._clues(text)

    def may_show(self, text: bytes) -> bool:
        """Whether a text, in UTF-8, is worth a search; False is certain."""
        return bool(self._needles) and (bool(self._clue(text)) or unusual(text))

    def spans(self, text: str, work: Budget | None = None) -> list[Span]:
        """Where values stand in a text, in order, none overlapping another. Raises TooOdd."""
        return _joined(list(self._found(text, LAYERS, work or Budget(len(text)))))

    def shown(self, text: str, layers: int = LAYERS, work: Budget | None = None) -> str | None:
        """A value that a text shows, or None. Raises TooOdd."""
        found = next(self._found(text, layers, work or Budget(len(text))), None)
        return None if found is None else found.value

    def shown_anywhere(self, text: str, layers: int, work: Budget) -> str | None:
        """The same, looked for where no clue leads too. Raises TooOdd."""
        found = next(self._in_views(text, self._look_for_all(), layers, work), None) if self._needles else None
        return None if found is None else found.value

    def _look_for_all(self) -> _Few | _Many:
        if self._everything is None:
            self._everything = _look((each for of in self._needles.values() for each in of.sought), self._apart)
        return self._everything

    def _found(self, text: str, layers: int, work: Budget) -> Iterator[Span]:
        if not self._needles or not text:
            return
        data = encodings.raw(text)
        sought, odd = self._clue(data), unusual(data)
        if not sought and not odd:
            return
        # Most texts that show a value show it in plain, and nothing else.
        here = []
        for at, (what, value, _) in _look((each for each in sought if each[2] is None), self._apart)(text, work):
            yield _span(at, what, value)
            if not _may_be_part(text, at, at + len(what)):
                here.append((at, at + len(what)))
        rest = _blotted(text, here)
        if here:
            sought = self._clue(encodings.raw(rest))
            if not sought and not odd:
                return
        look = self._look_for_all() if odd else _look(sought, self._apart)
        for start, end in self._windows(rest, sought, odd, work):
            for span in self._in_views(rest[start:end], look, layers, work):
                yield replace(span, start=span.start + start, end=span.end + start)
        if isinstance(look, _Few):
            yield from _as_written(text, look.values, work, self._apart)

    def _windows(self, text: str, sought: Sequence[Sought], odd: bool, work: Budget) -> list[tuple[int, int]]:
        """The parts of a text in which values may stand: around the clues to them."""
        whole = [(0, len(text))]
        values = {value for _, value, before in sought if before is None}
        if len(sought) > _FEW_SOUGHT or not all(self._needles[value].key for value in values):
            return whole
        found = []
        for value in values:
            needle, margin = self._needles[value], _margin(value)
            for at in _places(text, needle.key.decode()):
                work.spend(2)
                if is_clue(text, needle, at):
                    found.append((at - margin, at + len(needle.key) + margin))
        packed = [at for what, _, before in sought if before is not None for at in _places(text, what)]
        if packed:
            work.spend(len(text) // 32 + len(packed))
            runs = [run.span() for run in _PACKED.finditer(text)]
            found += [runs[bisect_right(runs, (at, len(text))) - 1] for at in packed]
        if odd:
            margin = max(map(_margin, self._needles))
            for start, end in unusual_places(text):
                work.spend(1)
                found.append((start - margin, end + margin))
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            start, end = max(0, start), min(len(text), end)
            while start > 0 and text[start - 1] == "\\":  # what an escape is depends on all the backslashes before
                start -= 1
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged if sum(end - start for start, end in merged) < len(text) // 2 else whole

    def _in_views(self, text: str, look: _Few | _Many, layers: int, work: Budget) -> Iterator[Span]:
        """Values in a text as it is, and in what it reads like with escapes undone."""
        views, seen = [View(text)], {text}
        work.spend(20)
        for view in views:
            here, packed = [], []
            for at, (what, value, before) in look(view.text, work):
                if before is not None:
                    packed.append((at, at + len(what), before))
                    continue
                if not _may_be_part(view.text, at, at + len(what)):
                    here.append((at, at + len(what)))
                work.spend(10 * len(view.codes))
                yield _span(at, what, value, view)
            if packed and len(view.codes) < layers:
                yield from self._in_base64(view, packed, layers, work)
            rest = _blotted(view.text, here)
            for code in self._codes if len(view.codes) < layers else ():
                if any(sign in rest for sign in code.signs):
                    work.spend(1 + len(rest) // 200)
                    child = view.undone(code, work.spend, rest)
                    if child is not None and child.text not in seen:
                        seen.add(child.text)
                        views.append(child)

    def _in_base64(
        self, view: View, packed: Sequence[tuple[int, int, int]], layers: int, work: Budget
    ) -> Iterator[Span]:
        """The base64 texts in which values stand, of those in which there are clues to them."""
        text = view.text
        work.spend(len(text) // 16)
        runs, tried = [[found.span() for found in run.finditer(text)] for run in encodings.RUNS], set()
        for at, core_end, before in packed:
            for start, end in _around(text, runs, at):
                first = start + (at - before - start) % 4
                if core_end > end or (start, end, first) in tried:
                    continue
                tried.add((start, end, first))
                work.spend(40 + (end - first) // 100)
                value = self.shown(encodings.unpacked(text[first:end]), layers - 1 - len(view.codes), work)
                if value is not None:
                    while end < len(text) and text[end] == "=" and (end - first) % 4:
                        end += 1
                    yield Span(*view.source(start, end), value, view.codes, whole=False)
                    break


def _span(at: int, what: str, value: str, view: View | None = None) -> Span:
    """Where a value stands that was found in a view of a text, or in the text itself."""
    start, end = (at, at + len(what)) if view is None else view.source(at, at + len(what))
    plus = what != value and "+" in what and " " in value
    return Span(start, end, value, () if view is None else view.codes, plus)


def _margin(value: str) -> int:
    """Letters around a clue in which the whole of a value stands, in three encodings inside each other."""
    return 40 * len(value) + 64


def _places(text: str, what: str) -> Iterator[int]:
    at = text.find(what)
    while at >= 0:
        yield at
        at = text.find(what, at + len(what))


def _as_written(text: str, values: Iterable[str], work: Budget, apart: bool) -> Iterator[Span]:
    """Values as usual writers write them, where what is before or after them looks like a part of their escapes."""
    for value in values:
        if len(value) <= _LONGEST_WRITTEN:
            for form in encodings.written(value):
                work.spend(1 + len(text) // 1000)
                for at in _places(text, form):
                    work.spend(1)
                    if not (apart and form.isdecimal()) or _apart(text, at, form):
                        yield Span(at, at + len(form), value)


_PACKED = re.compile("[A-Za-z0-9+/_=%&#;\\\\-]+")
"""What may be base64, with letters of it escaped."""


def _around(text: str, runs: Sequence[Sequence[tuple[int, int]]], at: int) -> Iterator[tuple[int, int]]:
    """Where the base64 text around a place may begin and end, the shortest first."""
    for each in runs:
        n = bisect_right(each, (at, sys.maxsize)) - 1
        if n >= 0 and each[n][1] > at:
            start, end = each[n]
            later = _after_escape(text, start, at)
            if later > start:
                yield later, end
            yield start, end


_ESCAPE_REST = {"%": re.compile("[0-9A-Fa-f]{2}"), "\\": re.compile("u[0-9A-Fa-f]{4}|[bfnrt/]")}


def _after_escape(text: str, start: int, most: int) -> int:
    """Where a run of base64 letters begins that may follow an escape such as `\\n`, whose letters look like its own."""
    sign = text[start - 1 : start]
    if sign not in _ESCAPE_REST or (sign == "\\" and _backslashes(text, start) % 2 == 0):
        return start
    rest = _ESCAPE_REST[sign].match(text, start)
    return rest.end() if rest is not None and rest.end() <= most else start


def _backslashes(text: str, end: int) -> int:
    head = text[max(0, end - 64) : end]
    return len(head) - len(head.rstrip("\\"))


def _may_be_part(text: str, start: int, end: int) -> bool:
    """Whether the first or last letter of a value may belong to an escape of it, all of which is to go."""
    before, last = text[start - 1 : start], text[end - 1]
    return (
        before == "\\"
        or last in "&%\\"
        or (before in ("'", '"') and text[start] == before)
        or (last in ("'", '"') and text[end : end + 1] == last)
    )


def _blotted(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text of the same length, with nothing at some places."""
    if not spans:
        return text
    parts, done = [], 0
    for start, end in sorted(spans):
        if end > done:
            start = max(start, done)
            parts += [text[done:start], "\0" * (end - start)]
            done = end
    return "".join([*parts, text[done:]])


def _joined(spans: list[Span]) -> list[Span]:
    """Spans in order; those that overlap become one, of the value that has most of it."""
    spans.sort(key=lambda each: (each.start, -each.end))
    made: list[Span] = []
    for each in spans:
        if made and each.start < made[-1].end:
            last = made[-1]
            if each.end > last.end:
                longer = max(last, each, key=lambda one: one.end - one.start)
                made[-1] = Span(last.start, each.end, longer.value, longer.codes, longer.plus, longer.whole)
        else:
            made.append(each)
    return made


def readings(text: str, work: Budget, layers: int = LAYERS) -> list[str]:
    """What a text may mean to those who read it: itself, and itself without escapes, as a form and otherwise."""
    found, views = {text: None}, [View(text)]
    for view in views:
        if "+" in view.text:
            found.setdefault(view.text.replace("+", " "))
        for code in CODES if len(view.codes) < layers else ():
            if any(sign in view.text for sign in code.signs):
                work.spend(1 + len(view.text) // 200)
                child = view.undone(code, work.spend, view.text)
                if child is not None and child.text not in found:
                    found[child.text] = None
                    views.append(child)
    return list(found)


def replaced(text: str, spans: Sequence[Span], instead: Callable[[Span], str]) -> str:
    """A text with something else where values stood."""
    parts, done = [], 0
    for span in spans:
        parts += [text[done : span.start], instead(span)]
        done = span.end
    return "".join([*parts, text[done:]])
