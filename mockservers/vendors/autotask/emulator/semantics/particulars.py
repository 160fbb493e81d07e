"""Rules of single entities: tickets and their resources, time entries, contracts, user-defined fields; quotes, currencies and
orders have modules of their own.

Each looks at a record whose fields are good by themselves, and fails it or lets it pass. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.vendors.autotask.emulator import model
from mockservers.vendors.autotask.emulator.entities import CATALOGUE
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import TABLES, Row
from mockservers.vendors.autotask.emulator.semantics import money, purchasing
from mockservers.vendors.autotask.emulator.semantics.checks import Record

MOST_TICKET_UDFS = int(CATALOGUE.facts["limits"]["ticket_udfs"])
MOST_HOURS = 24
GENERAL = 1
"""AllocationCode.UseType of work that can be booked on tickets and tasks."""
PROXY, START_STOP, REQUIRED_BY_CATEGORY = "time_entry_proxy", "start_stop_times", "category_required"
"""Facts of a tenant: who enters time for whom (`all` or `self`), whether tickets need start and stop times, and
`{category: [field]}` of tickets."""


def check(record: Record, row: Row, author: int) -> None:
    """Raise the refusal of the first rule of the entity that `row`, the record as it would be, does not meet."""
    found = _CHECKS.get(record.entity.name)
    if found is not None:
        found(record, row, author)


def _exists(record: Record, entity: str, **values: Any) -> bool:
    table = TABLES[entity]
    same = [table.c[name] == value for name, value in values.items()]
    statement = sa.select(table.c.id).where(table.c.tenant == record.call.tenant, *same).limit(1)
    return record.call.ctx.db.execute(statement).first() is not None


# --- tickets ----------------------------------------------------------------------------------------------------------


def _ticket(record: Record, row: Row, author: int) -> None:
    ctx = record.call.ctx
    assert ctx.tenant is not None
    wanted = ctx.tenant.facts.get(REQUIRED_BY_CATEGORY, {}).get(str(row.get("TicketCategory") or 3), ())
    for name in wanted:
        if row.get(name) is None:
            record.fail_in_line("autotask.create.required", f"Value does not exist for the required field {name}.")
    _assigned(record, row)
    # Important checklist items that are open do not stand in the way of a ticket's completion.


def _assigned(record: Record, row: Row) -> None:
    resource, role = row.get("AssignedResourceID"), row.get("AssignedResourceRoleID")
    if resource is None and role is None:
        return
    if resource is None or role is None:
        record.fail_in_pair(
            "autotask.ticket.role",
            "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
        )
    before = record.before
    if before is not None and (before["AssignedResourceID"], before["AssignedResourceRoleID"]) == (resource, role):
        return
    if not _linked(record, resource, role):
        record.fail_in_pair(
            "autotask.ticket.role", f"The resource {resource} with the role {role} is linked to no queue.{INVENTED}"
        )
    if before is not None and _exists(record, "TicketSecondaryResource", TicketID=before["id"], ResourceID=resource):
        record.fail_in_pair(
            "autotask.ticket.role", f"The resource {resource} is a secondary resource of the ticket already.{INVENTED}"
        )


def _linked(record: Record, resource: int, role: int) -> bool:
    table = TABLES["ResourceRole"]
    statement = (
        sa.select(table.c.id)
        .where(
            table.c.tenant == record.call.tenant,
            table.c.ResourceID == resource,
            table.c.RoleID == role,
            table.c.QueueID.is_not(None),
            sa.func.coalesce(table.c.Active, sa.true()) == sa.true(),
        )
        .limit(1)
    )
    return record.call.ctx.db.execute(statement).first() is not None


def _secondary(record: Record, row: Row, author: int) -> None:
    if _exists(record, "Ticket", id=row["TicketID"], AssignedResourceID=row["ResourceID"]):
        record.fail_in_pair(
            "autotask.ticket.role",
            f"The resource {row['ResourceID']} is the primary resource of the ticket and cannot be a secondary one too."
            f"{INVENTED}",
        )
    if not _linked(record, row["ResourceID"], row["RoleID"]):
        record.fail_in_pair(
            "autotask.ticket.role",
            f"The resource {row['ResourceID']} with the role {row['RoleID']} is linked to no queue.{INVENTED}",
        )


# --- time -------------------------------------------------------------------------------------------------------------


def _time_entry(record: Record, row: Row, author: int) -> None:
    proxy(record, row["ResourceID"], author)
    start, stop = row.get("StartDateTime"), row.get("EndDateTime")
    if row.get("TicketID") is not None:
        if row.get("RoleID") is None:
            record.fail_in_pair("autotask.time.hours", "TimeEntries for Tickets must have a roleID")
        if (start is None or stop is None) and _needs_times(record, row["TicketID"]):
            record.fail_in_pair("autotask.time.hours", "TimeEntries for Service tickets require a start and stop time.")
    hours = row.get("HoursWorked")
    if hours is None:
        if start is None or stop is None:
            record.fail_in_pair(
                "autotask.time.hours", "Must have at least one of hoursWorked or startDateTime/endDateTime"
            )
        hours = (stop - start) / instants.HOUR
    if not 0 < hours <= MOST_HOURS:
        record.fail_in_pair("autotask.time.hours", f"HoursWorked must be above 0 and at most {MOST_HOURS}.{INVENTED}")
    code = row.get("AllocationCodeID")
    moved = record.before is None or record.before["AllocationCodeID"] != code
    if code is not None and moved and not _exists(record, "AllocationCode", id=code, UseType=GENERAL, Active=True):
        record.fail_in_pair("autotask.time.hours", "The given allocation code is not an active general allocation code")


def proxy(record: Record, resource: int, author: int) -> None:
    """Whether time may be entered for somebody else is a setting of the customer's."""
    tenant = record.call.ctx.tenant
    assert tenant is not None
    if tenant.facts.get(PROXY, "all") == "self" and resource != author:
        record.fail_in_pair(
            "autotask.time.hours", f"Time cannot be entered for the resource {resource} by somebody else.{INVENTED}"
        )


