"""ReadyDesk 9's API action get_tickets: tickets over plain HTTP, as XML, JSON or URL-delimited text."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="get_tickets",
    title="ReadyDesk 9 get_tickets",
    mounts=(
        # The folder above /API is the installation's own; the wire compares it with the dialect.
        Mount(r"(?:/+[^/]+)*/+API/+(?:default\.aspx)?", "/API/default.aspx"),
        # Others have an /api too; who asks there with a key and an action has left the slash out.
        Mount(r"(?:/+[^/]+)*/+API", "/API/", query=r"(?:\A|&)(?:key|action)="),
    ),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
