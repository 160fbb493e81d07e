"""Which vendor and which world a request is for: decided by host, header and path alone, never by a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

WORLD_HEADER = "X-Mock-World"


@dataclass(frozen=True, slots=True)
class Mount:
    """The paths of one vendor: a pattern over the path without its world prefix, and how to show it to people."""

    vendor: str
    pattern: re.Pattern[str]
    shown: str


def _mount(vendor: str, pattern: str, shown: str) -> Mount:
    return Mount(vendor, re.compile(pattern, re.IGNORECASE), shown)


MOUNTS = (
    _mount(
        "querydata",
        r"/Irthnet/webservices/IRTHNetWOIntegration\.asmx(?:/.*)?",
        "/Irthnet/webservices/IRTHNetWOIntegration.asmx",
    ),
    # The folder above /API is the installation's own; the wire compares it with the dialect.
    _mount("get_tickets", r"(?:/[^/]+)*/API/(?:default\.aspx)?", "/API/default.aspx"),
)

_PREFIX = re.compile(r"/w/([^/]*)(/.*|$)")
_HOST = re.compile(r"([a-z0-9-]+)\.localhost(?::\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the world's name, its prefix in the URL (or ""), and the path below it."""

    world: str
    prefix: str
    path: str


def target(path: str, host: str, headers: Mapping[str, str]) -> Target:
    """Choose the world: by the prefix `/w/<world>/`, else by the header, else by `<world>.localhost`, else `default`."""
    found = _PREFIX.fullmatch(path)
    if found:
        return Target(found[1], f"/w/{found[1]}", found[2] or "/")
    named = headers.get(WORLD_HEADER)
    if named:
        return Target(named, "", path)
    by_host = _HOST.fullmatch(host)
    return Target(by_host[1].lower() if by_host else "default", "", path)


def find(path: str) -> Mount | None:
    """The mount whose pattern matches the whole path."""
    for mount in MOUNTS:
        if mount.pattern.fullmatch(path):
            return mount
    return None


def nearest(path: str, most: int = 3) -> list[dict[str, str]]:
    """The known paths most like an unmatched one, each with the reason why it did not match."""
    shown = [mount.shown for mount in MOUNTS] + ["/_mock/", "/_mock/v1/health"]
    ranked = sorted(shown, key=lambda each: -SequenceMatcher(None, path.lower(), each.lower()).ratio())
    return [{"path": each, "why": _difference(path, each)} for each in ranked[:most]]


def _difference(asked: str, known: str) -> str:
    ours, theirs = asked.rstrip("/").split("/"), known.rstrip("/").split("/")
    for position, (left, right) in enumerate(zip(ours, theirs, strict=False), start=0):
        if left.lower() != right.lower():
            return f"segment {position} is {left!r}, expected {right!r}"
    if len(ours) < len(theirs):
        return f"the path ends before {theirs[len(ours)]!r}"
    if len(ours) > len(theirs):
        return f"{ours[len(theirs)]!r} is too much"
    return "the trailing slash differs"
