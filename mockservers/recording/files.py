"""Recordings as files: a scenario whose first document is the head, and whose steps follow as a stream of exchanges.

While it is made a recording is `FILE.part`, a line for each exchange, flushed when it is complete: whatever ends the
recorder, what is there can be read. Reading streams, too. Knows no vendor and no secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from mockservers import registry
from mockservers.kernel import instants
from mockservers.recording.exchanges import NotAnExchange, Recorded, from_line, to_line

VERSION = 1
LONGEST_HEAD = 64 << 10
PART = ".part"


class RecordingError(ValueError):
    """A recording that cannot be used; the message names the file, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a recording says of itself. `started` is an instant; `options` are how it was made."""

    vendor: str
    started: int
    note: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_yaml(self) -> str:
        made: dict[str, Any] = {"mockservers": VERSION, "vendor": self.vendor}
        if self.note:
            made["note"] = self.note
        made["recording"] = {"started": instants.to_iso(self.started), **self.options}
        return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


class Writer:
    """Appends exchanges to `FILE.part`. `finish` gives the file its name, `discard` takes it away."""

    def __init__(self, path: Path, head: Head) -> None:
        self.path = path
        self.part = path.with_name(path.name + PART)
        if path.exists() or self.part.exists():
            taken = path if path.exists() else self.part
            raise RecordingError(
                f"{taken} exists already, and a recording is not written over: name another file, or move it away"
            )
        self.count = 0
        self._file = open(self.part, "xb")  # noqa: SIM115 - open as long as the recording runs
        self._file.write(head.to_yaml().encode())
        self._file.flush()

    def add(self, exchange: Recorded) -> None:
        """Write one exchange; it is on its way to the disk when this returns."""
        self._file.write(to_line(exchange).encode())
        self._file.flush()
        self.count += 1

    def close(self) -> None:
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def finish(self) -> None:
        self.close()
        self.part.rename(self.path)

    def discard(self) -> None:
        self.close()
        self.part.unlink(missing_ok=True)


class Recording:
    """A recording that is read. `torn` tells whether its last line was cut off when the recorder was killed."""

    def __init__(self, path: str | Path) -> None:
        """Reads the head. Raises RecordingError, or OSError when the file cannot be read."""
        self.path = Path(path)
        self.torn = False
        with open(self.path, "rb") as file:
            self.head, self._begin = self._read_head(file)

    def _read_head(self, file: BinaryIO) -> tuple[Head, int]:
        text, begin = b"", 0
        for line in file:
            if line.startswith(b"--- "):
                break
            if line.strip() != b"---" or text:
                text += line
            begin += len(line)
            if len(text) > LONGEST_HEAD:
                break
        try:
            raw = yaml.safe_load(text.decode("utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise self._wrong(f"its head is no YAML: {' '.join(str(error).split())[:200]}") from error
        if not isinstance(raw, Mapping) or not isinstance(raw.get("recording"), Mapping):
            raise self._wrong(
                "it has no `recording` in its head. `mockservers record` makes recordings, `mockservers har import` makes "
                "one of a HAR file; other scenarios are for `mockservers replay`"
            )
        if raw.get("mockservers") != VERSION or isinstance(raw["mockservers"], bool):
            raise self._wrong(
                f"it is of version {raw.get('mockservers')!r}, and only {VERSION} is known; update mockservers"
            )
        vendor = raw.get("vendor")
        if vendor not in registry.names():
            raise self._wrong(f"its vendor is {vendor!r}; there are {', '.join(registry.names())}")
        options = dict(raw["recording"])
        try:
            started = instants.from_iso(str(options.pop("started", "")))
        except ValueError as error:
            raise self._wrong(f"recording.started: {error}") from error
        return Head(vendor, started, str(raw.get("note", "")), options), begin

    def _wrong(self, why: str) -> RecordingError:
        return RecordingError(f"{self.path} is no recording that can be used: {why}")

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every exchange's place in the file and its line, unread."""
        with open(self.path, "rb") as file:
            file.seek(self._begin)
            place = self._begin
            for line in file:
                if not line.endswith(b"\n"):
                    self.torn = True  # the recorder was killed while it wrote this one
                    return
                if line.strip():
                    try:
                        yield place, line.decode("utf-8")
                    except UnicodeDecodeError as error:
                        raise self._wrong(f"the line at byte {place} is not UTF-8 text") from error
                place += len(line)

    def __iter__(self) -> Iterator[Recorded]:
        for place, line in self.lines():
            yield self._exchange(place, line)

    def read(self, place: int, line: str) -> Recorded:
        """The exchange of a line that `lines` told."""
        return self._exchange(place, line)

    def _exchange(self, place: int, line: str) -> Recorded:
        try:
            return from_line(line)
        except NotAnExchange as error:
            raise self._wrong(f"the exchange at byte {place}: {error}") from error

    def at(self, file: BinaryIO, place: int) -> Recorded:
        """The exchange at a place that `lines` told; `file` is the recording, opened for reading bytes."""
        file.seek(place)
        return self._exchange(place, file.readline().decode("utf-8"))
