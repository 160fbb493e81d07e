"""What the decoders of all vendors share: what went over the wire, decoded a second time, for judging alone.

They share nothing with the emulators: a judge must not reuse the defendant's code. They never raise on bad bytes.
A vendor's `contract/decoder.py` may have a function `line(exchange)` that puts an exchange in words for reports:
"asked -> told".
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from typing import Any, TypeVar

from lxml import etree

from mockservers import registry
from mockservers.harness.history import Exchanged

Read = TypeVar("Read")


def once(read: Callable[[Exchanged], Read]) -> Callable[[Exchanged], Read]:
    """`read`, which is done once for each exchange: many duties ask for the same. What was read goes when the exchange does.

    A cache of so many exchanges would keep them, with their bodies, for as long as a rehearsal lasts, and be too small for a
    long recording. An exchange cannot be changed, so what was read stays true; it must not hold the exchange itself.
    """
    known: dict[int, tuple[weakref.ref[Exchanged], Read]] = {}

    @wraps(read)
    def reading(exchange: Exchanged) -> Read:
        key = id(exchange)
        found = known.get(key)
        if found is not None and found[0]() is exchange:
            return found[1]
        value = read(exchange)
        known[key] = (weakref.ref(exchange, lambda gone: known.pop(key, None)), value)
        return value

    return reading


def line(vendor: str, exchange: Exchanged) -> str:
    """An exchange in words, "asked -> told", as the vendor's decoder says it; by method, path and status without one."""
    if not exchange.request_known:
        told = "broke off" if exchange.status is None else f"status {exchange.status}"
        return f"a request that nobody read -> {told}"
    return _liner(vendor)(exchange)


@cache
def _liner(vendor: str) -> Callable[[Exchanged], str]:
    known = registry.vendors().get(vendor)
    if known is None or known.contract is None:
        return _plain
    found: Callable[[Exchanged], str] = getattr(known.module("contract", "decoder"), "line", _plain)
    return found


def _plain(exchange: Exchanged) -> str:
    told = "no answer" if exchange.status is None else f"status {exchange.status}"
    return f"{exchange.method} {exchange.target.partition('?')[0]} -> {told}"


def xml(body: bytes) -> Any | None:
    """The root element of a document, or None where there is no well-formed one."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)  # an answer has thousands of elements, and a few dozen names
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def find(root: Any, name: str) -> Any | None:
    """The first element of that local name, the root included."""
    return next(root.iter(f"{{*}}{name}"), None)
