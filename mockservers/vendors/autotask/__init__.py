"""Autotask PSA's SOAP service 1.6 (ATWS): 167 entities, queries as XML inside XML, writes that replace; REST 1.0 beside it."""

from __future__ import annotations

from mockservers.registry import Mount, Vendor

VENDOR = Vendor(
    name="autotask",
    title="Autotask PSA (SOAP 1.6, REST 1.0)",
    mounts=(
        Mount(r"/atservicesrest/.*", "/ATServicesRest/"),
        Mount(r"/atservices/[^/]*/atws\.(?:asmx(?:/.*)?|wsdl)", "/ATServices/1.6/atws.asmx"),
        Mount(
            r"(?:/ww[0-9]{1,3})?/autotask/autotaskextend/executecommand\.aspx",
            "/Autotask/AutotaskExtend/ExecuteCommand.aspx",
        ),
    ),
    emulator=f"{__name__}.emulator",
    contract=f"{__name__}.contract",
    recording=f"{__name__}.recording",
)
