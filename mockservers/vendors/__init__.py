"""The vendors. Each is a package of the same shape: rules, model, semantics, wire, and `EMULATOR` in its `__init__`.

Loaded at first use, so that a process pays only for the vendors it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from mockservers.kernel.operations import Emulator
from mockservers.wirekit.environ import EXCHANGE as EXCHANGE
from mockservers.wirekit.environ import WORLD as WORLD

NAMES = ("querydata", "get_tickets", "autotask", "trackit", "superoffice")

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@cache
def emulator(name: str) -> Emulator:
    """The emulator of a vendor; raises ValueError for a name that is none."""
    if name not in NAMES:
        raise ValueError(f"{name!r} is not an emulated vendor; there are {', '.join(NAMES)}")
    found: Emulator = import_module(f"mockservers.vendors.{name}").EMULATOR
    return found


def application(name: str) -> WsgiApplication:
    """The WSGI application of a vendor's wire, built once per process; it serves every world."""
    return wire(emulator(name).wire)


@cache
def wire(reference: str) -> WsgiApplication:
    """The WSGI application that `Emulator.wire` names as `module:function`, built once per process."""
    module, _, factory = reference.partition(":")
    built: WsgiApplication = getattr(import_module(module), factory)()
    return built
