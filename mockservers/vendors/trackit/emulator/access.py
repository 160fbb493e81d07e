"""Who is calling, what he may do and which groups' records he sees.

A technician is a credential of kind `technician` (secret: the password; facts: `user`, `technician`, `role`, `active`,
`named_licence`, and `granted` or `withdrawn` permissions of his own). The tenant's facts hold `roles`, a list of
permissions by name, and `segregation`: for each segregated module the groups that each group sees. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.trackit.emulator import model
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.requests import Asked

TECHNICIAN = "technician"

VIEW, EDIT, CREATE = "View Ticket", "Edit Ticket", "Create Ticket"
CLOSE, DELETE, CREATE_NOTE = "Close Ticket", "Delete Ticket", "Create Ticket Note"
VIEW_NOTES, VIEW_ATTACHMENT, VIEW_ASSIGNMENT = "View Ticket Notes", "View Attachment", "View Assignment"
VIEW_ASSIGNMENT_NOTES = "View Assignment Notes"
EDIT_ASSIGNMENT, CREATE_ASSIGNMENT, CLOSE_ASSIGNMENT = "Edit Assignment", "Create Assignment", "Close Assignment"
DELETE_ASSIGNMENT, CREATE_ASSIGNMENT_NOTE = "Delete Assignment", "Create Assignment Note"
VIEW_SOLUTION = "View Solution"
OF_ASSIGNMENTS = (EDIT_ASSIGNMENT, CREATE_ASSIGNMENT, CLOSE_ASSIGNMENT, DELETE_ASSIGNMENT, CREATE_ASSIGNMENT_NOTE)
"""Permissions named like those of tickets, as we assume (trackit.permission.assignments)."""
LITERAL = ("Close Tickets", "Create Ticket Notes", VIEW_ASSIGNMENT_NOTES)
"""Names that count only where the page is taken word by word; the last one also to list the notes of a ticket."""
_PRINTED = (VIEW, EDIT, CREATE, CLOSE, DELETE, CREATE_NOTE, VIEW_NOTES, VIEW_ATTACHMENT, VIEW_ASSIGNMENT, *LITERAL)
PERMISSIONS = (*_PRINTED, *OF_ASSIGNMENTS, VIEW_SOLUTION)
SEGREGABLE = ("Tickets", "Ticket Notes", "Assignments", "Assignment Notes", "Solutions")

_RULES: Mapping[str, str] = {
    VIEW: "trackit.permission.view_ticket",
    EDIT: "trackit.permission.edit_ticket",
    CREATE: "trackit.permission.create_ticket",
    CLOSE: "trackit.permission.close_ticket",
    DELETE: "trackit.permission.delete_ticket",
    CREATE_NOTE: "trackit.permission.create_note",
    VIEW_NOTES: "trackit.permission.view_notes",
    VIEW_ATTACHMENT: "trackit.permission.view_attachment",
    VIEW_ASSIGNMENT: "trackit.permission.view_assignment",
    **dict.fromkeys((*OF_ASSIGNMENTS, VIEW_ASSIGNMENT_NOTES), "trackit.permission.assignments"),
    VIEW_SOLUTION: "trackit.permission.view_solution",
}


def tenant_of(ctx: Context) -> Tenant:
    """The tenant of a call that was let in."""
    assert ctx.tenant is not None
    return ctx.tenant


def active(credential: Credential, now: int) -> bool:
    """Whether a technician may work: neither revoked, nor expired, nor inactive."""
    return credential.valid(now) and bool(credential.facts.get("active", True))


def technicians(ctx: Context) -> list[Credential]:
    return [each for each in ctx.installation.tenants.credentials if each.kind == TECHNICIAN]


# --- being let in -----------------------------------------------------------------------------------------------------


def bearer(ctx: Context, asked: Asked) -> Tenant:
    """The tenant of a bearer token; raises the framework's 401."""
    scheme, _, token = asked.authorization.partition(" ")
    token = token.strip()
    if asked.authorization:
        ctx.secret(token or asked.authorization)
    if scheme.lower() != "bearer" or not token:
        raise refusal("unauthorized")
    if token.lower().startswith("access_token"):
        ctx.note(
            "trackit.token.bearer_header",
            "the header is printed with access_token: and quotes on the vendor's page; send Bearer and the bare token",
        )
        raise refusal("unauthorized", "trackit.token.bearer_header")
    session = model.session(ctx, token)
    if session is None or not session.valid(ctx.now):
        if session is not None and session.ended is not None:
            ctx.cite("trackit.token.control")
        raise refusal("unauthorized")
    credential = ctx.installation.tenants.credential(session.credential)
    if not active(credential, ctx.now):
        raise refusal("unauthorized", "trackit.token.control")
    ctx.credential, ctx.scratch = credential, session
    return ctx.installation.tenants[session.tenant]


