"""Endpoints for the vendors' customers: tenants, their credentials and their dialects."""

from __future__ import annotations

import copy
from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel import instants, people
from mockservers.kernel.installation import Installation
from mockservers.kernel.redaction import MASK
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.kernel.world import World
from mockservers.server.control import answers, context, models
from mockservers.server.control.context import Problem

api = APIBlueprint("tenancy", __name__, url_prefix="/_mock/v1")
_TENANTS, _CREDENTIALS, _DIALECTS = [Tag(name="tenants")], [Tag(name="credentials")], [Tag(name="dialects")]

MOST_TENANTS = 1000
MOST_CREDENTIALS = 10_000


def _tenant(there: Installation, tenant: Tenant) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "first": tenant is there.tenants.first,
        "dialect": tenant.dialect.changes(),
        "credentials": sum(1 for each in there.tenants.credentials if each.tenant == tenant.name),
    }


@api.get("/tenants", tags=_TENANTS, operation_id="listTenants", responses={200: answers.Tenants})
def tenants(query: models.VendorQuery) -> flask.Response:
    """The tenants of a vendor, with the switches that are not at their default."""
    there = context.installation(context.world(query.world), query.vendor)
    return context.answer({"tenants": [_tenant(there, each) for each in there.tenants]})


@api.post("/tenants", tags=_TENANTS, operation_id="addTenant", responses={201: answers.Tenant})
def add_tenant(query: models.WorldQuery, body: models.TenantCreate) -> flask.Response:
    """Add a tenant without data; its settings are copied from the vendor's first tenant, its dialect may differ."""
    there = context.installation(context.world(query.world), body.vendor)
    if sum(1 for _ in there.tenants) >= MOST_TENANTS:
        raise Problem(422, f"This installation has {MOST_TENANTS} tenants already.")
    dialect = there.dialect
    if body.dialect is not None:
        with context.naming("dialect"):
            dialect = dialect.with_(_difference(there, dict(dialect), body.dialect), scope="tenant")
    with context.naming("name"):
        made = there.tenants.add(Tenant(body.name, dialect, copy.deepcopy(there.tenants.first.facts)))
    context.changed(there)
    return context.answer(_tenant(there, made), 201)


# --- credentials ----------------------------------------------------------------------------------------------------


def _iso(instant: int | None) -> str | None:
    return None if instant is None else instants.to_iso(instant)


def _credential(where: World, credential: Credential, secret: str = MASK) -> dict[str, Any]:
    return {
        "id": credential.id,
        "tenant": credential.tenant,
        "kind": credential.kind,
        "secret": secret,
        "valid": credential.valid(where.clock.now()),
        "expires": _iso(credential.expires),
        "revoked": _iso(credential.revoked),
    }


@api.get("/credentials", tags=_CREDENTIALS, operation_id="listCredentials", responses={200: answers.Credentials})
def credentials(query: models.TenantQuery) -> flask.Response:
    """The credentials of a vendor, or of one tenant; secrets are masked."""
    where = context.world(query.world)
    there = context.installation(where, query.vendor)
    if query.tenant is not None:
        context.tenant_named(there, query.tenant)
    found = [each for each in there.tenants.credentials if query.tenant in (None, each.tenant)]
    return context.answer({"credentials": [_credential(where, each) for each in found]})


@api.post("/credentials", tags=_CREDENTIALS, operation_id="addCredential", responses={201: answers.Credential})
def add_credential(query: models.WorldQuery, body: models.CredentialAdd) -> flask.Response:
    """Add a credential. One that is made here is shown in this answer and never again."""
    where = context.world(query.world)
    there = context.installation(where, body.vendor)
    context.tenant_named(there, body.tenant)
    kinds = there.emulator.credential_kinds
    kind = body.kind if body.kind is not None else next(iter(kinds), None)
    if kind is None or kind not in kinds:
        raise context.wrong("kind", f"{body.vendor} has no credentials of kind {kind!r}; it has {', '.join(kinds)}")
    if len(there.tenants.credentials) >= MOST_CREDENTIALS:
        raise Problem(422, f"This installation has {MOST_CREDENTIALS} credentials already.")
    secret = body.secret if body.secret is not None else there.ids.token("control/credential", 16).hex()
    with context.naming("facts"):
        people.check_facts(there, there.tenants[body.tenant], kind, body.facts)
    with context.naming("secret"):
        made = there.tenants.grant(body.tenant, kind, secret, body.expires, dict(body.facts))
    context.changed(there)
    return context.answer(_credential(where, made, MASK if body.secret is not None else secret), 201)


