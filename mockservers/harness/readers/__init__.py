"""Readers: small decoders of what went over the wire, written for judging alone.

They share nothing with the emulators: a judge must not reuse the defendant's code. They never raise on bad bytes.
A vendor's reader may have a function `line(exchange)` that puts an exchange in words for reports: "asked -> told".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from lxml import etree

from mockservers.harness.history import Exchanged


def line(vendor: str, exchange: Exchanged) -> str:
    """An exchange in words, "asked -> told", as the vendor's reader says it; by method, path and status without one."""
    if not exchange.request_known:
        told = "broke off" if exchange.status is None else f"status {exchange.status}"
        return f"a request that nobody read -> {told}"
    return _liner(vendor)(exchange)


@cache
def _liner(vendor: str) -> Callable[[Exchanged], str]:
    name = f"{__name__}.{vendor}"
    found = getattr(import_module(name), "line", None) if vendor.isidentifier() and find_spec(name) else None
    return _plain if found is None else found


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
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find(root: Any, name: str) -> Any | None:
    """The first element of that local name, the root included."""
    return next(root.iter(f"{{*}}{name}"), None)
