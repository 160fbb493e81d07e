"""How a ticket of a large desk is copied, with its notes, times and user-defined values (see `mockservers.kernel.back_file`)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel import back_file
from mockservers.kernel.instants import DAY
from mockservers.kernel.operations import Progress
from mockservers.kernel.store import Text
from mockservers.vendors.autotask.emulator.company import Company
from mockservers.vendors.autotask.emulator.model import TABLES, UDF_VALUES

COPIED = {
    "Ticket": (
        "TicketID",
        (
            "CreateDate",
            "DueDateTime",
            "LastActivityDate",
            "LastCustomerVisibleActivityDateTime",
            "LastTrackedModificationDateTime",
            "CompletedDate",
        ),
    ),
    "TicketNote": ("TicketID", ("CreateDateTime", "LastActivityDate")),
    "TimeEntry": ("TicketID", ("StartDateTime", "EndDateTime", "CreateDateTime", "LastModifiedDateTime")),
}
"""What is copied for a large desk: the field that names the ticket, and the times that are earlier in a copy."""


def copy(company: Company, db: sa.Connection, wanted: back_file.Plan, progress: Progress, first: int) -> None:
    """Copy old tickets from the id `first` on, with their notes, times and user-defined values."""

    def nothing(value: Any, copy: back_file.Copy) -> Any:
        return sa.null()

    def numbered(number: Any, copy: back_file.Copy) -> Any:
        count = sa.cast(sa.func.substr(number, 11), sa.BigInteger) - copy.turn
        return sa.func.substr(number, 1, 10, type_=Text) + sa.cast(count, Text)

    changed: dict[str, Any] = {"fragment": nothing}  # rendered when it is read
    kin = []
    for entity, (reference, times) in COPIED.items():
        table, own = TABLES[entity], entity == "Ticket"
        more = {"TicketNumber": numbered, "TicketNumber__ci": numbered, "ExternalID": nothing} if own else {}
        more = {name: change for name, change in more.items() if name in table.c}
        kin.append(
            back_file.Kin(table, "id" if own else reference, () if own else ("id",), times, changed | more, order="id")
        )
    kin.append(back_file.Kin(UDF_VALUES, "id", where=UDF_VALUES.c.entity == "Ticket"))
    ticket = TABLES["Ticket"].c
    old = sa.and_(
        ticket.id >= first, ticket.CreateDate < company.born - 3 * DAY, ticket.LastActivityDate < company.born - DAY
    )
    back_file.fill(db, company.name, wanted, kin, progress, eligible=old)
