"""Regular expressions that are matched in time linear in the text, however they are written.

Python's own engine tries one way after another: `(a+)+b` against thirty letters takes minutes, and nobody can interrupt it.
Here all ways are tried at once, as sets of places in the expression, and each step is counted. What cannot be matched so
(references to groups, looking ahead or back, `\\b`) is refused by name. Python's parser reads the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

LONGEST, MOST_PLACES = 1000, 4000
"""Letters of an expression, and places in it once its repetitions are written out."""
MOST_STATES = 2000
"""Sets of places that are remembered at once."""
MOST_STEPS = 20_000_000
"""What one question may take, some seconds: a letter read, or a place looked at."""
QUICK = MOST_STEPS // 100
"""The same while a client waits for its answer."""

Test = Callable[[str], bool]
_START, _END = frozenset(("start",)), frozenset(("end",))
_parser: Any = import_module("re._parser")
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_REFUSED = {
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a choice that hangs on a group",
    "ASSERT": "looking ahead or back",
    "ASSERT_NOT": "looking ahead or back",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repetition",
    "AT_BOUNDARY": r"the edge of a word (\b)",
    "AT_NON_BOUNDARY": r"the inside of a word (\B)",
}


class TooMuchWork(ValueError):
    """A question that takes more steps than it may."""


class Work:
    """Counts the steps of one question, which may compare many texts."""

    __slots__ = ("left",)

    def __init__(self, most: int = MOST_STEPS) -> None:
        self.left = most

    def spend(self, steps: int) -> None:
        """Raises TooMuchWork when there were too many."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork("comparing takes too long; ask for fewer calls, or for a simpler expression")


