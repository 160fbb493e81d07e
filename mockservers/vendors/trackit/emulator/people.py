"""Who calls Track-It!: what is known of a technician, what he may do, and what can be done with a ticket beside a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel import people
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Fact
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.trackit.emulator import access, model

ACTIONS: Mapping[str, str] = {
    "note": "Add a note: `text`?, `note_type`?, `activity`?, `duration`?, `private`?, `system`?, `touch`?, `copies`?.",
    "change_status": "Change the status: `status`? (a name).",
    "close": "Close the ticket, with the default closed status.",
    "reopen": "Open it again, with the default open status.",
    "assign": "Give it to a technician: `technician`? (a login).",
    "update": "Edit fields: `fields`?; another summary without.",
    "respond": "A technician responds: field 132.",
    "attach": "Attach a file: `name`?, `size`? or `text`?, `url`?, `copies`?; to `assignment`? or `solution`? instead.",
    "detach": "Remove the latest file.",
    "add_assignment": "Add an assignment: `fields`?, `open`?, `copies`?.",
    "change_assignment": "Edit an assignment: `fields`?, `assignment`? (a number; the latest without).",
    "note_assignment": "Add a note to an assignment: `assignment`?, and what a note takes.",
    "close_assignment": "Close an assignment: `assignment`?.",
    "reopen_assignment": "Open an assignment again: `assignment`?.",
    "resolve_assignments": "Resolve all open assignments.",
    "drop_assignment": "Delete an assignment: `assignment`?.",
    "link_assignments": "Let assignment `next` come after `first`, and get `status`? when that is closed.",
}
"""All take `by`? (a login) too."""


def _user(there: Installation, tenant: Tenant, value: Any) -> None:
    people.text(there, tenant, value)
    group, _, login = value.partition("\\")
    if not group or not login:
        raise ValueError("must be a group, a backslash and a login")
    directory = model.directory_of(there, tenant)
    if directory.find("group", "name", group) is None:
        known = [each.get("name") for each in directory["group"].values()]
        raise ValueError(f"must begin with the name of a group of the customer, one of {people.some_of(known)}")


def _technician(there: Installation, tenant: Tenant, value: Any) -> None:
    people.whole(there, tenant, value)
    known = model.directory_of(there, tenant)["technician"]
    if value not in known:
        raise ValueError(f"must be the number of a technician of the customer, one of {people.some_of(known)}")


def _role(there: Installation, tenant: Tenant, value: Any) -> None:
    if not isinstance(value, str) or value not in tenant.facts["roles"]:
        raise ValueError(f"must be a role of the customer, one of {', '.join(tenant.facts['roles'])}")


def _permissions(there: Installation, tenant: Tenant, value: Any) -> None:
    if not isinstance(value, list) or not all(each in access.PERMISSIONS for each in value):
        raise ValueError(f"must be a list of permissions: {', '.join(access.PERMISSIONS)}")


FACTS = (
    Fact("user", "the name to log in with, GROUP\\LOGINID", access.TECHNICIAN, _user, needed=True),
    Fact("role", "a role of the customer; without it no permission but those granted", access.TECHNICIAN, _role),
    Fact("technician", "the number of the technician's own record", access.TECHNICIAN, _technician),
    Fact("granted", "permissions beside those of the role", access.TECHNICIAN, _permissions),
    Fact("withdrawn", "permissions of the role that are withdrawn", access.TECHNICIAN, _permissions),
    Fact("active", "false: may not log in; true without it", access.TECHNICIAN, people.flag),
    Fact("named_licence", "true: needs none of the pool; false without it", access.TECHNICIAN, people.flag),
)


def rights(tenant: Tenant, credential: Credential) -> str:
    """What a technician may do."""
    held = access.permitted(tenant, credential)
    listed = [each for each in access.PERMISSIONS if each in held]
    may = "all permissions" if len(listed) == len(access.PERMISSIONS) else ", ".join(listed) or "no permission"
    more = [] if credential.facts.get("active", True) else ["left, may not log in"]
    more += ["has a named licence"] if credential.facts.get("named_licence") else []
    return "; ".join([f"role {credential.facts.get('role')}: {may}", *more])
