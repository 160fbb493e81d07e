"""Toy: a list of tickets over HTTP, as JSON, for whoever has the key."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="toy",
    title="Toy ticket API",
    mounts=(Mount(r"/toy/tickets", "/toy/tickets"),),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
