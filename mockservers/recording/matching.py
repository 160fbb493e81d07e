"""What a request means, whatever its bytes: the same meaning for the same method, place, variables and tree of the body.

Values that no two runs share (times near the present, GUIDs, who is calling) are variables of a loose meaning. Knows no
vendor but by its adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import unquote

from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter
from mockservers.recording.exchanges import Recorded, media_of, text_of
from mockservers.recording.stand_ins import PLACEHOLDER

NEAR = 3 * DAY
"""A time that is no further from the moment of its request was made for it, in whatever zone it was written."""
BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;,\"]{1,200}))", re.IGNORECASE)
"""What stands between the parts of a multipart body, in quotes or not."""
TIME, GUID = "__time__", "__guid__"

_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2}(?![0-9/:.-]))?"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_ISO = rf"[12][0-9]{{3}}(?P<dash>[-/.])[0-9]{{1,2}}(?P=dash)[0-9]{{1,2}}(?:[T ]?{_CLOCK}{_ZONE})?"
_US = r"[0-9]{1,2}/[0-9]{1,2}/[12][0-9]{3}(?: +[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: *[AaPp][Mm])?)?"
_TIMES = re.compile(rf"(?<![0-9A-Za-z])(?:(?P<iso>{_ISO})|(?P<us>{_US}))(?![0-9])")
_GUIDS = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`where` is method and path, `leaves` are (place, value) in order of place."""

    where: str
    leaves: tuple[tuple[str, str], ...]

    @property
    def key(self) -> bytes:
        """Equal for equal meanings."""
        return blake2b(repr((self.where, self.leaves)).encode("utf-8", "surrogatepass"), digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two requests do not mean the same; None: not there."""

    place: str
    left: str | None
    right: str | None


def of(adapter: Adapter, request: Recorded) -> Meaning:
    """The meaning of a request that was masked."""
    path, _, query = request.target.partition("?")
    found = [(f"query.{name.lower() if adapter.fold_names else name}", value) for name, value in leaves.pairs(query)]
    found += [(f"header.{name}", request.header(name)) for name in adapter.headers if request.header(name)]
    scheme = request.header("authorization").partition(" ")[0].lower()
    if scheme:
        found.append(("header.authorization", scheme))
    if request.body:
        found += _body(request.body, request)
    return Meaning(f"{request.method} {unquote(path).lower()}", tuple(sorted((place, _same(v)) for place, v in found)))


def _body(body: bytes, request: Recorded) -> Iterable[tuple[str, str]]:
    text = text_of(body, request.headers)[0]
    media = media_of(request.headers)
    found = leaves.leaves(text, media)
    if found is None:
        boundary = BOUNDARY.search(request.header("content-type")) if media.startswith("multipart/") else None
        # Every client makes up a boundary of its own for every request.
        return [("body", text if boundary is None else text.replace(f"--{boundary[1] or boundary[2]}", "--boundary"))]
    # Which envelope it is decides which one comes back.
    soap = [("body.soap", "1.2" if "www.w3.org/2003/05/soap-envelope" in text else "1.1")] if "Envelope" in text else []
    return [*soap, *((f"body{leaf.path}", leaf.value) for leaf in found)]


def _same(value: str) -> str:
    """A value whose secrets look the same, whoever they are of and however they became known."""
    return PLACEHOLDER.sub("__secret__", value) if "__secret." in value else value


def loose(meaning: Meaning, moments: Iterable[tuple[int, int]]) -> Meaning:
    """The meaning with variables instead of GUIDs, and of times that lie in one of the spans (first and last instant)."""
    spans = tuple(moments)
    return Meaning(meaning.where, tuple((place, loosened(value, spans)) for place, value in meaning.leaves))


def loosened(value: str, spans: Iterable[tuple[int, int]]) -> str:
    if len(value) < 8:
        return value

    def blot(found: re.Match[str]) -> str:
        at = instant(found)
        return TIME if at is not None and any(first - NEAR <= at <= last + NEAR for first, last in spans) else found[0]

    return _GUIDS.sub(GUID, _TIMES.sub(blot, value))


def times(text: str) -> list[int]:
    """The instants of all times in a text, to the second where it has seconds."""
    found = []
    for each in _TIMES.finditer(text):
        at = instant(each)
        if at is not None:
            found.append(at)
    return found


def instant(found: re.Match[str]) -> int | None:
    """The instant of a time as `_TIMES` found it, taken for UTC where it names no zone; None for no time."""
    text = found[0]
    try:
        if found["us"]:
            return _us(text)
        year, month, day = (int(part) for part in re.split(r"[-/.]", re.split(r"[T :]", text)[0])[:3])
        return instants.from_datetime(datetime(year, month, day, tzinfo=UTC)) + _of_day(text)
    except (ValueError, TypeError):
        return None


def _us(text: str) -> int:
    month, day, year = (int(part) for part in text.split(" ")[0].split("/"))
    if month > 12:
        month, day = day, month
    return instants.from_datetime(datetime(year, month, day, tzinfo=UTC)) + _of_day(text)


_OF_DAY = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?(?: *([AaPp])[Mm])?")


def _of_day(text: str) -> int:
    found = _OF_DAY.search(text[8:])
    if found is None:
        return 0
    hour = int(found[1]) % 12 + (12 if found[4] in "pP" else 0) if found[4] else int(found[1])
    return hour * HOUR + int(found[2]) * MINUTE + int(found[3] or 0) * SECOND


def variables(left: Meaning, right: Meaning) -> list[tuple[str, str]]:
    """Where two meanings with the same loose meaning differ, the texts that do: (left's, right's)."""
    found: dict[str, str] = {}
    for (_, mine), (_, theirs) in zip(left.leaves, right.leaves, strict=True):
        if mine == theirs:
            continue
        for pattern in (_TIMES, _GUIDS):
            for one, other in zip(pattern.finditer(mine), pattern.finditer(theirs), strict=False):
                if one[0] != other[0]:
                    found.setdefault(one[0], other[0])
    return sorted(found.items(), key=lambda each: -len(each[0]))


def differences(left: Meaning, right: Meaning) -> list[Difference]:
    """Every place where two meanings part."""
    mine, theirs = _by_place(left), _by_place(right)
    found = [] if left.where == right.where else [Difference("address", left.where, right.where)]
    for place in sorted({*mine, *theirs}):
        ours, others = list(mine.get(place, ())), list(theirs.get(place, ()))
        for value in list(ours):
            if value in others:
                ours.remove(value)
                others.remove(value)
        for n in range(max(len(ours), len(others))):
            one, other = (values[n] if n < len(values) else None for values in (ours, others))
            found.append(Difference(place, one, other))
    return found


def _by_place(meaning: Meaning) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, value in meaning.leaves:
        found.setdefault(place, []).append(value)
    return found
