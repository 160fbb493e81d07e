"""Search: where values stand in a text, in whatever encoding, in time linear in its length.

A text without any of the values is told from others by a few substrings that every encoding keeps. Only the rest is decoded,
step by step, and every step is counted: a text that takes more than it may raises `TooOdd`.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mockservers.kernel import encodings
from mockservers.kernel.encodings import CODES, DOUBLED, Code, View

SHORTEST = 4
"""A shorter value is not searched for: taking `a` out of every text would leave nothing."""
LAYERS = 3
"""Encodings inside each other that are undone."""

STEPS, STEPS_FOR_TEN = 300_000, 5
"""What a search may take: so much for any text, and so much more for ten of its letters. A step is about half a microsecond:
an escape undone, or a thousand letters compared with a value."""
_FEW = 200
"""Values up to which each is looked for by itself."""
_FEW_CORES = 256
_GRAM = 6
"""Letters by which one of many values is looked up."""


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


# --- values -----------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(rb"[A-Za-z0-9._-]+")
"""Letters that no writer escapes."""
_PART, _SHORT_PART, _LONGEST_KEY = 1024, 48, 64
"""Letters of a value by which it is known to be worth a search."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A value that is looked for.

    `texts` is how it looks in a text without escapes. `key` is in every encoding of it but base64 (empty: there is no such
    thing), and `clue` a pattern that finds it where what is around it fits. `cores` are in base64, each with the letters
    before it in its group.
    """

    value: str
    texts: tuple[str, ...]
    key: bytes
    clue: bytes
    cores: tuple[tuple[bytes, int], ...]


@lru_cache(maxsize=8192)
def _needle(value: str) -> Needle:
    """How to look for a value."""
    texts = list(encodings.recoded(value))
    if " " in value:
        texts += [each.replace(" ", "+") for each in texts]  # as forms write it
    # A part of a value is where the whole is: of a long one it does.
    part = encodings.raw(value[:_PART])
    key, clue = _key(part)
    plain = max(_PLAIN.findall(part), key=len)[:_LONGEST_KEY] if key else b""
    if len(plain) >= SHORTEST:
        found = dict(encodings.cores(plain))
    else:
        forms = {
            encodings.raw(form)
            for form in (*encodings.written(value[:_SHORT_PART]), *(each[:_SHORT_PART] for each in texts))
        }
        found = {core: at for form in forms for core, at in encodings.cores(form)}
        plain = encodings.raw(value[:_SHORT_PART])
    for core, _ in encodings.cores(plain):
        found |= dict(encodings.cores(core))
    return Needle(value, tuple(dict.fromkeys(texts)), key, clue, tuple(found.items()))


def _key(inner: bytes) -> tuple[bytes, bytes]:
    """Plain letters of a value, and what finds them where what is around them fits: what is around them in the value, or
    the end or beginning of an escape. Of several the one that other texts hold least."""
    runs = [
        (
            inner[max(0, found.start() - 1) : found.start()],
            found[0][:_LONGEST_KEY],
            inner[found.end() : found.end() + 1] if len(found[0]) <= _LONGEST_KEY else b"",
        )
        for found in _PLAIN.finditer(inner)
    ]
    if not runs:
        return b"", b""
    before, key, after = max(runs, key=lambda run: 2 * len(run[1]) + 3 * bool(run[0]) + 3 * bool(run[2]))
    if not before and not after:
        return key, b""
    plain = clue = re.escape(key)
    if after:
        clue += b"(?=[%&\\\\+\x80-\xff" + re.escape(after) + b"])"
    if before:
        own = b"abfnrtv0" if before < b" " else re.escape(before)
        ends = (b"[;+\x80-\xff" + own + b"]", b"[%x5][0-9A-Fa-f]{2}", b"u[0-9A-Fa-f]{4}", b"U[0-9A-Fa-f]{8}")
        clue += b"(?:" + b"|".join(b"(?<=" + end + plain + b")" for end in ends) + b")"
    return key, clue


_compiled = lru_cache(maxsize=4096)(re.compile)


# --- what every encoding keeps ----------------------------------------------------------------------------------------

_COMMON = bytes(letter for letter in range(256) if letter not in b"BFGHJKLMPQVWXYZ")
"""All but some capitals, of which base64 is full and other texts are not. What is left of a text is a fraction of it, in
which what is left of base64 is soon found."""
_SIGNS = (b"%", b"&", b"\\", b"''", b'""')
_LETTER = rb"(?:2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|5[0-9AaFf]|7[0-9Aa])"
_UNUSUAL_PERCENT = re.compile(rb"%(?:25)*(?:u00)?" + _LETTER)
_UNUSUAL_MARKUP = re.compile(
    rb"&(?:amp;)*#(?:[xX]0*" + _LETTER + rb"(?![0-9A-Fa-f])"
    rb"|0*(?:4[5689]|5[0-7]|6[5-9]|[78][0-9]|9[05789]|1[01][0-9]|12[0-2])(?![0-9]))"
)
_UNUSUAL_BACKSLASH = re.compile(rb"\\+u00" + _LETTER)
"""Escapes of letters that need none. Hardly any writer makes them, but every reader understands them."""


Sought = tuple[str, Needle, int | None]
"""What is looked for, of which value, and for base64 the letters before it in its group."""


class Clues:
    """Tells which values a text may show, much faster than a search: mostly none."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        known = list(needles)
        self.all = [each for of in known for each in (*_texts(of), *_cores(of))]
        self._keys = [(each.key, each.clue, each) for each in known if each.key]
        self._bare = [each for each in known if not each.key]
        self._cores: list[tuple[str, bytes, Sought]] = []
        self._by_gram: dict[str, list[tuple[str, bytes, Sought]]] = {}
        packed = [sought for each in known for sought in _cores(each)]
        for sought in packed:
            core = sought[0].encode()
            left = core.translate(None, _COMMON).decode()
            if len(left) >= 3 and len(packed) > _FEW_CORES:
                self._by_gram.setdefault(left[:3], []).append((left, core, sought))
            else:
                self._cores.append((left, core, sought))

    def __call__(self, text: bytes) -> list[Sought]:
        """What is worth looking for; what is not there is in no encoding of the text either."""
        found: list[Sought] = []
        for key, clue, of in self._keys:
            if key in text and (not clue or _compiled(clue).search(text)):
                found += _texts(of)
        left = text.translate(None, _COMMON).decode()
        found += [sought for rare, core, sought in self._cores if rare in left and core in text]
        if self._by_gram:
            for gram in {left[at : at + 3] for at in range(len(left) - 2)} & self._by_gram.keys():
                found += [sought for rare, core, sought in self._by_gram[gram] if rare in left and core in text]
        if self._bare:
            escaped = any(sign in text for sign in _SIGNS)
            found += [each for of in self._bare for each in _texts(of) if escaped or encodings.raw(each[0]) in text]
        return self.all if _unusual(text) else found