def by_password(ctx: Context, user: str, password: str) -> Credential | None:
    """The technician with this name and password, who may work."""
    ctx.secret(password)
    if not password:
        return None
    for each in technicians(ctx):
        if each.facts.get("user") == user and each.secret == password:
            return each if active(each, ctx.now) else None
    return None


# --- the caller -------------------------------------------------------------------------------------------------------


def caller(ctx: Context) -> Credential:
    assert ctx.credential is not None
    return ctx.credential


def login_of(credential: Credential) -> str:
    """What stands under Last User: the login without its group."""
    user: str = credential.facts.get("user", "")
    return user.rpartition("\\")[2] or user or credential.id


def group_name(credential: Credential) -> str:
    user: str = credential.facts.get("user", "")
    return user.partition("\\")[0] if "\\" in user else ""


def group_of(ctx: Context, credential: Credential) -> int | None:
    """The number of the group a technician logs in with."""
    return model.directory(ctx).find("group", "name", group_name(credential))


def technician_of(credential: Credential) -> int | None:
    """The technician's own record in the directory."""
    found = credential.facts.get("technician")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


# --- permissions ------------------------------------------------------------------------------------------------------


def permitted(tenant: Tenant, credential: Credential) -> frozenset[str]:
    """What a technician may do: his role's permissions, and his own."""
    facts = credential.facts
    role = tenant.facts["roles"].get(str(facts.get("role")), ())
    return frozenset([*role, *_named(facts.get("granted"))]) - frozenset(_named(facts.get("withdrawn")))


def _named(given: Any) -> list[str]:
    """Permissions in facts, which whoever adds a credential may have written in another form."""
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def require(ctx: Context, permission: str, literal: str | None = "") -> None:
    """Raise the refusal for a permission that is missing.

    `literal` is its name where the page counts word by word: the same when empty, none when None.
    """
    name: str | None = permission
    if literal != "" and ctx.dialect["literal_permissions"] == "on":
        ctx.cite("trackit.permission.names")
        name = literal
    if name is not None and name not in permitted(tenant_of(ctx), caller(ctx)):
        ctx.cite("trackit.permission.denied")
        raise refusal("permission", _RULES[permission], permission=name)


def require_to_list_notes(ctx: Context) -> None:
    """Raise the refusal of who may not list notes: the page names another permission than for one note alone."""
    literal = ctx.dialect["notes_permission"] == "assignment_notes" or ctx.dialect["literal_permissions"] == "on"
    if literal:
        ctx.cite("trackit.permission.list_notes")
    wanted = VIEW_ASSIGNMENT_NOTES if literal else VIEW_NOTES
    if wanted not in permitted(tenant_of(ctx), caller(ctx)):
        ctx.cite("trackit.permission.denied")
        rule = "trackit.permission.list_notes" if literal else _RULES[VIEW_NOTES]
        raise refusal("permission", rule, permission=wanted)


# --- segregation ------------------------------------------------------------------------------------------------------


def withheld(ctx: Context, group: int | None, *modules: str) -> bool:
    """Whether a record of `group` is kept from the caller's group in one of these modules.

    Nothing is, unless modules are segregated (trackit.segregation.default_open).
    """
    segregation: Mapping[str, Any] = tenant_of(ctx).facts.get("segregation", {})
    if not segregation:
        return False
    own = group_of(ctx, caller(ctx))
    return group not in (None, own) and any(
        group not in segregation[module].get(str(own), ()) for module in modules if module in segregation
    )


def sees(ctx: Context, group: int | None, *modules: str) -> bool:
    """Whether the caller's group sees a record of `group` in all of these modules."""
    if withheld(ctx, group, *modules):
        ctx.cite("trackit.segregation.applies")
        return False
    return True


def hidden(what: str, id_: int) -> Refusal:
    return refusal("hidden", what=what, id=id_)


def unknown(what: str, id_: int) -> Refusal:
    return refusal("unknown", what=what, id=id_)


def visible_mark(ctx: Context, id_: int, *modules: str) -> Any:
    """The mark of a ticket; raises the refusal for one that is not there or not to be seen."""
    found = model.mark(ctx, id_)
    if found is None:
        raise unknown("ticket", id_)
    if not sees(ctx, found.l_group, "Tickets", *modules):
        raise hidden("ticket", id_)
    return found


def visible_ticket(ctx: Context, id_: int) -> model.Row:
    """A ticket that is to be changed; raises like `visible_mark`."""
    visible_mark(ctx, id_)
    found = model.ticket(ctx, id_)
    assert found is not None
    return found


def visible_assignment(ctx: Context, id_: int, *modules: str) -> model.Row:
    """An assignment; raises the refusal for one that is not there or, by its own group, not to be seen."""
    found = model.assignment(ctx, id_)
    if found is None:
        raise unknown("assignment", id_)
    if not sees(ctx, found["l_group"], "Assignments", *modules):
        raise hidden("assignment", id_)
    return found
