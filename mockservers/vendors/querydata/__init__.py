"""QueryData of Irth Utilisphere: 811 tickets over SOAP, a JSON text inside."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="querydata",
    title="QueryData (Irth Utilisphere, SOAP)",
    mounts=(
        Mount(
            r"/Irthnet/webservices/IRTHNetWOIntegration\.asmx(?:/.*)?", "/Irthnet/webservices/IRTHNetWOIntegration.asmx"
        ),
    ),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
