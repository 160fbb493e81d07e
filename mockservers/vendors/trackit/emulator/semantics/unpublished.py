"""Calls whose routes are known from a live server's description, and whose answers nobody published. Knows no wire."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.trackit.emulator.requests import Asked

Call = Callable[[Context, Asked], Any]


def assumed(call: Call) -> Call:
    """A call that is answered as we assume, or refused where the dialect wants no assumptions."""

    @wraps(call)
    def answered(ctx: Context, asked: Asked) -> Any:
        if ctx.dialect["unpublished_routes"] == "unsupported":
            ctx.cite("trackit.address.not_emulated")
            raise Unsupported(f"the answer of {ctx.call.operation}")
        return call(ctx, asked)

    return answered
