"""The end of a recording: everything is known now, so every exchange is searched once more, and the file is made.

A secret may have stood in an earlier exchange before its place told that it is one; such exchanges are redacted again. The
file is searched as it stands on the disk, and only then gets its name. What is found even then is reason to keep nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from mockservers.kernel.journal import Headers
from mockservers.kernel.search import TooOdd
from mockservers.recording.exchanges import Recorded, from_line, text_of, to_line
from mockservers.recording.files import MADE, PART, Head, Recording, RecordingError, Writer
from mockservers.recording.redaction import UNSEARCHED, UNTAKEN, Redactor
from mockservers.recording.sealing import held, private


class Leak(RecordingError):
    """A secret is still in the file; the message says where, and never the secret."""


def keep(writer: Writer, redactor: Redactor, exchange: Recorded) -> None:
    """Redact an exchange and write it."""
    redacted = redactor.redact(exchange)
    writer.add(redacted, redactor.knowledge, redactor.news())


def finalize(writer: Writer, redactor: Redactor) -> int:
    """Finish the file; tells how many exchanges were redacted again. Raises Leak, and then nothing is left on the disk."""
    writer.close()
    made = writer.path.with_name(writer.path.name + MADE)
    try:
        with private(made) as file:
            changed = _write(redactor, writer.head, writer.lines(), file)
        leak = _first(redactor, made)
        if leak is not None:
            raise Leak(leak)
        writer.finish(made)
    except Leak as error:
        made.unlink()
        writer.discard()
        raise Leak(
            f"{writer.path} was not written: a secret stands in {error}, in a spelling that cannot be replaced. Everything "
            "recorded was thrown away. Use credentials made for this recording, or leave that call out"
        ) from None
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return changed


def recover(part: Path) -> tuple[Path, int]:
    """Finish a recording whose recorder was killed: the file, and how many exchanges it has. Raises RecordingError, Leak."""
    recording = Recording(part)
    if recording.unsealed is None or part.suffix != PART:
        raise RecordingError(f"{part} is no part of a recording; recorders leave FILE{PART} when they are killed")
    path = part.with_suffix("")
    if path.exists():
        raise RecordingError(f"{path} exists already, and a recording is not written over: move it away")
    made = path.with_name(path.name + MADE)
    redactor = recording.unsealed.redactor
    try:
        with held(part), private(made) as file:
            _write(redactor, recording.head, ((0, line) for _, line in recording.lines()), file)
            leak = _first(redactor, made)
            if leak is not None:
                raise Leak(f"{path} was not written: a secret stands in {leak}, in a spelling that cannot be replaced")
            made.rename(path)
            part.unlink()
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    recording.unsealed.forget()
    return path, sum(1 for _ in Recording(path).lines())


def _first(redactor: Redactor, path: Path) -> str | None:
    """Where the file shows a secret, or may show one for all that can be told, or None."""
    if not redactor.secrets:
        return None
    recording = Recording(path)
    if _head_may_show(redactor, recording.head):
        return "the head of the file"
    return next((place for place in (_place(redactor, exchange) for exchange in recording) if place is not None), None)


def _texts(exchange: Recorded) -> Iterator[tuple[str, str]]:
    yield "the address", exchange.target
    for whose, headers in (("request", exchange.headers), ("answer", exchange.reply_headers)):
        # Names of headers are no secrets, though a password may be a word that is in one.
        yield f"the {whose}'s headers", "\n".join(value for _, value in headers)
    for whose, body, headers in (
        ("request", exchange.body, exchange.headers),
        ("answer", exchange.reply_body, exchange.reply_headers),
    ):
        yield from ((f"the {whose}'s body", text) for text in _readings(body, headers))


def _readings(body: bytes | None, headers: Headers) -> Iterator[str]:
    """A body in its own charset, and as bytes of anything."""
    if body:
        text, codec = text_of(body, headers)
        yield text
        if codec != "utf-8":
            yield body.decode("utf-8", "surrogateescape")


def _may_show(redactor: Redactor, text: str) -> bool:
    try:
        return redactor.shown(text) is not None
    except TooOdd:
        return True


def _head_may_show(redactor: Redactor, head: Head) -> bool:
    """Whether what the user wrote into the head may show a secret. The rest of it are words of the format."""
    return any(_may_show(redactor, text) for text in (head.note, *_said(head.options)))


def _said(value: Any) -> Iterator[str]:
    """The texts among options, but for the names of fields, which are there to say what is a secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name not in ("secret_fields", "keep_fields"):
                yield from _said(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _said(each)


def _write(redactor: Redactor, head: Head, lines: Iterable[tuple[int, str]], file: BinaryIO) -> int:
    """Write a head and exchanges, with everything that is known now; tells how many exchanges were redacted again."""
    changed = 0
    with suppress(TooOdd):
        head = replace(head, note=redactor.clean(head.note))
    if _head_may_show(redactor, head):
        raise Leak("the head of the file")
    file.write(head.to_yaml().encode())
    for known, line in lines:
        exchange = from_line(line)
        if known < redactor.knowledge or _place(redactor, exchange) is not None:
            redacted = to_line(exchange := _without_odd_bodies(redactor, redactor.redact(exchange)))
            changed += redacted != line
            line = redacted
            place = _place(redactor, exchange)
            if place is not None:
                raise Leak(place)
        file.write(line.encode())
    file.flush()
    os.fsync(file.fileno())
    return changed


def _place(redactor: Redactor, exchange: Recorded) -> str | None:
    """Where an exchange shows a secret, or may show one for all that can be told, or None."""
    for place, text in _texts(exchange) if redactor.secrets else ():
        if _may_show(redactor, text):
            return f"exchange {exchange.n} ({exchange.method}), {place}"
    return None


def _without_odd_bodies(redactor: Redactor, exchange: Recorded) -> Recorded:
    """An exchange without the bodies that still may show a secret: the others of the recording are worth keeping."""
    if why := _oddity(redactor, exchange.body, exchange.headers):
        exchange = replace(exchange, body=None, omitted=exchange.omitted or why)
    if why := _oddity(redactor, exchange.reply_body, exchange.reply_headers):
        exchange = replace(exchange, reply_body=None, omitted=exchange.omitted or why)
    return exchange


def _oddity(redactor: Redactor, body: bytes | None, headers: Headers) -> str:
    """Why a body cannot be kept, or nothing."""
    try:
        shown = any(redactor.shown(text) is not None for text in _readings(body, headers))
    except TooOdd:
        return f"a body: {UNSEARCHED}"
    return UNTAKEN if shown else ""


__all__ = ["PART", "Leak", "finalize", "keep", "recover"]
