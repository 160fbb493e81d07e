"""Who may use the control API. Read before anything of it is loaded; knows headers only, never a body.

With a token every call must carry it. Without one the emulators listen on this machine alone, and the danger is a web
page in a browser here: one that has its own host name resolve to 127.0.0.1 is told by `Host`, one that calls across
origins by `Origin`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LOOPBACK = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host: any address of 127.0.0.0/8 is its own."""
    return _LOOPBACK.fullmatch(host) is not None


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a call is not let in, as HTTP status, sentence, what to do, and headers to answer with."""

    status: int
    error: str
    do: str
    headers: Mapping[str, str] = field(default_factory=dict)


def host_of(authority: str) -> str:
    """The host of `host:port`, `[address]:port` or a bare host, in lower case and without a final dot."""
    authority = authority.strip().lower()
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.rpartition(":")[0].rstrip(".") if authority.count(":") == 1 else authority.rstrip(".")


def is_ours(host: str, bound: str) -> bool:
    """Whether a host name can only mean this machine, or is the one we were told to listen on."""
    return is_loopback(host) or host.endswith(".localhost") or host == host_of(f"[{bound.strip('[]')}]")


def check(headers: Mapping[str, str], token: str | None, bound: str) -> Denial | None:
    """The reason to turn a call away, or None. `bound` is the host the front door listens on."""
    if token is not None:
        given = headers.get("Authorization", "")
        scheme, _, presented = given.partition(" ")
        good = hmac.compare_digest(presented.strip().encode("utf-8", "surrogateescape"), token.encode())
        if scheme.lower() == "bearer" and good:
            return None
        return Denial(
            401,
            "This control API needs a token." if not given else "This is not the control token.",
            "Send the header 'Authorization: Bearer TOKEN' with the control token that the server was started with.",
            {"WWW-Authenticate": 'Bearer realm="mockservers control API"'},
        )
    host = headers.get("Host")
    if host is not None and not is_ours(host_of(host), bound):
        return Denial(
            403,
            f"The control API does not answer to the host name {host!r}: a web page could have made that name point "
            "to this machine.",
            "Use localhost, 127.0.0.1 or <world>.localhost, or start the server with a control token.",
        )
    origin = headers.get("Origin")
    if origin is not None and not is_ours(host_of(origin.partition("://")[2]), bound):
        return Denial(
            403,
            f"The control API does not answer to web pages of {origin!r}.",
            "Call it from a program or from a page of this server, or start the server with a control token.",
        )
    return None
