"""By which clock a caller tells times: the SOAP service by the customer's, the REST service by UTC."""

from __future__ import annotations

from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.emulator.renderings import REST_ZONE, ZONES
from mockservers.vendors.autotask.emulator.requests import Asked


def clock(ctx: Context) -> str:
    """The zone of times in this call that bear no mark."""
    asked = ctx.call.request
    if isinstance(asked, Asked) and asked.rest:
        return REST_ZONE
    return ZONES[ctx.dialect["time_zone"]]
