"""The final scan of a recording: the whole file is searched once more for every secret seen, and only then gets its name.

A secret may have stood in an earlier exchange before its place told that it is one; such exchanges are redacted again.
What is found even then is reason enough to keep nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mockservers.kernel.journal import Headers
from mockservers.kernel.search import TooOdd
from mockservers.recording.exchanges import Recorded, text_of, to_line
from mockservers.recording.files import PART, Recording, RecordingError, Writer
from mockservers.recording.redaction import UNSEARCHED, Redactor


class Leak(RecordingError):
    """A secret is still in the file; the message says where, and never the secret."""


def finalize(writer: Writer, redactor: Redactor) -> int:
    """Finish the file; tells how many exchanges were redacted again. Raises Leak, and then nothing is left on the disk."""
    writer.close()
    if _first(redactor, writer.part) is None:
        writer.finish()
        return 0
    again = writer.part.with_name(writer.part.name + ".again")
    try:
        changed = _redacted_again(redactor, writer.part, again)
        leak = _first(redactor, again)
    except BaseException:
        again.unlink(missing_ok=True)
        raise
    if leak is not None:
        again.unlink()
        writer.discard()
        raise Leak(
            f"{writer.path} was not written: a secret stands in {leak}, in a spelling that cannot be replaced. Everything "
            "recorded was thrown away. Use credentials made for this recording, or leave that call out"
        )
    again.replace(writer.part)
    writer.finish()
    return changed


def _first(redactor: Redactor, path: Path) -> str | None:
    """Where the file shows a secret, or may show one for all that can be told, or None."""
    if not redactor.secrets:
        return None
    recording = Recording(path)
    if redactor.shown(recording.head.to_yaml()) is not None:
        return "the head of the file"
    for exchange in recording:
        for place, text in _texts(exchange):
            if _may_show(redactor, text):
                return f"exchange {exchange.n} ({exchange.method}), {place}"
    return None


def _texts(exchange: Recorded) -> Iterator[tuple[str, str]]:
    yield "the address", exchange.target
    for whose, headers in (("request", exchange.headers), ("answer", exchange.reply_headers)):
        yield f"the {whose}'s headers", "\n".join(f"{name}: {value}" for name, value in headers)
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


def _is_too_odd(redactor: Redactor, body: bytes | None, headers: Headers) -> bool:
    try:
        for text in _readings(body, headers):
            redactor.shown(text)
    except TooOdd:
        return True
    return False


def _redacted_again(redactor: Redactor, part: Path, again: Path) -> int:
    recording, changed = Recording(part), 0
    with open(again, "xb") as file:
        file.write(recording.head.to_yaml().encode())
        for place, line in recording.lines():
            exchange = redactor.redact(recording.read(place, line))
            if _is_too_odd(redactor, exchange.body, exchange.headers):
                exchange = replace(exchange, body=None, omitted=exchange.omitted or f"a body: {UNSEARCHED}")
            if _is_too_odd(redactor, exchange.reply_body, exchange.reply_headers):
                exchange = replace(exchange, reply_body=None, omitted=exchange.omitted or f"a body: {UNSEARCHED}")
            redacted = to_line(exchange)
            changed += redacted != line
            file.write(redacted.encode())
    return changed


__all__ = ["PART", "Leak", "finalize"]
