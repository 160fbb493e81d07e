"""Two values side by side, so that a reader sees where they differ even where no eye could tell them apart.

A value is shown as JSON. Characters that show nothing, or reorder what stands around them, are written as JSON escapes;
where two texts look alike, so is all in which they differ, and the first such place is told by position and name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from mockservers.kernel.redaction import mask

MOST_ALIGNED = 1500
"""Characters up to which all places where two texts differ are looked for; in longer ones, first and last are enough."""
_TOKEN = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)
"""A character as it stands in JSON."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that show nothing."""
_JOINER = "\u200d"
_NAMES = {"\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\t": "CHARACTER TABULATION", "\0": "NULL", "\x7f": "DELETE"}
_TWINS = str.maketrans(
    "аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο‐‑‒–—−’‘‚“”„′",
    "aeopcyxijsdhqwABEKMHOPCTXIJSABEZHIKMNOPTYXo------'''\"\"\"'",
)
"""Letters of Cyrillic and Greek, dashes and quotes that look like others."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Two values as they are shown, a piece for each character; `place` says where they differ first if no eye sees it."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    place: str = ""

    @property
    def texts(self) -> tuple[str, str]:
        return "".join(self.left), "".join(self.right)


def shown(value: Any, most: int = 80, secrets: Iterable[str] = ()) -> str:
    """A value by itself. Secrets are masked first: half of one, cut off, would not be known again."""
    text = _json(value, secrets)
    if not (text.isascii() and text.isprintable() and '" ' not in text and ' "' not in text):
        text = "".join(_written(_TOKEN.findall(text), isinstance(value, str)))
    return text if len(text) <= most else "".join(_cut(_TOKEN.findall(text), 0, most))


def sides(
    left: Any,
    right: Any,
    most: int = 80,
    secrets: Iterable[str] = (),
    where: tuple[str, str] = ("at the vendor", "in the mirror"),
) -> Sides:
    """Two values that are not the same; `where` they stand, in words."""
    known = tuple(secrets)
    texts = [_json(value, known) for value in (left, right)]
    masked = bool(known) and texts != [_json(value, ()) for value in (left, right)]
    pieces = [_TOKEN.findall(text) for text in texts]
    both = [isinstance(value, str) for value in (left, right)]
    first = next((n for n, (one, other) in enumerate(zip(*pieces, strict=False)) if one != other), None)
    if first is None:
        first = min(map(len, pieces))
    alike = (
        not masked and both[0] == both[1] and texts[0] != texts[1] and looks(left, texts[0]) == looks(right, texts[1])
    )
    differing = _differing(pieces[0], pieces[1], first) if alike else (frozenset(), frozenset())
    written = [_written(*each) for each in zip(pieces, both, differing, strict=True)]
    # What lies in front of the place goes, where else the place itself would be cut off.
    ends = [sum(map(len, each[: first + 1])) for each in written]
    begin = _beginning(written[0], first, most // 3) if max(ends) > most - 1 and not masked else 0
    cut = [_cut(each, begin, most) for each in written]
    place = _place(pieces, first, both[0], where) if (alike or begin) and both[0] == both[1] else ""
    return Sides(tuple(cut[0]), tuple(cut[1]), place + (_forms(left, right, where) if alike else ""))


def looks(value: Any, text: str) -> str:
    """What an eye sees of a value (of its JSON `text`, where it is none): the same for all that look alike."""
    seen = unicodedata.normalize("NFKC", value if isinstance(value, str) else text)
    kept = (letter for letter in seen if letter.isspace() or not _unseen(letter))
    return " ".join("".join(kept).translate(_TWINS).split())


def _json(value: Any, secrets: Iterable[str]) -> str:
    return mask(json.dumps(value, ensure_ascii=False, default=str), secrets)


def _unseen(letter: str) -> bool:
    if letter.isascii():
        return letter != " " and not letter.isprintable()
    category = unicodedata.category(letter)
    return category in _UNSEEN or category == "Zs" or letter in _BLANK or _selects(letter)


def _selects(letter: str) -> bool:
    """Whether a letter only chooses the variant of the one before it."""
    return "\ufe00" <= letter <= "\ufe0f" or "\u180b" <= letter <= "\u180d" or "\U000e0100" <= letter <= "\U000e01ef"


def _of_emoji(pieces: Sequence[str], n: int) -> bool:
    """Whether this is a joiner or selector of an emoji, which shows it."""
    if pieces[n] != _JOINER and not _selects(pieces[n]):
        return False
    before = pieces[n - 1] if n else ""
    picture = len(before) == 1 and (unicodedata.category(before) in ("So", "Sk") or _selects(before))
    after = pieces[n + 1] if n + 1 < len(pieces) else ""
    return picture and (pieces[n] != _JOINER or (len(after) == 1 and unicodedata.category(after) == "So"))


def _written(pieces: Sequence[str], text: bool, differing: frozenset[int] = frozenset()) -> list[str]:
    """The pieces of a value, with escapes for what shows nothing, and for all of `differing` that is not plain."""
    blanks = set()
    if text and len(pieces) > 2:
        inside = pieces[1:-1]
        lead = next((n for n, each in enumerate(inside) if each != " "), len(inside))
        trail = next((n for n, each in enumerate(reversed(inside)) if each != " "), len(inside))
        blanks = {*range(1, lead + 1), *range(len(pieces) - 1 - trail, len(pieces) - 1)}
    made = []
    for n, each in enumerate(pieces):
        if len(each) > 1:
            made.append(each)
        elif each == " ":
            made.append("\\u0020" if n in blanks or n in differing else each)
        elif (
            (n in differing and not each.isascii()) or (_unseen(each) and not _of_emoji(pieces, n)) or _loose(pieces, n)
        ):
            made.append(_escape(each))
        else:
            made.append(each)
    return made


def _loose(pieces: Sequence[str], n: int) -> bool:
    """Whether a mark has no letter in front of it that it could stand on."""
    return n > 0 and unicodedata.combining(pieces[n]) > 0 and (pieces[n - 1] in (" ", '"') or len(pieces[n - 1]) > 1)


def _escape(letter: str) -> str:
    return "\\u007f" if letter == "\x7f" else json.dumps(letter)[1:-1]


def _differing(left: Sequence[str], right: Sequence[str], first: int) -> tuple[frozenset[int], frozenset[int]]:
    """The places of both at which they are not the same."""
    if max(len(left), len(right)) > MOST_ALIGNED:
        room = min(len(left), len(right)) - first
        same = next((n for n in range(room) if left[-1 - n] != right[-1 - n]), room)
        return frozenset(range(first, len(left) - same)), frozenset(range(first, len(right) - same))
    changes = [each for each in SequenceMatcher(None, left, right, False).get_opcodes() if each[0] != "equal"]
    return (
        frozenset(n for _, begin, end, _, _ in changes for n in range(begin, end)),
        frozenset(n for _, _, _, begin, end in changes for n in range(begin, end)),
    )


def _cut(pieces: Sequence[str], begin: int, most: int) -> list[str]:
    """Pieces from one on, as many as there is room for."""
    made = ["…", *pieces[begin:]] if begin else list(pieces)
    if sum(map(len, made)) <= most:
        return made
    room = most - 1
    for n, each in enumerate(made):
        room -= len(each)
        if room < 0:
            return [*made[:n], "…"]
    return made


def _beginning(pieces: Sequence[str], first: int, room: int) -> int:
    """The piece to begin with, so that so many characters stand in front of a place."""
    begin = min(first, len(pieces))
    while begin and (room := room - len(pieces[begin - 1])) >= 0:
        begin -= 1
    return begin


def _place(pieces: Sequence[Sequence[str]], first: int, text: bool, where: tuple[str, str]) -> str:
    names = [_name(each, first, text) for each in pieces]
    at = f"character {first}" if text else f"character {first + 1} of their JSON"
    return f"they differ first at {at}: {names[0]} {where[0]}, {names[1]} {where[1]}"


def _name(pieces: Sequence[str], n: int, text: bool) -> str:
    """The character of a place by its name, with the marks that belong to it."""
    if n >= len(pieces) - (1 if text else 0):
        return "the end"
    letters = [str(json.loads(f'"{each}"')) if len(each) > 1 else each for each in pieces[n : n + 4]]
    marks = []
    for each in letters[1:]:
        if not unicodedata.combining(each):
            break
        marks.append(each)
    return " with ".join(map(_named, (letters[0], *marks)))


def _named(letter: str) -> str:
    name = unicodedata.name(letter, "") or _NAMES.get(letter, "")
    return f"U+{ord(letter):04X} {name}".rstrip()


def _forms(left: Any, right: Any, where: tuple[str, str]) -> str:
    """The normal forms of two texts that differ in nothing else."""
    if not (isinstance(left, str) and isinstance(right, str)):
        return ""
    if unicodedata.normalize("NFC", left) != unicodedata.normalize("NFC", right):
        return ""
    forms = [next((form for form in ("NFC", "NFD") if unicodedata.is_normalized(form, x)), "") for x in (left, right)]
    told = ", ".join(f"{form} {place}" for form, place in zip(forms, where, strict=True) if form)
    return f"; it is one text in two normal forms, {told}" if told else "; it is one text in two normal forms"
