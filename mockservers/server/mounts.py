"""Which vendor and which world a request is for: decided by host, header, path and query, never by a body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from mockservers import registry
from mockservers.registry import Mount

WORLD_HEADER = "X-Mock-World"


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


def all_mounts() -> tuple[Mount, ...]:
    """The mounts of every vendor, in the order in which they are tried."""
    return tuple(mount for vendor in registry.vendors().values() for mount in vendor.mounts)


def find(path: str, mounts: Iterable[Mount], query: str = "") -> Mount | None:
    """The first mount that takes the path, and the query where it asks for one."""
    for each in mounts:
        if each.takes(path, query):
            return each
    return None


def nearest(path: str, mounts: Iterable[Mount], most: int = 3) -> list[dict[str, str]]:
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
