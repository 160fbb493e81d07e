"""Times of tickets as a desk's own system exports them: a CSV file, with whatever headers and notation of times it has.

Reading is strict: a value that cannot be read is named with its line and column, for a rate that is fitted to half of a file
would look as good as any other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from mockservers.kernel import instants
from mockservers.registry import did_you_mean

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "created": (
        *("created", "created at", "created on", "create date", "created date", "creation date", "date created"),
        *(
            "opened",
            "opened at",
            "opened on",
            "opened date",
            "open date",
            "date opened",
            "date time opened",
            "submitted",
        ),
    ),
    "closed": (
        *("closed", "closed at", "closed on", "close date", "closed date", "date closed", "date time closed"),
        *("resolved", "resolved at", "resolved date", "completed", "completed date", "complete date"),
    ),
    "reopened": ("reopened", "re opened", "reopened at", "reopen count", "times reopened", "reopens"),
    "notes": ("notes", "note count", "number of notes", "comments", "comment count", "updates", "replies"),
}
"""What is read, and headers by which it is found; blanks, case and signs make no difference."""
FORMATS = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M %p",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
"""Notations beside ISO 8601. All values of a file must have one and the same."""
NOTHING = frozenset({"", "-", "null", "none", "n/a"})
"""What stands for no time."""
_NO, _YES = frozenset({"no", "false", "n", "0", "", "-"}), frozenset({"yes", "true", "y"})
MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Times:
    """A ticket's times as instants. `reopened` counts, None where nothing tells; so do `notes`."""

    opened: int
    closed: int | None = None
    reopened: int | None = None
    reopened_at: int | None = None
    notes: int | None = None
    spells: tuple[tuple[int, int | None], ...] = ()
    """Each closing, and when it was opened again, where both are told: then `closed` is the first of them."""
    gone: int | None = None
    """When it was seen to have ended in another way than by being closed: merged into another, or deleted."""


def read(
    path: Path, zone: tzinfo, columns: Mapping[str, str] | None = None, notation: str | None = None
) -> list[Times]:
    """The tickets of an export. `columns` names headers that are not found by themselves, `notation` is a strptime format.

    Times without an offset are read in `zone`. Raises ValueError with line and column.
    """
    rows, header = _rows(path)
    places = _places(path, header, columns or {})
    notations = {
        word: _notation(path, rows, header, places[word], notation) for word in ("created", "closed") if word in places
    }
    found: list[Times] = []
    for line, row in rows:
        cell = _Cell(path, line, header, row)
        opened = cell.time(places["created"], notations["created"], zone)
        if opened is None:
            raise cell.wrong(places["created"], "must be a time, got nothing: every ticket was opened")
        closed = cell.time(places["closed"], notations["closed"], zone) if "closed" in places else None
        if closed is not None and closed < opened:
            raise cell.wrong(
                places["closed"], f"must not lie before the ticket was opened, got {row[places['closed']]!r}"
            )
        reopened, reopened_at = cell.reopened(places.get("reopened"), notations["created"], zone)
        notes = cell.count(places["notes"]) if "notes" in places else None
        found.append(Times(opened, closed, reopened, reopened_at, notes))
    return found


def _rows(path: Path) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The rows with their lines, and the header."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}: line {line} must be UTF-8, got other bytes; export it as UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    header: list[str] = []
    begin = 1
    try:
        for row in reader:
            if not header:
                header = [each.strip() for each in row]
                if not any(header):
                    raise ValueError(f"{path}: line 1 must be a header that names the columns, got nothing")
            elif any(each.strip() for each in row):
                if len(row) != len(header):
                    raise ValueError(f"{path}: line {begin} must have {len(header)} columns, got {len(row)}")
                rows.append((begin, row))
            begin = reader.line_num + 1
            if len(rows) > MOST_ROWS:
                raise ValueError(f"{path}: more than {MOST_ROWS} rows; fit to a part of them, such as a year")
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.line_num} is not CSV: {error}") from error
    if not header:
        raise ValueError(f"{path}: line 1 must be a header that names the columns, got nothing")
    return rows, header


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())


