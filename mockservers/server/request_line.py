"""Request lines as IIS takes them, for a parser that takes less.

IIS reads raw 8-bit bytes in an address, and any word as a method; clients of old libraries send both. A line is rewritten
to what it means, and what it said is kept beside it. Knows no socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

MOST_LINE = 16 << 10
"""Bytes of the request line, and of one header: what IIS accepts."""

_IN_AN_ADDRESS = "!#$%&'()*+,/:;=?@[]~"
"""What stands in an address as it is; all else is written in percents."""
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}(?: |$)")
_NOT_IN_AN_ADDRESS = re.compile(rb"[^!-~]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NOTHING = b"\0\r\n"
"""A line that every parser refuses: some would take a version that we do not speak, or none."""
_PARSED = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT"})
"""Methods that every parser knows; another is parsed as POST, whose framing is the same, and gets its name back."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request line as it came, and in the form that the parser is given, which is to refuse what means nothing."""

    raw: bytes
    parsed: bytes
    method: str
    target: bytes
    """As it came, with its raw bytes; empty where the line cannot be taken apart."""


def _parts(line: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Method, target and version of a request line; None for one that has not these three."""
    method, _, rest = line.rstrip(b"\r\n").partition(b" ")
    target, _, version = rest.rpartition(b" HTTP/")
    target = target.strip(b" ")
    if len(line) > MOST_LINE or not target or version not in (b"1.0", b"1.1") or not _METHOD.fullmatch(method):
        return None
    return method, target, version


def read(line: bytes) -> RequestLine:
    """Rewrite a request line, its end included."""
    parts = _parts(line)
    if parts is None:
        return RequestLine(line, _NOTHING, "", b"")
    method, target, version = parts
    if _CONTROL.search(target):
        return RequestLine(line, _NOTHING, method.decode(), target)
    address = _NOT_IN_AN_ADDRESS.sub(lambda byte: b"%%%02X" % ord(byte[0]), target)
    parsed = b"%s %s HTTP/%s\r\n" % (method if method in _PARSED else b"POST", address, version)
    return RequestLine(line, parsed, method.decode(), target)


def written(target: bytes) -> str:
    """A target as text, with what must not stand in one in percents."""
    return quote(target, safe=_IN_AN_ADDRESS)


def may_become_one(head: bytes | bytearray) -> bool:
    """Whether bytes may be the beginning of a head: a method, and a whole line only if it can be read."""
    line, newline, _ = bytes(head[: MOST_LINE + 2]).partition(b"\n")
    return _parts(line) is not None if newline else _METHOD.match(line) is not None and len(line) <= MOST_LINE


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a request cannot be read: what HTTP.sys calls it in its log, and a sentence."""

    reason: str
    hint: str


def malformed(head: bytes, why: str) -> Malformed:
    """What is wrong with a head that no parser takes; `why` is what the parser said."""
    line, *headers = (each.rstrip(b"\r") for each in head.lstrip(b"\r\n").split(b"\n"))
    if len(line) > MOST_LINE:
        return Malformed("URL_Length", f"the request line has more than {MOST_LINE} bytes; send what is long in a body")
    if not _METHOD.match(line):
        return Malformed("Verb", "the request line does not begin with a method; expected METHOD TARGET HTTP/1.1")
    odd = _CONTROL.search(line)
    if odd is not None:
        place = f"the byte 0x{odd[0][0]:02X} at position {odd.start() + 1}"
        return Malformed("URL", f"the request line has {place}; percent-encode it")
    version = re.search(rb" HTTP/([0-9.]+)$", line)
    if version is None:
        return Malformed("URL", "the request line does not end in HTTP/1.1; expected METHOD TARGET HTTP/1.1")
    if version[1] not in (b"1.0", b"1.1"):
        return Malformed("Version_N/S", f"HTTP/{version[1].decode()} is not spoken here; expected HTTP/1.1")
    for number, header in enumerate(headers, 1):
        if header and not re.match(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:", header):
            return Malformed("Header", f"line {number} of the headers does not begin with a name and a colon")
        if len(header) > MOST_LINE:
            return Malformed("FieldLength", f"line {number} of the headers has more than {MOST_LINE} bytes")
    first = why.strip().partition("\n")[0].rstrip(":") or "it is no HTTP"
    return Malformed("BadRequest", f"the head or the body cannot be read: {first}")
