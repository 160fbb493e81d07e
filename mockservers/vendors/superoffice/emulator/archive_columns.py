"""The columns of the archives of tickets and of messages: how each is called, where its value lies, and how it compares.

Raises ValueError with a sentence for a column that is not there, or must not be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mockservers.vendors.superoffice.emulator.model import DATES, ENUMERATED, INTEGERS, STORED
from mockservers.wirekit.dotnet_text import value_text


class Column(NamedTuple):
    """A column of the Ticket archive: its name, the ticket's property, and how it compares.

    `through` is a column that leads to the directory, where the value is a name or comes from `fact`.
    """

    name: str
    of: str
    kind: str
    through: str = ""
    fact: str = ""


def _kind(name: str) -> str:
    if name in DATES:
        return "date"
    if name in INTEGERS:
        return "number"
    return "flag" if name == "HasAttachment" else "enum" if name in ENUMERATED else "text"


_RENAMED = {"CustId": "personId", "Sentiment": "sentimentScore"}
COLUMNS: Mapping[str, Column] = {
    each.name.lower(): each
    for each in (
        *(Column(_RENAMED.get(name, name[0].lower() + name[1:]), name, _kind(name)) for name in STORED),
        Column("status", "BaseStatus", "enum"),
        Column("ticketStatusName", "TicketStatusDisplayValue", "text", "TicketStatus"),
        Column("priorityName", "PriorityName", "text", "Priority"),
        Column("categoryName", "CategoryName", "text", "Category"),
        Column("categoryFullName", "CategoryFullname", "path", "Category"),
        Column("ticketTypeName", "TicketTypeName", "text", "TicketTypeId"),
        Column("ownedByName", "OwnedByName", "text", "OwnedBy"),
        Column("createdByName", "CreatedByName", "text", "CreatedBy"),
        Column("personFullName", "PersonFullname", "text", "CustId"),
        Column("contactId", "ContactId", "number", "CustId", "contact"),
        Column("contactName", "ContactName", "text", "CustId", "contact"),
        Column("saleHeading", "SaleHeading", "text", "SaleId"),
        Column("projectName", "ProjectName", "text", "ProjectId"),
    )
}
"""By lower-case name: case does not matter."""


MESSAGE = "message"
"""What leads to a column of a message, where those of its ticket need nothing."""
_OF_TICKET = (
    "ticketId",
    "title",
    "createdAt",
    "lastChanged",
    "author",
    "status",
    "slevel",
    "origin",
    "readStatus",
    "personId",
    "saleId",
    "projectId",
    "connectId",
    "ownedBy",
    "createdBy",
    "deadline",
    "closedAt",
    "repliedAt",
)
MESSAGE_COLUMNS: Mapping[str, Column] = {
    each.name.lower(): each
    for each in (
        Column("ticketMessageId", "id", "number", MESSAGE),
        Column("ticketId", "ticket", "number", MESSAGE),
        Column("createdAt", "created", "date", MESSAGE),
        Column("author", "author", "text", MESSAGE),
        Column("slevel", "external", "level", MESSAGE),
        Column("important", "important", "flag", MESSAGE),
        Column("body", "body", "text", MESSAGE),
        *(COLUMNS[name.lower()]._replace(name=f"ticket/{name}") for name in _OF_TICKET),
    )
}
"""Those of the TicketMessage archive, by lower-case name (superoffice.odata.messages)."""
UNORDERED = frozenset({"body"})
"""Columns by which the archive of messages cannot be ordered."""


def column(name: str, columns: Mapping[str, Column] = COLUMNS) -> Column:
    found = columns.get(name.strip().lower())
    if found is None:
        raise ValueError(f"There is no column {value_text(name.strip()[:60])}")
    return found


def selected(text: str, columns: Mapping[str, Column] = COLUMNS) -> list[Column]:
    """The columns of $select in the order given, each once; all without one."""
    names = [part for part in text.split(",") if part.strip()]
    if not names:
        return list(columns.values())
    return list(dict.fromkeys(column(name, columns) for name in names))


def readable(name: str, blank: frozenset[str], columns: Mapping[str, Column] = COLUMNS) -> Column:
    """A column by which tickets may be found or ordered: one that comes blank would tell by that what it holds."""
    found = column(name, columns)
    if found.of in blank and found.through != MESSAGE:
        raise ValueError(f"{found.name} cannot be read, so tickets are neither found nor ordered by it")
    return found
