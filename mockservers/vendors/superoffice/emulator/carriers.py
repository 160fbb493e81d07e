"""The Ticket carrier: a ticket's row and the directory put together, property by property, in the page's order.

Values are typed: instants in microseconds, None where unset. How they look is for renderings. What every ticket shows is
written here: superoffice.carrier.properties, superoffice.carrier.unset_strings, superoffice.carrier.enums_as_names,
superoffice.carrier.priority, superoffice.carrier.type, superoffice.carrier.person, superoffice.carrier.units.
"""

from __future__ import annotations

import json
from typing import Any

from mockservers.kernel import instants
from mockservers.vendors.superoffice.emulator.model import DATES, NO_PERSON, PROPERTIES, SYSTEM_USER, TICKET, Directory

CARRIED: tuple[str, ...] = PROPERTIES[:-2]
"""All properties but the two that tell of rights."""
_TYPES = {field.name: field.type for field in TICKET.fields}


def values(row: Any, names: Directory) -> dict[str, Any]:
    """The 63 properties of a ticket; `row` has its columns as attributes."""
    creator, owner = names.get("user", row.CreatedBy), names.get("user", row.OwnedBy)
    person = names.get("person", row.CustId if row.CustId != NO_PERSON else 0)
    contact = int(person.facts.get("contact", 0))
    joined: dict[str, Any] = {
        "CreatedByName": creator.name if row.CreatedBy != SYSTEM_USER else "",
        "OwnedByName": owner.name if row.OwnedBy != SYSTEM_USER else "",
        "OwnedByAssociateId": owner.facts.get("associate", 0) if row.OwnedBy != SYSTEM_USER else 0,
        "CategoryName": names.get("category", row.Category).name,
        "CategoryFullname": "/".join(names.category_path(row.Category)),
        "PriorityName": names.get("priority", row.Priority).name,
        "TicketStatusDisplayValue": names.get("status", row.TicketStatus).name,
        "PersonFirstname": person.facts.get("first", ""),
        "PersonMiddleName": person.facts.get("middle", ""),
        "PersonLastname": person.facts.get("last", ""),
        "PersonFullname": person.name,
        "ContactId": contact,
        "ContactName": names.get("contact", contact).name,
        "SaleHeading": names.get("sale", row.SaleId).name,
        "ProjectName": names.get("project", row.ProjectId).name,
        "TicketTypeName": names.get("type", row.TicketTypeId).name,
    }
    stored = row._mapping
    return {name: joined[name] if name in joined else stored[name] for name in CARRIED}


def shown(row: Any, names: Directory) -> dict[str, Any]:
    """A ticket as records show it: typed, unset dates null, instants in ISO 8601, names as the database holds them."""
    made = values(row, names)
    for name in DATES:
        if made[name] is not None:
            made[name] = instants.to_iso(made[name])
    made["TableRight"] = None if row.right is None else json.loads(row.right)
    made["CustomFields"] = json.loads(row.extra).get(
        "CustomFields", {}
    )  # of the entity alone, and so part of the ticket
    return made


def unset(name: str) -> Any:
    """The value of a property that is not set (superoffice.carrier.value_types)."""
    if name == "CustId":
        return NO_PERSON
    kind = _TYPES[name]
    if kind == "integer":
        return SYSTEM_USER if name in ("CreatedBy", "OwnedBy") else 0
    if kind == "boolean":
        return False
    if kind == "datetime":
        return None
    return "Unknown" if "enum" in TICKET.field(name).more else ""