def _places(path: Path, header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where each of the columns stands that there are."""
    found: dict[str, int] = {}
    bare = [_bare(each) for each in header]
    for word, names in COLUMNS.items():
        if word in columns:
            if _bare(columns[word]) not in bare:
                told = f"{path}: there is no column {columns[word]!r} for {word}; the header has {', '.join(header)}"
                raise ValueError(told + did_you_mean(columns[word], header))
            found[word] = bare.index(_bare(columns[word]))
            continue
        place = next((bare.index(name) for name in names if name in bare), None)
        if place is not None:
            found[word] = place
    if "created" not in found:
        raise ValueError(
            f"{path}: no column tells when tickets were created; the header has {', '.join(header)}. "
            "Name it: --column created=HEADER"
        )
    return found


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _notation(
    path: Path, rows: Sequence[tuple[int, list[str]]], header: Sequence[str], place: int, given: str | None
) -> str | None:
    """The notation of a column's times, None for ISO 8601: the only one that reads all of them."""
    texts = [(line, text) for line, row in rows if (text := row[place].strip()).casefold() not in NOTHING]
    if given is not None or not texts:
        return given
    left: list[str | None] = [None, *FORMATS]
    for line, text in texts:
        fits = [each for each in left if _parsed(text, each) is not None]
        if not fits:
            raise _wrong(path, line, header[place], _expected(text, left))
        left = fits
    if len(left) > 1:
        month, day = (datetime.strptime(texts[0][1], each or "").strftime("%d %B") for each in left[:2])  # noqa: DTZ007
        raise _wrong(
            path,
            texts[0][0],
            header[place],
            f"{texts[0][1]!r} may be {month} or {day}, and so may all others; say which: --time-format '{left[0]}'",
        )
    return left[0]


def _expected(text: str, left: Sequence[str | None]) -> str:
    if len(left) == len(FORMATS) + 1:
        return f"must be a time, such as 2026-03-02T10:00:00Z or 03/27/2026 4:30 PM, got {text!r}; or say --time-format"
    form = "ISO 8601" if left[0] is None else left[0]
    return f"must be a time like those before it ({form}), got {text!r}"


def _parsed(text: str, notation: str | None) -> datetime | None:
    if notation is None:
        return _iso(text)
    try:
        return datetime.strptime(text, notation)  # noqa: DTZ007 - the desk's zone comes next
    except ValueError:
        return None


def _wrong(path: Path, line: int, column: str, says: str) -> ValueError:
    return ValueError(f"{path}: line {line}, column {column!r}: {says}")


@dataclass(frozen=True, slots=True)
class _Cell:
    """One row, of which values are read."""

    path: Path
    line: int
    header: Sequence[str]
    row: Sequence[str]

    def wrong(self, place: int, says: str) -> ValueError:
        return _wrong(self.path, self.line, self.header[place], says)

    def time(self, place: int, notation: str | None, zone: tzinfo) -> int | None:
        text = self.row[place].strip()
        if text.casefold() in NOTHING:
            return None
        moment = _parsed(text, notation)
        if moment is None:
            form = "ISO 8601, such as 2026-03-02T10:00:00Z" if notation is None else notation
            raise self.wrong(place, f"must be a time ({form}), got {text!r}")
        if not 1970 <= moment.year < 9999:
            raise self.wrong(place, f"must be a time from 1970 to 9998, got {text!r}")
        return instants.from_wall(moment, zone) if moment.tzinfo is None else instants.from_datetime(moment)

    def count(self, place: int) -> int:
        text = self.row[place].strip()
        if not (text or "0").isdecimal() or len(text) > 6:
            raise self.wrong(place, f"must be a whole number of 0 or more, got {text!r}")
        return int(text or "0")

    def reopened(self, place: int | None, notation: str | None, zone: tzinfo) -> tuple[int | None, int | None]:
        """How often, and when where the column tells a time: it may hold a count, yes or no, or a time."""
        if place is None:
            return None, None
        text = self.row[place].strip()
        if text.casefold() in _YES:
            return 1, None
        if text.casefold() in _NO or text.casefold() in NOTHING:
            return 0, None
        if text.isdecimal() and len(text) <= 4:
            return int(text), None
        if _parsed(text, notation) is None:
            raise self.wrong(place, f"must be a count, yes or no, or a time, got {text!r}")
        return 1, self.time(place, notation, zone)
