"""Content codings taken off a body, within bounds: gzip and deflate, and Brotli and Zstandard where they can be read.

What is still coded cannot be searched for secrets, so nothing that is stays in a recording. Knows no vendor.
"""

from __future__ import annotations

import importlib
import re
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from mockservers.kernel.journal import Headers
from mockservers.recording.addresses import TEXTUAL
from mockservers.recording.exchanges import MOST_RECORDED, media_of

GZIP, ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
"""How these begin. Brotli and deflate begin with anything."""
NONE = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "chunked"})
"""What stands in a header Content-Encoding and codes nothing."""
PACKED = re.compile(r"application/(?:x-)?(?:gzip|gtar|tar|zstd|octet-stream|binary)")
"""Media of files that are packed themselves, which is no coding of the answer."""
INSTALL = "pip install 'mockservers[codings]'"
_MOST_MEMBERS = 10_000
_LAYERS = 3
_AT_ONCE = 64 << 10
_SHOWN = frozenset(
    {"compress", "x-compress", "aws-chunked", "dcb", "dcz", "exi", "lzma", "xz", "bzip2", "lz4", "snappy"}
)
"""Codings that are named although nothing here reads them; any other word in that place may be anything."""


class Coded(ValueError):
    """Why a body cannot be had without its coding. The message tells nothing of the body."""


def named(header: str) -> list[str]:
    """The codings of a header Content-Encoding, in the order in which they were put on."""
    return [each for each in (part.strip().lower() for part in header.split(",")) if each not in NONE]


def of(headers: Headers) -> list[str]:
    """The codings that all lines of Content-Encoding name, in the order in which they were put on."""
    return [each for name, value in headers if name.lower() == "content-encoding" for each in named(value)]


def decoded(body: bytes | None, headers: Headers, *, part: bool = False) -> tuple[bytes | None, Headers, str]:
    """A body and its headers without its codings, in which a secret could not be found; or None, and why.

    `part`: the body is known to be cut off, so its beginning will do.
    """
    if not body:
        return body, headers, ""
    known = of(headers)
    try:
        plain = without_marks(all_unpacked(body, known, part=part), headers, part=part)
    except Coded as error:
        return None, headers, str(error)
    return plain, [each for each in headers if each[0].lower() != "content-encoding"] if known else headers, ""


def without_marks(body: bytes, headers: Headers, *, part: bool = False) -> bytes:
    """A body without codings that no header names and its first bytes tell; raises Coded.

    Files that are packed themselves, and media that are no text, stay as they are.
    """
    kind = media_of(headers)
    if kind and (PACKED.match(kind) or TEXTUAL.match(kind) is None):
        return body
    for _ in range(_LAYERS):
        mark = "gzip" if body.startswith(GZIP) else "zstd" if body.startswith(ZSTD) else None
        if mark is None:
            return body
        body = unpacked(body, mark, part=part)
    if body.startswith((GZIP, ZSTD)):
        raise Coded("coded more often than any answer is")
    return body


def unpacked(body: bytes, coding: str, most: int = MOST_RECORDED, *, part: bool = False) -> bytes:
    """A body without one coding; raises Coded for one that is not known, damaged, cut off or over `most` bytes.

    `part`: the beginning of one that is cut off will do, where such a thing can be read.
    """
    unpack = _UNPACKERS.get(coding)
    if unpack is None:
        shown = coding if coding in _SHOWN else "something"
        raise Coded(f"coded as {shown}, which is no coding that can be read here, so it cannot be searched for secrets")
    beginning = _BEGINNINGS.get(coding) if part else None
    return (beginning or unpack)(body, most)


def all_unpacked(body: bytes, codings: Sequence[str], most: int = MOST_RECORDED, *, part: bool = False) -> bytes:
    """A body without all of its codings; raises Coded."""
    for each in reversed(codings):
        body = unpacked(body, each, most, part=part)
    return body


def _too_long(coding: str, most: int) -> Coded:
    return Coded(f"coded as {coding}, and over {most} bytes without that")