def _find(there: Installation, credential_id: str) -> Credential:
    try:
        return there.tenants.credential(credential_id)
    except ValueError as error:
        raise Problem(404, f"{error}.") from error


@api.post(
    "/credentials/<string:id>/revoke",
    tags=_CREDENTIALS,
    operation_id="revokeCredential",
    responses={200: answers.Credential},
)
def revoke_credential(
    path: models.CredentialPath, query: models.VendorQuery, body: models.CredentialChange
) -> flask.Response:
    """Revoke a credential now, or at an instant; an explicit null takes the revocation back."""
    where = context.world(query.world)
    there = context.installation(where, query.vendor)
    credential = _find(there, path.id)
    credential.revoked = body.at if "at" in body.model_fields_set else where.clock.now()
    context.changed(there)
    return context.answer(_credential(where, credential))


@api.post(
    "/credentials/<string:id>/expire",
    tags=_CREDENTIALS,
    operation_id="expireCredential",
    responses={200: answers.Credential},
)
def expire_credential(
    path: models.CredentialPath, query: models.VendorQuery, body: models.CredentialChange
) -> flask.Response:
    """Have a credential expire at an instant (now without one); an explicit null takes the expiry away."""
    where = context.world(query.world)
    there = context.installation(where, query.vendor)
    credential = _find(there, path.id)
    credential.expires = body.at if "at" in body.model_fields_set else where.clock.now()
    context.changed(there)
    return context.answer(_credential(where, credential))


# --- dialects -------------------------------------------------------------------------------------------------------


def _dialect(there: Installation, tenant: str | None) -> dict[str, Any]:
    dialect = there.dialect if tenant is None else there.tenants[tenant].dialect
    family = there.emulator.dialects
    return {
        "vendor": there.emulator.name,
        "tenant": tenant,
        "named": list(family.named),
        "changes": dialect.changes(),
        "switches": [
            {
                "name": switch.name,
                "value": dialect[switch.name],
                "default": family.default[switch.name],
                "takes": switch.expected,
                "scope": switch.scope,
                "why": switch.why,
            }
            for switch in family.switches.values()
        ],
    }


def _difference(there: Installation, now: dict[str, Any], choice: str | dict[str, Any]) -> dict[str, Any]:
    """What has to change to go from the switches `now` to a dialect; raises ValueError for one that is wrong."""
    if isinstance(choice, dict):
        return choice
    return {name: value for name, value in there.emulator.dialects.dialect(choice).items() if value != now[name]}


@api.get("/dialect", tags=_DIALECTS, operation_id="getDialect", responses={200: answers.Dialect})
def read_dialect(query: models.TenantQuery) -> flask.Response:
    """Every switch with its value, for a tenant or the whole installation."""
    there = context.installation(context.world(query.world), query.vendor)
    if query.tenant is not None:
        context.tenant_named(there, query.tenant)
    return context.answer(_dialect(there, query.tenant))


@api.put("/dialect", tags=_DIALECTS, operation_id="setDialect", responses={200: answers.Dialect})
def set_dialect(query: models.WorldQuery, body: models.DialectChange) -> flask.Response:
    """Set switches, or take a named dialect and then set switches, for a tenant or the whole installation."""
    there = context.installation(context.world(query.world), body.vendor)
    changes: dict[str, Any] = {}
    if body.named is not None:
        with context.naming("named"):
            wanted = there.emulator.dialects.dialect(body.named)
        # On the installation every tenant takes the dialect; on a tenant only what differs need be allowed there.
        changes = dict(wanted) if body.tenant is None else _difference(there, _values(there, body.tenant), body.named)
    for name, value in body.switches.items():
        with context.naming(f"switches.{name}"):
            there.dialect.with_({name: value}, scope=None if body.tenant is None else "tenant")
        changes[name] = value
    with context.naming("named" if body.named is not None else "switches"):
        there.switch(changes, body.tenant)
    return context.answer(_dialect(there, body.tenant))


def _values(there: Installation, tenant: str) -> dict[str, Any]:
    return dict(there.tenants[context.tenant_named(there, tenant)].dialect)
