"""Headers and cookies of a HAR file, in whatever form an exporter wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.kernel.journal import Headers

CONNECTION = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "content-encoding", "accept-encoding"}
)
"""Headers of connections: a HAR file holds what came of them, so they say nothing true any more."""
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def headers(raw: Any) -> Headers:
    """All headers. Browsers write what came several times as the lines of one; those of HTTP/2 that begin with a colon
    tell the address, and are no headers."""
    return [
        (name.strip(), _CONTROL.sub("", line).strip())
        for name, value in _pairs(raw)
        if TOKEN.fullmatch(name.strip())
        for line in re.split(r"\r\n|\n|\r", value) or [""]
    ]


def has_odd(raw: Any) -> bool:
    """Whether something among the headers is none, and is therefore not taken."""
    if raw is None:
        return False
    if not isinstance(raw, (list, Mapping)):
        return True
    found = [name.strip() for name, _ in _pairs(raw)]
    named = sum(each is not None for each in listed(raw))
    return len(found) < named or any(not TOKEN.fullmatch(each.removeprefix(":")) for each in found)


def without_connection(found: Headers) -> Headers:
    return [each for each in found if each[0].lower() not in CONNECTION]


def listed(raw: Any) -> Any:
    """A list of names and values, of which Internet Explorer writes one alone as itself, and some tools all as an object."""
    if not isinstance(raw, Mapping):
        return raw
    return [raw] if {"name", "value"} <= raw.keys() else [{"name": name, "value": value} for name, value in raw.items()]


def _pairs(raw: Any) -> Iterator[tuple[str, str]]:
    raw = listed(raw)
    for each in raw if isinstance(raw, list) else ():
        if isinstance(each, Mapping):
            name, value = each.get("name", each.get("key")), each.get("value")
        elif isinstance(each, list) and len(each) == 2:
            name, value = each
        elif isinstance(each, str) and ":" in each[1:]:
            rest, _, value = each[1:].partition(":")
            name = each[0] + rest
        else:
            continue
        if isinstance(name, str):
            for one in value if isinstance(value, list) else (value,):
                yield name, "" if one is None else str(one)


def with_cookies(found: Headers, raw: Any, *, sent: bool) -> Headers:
    """Headers with the cookies that the file tells beside them alone, as some exporters do."""
    name = "Cookie" if sent else "Set-Cookie"
    told = [f"{each[0]}={each[1]}" for each in _pairs(raw) if TOKEN.fullmatch(each[0])]
    told = [_CONTROL.sub("", each).replace("\n", "") for each in told]
    if not told or any(each.lower() == name.lower() for each, _ in found):
        return found
    return [*found, *([(name, "; ".join(told))] if sent else [(name, each) for each in told])]
