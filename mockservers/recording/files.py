"""Recordings as files: a scenario whose first document is the head, and whose steps follow as a stream of exchanges.

While it is made a recording is `FILE.part`, a sealed line for each exchange (`sealing`), flushed when it is complete: whatever
ends the recorder, what is there can be read here. Reading streams, too. Knows no vendor and no secret.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from mockservers import registry
from mockservers.kernel import instants
from mockservers.recording.exchanges import NotAnExchange, Recorded, from_line, to_line
from mockservers.recording.sealing import Seal, Unsealable, hold, private

VERSION = 1
LONGEST_HEAD = 64 << 10
PART = ".part"
MADE = ".made"
"""The end of a file's name while it is made of its part, and searched."""
SEALED, NEWS = "sealed", "news"
_NEWS = b'{"news"'


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
    """Appends exchanges to `FILE.part`, sealed. `finish` gives the file its name, `discard` takes it away."""

    def __init__(self, path: Path, head: Head) -> None:
        self.path = path
        self.head = head
        self.part = path.with_name(path.name + PART)
        if path.exists() or self.part.exists():
            taken = path if path.exists() else self.part
            raise RecordingError(
                f"{taken} exists already, and a recording is not written over: name another file, or move it away"
                + (
                    f". `mockservers recover {self.part}` finishes one whose recorder was killed"
                    if taken == self.part
                    else ""
                )
            )
        self.count = 0
        self._file = private(self.part)
        hold(self._file)
        try:
            self._seal = Seal.made(self.part)
            self._begin = self._file.write(
                replace(head, options={**head.options, SEALED: self._seal.name}).to_yaml().encode()
            )
            self._file.flush()
        except BaseException:
            self.discard()
            raise

    def add(self, exchange: Recorded, known: int = 0, news: Iterable[tuple[str, str]] = ()) -> None:
        """Write one exchange; it is on its way to the disk when this returns.

        `known` is how much was known of secrets then, and `news` what had become known since the last one: each secret with
        what stands for it, by which a part is read whose recorder was killed.
        """
        news = list(news)
        lines = self._seal.lock(json.dumps({NEWS: news}).encode()) if news else b""
        self._file.write(lines + self._seal.lock(f"{known} {to_line(exchange)}".encode()))
        self._file.flush()
        self.count += 1

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every line that was written, and how much was known of secrets then."""
        with open(self.part, "rb") as file:
            file.seek(self._begin)
            for sealed in file:
                text = self._seal.unlock(sealed).decode()
                known, blank, line = text.partition(" ")
                if blank and known.isdecimal():
                    yield int(known), line

    def close(self) -> None:
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def finish(self, made: Path | None = None) -> None:
        """Put what was `made` of the part file in its place, or else what was written as it is."""
        self.close()
        if made is None:
            made = self.path.with_name(self.path.name + MADE)
            with private(made) as file:
                file.write(self.head.to_yaml().encode())
                file.writelines(line.encode() for _, line in self.lines())
        made.rename(self.path)
        self._away()

    def discard(self) -> None:
        self._file.close()
        self._away()

    def _away(self) -> None:
        self.part.unlink(missing_ok=True)
        if hasattr(self, "_seal"):
            self._seal.forget()


class Recording:
    """A recording that is read. `torn` tells whether its last line was cut off when the recorder was killed."""

    def __init__(self, path: str | Path) -> None:
        """Reads the head. Raises RecordingError, or OSError when the file cannot be read."""
        self.path = Path(path)
        self.torn = False
        self.unsealed: Unsealed | None = None
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
        sealed = options.pop(SEALED, None)
        try:
            started = instants.from_iso(str(options.pop("started", "")))
        except ValueError as error:
            raise self._wrong(f"recording.started: {error}") from error
        head = Head(vendor, started, str(raw.get("note", "")), options)
        if sealed is not None:
            try:
                self.unsealed = Unsealed(self.path, begin, head, Seal.known(str(sealed)))
            except Unsealable as error:
                raise self._wrong(str(error)) from error
        return head, begin

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
                text = self._text(place, line) if line.strip() else None
                if text is not None:
                    yield place, text
                place += len(line)

    def _text(self, place: int, line: bytes) -> str | None:
        """A line of the file, unsealed where it is sealed; None for one that holds no exchange."""
        try:
            return line.decode("utf-8") if self.unsealed is None else self.unsealed(line)
        except UnicodeDecodeError as error:
            raise self._wrong(f"the line at byte {place} is not UTF-8 text") from error
        except Unsealable as error:
            raise self._wrong(f"the line at byte {place}: {error}") from error

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
        return self._exchange(place, self._text(place, file.readline()) or "")


class Unsealed:
    """Reads the sealed lines of a part file, without the secrets that became known after they were written."""

    def __init__(self, path: Path, begin: int, head: Head, seal: Seal) -> None:
        from mockservers.recording.redaction import Redactor

        self._seal = seal
        self.redactor = Redactor.of(head.vendor, head.options)
        with open(path, "rb") as file:
            file.seek(begin)
            for line in file:
                text = seal.unlock(line) if line.endswith(b"\n") else b""
                if text.startswith(_NEWS):
                    for value, stand_in in json.loads(text)[NEWS]:
                        self.redactor.remember(value, stand_in)

    def forget(self) -> None:
        """Nobody can read the part any more."""
        self._seal.forget()

    def __call__(self, line: bytes) -> str | None:
        """The exchange of a sealed line as a line, or None for one that holds none. Raises Unsealable."""
        text = self._seal.unlock(line)
        if text.startswith(_NEWS):
            return None
        return to_line(self.redactor.redact(from_line(text.decode().partition(" ")[2])))
