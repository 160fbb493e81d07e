"""Who may use the control API, and who may read data of a real system. Knows headers only, never a body.

With a token every call of the control API must carry it. Without one the emulators listen on this machine alone, and the
danger is a web page in a browser here: one that has its own host name resolve to 127.0.0.1 is told by `Host`, one that
calls across origins by `Origin`, or by what browsers say in `Sec-Fetch-Site`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_LOOPBACK = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE)


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


def _origin(origin: str) -> tuple[str, int]:
    """Host and port of an origin; nothing and 0 for one that names none, such as `null`."""
    scheme, _, authority = origin.strip().lower().partition("://")
    port = authority.rpartition(":")[2] if authority.rpartition("]")[2].count(":") == 1 else ""
    return host_of(authority), int(port) if re.fullmatch("[0-9]{1,5}", port) else {"http": 80, "https": 443}.get(
        scheme, 0
    )


def is_ours(host: str, bound: str) -> bool:
    """Whether a host name can only mean this machine, or is the one we were told to listen on."""
    return is_loopback(host) or host.endswith(".localhost") or host == host_of(f"[{bound.strip('[]')}]")


def check(headers: Mapping[str, str], token: str | None, bound: str, port: int, method: str = "GET") -> Denial | None:
    """The reason to turn a call of the control API away, or None. `bound` and `port` are where the front door listens."""
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
    if origin is not None:
        name, at = _origin(origin)
        if not is_ours(name, bound) or at != port:
            return Denial(
                403,
                f"The control API does not answer to web pages of {origin!r}, but to those of this server alone (port "
                f"{port}).",
                "Call it from a program, which sends no Origin, or start the server with a control token.",
            )
    site = _foreign_fetch(headers, method)
    if site:
        return Denial(
            403,
            f"The control API does not answer to web pages of another origin (Sec-Fetch-Site: {site}).",
            "Call it from a program or from a page of this server, or start the server with a control token.",
        )
    return None


def _foreign_fetch(headers: Mapping[str, str], method: str) -> str:
    """From where a web page calls. Browsers say that even when they send no `Origin`; following a link here is harmless."""
    site = headers.get("Sec-Fetch-Site", "none").strip().lower()
    link = method in ("GET", "HEAD") and headers.get("Sec-Fetch-Mode", "").strip().lower() == "navigate"
    return "" if site in ("none", "same-origin") or link else site


def _is_local(host: str) -> bool:
    """Whether a host name has one label. Such names are given by this machine and its network; a stranger's DNS cannot."""
    return re.fullmatch(r"[a-z0-9_-]+", host) is not None


def check_data(
    headers: Mapping[str, str], target: str, bound: str, allowed: Sequence[str] | None, method: str = "GET"
) -> Denial | None:
    """The reason to keep data of a real system from a caller, or None.

    `target` is what stands in the request line, `bound` the host that is listened on, `allowed` further names (`*` is any);
    None where the data are made up. Names of one label are let in: a page in the web cannot have such a name.
    """
    if allowed is None or "*" in allowed:
        return None
    names = {host_of(each) for each in allowed}
    absolute = _ABSOLUTE.match(target)
    authority = absolute[1].rpartition("@")[2] if absolute else headers.get("Host")  # a whole address counts instead
    host = None if authority is None else host_of(authority)
    if host is not None and not (is_ours(host, bound) or host in names or _is_local(host)):
        return Denial(
            403,
            f"This server has data of a real system, and does not answer to the host name {authority!r}: a web page "
            "could have made that name point to this machine.",
            "Use localhost or 127.0.0.1, or start it with --allow-host NAME (* for any name).",
        )
    origin = headers.get("Origin")
    if origin is not None:
        name = _origin(origin)[0]
        if not (is_ours(name, bound) or name in names):
            return Denial(
                403,
                f"This server has data of a real system, and does not answer to web pages of {origin!r}.",
                "Call it from a program, or start it with --allow-host NAME for the host of that page.",
            )
    elif _foreign_fetch(headers, method) not in (
        "",
        "same-site",
    ):  # of this machine, as other ports are, or of a known name
        return Denial(
            403,
            "This server has data of a real system, and does not answer to web pages of another site.",
            "Call it from a program, or start it with --allow-host NAME for the host of that page, and let the page ask in "
            "the mode cors, in which its browser says who asks.",
        )
    return None
