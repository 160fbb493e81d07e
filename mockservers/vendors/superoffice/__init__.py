"""SuperOffice's NetServer WebAPI v1: the Ticket agent with GetTickets, and what a synchronising client needs around it."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="superoffice",
    title="SuperOffice WebAPI v1",
    mounts=(
        # Without a slash at its end, /api is not that of an .aspx page. Roots, and folders above them, are compared by the wire.
        Mount(r"(?:/[^/]+)?/api(?:/(?:v1|state)(?:/.*)?)?", "/api/v1/Agents/Ticket/GetTickets"),
        Mount(r"/login/common/oauth/tokens", "/login/common/oauth/tokens"),
    ),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
