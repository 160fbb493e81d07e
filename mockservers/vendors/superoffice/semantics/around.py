"""What is known and not emulated."""

from __future__ import annotations

from typing import NoReturn

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.superoffice import rules
from mockservers.vendors.superoffice.requests import Asked


def other(ctx: Context, asked: Asked) -> NoReturn:
    """An address that the vendor has and the emulator has not."""
    ctx.cite(rules.ADDRESS_OTHER)
    raise Unsupported(asked.path[0] if asked.path else "this address")
