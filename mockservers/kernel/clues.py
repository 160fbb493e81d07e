"""Clues: what tells the few texts that may show a value from all the others, long before one is searched.

Plain letters of a value are in every encoding of it but base64, and of what base64 makes of them most is always there. So it
takes a few looks for substrings to know that a text shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mockservers.kernel import encodings

SHORTEST = 4
"""A shorter value is not searched for: taking `a` out of every text would leave nothing."""
_FEW_CORES = 256
GRAM = 6
"""Letters by which one of many is looked up."""

# --- values -----------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(rb"[A-Za-z0-9._-]+")
"""Letters that no writer escapes."""
_PART, _SHORT_PART, _LONGEST_KEY = 1024, 48, 64
"""Letters of a value by which it is known to be worth a search."""


Sought = tuple[str, str, int | None]
"""What is looked for, of which value, and where it is a part of base64 the letters before it in its group of four."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A value that is looked for.

    `plain` is how it looks in a text without escapes, `packed` what of it is in base64. `key` is in every other encoding of
    it (empty: there is no such thing), and `clue` is a pattern that finds it where what is around it fits.
    """

    plain: tuple[Sought, ...]
    packed: tuple[Sought, ...]
    key: bytes
    clue: bytes

    @property
    def sought(self) -> tuple[Sought, ...]:
        return (*self.plain, *self.packed)


@lru_cache(maxsize=8192)
def needle(value: str) -> Needle:
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
    return Needle(
        plain=tuple((each, value, None) for each in dict.fromkeys(texts)),
        packed=tuple((core.decode(), value, at) for core, at in found.items()),
        key=key,
        clue=clue,
    )


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


class Clues:
    """Tells which of some values a text may show."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        known = list(needles)
        self._keys = [(each.key.decode(), each.clue, each) for each in known if each.key]
        self._bare = [each for each in known if not each.key]
        self._cores: list[tuple[str, bytes, Sought]] = []
        self._by_gram: dict[str, list[tuple[str, bytes, Sought]]] = {}
        packed = [sought for each in known for sought in each.packed]
        for sought in packed:
            core = sought[0].encode()
            left = core.translate(None, _COMMON).decode()
            if len(left) >= 3 and len(packed) > _FEW_CORES:
                self._by_gram.setdefault(left[:3], []).append((left, core, sought))
            else:
                self._cores.append((left, core, sought))

    def __call__(self, text: bytes) -> list[Sought]:
        """What is worth looking for; what is not there is in no usual encoding of the text either."""
        found: list[Sought] = []
        plain = text.decode("latin-1")  # texts are searched twice as fast as bytes
        for key, clue, of in self._keys:
            if key in plain and (not clue or _compiled(clue).search(text)):
                found += of.plain
        left = text.translate(None, _COMMON).decode()
        found += [sought for rare, core, sought in self._cores if rare in left and core in text]
        if self._by_gram:
            for gram in {left[at : at + 3] for at in range(len(left) - 2)} & self._by_gram.keys():
                found += [sought for rare, core, sought in self._by_gram[gram] if rare in left and core in text]
        if self._bare:
            escaped = any(sign in text for sign in _SIGNS)
            found += [each for of in self._bare for each in of.plain if escaped or encodings.raw(each[0]) in text]
        return found


class ManyClues:
    """The same for values of which there are so many that each cannot be looked for by itself."""

    def __init__(self) -> None:
        self._by_gram: dict[bytes, list[tuple[bytes, Sought]]] = {}
        self._short: list[tuple[bytes, bytes, Sought]] = []

    def add(self, of: Needle) -> None:
        for sought in of.plain:
            if len(of.key) < GRAM:
                self._short.append((of.key, of.clue, sought))
            else:
                self._by_gram.setdefault(of.key[-GRAM:], []).append((of.key, sought))
        for sought in of.packed:
            core = sought[0].encode()
            if len(core) < GRAM:
                self._short.append((core, b"", sought))
            else:
                self._by_gram.setdefault(core[-GRAM:], []).append((core, sought))

    def __call__(self, text: bytes) -> list[Sought]:
        """What is worth looking for; what is not there is in no usual encoding of the text either."""
        grams = {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)} & self._by_gram.keys()
        found = [each for gram in grams for each in self._by_gram[gram]]
        # Of many that may be there each is not looked for by itself either.
        sought = [each for key, each in found if len(found) > _FEW_CORES or key in text]
        for key, clue, each in self._short:
            if key in text and (not clue or _compiled(clue).search(text)):
                sought.append(each)
        return sought


# --- escapes of letters that need none --------------------------------------------------------------------------------

_LETTER = "(?:2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|5[0-9AaFf]|7[0-9Aa])"
_UNUSUAL = {
    "%": f"%(?:25)*(?:u00)?{_LETTER}",
    "#": f"&(?:amp;)*#(?:[xX]0*{_LETTER}(?![0-9A-Fa-f])"
    "|0*(?:4[5689]|5[0-7]|6[5-9]|[78][0-9]|9[05789]|1[01][0-9]|12[0-2])(?![0-9]))",
    "\\u00": rf"\\u00{_LETTER}",
}
_BYTES = [(sign.encode(), re.compile(pattern.encode())) for sign, pattern in _UNUSUAL.items()]
_TEXT = re.compile("|".join(_UNUSUAL.values()))


def unusual(text: bytes) -> bool:
    """Whether a text holds escapes of letters that need none. Hardly any writer makes them, but every reader reads them."""
    return any(sign in text and pattern.search(text) for sign, pattern in _BYTES)


def unusual_places(text: str) -> Iterator[tuple[int, int]]:
    """Where these escapes are."""
    return (found.span() for found in _TEXT.finditer(text))


def is_clue(text: str, of: Needle, at: int) -> bool:
    """Whether what is around a key fits."""
    return not of.clue or bool(_compiled(of.clue).search(encodings.raw(text[max(0, at - 12) : at + len(of.key) + 2])))
