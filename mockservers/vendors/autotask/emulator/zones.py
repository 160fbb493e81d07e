"""Zones: which address serves which customer, and what getZoneInfo says of it.

A tenant's zone stands in its facts: `number`, `address` (host and port, or None for the address a client called by),
`language`. Knows requests, tenants and rules; no table and no wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.operations import Context
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.autotask.dialects import VERSION
from mockservers.vendors.autotask.emulator.requests import Asked

ENGLISH = "en"
BEHIND = "1.6.8"
"""The release before the latest."""
_NUMBERED = re.compile(r"(?:webservices|ww)([0-9]{0,3})(\.[^:]*(?::[0-9]+)?)", re.IGNORECASE)
"""Hosts as the vendor names them: of a zone with its number, of the look-up service without one."""
_ENDPOINT = re.compile(r"([a-z]+)://([^/]*)(/w/[^/]*)?(/.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ZoneInfo:
    """An ATWSZoneInfo. `url` is empty when there is no zone, or None when the element is to be left out.

    `name` is the zone's, which the REST service tells.
    """

    url: str | None
    error: int
    database: str
    customer: int
    web: str
    name: str = ""


def number(tenant: Tenant) -> int:
    """The number of a tenant's zone."""
    return int(tenant.facts["zone"]["number"])


def version(tenant: Tenant, dialect: Dialect) -> str:
    """The release of a tenant's zone: those of other languages get it later (autotask.zone.differences)."""
    release: str = dialect["wsdl_version"]
    language = tenant.facts["zone"].get("language", ENGLISH)
    late = release == VERSION and language != ENGLISH and dialect["localized_wsdl"] == "behind"
    return BEHIND if late else release


def by_name(ctx: Context, user: str | None) -> Tenant | None:
    """The tenant whose domain the user name ends in (autotask.zone.user_name)."""
    name, at, domain = (user or "").strip().casefold().rpartition("@")
    if at and name:
        for tenant in ctx.installation.tenants:
            if domain in tenant.facts.get("domains", ()):
                return tenant
    return None


def of_host(tenants: Iterable[Tenant], host: str) -> Tenant | None:
    """The first tenant whose zone has this address, or None when the address serves all zones."""
    named = _NUMBERED.match(host)
    for tenant in tenants:
        zone = tenant.facts["zone"]
        if zone.get("address"):
            if str(zone["address"]).casefold() == host.casefold():
                return tenant
        elif named is not None and named[1] == str(zone["number"]):
            return tenant
    return None


def of_number(tenants: Iterable[Tenant], wanted: int | None) -> Tenant | None:
    """The first tenant of a zone by its number."""
    return next((tenant for tenant in tenants if number(tenant) == wanted), None)


def elsewhere(asked: Asked, tenant: Tenant) -> bool:
    """Whether a call came to the address of another zone than its tenant's."""
    zone = tenant.facts["zone"]
    if zone.get("address"):
        return asked.host.casefold() != str(zone["address"]).casefold()
    named = _NUMBERED.match(asked.host)
    # The service without a number is for look-ups, yet it forwards other calls like any zone that is not the right one.
    return named is not None and named[1] != str(zone["number"])


def info(ctx: Context, user: str | None) -> ZoneInfo:
    """What getZoneInfo answers for a user name; ends the count of this call, since zone look-ups are free."""
    asked: Asked = ctx.call.request
    uncounted(ctx)
    tenant = by_name(ctx, user)
    if (user or "").strip().casefold() != (asked.user or "").strip().casefold():
        ctx.cite("autotask.zone.user_name")  # whoever asks does not log in as this user
    if tenant is None:
        ctx.cite("autotask.rest.zone_unknown" if asked.rest else "autotask.zone.unknown")
        return ZoneInfo("" if ctx.installation.dialect["zone_unknown"] == "empty_url" else None, -1, "", 0, "")
    ctx.cite("autotask.zone.info")
    url, web = addresses(asked.endpoint, tenant)
    customer = int(tenant.facts.get("customer", 0))
    return ZoneInfo(url, 0, str(tenant.facts.get("database", "")), customer, web, f"Zone {number(tenant)}")


def addresses(endpoint: str, tenant: Tenant) -> tuple[str, str]:
    """The addresses of a tenant's service and of its user interface, as a client of `endpoint` would reach them.

    The vendor's own host names change their number; any other host serves all zones, and then the zone's number stands
    in the path of the user interface.
    """
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None:
        return endpoint, endpoint
    scheme, host, prefix, path = found[1], found[2], found[3] or "", found[4]
    zone: dict[str, Any] = tenant.facts["zone"]
    if zone.get("address"):
        # A zone with an address of its own is told from others by it, so no prefix is needed.
        return f"{scheme}://{zone['address']}{path}", f"{scheme}://{zone['address']}/ww{zone['number']}/"
    named = _NUMBERED.match(host)
    if named is not None:
        rest = f"{named[2]}{prefix}"
        return f"{scheme}://webservices{zone['number']}{rest}{path}", f"{scheme}://ww{zone['number']}{rest}/"
    return endpoint, f"{scheme}://{host}{prefix}/ww{zone['number']}/"


def uncounted(ctx: Context) -> None:
    """Take back the door's count of a call that is not one of the service's (autotask.threshold.counted)."""
    assert ctx.tenant is not None
    counted = ctx.installation.usage.get(ctx.tenant.name)
    if counted:
        counted.pop()
