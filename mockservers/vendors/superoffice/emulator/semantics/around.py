"""What stands around the tickets: versions, addresses, the state of a tenant, zones, the caller, descriptions of methods."""

from __future__ import annotations

from typing import Any, NoReturn

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.vendors.superoffice.dialects import ZONES
from mockservers.vendors.superoffice.emulator import description
from mockservers.vendors.superoffice.emulator.access import RUNNING, caller
from mockservers.vendors.superoffice.emulator.answers import Answer
from mockservers.vendors.superoffice.emulator.model import CATALOGUE
from mockservers.vendors.superoffice.emulator.requests import Asked

RELEASE = "12.4.1514.0"
ENDPOINTS: list[dict[str, Any]] = CATALOGUE.facts["endpoints"]
_OF_METHOD = {tuple(each["path"].split("/")[-2:]): each for each in ENDPOINTS if "/Agents/" in each["path"]}


def version(ctx: Context, asked: Asked) -> Answer:
    """What serves here (superoffice.address.version)."""
    ctx.cite("superoffice.address.version")
    base = f"{asked.base}/api/v1"
    return Answer({"v1": base, "Version": "1.0", "NetServerVersion": RELEASE, "Release": "12.4"}, "ApiVersion")


def addresses(ctx: Context, asked: Asked) -> Answer:
    """Every address that is emulated, with its verbs."""
    ctx.cite("superoffice.address.version")
    made: dict[str, dict[str, str]] = {}
    for each in ENDPOINTS:
        if each["emulate"] != "skip" and each["path"].startswith("/api/v1/"):
            url = f"{asked.base}{each['path']}"
            made.setdefault(url, {})[each["method"]] = str(each["answer"] or "nothing")
    return Answer(made, "Addresses")


def state(ctx: Context, asked: Asked) -> Answer:
    """Where a tenant is served, and whether it is running (superoffice.address.state)."""
    ctx.cite("superoffice.address.state")
    name = asked.path[0].casefold()
    found = next((each for each in ctx.installation.tenants if each.name.casefold() == name), None)
    if found is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"Tenant {asked.path[0][:40]} not found")
    state = str(found.facts.get("state", "Running"))
    home = f"{asked.scheme}://{found.facts.get('host') or asked.host}{asked.prefix}/{found.name}"
    value = {
        "ContextIdentifier": found.name,
        "Endpoint": home,
        "State": state,
        "IsRunning": state in RUNNING,
        "ValidUntil": instants.to_iso(min(ctx.now + instants.HOUR, instants.LATEST)),
        "Api": f"{home}/api",
        "Version": RELEASE,
    }
    return Answer(value, "TenantStatus")


def describe(ctx: Context, asked: Asked) -> Answer:
    """What a method of the agent takes and answers; it does not run (superoffice.request.get_describes)."""
    ctx.cite("superoffice.request.get_describes", "superoffice.address.agent")
    endpoint = _OF_METHOD[asked.path]
    value = {
        "Name": asked.path[1],
        "Method": endpoint["method"],
        "Url": f"{asked.base}{endpoint['path']}",
        "Parameters": endpoint.get("query", []),
        "Request": endpoint.get("body"),
        "Response": endpoint["answer"],
        "NsApiSlow": endpoint.get("slow_ms", 0),
    }
    return Answer(value, "MethodDescription")


def described(ctx: Context, asked: Asked) -> Answer:
    """All of it as an OpenAPI document of our own."""
    ctx.cite("superoffice.address.version")
    return Answer(description.document(ctx.installation.dialect, asked.base), "OpenApi")


def _zone(code: str) -> dict[str, Any]:
    number, name = ZONES[code]
    return {"TimeZoneId": number, "IsoCode": code, "Name": name}


def zone_list(ctx: Context, asked: Asked) -> Answer:
    """The zones that SO-TimeZone takes."""
    ctx.cite("superoffice.zone.list")
    return Answer([_zone(code) for code in ZONES], "ArrayOfTimeZone")


def base_zone(ctx: Context, asked: Asked) -> Answer:
    """The zone of the installation."""
    ctx.cite("superoffice.zone.list")
    return Answer(_zone(ctx.dialect["base_zone"]), "TimeZone")


def principal(ctx: Context, asked: Asked) -> Answer:
    """Who is logged in (superoffice.user.principal)."""
    ctx.cite("superoffice.user.principal")
    who = caller(ctx)
    assert ctx.tenant is not None
    value = {
        "UserName": who.user,
        "FullName": who.name,
        "EjUserId": who.ejuser,
        "AssociateId": who.associate,
        "DatabaseContextIdentifier": ctx.tenant.name,
        "UserType": "InternalAssociate",
    }
    return Answer(value, "SoPrincipal")


def other(ctx: Context, asked: Asked) -> NoReturn:
    """An address that the vendor has and the emulator has not."""
    ctx.cite("superoffice.address.other")
    raise Unsupported(asked.path[0] if asked.path else "this address")