class Pattern:
    """One regular expression, for whole texts. Raises ValueError for one that is wrong or cannot be matched in linear time."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ValueError(f"a regular expression must have at most {LONGEST} characters, got {len(text)}")
        self.text = text
        self._tests: list[Test | None] = []
        """By place: what a letter must be to go on to the place after it; None where none is read."""
        self._ways: list[list[int]] = []
        """By place: where it goes on without a letter, or after its letter."""
        self._only_at: dict[int, str] = {}
        """Places that only the beginning or the end of the text lets through."""
        self._sequences = 0
        self._end = self._place(None, [])
        try:
            tree = _parser.parse(text)
            if tree.state.flags & (re.MULTILINE | re.LOCALE):
                raise ValueError(f"{text!r}: the flags m and L are not supported; a whole value is matched")
            self._start = self._sequence(tree, self._end, tree.state.flags)
        except (re.error, OverflowError) as error:
            raise ValueError(f"{text!r} is not a regular expression: {error}") from error
        except RecursionError as error:
            raise ValueError(f"{text!r} is nested too deep") from error
        self._states: dict[frozenset[int], _State] = {}

    # --- building -------------------------------------------------------------------------------------------------------

    def _place(self, test: Test | None, ways: list[int]) -> int:
        if len(self._ways) >= MOST_PLACES:
            raise ValueError(f"{self.text!r} is too large once its repetitions are written out")
        self._tests.append(test)
        self._ways.append(ways)
        return len(self._ways) - 1

    def _sequence(self, items: Iterable[tuple[Any, Any]], after: int, flags: int) -> int:
        self._sequences += 1
        if self._sequences > MOST_PLACES:  # what is empty can be repeated without making a place
            raise ValueError(f"{self.text!r} is too large once its repetitions are written out")
        for op, value in reversed(list(items)):
            after = self._item(str(op), value, after, flags)
        return after

    def _item(self, op: str, value: Any, after: int, flags: int) -> int:
        """The place where an item begins that goes on at `after`."""
        if op in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._place(_test(op, value, flags), [after])
        if op == "BRANCH":
            return self._place(None, [self._sequence(each, after, flags) for each in value[1]])
        if op == "SUBPATTERN":
            _, added, taken, inner = value
            return self._sequence(inner, after, (flags | added) & ~taken)
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = value
            return self._repeat(least, most, inner, after, flags)
        if op == "AT" and str(value) not in _REFUSED:
            here = self._place(None, [after])
            self._only_at[here] = "start" if str(value).startswith("AT_BEGINNING") else "end"
            return here
        what = _REFUSED.get(str(value) if op == "AT" else op, op.lower())
        raise ValueError(f"{self.text!r}: {what} cannot be matched in linear time, so it is not supported")

    def _repeat(self, least: int, most: Any, inner: Any, after: int, flags: int) -> int:
        if str(most) == "MAXREPEAT":
            loop = self._place(None, [after])
            self._ways[loop].append(self._sequence(inner, loop, flags))
            here = loop
        else:
            here = after
            for _ in range(most - least):
                here = self._place(None, [after, self._sequence(inner, here, flags)])
        for _ in range(least):
            here = self._sequence(inner, here, flags)
        return here

    # --- matching -------------------------------------------------------------------------------------------------------

    def matches(self, text: str, work: Work | None = None) -> bool:
        """Whether the whole text is what the expression says. Raises TooMuchWork."""
        work = work or Work()
        work.spend(len(text))
        state = self._state(self._closed([self._start], work, _START))
        for letter in text:
            following = state.moves.get(letter)
            if following is None:
                following = state.moves[letter] = self._move(state.places, letter, work)
            state = following
        return self._end in self._closed(state.places, work, _END if text else _START | _END)

    def _move(self, places: frozenset[int], letter: str, work: Work) -> _State:
        reached = [
            self._ways[place][0] for place in places if (test := self._tests[place]) is not None and test(letter)
        ]
        return self._state(self._closed(reached, work, frozenset()))

    def _closed(self, places: Iterable[int], work: Work, at: frozenset[str]) -> frozenset[int]:
        """The places that are reached from these without a letter."""
        reached, left = set(places), list(places)
        while left:
            place = left.pop()
            work.spend(1)
            if self._tests[place] is not None or (place in self._only_at and self._only_at[place] not in at):
                continue
            for way in self._ways[place]:
                if way not in reached:
                    reached.add(way)
                    left.append(way)
        return frozenset(reached)

    def _state(self, places: frozenset[int]) -> _State:
        if len(self._states) >= MOST_STATES:
            self._states.clear()
        known = self._states.get(places)
        if known is None:
            known = self._states[places] = _State(places)
        return known


class _State:
    """A set of places in which the matching can be, and where each letter leads from there as far as it was met."""

    __slots__ = ("moves", "places")

    def __init__(self, places: frozenset[int]) -> None:
        self.places = places
        self.moves: dict[str, _State] = {}


def _test(op: str, value: Any, flags: int) -> Test:
    """What one letter must be."""
    if op == "ANY":
        return (lambda letter: True) if flags & re.DOTALL else (lambda letter: letter != "\n")
    found = _one_of(value if op == "IN" else [("LITERAL", value)], flags)
    return (lambda letter: not found(letter)) if op == "NOT_LITERAL" else found


def _one_of(items: Sequence[tuple[Any, Any]], flags: int) -> Test:
    letters, ranges, categories, negated = set(), [], [], False
    for op, value in items:
        if str(op) == "NEGATE":
            negated = True
        elif str(op) == "LITERAL":
            letters.add(chr(value))
        elif str(op) == "RANGE":
            ranges.append((chr(value[0]), chr(value[1])))
        else:
            categories.append(re.compile(_CATEGORIES[str(value)], flags & re.ASCII))

    def holds(letter: str) -> bool:
        return (
            letter in letters
            or any(low <= letter <= high for low, high in ranges)
            or any(category.match(letter) for category in categories)
        )

    def test(letter: str) -> bool:
        found = holds(letter)
        if not found and flags & re.IGNORECASE:
            found = holds(letter.lower()) or holds(letter.upper())
        return found is not negated

    return test
