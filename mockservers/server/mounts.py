"""Which vendor and which world a request is for: decided by host, header and path alone, never by a body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

WORLD_HEADER = "X-Mock-World"


@dataclass(frozen=True, slots=True)
class Mount:
    """The paths of one vendor: a pattern over the path without its world prefix, and how to show it to people."""

    vendor: str
    pattern: re.Pattern[str]
    shown: str


def mount(vendor: str, pattern: str, shown: str) -> Mount:
    """A mount; paths are compared without regard to case, as IIS does."""
    return Mount(vendor, re.compile(pattern, re.IGNORECASE), shown)


MOUNTS = (
    mount(
        "querydata",
        r"/Irthnet/webservices/IRTHNetWOIntegration\.asmx(?:/.*)?",
        "/Irthnet/webservices/IRTHNetWOIntegration.asmx",
    ),
    # The folder above /API is the installation's own; the wire compares it with the dialect.
    mount("get_tickets", r"(?:/[^/]+)*/API/(?:default\.aspx)?", "/API/default.aspx"),
    # The REST service is not emulated; the wire says so instead of letting the path look unknown.
    mount("autotask", r"/atservicesrest/.*", "/ATServicesRest/"),
    mount("autotask", r"/atservices/[^/]*/atws\.(?:asmx(?:/.*)?|wsdl)", "/ATServices/1.6/atws.asmx"),
    mount(
        "autotask",
        r"(?:/ww[0-9]{1,3})?/autotask/autotaskextend/executecommand\.aspx",
        "/Autotask/AutotaskExtend/ExecuteCommand.aspx",
    ),
    # The virtual directory is the installation's own; the wire compares it with the dialect, and double slashes too.
    mount("trackit", r"(?:/+[^/]+)+/+WebApi(?:/.*)?", "/TrackIt/WebApi"),
    # The API of Track-It! 11 is another one; the wire says so.
    mount("trackit", r"/TrackitWebAPI(?:/.*)?", "/TrackitWebAPI/api"),
    # Without a slash at its end, /api is not get_tickets' address. Roots, and folders above them, are compared by the wire.
    mount("superoffice", r"(?:/[^/]+)?/api(?:/(?:v1|state)(?:/.*)?)?", "/api/v1/Agents/Ticket/GetTickets"),
    mount("superoffice", r"/login/common/oauth/tokens", "/login/common/oauth/tokens"),
)

_PREFIX = re.compile(r"/w/([^/]*)(/.*|$)", re.DOTALL)
_HOST = re.compile(r"([a-z0-9-]+)\.localhost\.?(?::\d+)?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://([^/?#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the world's name, its prefix in the URL (or ""), the path below it, and the query."""

    world: str
    prefix: str
    path: str
    query: str


def target(raw: str, host: str, headers: Mapping[str, str]) -> Target:
    """Read a request target, and choose the world.

    The prefix `/w/<world>/` comes first, then the header, then the host `<world>.localhost`, then `default`. `raw` is
    what stands in the request line: a path, or a whole URL whose host then counts instead of the header `Host`.
    """
    absolute = _ABSOLUTE.match(raw)
    if absolute:
        host, raw = absolute[1].rpartition("@")[2], raw[absolute.end() :]
    path, _, query = raw.partition("#")[0].partition("?")
    path = path or "/"
    found = _PREFIX.fullmatch(path)
    if found:
        return Target(found[1], f"/w/{found[1]}", found[2] or "/", query)
    named = headers.get(WORLD_HEADER)
    if named:
        return Target(named, "", path, query)
    by_host = _HOST.fullmatch(host)
    return Target(by_host[1].lower() if by_host else "default", "", path, query)


def find(path: str, mounts: Iterable[Mount] = MOUNTS) -> Mount | None:
    """The mount whose pattern matches the whole path."""
    for each in mounts:
        if each.pattern.fullmatch(path):
            return each
    return None


def nearest(path: str, mounts: Iterable[Mount] = MOUNTS, most: int = 3) -> list[dict[str, str]]:
    """The known paths most like an unmatched one, each with the reason why it did not match."""
    path = path[:300]
    shown = [each.shown for each in mounts] + ["/_mock/", "/_mock/v1/health"]
    ranked = sorted(shown, key=lambda each: -SequenceMatcher(None, path.lower(), each.lower()).ratio())
    return [{"path": each, "why": _difference(path, each)} for each in ranked[:most]]


def _difference(asked: str, known: str) -> str:
    ours, theirs = asked.rstrip("/").split("/"), known.rstrip("/").split("/")
    for position, (left, right) in enumerate(zip(ours, theirs, strict=False)):
        if left.lower() != right.lower():
            return f"segment {position} is {left!r}, expected {right!r}"
    if len(ours) < len(theirs):
        return f"the path ends before {theirs[len(ours)]!r}"
    if len(ours) > len(theirs):
        return f"{ours[len(theirs)]!r} is too much"
    return "the trailing slash differs"
