"""The end of a recording: the whole file is searched once more for every secret seen, and only then gets its name.

A secret may have stood in an earlier exchange before its place told that it is one; such exchanges are masked again. What
is found even then is reason enough to keep nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mockservers.recording.exchanges import Recorded, text_of, to_line
from mockservers.recording.files import PART, Recording, RecordingError, Writer
from mockservers.recording.vault import Vault


class Leak(RecordingError):
    """A secret is still in the file; the message says where, and never the secret."""


def seal(writer: Writer, vault: Vault) -> int:
    """Finish the file; tells how many exchanges were masked again. Raises Leak, and then nothing is left on the disk."""
    writer.close()
    if _first(vault, writer.part) is None:
        writer.finish()
        return 0
    again = writer.part.with_name(writer.part.name + ".again")
    try:
        changed = _masked_again(vault, writer.part, again)
        leak = _first(vault, again)
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


def _first(vault: Vault, path: Path) -> str | None:
    """Where the file shows a secret, or None."""
    if not vault.secrets:
        return None
    recording = Recording(path)
    if vault.shown(recording.head.to_yaml()) is not None:
        return "the head of the file"
    for exchange in recording:
        for place, text in _texts(exchange):
            if vault.shown(text) is not None:
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
        if body:
            text, codec = text_of(body, headers)
            yield f"the {whose}'s body", text
            if codec != "utf-8":
                yield f"the {whose}'s body", body.decode("utf-8", "surrogateescape")


def _masked_again(vault: Vault, part: Path, again: Path) -> int:
    recording, changed = Recording(part), 0
    with open(again, "xb") as file:
        file.write(recording.head.to_yaml().encode())
        for place, line in recording.lines():
            masked = to_line(vault.mask(recording.read(place, line)))
            changed += masked != line
            file.write(masked.encode())
    return changed


__all__ = ["PART", "Leak", "seal"]