def _texts(of: Needle) -> list[Sought]:
    return [(text, of, None) for text in of.texts]


def _cores(of: Needle) -> list[Sought]:
    return [(core.decode(), of, at) for core, at in of.cores]


def _unusual(text: bytes) -> bool:
    return bool(
        (b"%" in text and _UNUSUAL_PERCENT.search(text))
        or (b"#" in text and _UNUSUAL_MARKUP.search(text))
        or (b"\\" in text and b"\\u00" in text and _UNUSUAL_BACKSLASH.search(text))
    )


# --- one text without escapes -----------------------------------------------------------------------------------------


class _Few:
    """Looks for each of a few things by itself."""

    def __init__(self, sought: Iterable[Sought]) -> None:
        self._sought = list(sought)
        self.values = dict.fromkeys(of.value for _, of, before in self._sought if before is None)

    def __call__(self, text: str, work: Budget) -> Iterator[tuple[int, Sought]]:
        work.spend(1 + len(text) * (2 + len(self._sought)) // 1000)
        for each in self._sought:
            sought = each[0]
            at = text.find(sought)
            while at >= 0:
                work.spend(1)
                yield at, each
                at = text.find(sought, at + len(sought))


class _Many:
    """Looks for many things at once, by their last letters."""

    def __init__(self) -> None:
        self._short: list[Sought] = []
        self._known: dict[str, tuple[Sought, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        """How long what ends in these letters may be."""

    def add(self, sought: Iterable[Sought]) -> None:
        for each in sought:
            text = each[0]
            if len(text) < _GRAM:
                self._short.append(each)
                continue
            self._known[text] = (*self._known.get(text, ()), each)
            lengths = self._lengths.get(text[-_GRAM:], ())
            if len(text) not in lengths:
                self._lengths[text[-_GRAM:]] = (*lengths, len(text))

    def __call__(self, text: str, work: Budget) -> Iterator[tuple[int, Sought]]:
        work.spend(1 + len(text) // 8)
        grams = {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)} & self._lengths.keys()
        for gram, at in self._places(text, grams, work):
            for length in self._lengths[gram]:
                work.spend(1 + length // 100)
                start = at + _GRAM - length
                if start >= 0:
                    for each in self._known.get(text[start : at + _GRAM], ()):
                        yield start, each
        if self._short:
            yield from _Few(self._short)(text, work)

    @staticmethod
    def _places(text: str, grams: set[str], work: Budget) -> Iterator[tuple[str, int]]:
        if len(grams) > 32:
            work.spend(len(text) // 8)
            for at in range(len(text) - _GRAM + 1):
                gram = text[at : at + _GRAM]
                if gram in grams:
                    yield gram, at
            return
        for gram in grams:
            work.spend(len(text) // 1000)
            at = text.find(gram)
            while at >= 0:
                yield gram, at
                at = text.find(gram, at + 1)


# --- a whole search ---------------------------------------------------------------------------------------------------


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
    """Looks for values in texts. Values shorter than SHORTEST are ignored."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._needles: dict[str, Needle] = {}
        self._many: _Many | None = None
        self._clues: Clues | None = None
        self._codes: tuple[Code, ...] = CODES
        for each in values:
            self.add(each)

    def __iter__(self) -> Iterator[str]:
        return iter(self._needles)

    def __len__(self) -> int:
        return len(self._needles)

    def __contains__(self, value: object) -> bool:
        return value in self._needles

    def add(self, value: str) -> None:
        """Look for one more value."""
        if len(value) < SHORTEST or value in self._needles:
            return
        made = self._needles[value] = _needle(value)
        self._clues = None
        for mark, code in DOUBLED.items():
            if mark in value and code not in self._codes:
                self._codes = (*self._codes, code)
        new: Iterable[Needle] = (made,)
        if self._many is None:
            if len(self._needles) <= _FEW:
                return
            self._many, new = _Many(), self._needles.values()
        self._many.add(each for of in new for each in (*_texts(of), *_cores(of)))

    def may_show(self, text: bytes) -> bool:
        """Whether a text, in UTF-8, is worth a search; False is certain."""
        return bool(self._needles) and (self._many is not None or bool(self._clue(text)))

    def _clue(self, text: bytes) -> list[Sought]:
        if self._clues is None:
            self._clues = Clues(self._needles.values())
        return self._clues(text)

    def spans(
        self, text: str, layers: int = LAYERS, work: Budget | None = None, *, thorough: bool = False
    ) -> list[Span]:
        """Where values stand in a text, in its order, none touching two. Raises TooOdd.

        `thorough` also looks where no clue leads.
        """
        return _joined(list(self._found(text, layers, work or Budget(len(text)), thorough)))

    def shown(
        self, text: str, layers: int = LAYERS, work: Budget | None = None, *, thorough: bool = False
    ) -> str | None:
        """A value that a text shows, or None. Raises TooOdd."""
        found = next(self._found(text, layers, work or Budget(len(text)), thorough), None)
        return None if found is None else found.value

    def _looking(self, text: str, thorough: bool) -> _Few | _Many | None:
        """What looks for the values that a text may show; None where it shows none."""
        if self._many is not None or not self._needles or not text:
            return self._many
        sought = self._clue(encodings.raw(text))
        if thorough:
            assert self._clues is not None
            sought = self._clues.all
        return _Few(sought) if sought else None

    def _found(self, text: str, layers: int, work: Budget, thorough: bool) -> Iterator[Span]:
        look = self._looking(text, thorough)
        if look is None:
            return
        views, seen = [View(text)], {text}
        for view in views:
            here, packed = [], []
            for at, (sought, of, before) in look(view.text, work):
                end = at + len(sought)
                if before is not None:
                    packed.append((at, end, before))
                    continue
                if not _may_be_part(view.text, at, end):
                    here.append((at, end))
                work.spend(4 * len(view.codes))
                plus = sought != of.value and "+" in sought and " " in of.value
                yield Span(*view.source(at, end), of.value, view.codes, plus)
            if packed and len(view.codes) < layers:
                yield from self._in_base64(view, packed, layers, work)
            if len(view.codes) >= layers:
                continue
            rest = _blotted(view.text, here)
            if view is views[0] and here:  # most texts that show a value show it in plain, and nothing else
                look = self._looking(rest, thorough)
                if look is None:
                    return
            for code in self._codes:
                if any(sign in rest for sign in code.signs):
                    work.spend(1 + len(rest) // 200)
                    child = view.undone(code, work.spend, rest)
                    if child is not None and child.text not in seen:
                        seen.add(child.text)
                        views.append(child)
        if isinstance(look, _Few):
            yield from self._as_written(text, look.values, work)

    @staticmethod
    def _as_written(text: str, values: Iterable[str], work: Budget) -> Iterator[Span]:
        """Values as usual writers write them, where what is before or after them looks like a part of their escapes."""
        for value in values:
            if len(value) <= _PART:
                for form in encodings.written(value):
                    work.spend(1 + len(text) // 1000)
                    at = text.find(form)
                    while at >= 0:
                        yield Span(at, at + len(form), value)
                        work.spend(1)
                        at = text.find(form, at + len(form))

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
