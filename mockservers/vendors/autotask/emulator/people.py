"""Who calls Autotask: what is known of a user, what its security level lets it do, and what can be done beside a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel import people
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Fact
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.autotask.emulator import access, model

ACTIONS: Mapping[str, str] = {
    "note": "Write a note on a ticket, task, project, account, contract or product: `note`? (its text).",
    "time": "Enter time on a ticket or task: `hours`? (1 without), `note`?.",
    "complete": "Complete a ticket, task or project: `note`? (the resolution of a ticket).",
    "reopen": "Reopen it.",
    "assign": "Assign a ticket or task: `to` (a resource's id), `role`?, `queue`?.",
    "update": "Edit fields: `fields`.",
}
"""All take `entity`? (a ticket without) and `by`? (a resource's id) too."""


def _level(there: Installation, tenant: Tenant, value: Any) -> None:
    levels = tenant.facts["levels"]
    if not isinstance(value, str) or value not in levels:
        raise ValueError(f"must be a security level of the customer, one of {', '.join(levels)}")


def _resource(there: Installation, tenant: Tenant, value: Any) -> None:
    people.whole(there, tenant, value)
    with there.store.transaction() as db:
        if not model.exists(db, tenant.name, "Resource", value):
            known = [each["id"] for each, _ in model.page(db, tenant.name, "Resource", 0, 100)]
            raise ValueError(f"must be the id of a resource of the customer, one of {people.some_of(known)}")


FACTS = (
    Fact("user", "the name to log in with", access.USER, people.text, needed=True),
    Fact("level", "the security level by its name; without it the customer's first", access.USER, _level),
    Fact("resource", "the id of the resource that the user is; without it none", access.USER, _resource),
    Fact("active", "false: turned away; true without it", access.USER, people.flag),
)


def rights(tenant: Tenant, credential: Credential) -> str:
    """What a user may do by its security level."""
    if credential.kind != access.USER:
        return "goes with every login of the customer, as the header IntegrationCode"
    level = access.level_of(tenant, credential)
    name = next(name for name, each in tenant.facts["levels"].items() if each is level)
    if level["kind"] != "api_only":
        return f"level {name}: turned away, for it is no API user"
    told = [f"may not {', '.join(deeds)} {entity}" for entity, deeds in (level.get("denied") or {}).items()]
    told += [f"finds no {', '.join(level['absent'])}"] if level.get("absent") else []
    told += [f"never sees {entity}.{', '.join(names)}" for entity, names in (level.get("hidden") or {}).items()]
    told += [
        f"finds only {entity} with {name} {', '.join(map(str, values))}"
        for entity, rows in (level.get("rows") or {}).items()
        for name, values in rows.items()
    ]
    told += ["reaches only its own lines of business"] if level.get("lines") else []
    told += [f"password lasts {level['password_days']} days"] if level.get("password_days") is not None else []
    return f"level {name}: " + ("; ".join(told) or "everything")
