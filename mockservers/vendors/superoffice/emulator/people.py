"""Who calls SuperOffice: what is known of a user, what it may do, and what can be done with a ticket beside a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel import people
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Fact
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.superoffice.emulator import access, model
from mockservers.vendors.superoffice.emulator.rights import NOTHING, Role

_FILE = "`attachment`? (true, or a file: `name`, `content`? in base64, `inline`?)"
_WRITES = f"`body`?, `minutes`?, `language`?, `sentiment`?, `confidence`?, {_FILE}"
ACTIONS: Mapping[str, str] = {
    "reply": f"Write to the customer: {_WRITES}.",
    "note": f"Write an internal message: {_WRITES}.",
    "answer": f"The customer writes again: {_WRITES}.",
    "close": "Close the ticket.",
    "reopen": "Open it again.",
    "postpone": "Let it sleep: `until` (an instant).",
    "assign": "Give it to a user: `to` (a user's number).",
    "read": "A user opens it.",
    "read by customer": "The customer opens it.",
    "spam": "Mark it as spam.",
    "delete": "Mark it as deleted.",
    "undelete": "Take deletion or spam back.",
    "merge": "Merge it into another ticket: `into` (that ticket's number).",
    "purge": "Take it away for good.",
    "update": "Edit properties: `fields`.",
}
"""All take `by`? (a user's number) too."""


def _user(there: Installation, tenant: Tenant, value: Any) -> None:
    people.whole(there, tenant, value)
    known = [each.id for each in _directory(there, tenant).all("user")]
    if value not in known:
        raise ValueError(f"must be the number of a user of the customer, one of {people.some_of(known)}")


def _associate(there: Installation, tenant: Tenant, value: Any) -> None:
    people.whole(there, tenant, value)
    known = [each.facts["associate"] for each in _directory(there, tenant).all("user") if each.facts.get("associate")]
    if value not in known:
        raise ValueError(f"must be the number of an associate of the customer, one of {people.some_of(known)}")


def _directory(there: Installation, tenant: Tenant) -> model.Directory:
    with there.store.transaction() as db:
        return model.read_directory(db, tenant.name)


def _rights(there: Installation, tenant: Tenant, value: Any) -> None:
    if isinstance(value, dict):
        for part, properties in (("fields", model.PROPERTIES[:-2]), ("hidden", model.STORED)):
            given = value.get(part)
            if given is not None and not (isinstance(given, dict) and set(given) <= set(properties)):
                raise ValueError(
                    f"has a wrong part: {part!r} must be an object of properties ({', '.join(properties)})"
                )
        denied, known = value.get("denied"), there.emulator.operations
        named = isinstance(denied, list) and all(isinstance(each, str) and each in known for each in denied)
        if denied is not None and not named:
            raise ValueError(f"has a wrong part: 'denied' must be a list of operations ({', '.join(known)})")
    parts = ("table", "fields", "hidden", "denied")
    if not isinstance(value, dict) or not set(value) <= set(parts) or Role.of({"rights": value}) is NOTHING:
        raise ValueError(
            "must be an object of table ({Mask, Reason}), fields ({property: {Mask, Reason}}), hidden ({property: [value]}) "
            "and denied ([operation])"
        )


FACTS = (
    Fact("user", "the name to log in with", access.USER, people.text, needed=True),
    Fact("name", "the full name; the user's without it", access.USER, people.text),
    Fact("ejuser", "the number of the user in Service, as CreatedBy has it", access.USER, _user),
    Fact("associate", "the number of the associate", access.USER, _associate),
    Fact("rights", "what is withheld: table, fields, hidden, denied; nothing without it", access.USER, _rights),
)


def rights(tenant: Tenant, credential: Credential) -> str:
    """What a user may do."""
    if credential.kind != access.USER:
        return "identifies a partner's application, as the header SO-AppToken beside a ticket"
    role = Role.of(credential.facts)
    told = [] if role.table is None else [f"tickets: {role.table['Mask']}"]
    told += [f"{name}: {right['Mask']}" for name, right in role.fields.items()]
    told += [f"finds none with {name} {', '.join(map(str, values))}" for name, values in role.hidden.items()]
    told += [f"may not call {', '.join(sorted(role.denied))}"] if role.denied else []
    return "; ".join(told) or "everything"
