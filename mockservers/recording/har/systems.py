"""Which system an entry of a HAR file is about: scheme, host and port, however its address is written.

User information in an address is a secret: it is told apart at once, and neither printed nor kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import unquote, urlsplit

from mockservers.recording.addresses import Upstream
from mockservers.server import request_line

_DEFAULT = {"http": 80, "https": 443}
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(r"[a-z0-9._:-]{1,253}")
_ESCAPED = re.compile(rb"\xed[\xb2\xb3][\x80-\xbf]")
_TOKEN = 16
"""Letters from which on a name without a password is more than a name."""
SOCKET = "of a WebSocket, which is no call by HTTP"
UNREADABLE = "with an address that cannot be read"


class Unusable(ValueError):
    """Why an entry is no exchange; the message is a reason of the summary, and tells nothing of the entry."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart. `target` is what stands in a request line, `secrets` what stood before the host."""

    system: Upstream
    target: str
    secrets: tuple[str, ...] = ()


def address(url: Any) -> Address:
    """The parts of an address; raises Unusable."""
    if not isinstance(url, str):
        raise Unusable(UNREADABLE)
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise Unusable(UNREADABLE)
    if scheme[1].lower() in ("ws", "wss"):
        raise Unusable(SOCKET)
    if scheme[1].lower() not in _DEFAULT:
        raise Unusable("with an address that is none of HTTP, such as data: or about:")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError as error:
        raise Unusable(UNREADABLE) from error
    if not host:
        raise Unusable(UNREADABLE)
    query = f"?{parts.query}" if parts.query else ""
    known = [parts.password] if parts.password else [parts.username] if len(parts.username or "") >= _TOKEN else []
    system = Upstream(parts.scheme, host, _DEFAULT[parts.scheme] if port is None else port)
    return Address(system, written((parts.path or "/") + query), tuple(unquote(each) for each in known if each))


def _host(name: str) -> str:
    """A host as it is compared: in lower case, without the last dot, IPv6 in its shortest form, other letters in ASCII."""
    name = name.rstrip(".").lower()
    if ":" in name:
        return str(IPv6Address(name))
    return name if name.isascii() else name.encode("idna").decode("ascii")


def written(text: str) -> str:
    """An address with what must not stand in one written in percents."""
    return request_line.written(octets(text))


def octets(text: str) -> bytes:
    """A text of the file in UTF-8. Bytes of the file that were no text come back as they were; other lone surrogates are
    written as what they are, for no byte stands behind them."""
    return _ESCAPED.sub(
        lambda found: found[0].decode("utf-8", "surrogatepass").encode("utf-8", "surrogateescape"),
        text.encode("utf-8", "surrogatepass"),
    )


def system(url: str) -> Upstream:
    """The system that the option --url names; raises ValueError, whose message tells no user information."""
    try:
        found = address(url)
    except Unusable as error:
        raise ValueError("--url must be scheme and host, such as https://vendor.example") from error
    if found.target != "/" or "#" in url:
        raise ValueError(f"--url must be scheme and host alone, such as {found.system.origin}: all below it is taken")
    return found.system


def shown(upstream: Upstream) -> str:
    """A system as it may be printed: what a file writes in the place of a host need not be one."""
    return upstream.origin if _HOST.fullmatch(upstream.host) else f"{upstream.scheme}://(an odd name)"


def most_called(entries: Iterable[Any]) -> Upstream | None:
    """The system of most calls, the first of several."""
    counts: dict[Upstream, int] = {}
    for each in entries:
        request = each.get("request") if isinstance(each, Mapping) else None
        if isinstance(request, Mapping) and str(request.get("method", "")).upper() != "CONNECT":
            try:
                called = address(request.get("url")).system
            except Unusable:
                continue
            counts[called] = counts.get(called, 0) + 1
    return max(counts, key=lambda each: counts[each]) if counts else None