def _needs_times(record: Record, ticket: int) -> bool:
    ctx = record.call.ctx
    assert ctx.tenant is not None
    if ctx.tenant.facts.get(START_STOP):
        return True
    found = model.read(ctx.db, ctx.tenant.name, "Ticket", ticket)
    contract = None if found is None else found[0]["ContractID"]
    return contract is not None and _exists(record, "Contract", id=contract, TimeReportingRequiresStartAndStopTimes=1)


# --- others -----------------------------------------------------------------------------------------------------------


def _contract(record: Record, row: Row, author: int) -> None:
    if row["EndDate"] <= row["StartDate"]:
        record.fail_in_pair("autotask.contract.dates", "Contract EndDate must be after StartDate.")


def _definition(record: Record, row: Row, author: int) -> None:
    ctx = record.call.ctx
    ctx.cite("autotask.udf.definitions")
    kind = model.UDF_TYPES.get(row["UdfType"])
    if kind != "Ticket" or not record.creating:
        return
    if len(model.definitions(ctx.db, record.call.tenant, kind)) >= MOST_TICKET_UDFS:
        record.fail_in_pair(
            "autotask.udf.definitions", f"Tickets have at most {MOST_TICKET_UDFS} user-defined fields.{INVENTED}"
        )


_CHECKS: Mapping[str, Callable[[Record, Row, int], None]] = {
    "Ticket": _ticket,
    "TicketSecondaryResource": _secondary,
    "TimeEntry": _time_entry,
    "Contract": _contract,
    "UserDefinedFieldDefinition": _definition,
    "ChangeOrderCost": money.amounts,
    "TicketRmaCredit": money.amounts,
    "QuoteItem": money.quote_item,
    "Currency": money.currency,
    "PurchaseOrder": purchasing.order,
    "PurchaseOrderItem": purchasing.item,
    "PurchaseOrderReceive": purchasing.receipt,
    "InventoryItem": purchasing.stock,
}


# --- duplicates -------------------------------------------------------------------------------------------------------

_SAME: Mapping[str, tuple[str, ...]] = {
    "Account": ("AccountName__ci",),
    "Contact": ("AccountID", "FirstName__ci", "LastName__ci"),
}
"""What makes two records duplicates of each other (our choice)."""


def duplicate(record: Record, row: Row) -> bool:
    """Whether a record like the one to be created is there already; it is created all the same (autotask.write.duplicate)."""
    columns = _SAME.get(record.entity.name)
    if columns is None:
        return False
    wanted: dict[str, Any] = {}
    for column in columns:
        value = row.get(column.removesuffix("__ci"))
        wanted[column] = value.casefold() if column.endswith("__ci") and value is not None else value
    if None in wanted.values() or not _exists(record, record.entity.name, **wanted):
        return False
    record.call.ctx.cite("autotask.write.duplicate")
    return True