def _gzip(body: bytes, most: int, *, part: bool = False) -> bytes:
    """All members, one after another (RFC 1952); what follows the last one is padding."""
    if part and GZIP.startswith(body):
        return b""
    parts: list[bytes] = []
    total = place = members = 0
    while body.startswith(GZIP[:2], place):
        members += 1
        if members > _MOST_MEMBERS:
            raise Coded("coded as gzip in more members than any answer has")
        unpacker = zlib.decompressobj(31)
        while not unpacker.eof:
            # Fed in pieces: what is left of the whole would be copied for each of many small members.
            piece = unpacker.unconsumed_tail or body[place : place + _AT_ONCE]
            if not piece and part:
                return b"".join(parts)
            if not piece:
                raise Coded("coded as gzip, and cut off")
            if not unpacker.unconsumed_tail:
                place += len(piece)
            try:
                parts.append(unpacker.decompress(piece, most - total + 1))
            except zlib.error as error:
                raise Coded("coded as gzip, and damaged") from error
            total += len(parts[-1])
            if total > most:
                raise _too_long("gzip", most)
        place -= len(unpacker.unused_data)
    if not members:
        raise Coded("coded as gzip, as its header says, and not by its bytes")
    return b"".join(parts)


def _deflate(body: bytes, most: int, *, part: bool = False) -> bytes:
    """With the header of zlib, as RFC 9110 has it, or without, or with that of gzip, as some servers send it."""
    if body.startswith(GZIP):
        return _gzip(body, most, part=part)
    for bits in (15, -15):
        unpacker = zlib.decompressobj(bits)
        try:
            plain = unpacker.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(plain) > most:
            raise _too_long("deflate", most)
        if unpacker.eof or part:
            return plain
    raise Coded("coded as deflate, and damaged or cut off")


def _module(coding: str, *names: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Coded(f"coded as {coding}, which can be read after {INSTALL}; until then it cannot be searched for secrets")


def _brotli(body: bytes, most: int) -> bytes:
    brotli = _module("br", "brotli")
    unpacker = brotli.Decompressor()
    parts: list[bytes] = []
    total, piece = 0, body
    try:
        while not unpacker.is_finished():
            parts.append(unpacker.process(piece, output_buffer_limit=min(_AT_ONCE, most - total + 1)))
            total, piece = total + len(parts[-1]), b""
            if total > most:
                raise _too_long("br", most)
            if not (parts[-1] or unpacker.is_finished()) and unpacker.can_accept_more_data():
                raise Coded("coded as br, and cut off")
    except TypeError as error:  # before 1.2 nothing bounded what came out
        raise Coded(f"coded as br, for which the package brotli is too old: {INSTALL}") from error
    except brotli.error as error:
        raise Coded("coded as br, and damaged") from error
    return b"".join(parts)


def _zstd(body: bytes, most: int) -> bytes:
    zstd = _module("zstd", "compression.zstd", "backports.zstd")
    parts: list[bytes] = []
    total, rest, frames = 0, body, 0
    try:
        while rest:
            frames += 1
            if frames > _MOST_MEMBERS:
                raise Coded("coded as zstd in more frames than any answer has")
            unpacker = zstd.ZstdDecompressor()
            while not unpacker.eof:
                parts.append(unpacker.decompress(rest, most - total + 1))
                total, rest = total + len(parts[-1]), b""
                if total > most:
                    raise _too_long("zstd", most)
                if unpacker.needs_input and not unpacker.eof:
                    raise Coded("coded as zstd, and cut off")
            rest = unpacker.unused_data
    except zstd.ZstdError as error:
        raise Coded("coded as zstd, and damaged") from error
    return b"".join(parts)


_UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "brotli": _brotli,
    "zstd": _zstd,
}
READ = frozenset(_UNPACKERS)
"""Codings that can be taken off, the last two where a package for them is installed."""
_BEGINNINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": partial(_gzip, part=True),
    "x-gzip": partial(_gzip, part=True),
    "deflate": partial(_deflate, part=True),
}
