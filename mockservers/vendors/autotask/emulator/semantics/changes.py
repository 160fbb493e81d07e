"""How records come into being, change and go: ids, numbers, who and when, and the dates that move with them.

Used for clients' calls and for what other people do. It checks nothing: whoever calls it has looked at the rules that
can say no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.emulator import access, activity, model, picklists, webhooks
from mockservers.vendors.autotask.emulator.entities import ENTITIES, SCALE, Entity, stored_time
from mockservers.vendors.autotask.emulator.model import Row
from mockservers.vendors.autotask.emulator.renderings import ZONES, time
from mockservers.vendors.autotask.emulator.semantics import money, purchasing, traces

FIRST_ID = 29_700_001
"""Ids of new records begin here at the earliest: the vendor's have eight digits beside small ones."""
PERSON = 1
"""Resource, as a kind of person; 2 is a contact."""
STANDARD_CATEGORY = 3

_CREATED = ("CreateDate", "CreateDateTime")
_MOVED = (
    "LastActivityDate",
    "LastActivityDateTime",
    "LastActivity",
    "LastModifiedDate",
    "LastModifiedDateTime",
    "LastModifiedTime",
    "LastTrackedModificationDateTime",
    "LastTrackedModifiedDateTime",
    "UpdateDateTime",
)
"""Times that move with every change of the entity itself."""
_CREATORS = ("CreatorResourceID", "CreatedByResourceID", "CreatorUserID", "CreatedBy", "CreatedByPersonID")
_UPDATERS = (
    "LastModifiedUserID",
    "LastModifiedByResourceID",
    "LastModifiedBy",
    "UpdateResourceID",
    "UpdateResourceId",
    "LastActivityResourceID",
    "LastActivityBy",
    "LastActivityPersonID",
)


@lru_cache(maxsize=1024)
def _present(entity: Entity, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if (found := entity.get(name)) is not None and found.field.read_only)


@dataclass(slots=True)
class Keeper:
    """Writes for one author. `creator` is whom records name, `behind` who really was when that is somebody else."""

    ctx: Context
    creator: int
    behind: int | None = None

    @classmethod
    def of(cls, ctx: Context) -> Keeper:
        """For the client's call, under the name it writes in."""
        return cls(ctx, *access.creator(ctx))

    @property
    def _tenant(self) -> str:
        assert self.ctx.tenant is not None
        return self.ctx.tenant.name

    @property
    def now(self) -> int:
        return stored_time(self.ctx.now)

    # --- making -----------------------------------------------------------------------------------------------------

    def create(self, entity: Entity, values: Mapping[str, Any], udf: Mapping[str, str]) -> Row:
        """Add a record of `values` (kept form); what they leave open is worked out. Returns the whole row."""
        row: Row = {**model.empty(entity), **values, "id": self._next(entity)}
        for name in _present(entity, _CREATED + _MOVED):
            row[name] = self.now
        for name in _present(entity, _CREATORS + _UPDATERS):
            row[name] = self.creator
        for name in _present(entity, ("CreatorType", "LastActivityPersonType")):
            row[name] = PERSON
        if self.behind is not None and entity.get("ImpersonatorCreatorResourceID") is not None:
            row["ImpersonatorCreatorResourceID"] = self.behind
        begin = _BEGINNINGS.get(entity.name)
        if begin is not None:
            begin(self, row)
        work_out(self, entity, row, None)
        model.insert(self.ctx.db, self._tenant, entity, [(row, udf)])
        self.touch_parents(entity, row)
        self.sum_up(entity, row)
        if entity.name == "PurchaseOrderItem":
            purchasing.arrival(self, row)
        elif entity.name == "PurchaseOrderReceive":
            purchasing.received(self, row)
        if entity.name == "Ticket":
            traces.created(self, row)
            webhooks.created(self.ctx, row, self.creator)
        return row

    def log(self, entity: Entity, values: Mapping[str, Any]) -> None:
        """Add an entry of a log, in which nothing is worked out."""
        model.insert(self.ctx.db, self._tenant, entity, [({**values, "id": self._next(entity)}, {})])

    def _next(self, entity: Entity) -> int:
        """An id that none of the tenant's records of this kind has or had."""
        highest = max(model.highest(self.ctx.db, self._tenant, entity.name), FIRST_ID - 1)
        return self.ctx.installation.ids.after(f"autotask/{self._tenant}/{entity.name}", highest)

    # --- changing ---------------------------------------------------------------------------------------------------

    def change(
        self,
        entity: Entity,
        before: Row,
        values: Mapping[str, Any],
        udf: Mapping[str, str] | None = None,
        udf_before: Mapping[str, str] | None = None,
    ) -> Row:
        """Set `values` on a record read before; its dates move. Returns the row after it."""
        row: Row = {**before, **values}
        for name in _present(entity, _MOVED):
            row[name] = self.now
        for name in _present(entity, _UPDATERS):
            row[name] = self.creator
        for name in _present(entity, ("LastActivityPersonType",)):
            row[name] = PERSON
        if self.behind is not None and entity.get("ImpersonatorUpdaterResourceID") is not None:
            row["ImpersonatorUpdaterResourceID"] = self.behind
        if "StatusLastModifiedDate" in row:
            self.ctx.cite("autotask.activity.moves")
            if row["Status"] != before["Status"]:
                row["StatusLastModifiedDate"], row["StatusLastModifiedBy"] = self.now, self.creator
        elif entity.tracked:
            self.ctx.cite("autotask.activity.moves")
        work_out(self, entity, row, before)
        kept = udf_before or {} if udf is None else udf
        model.replace(self.ctx.db, self._tenant, entity, row, kept, udf_moved=udf is not None)
        if self._broad:
            left = {
                name: before[name] for name, _ in activity.RELATED.get(entity.name, ()) if before[name] != row[name]
            }
            self.touch_parents(entity, left)  # what it belonged to until now
            self.touch_parents(entity, row)
        self.sum_up(entity, before, row)
        if entity.name == "PurchaseOrderItem":
            purchasing.arrival(self, row)
            purchasing.reordered(self, row, before)
        if entity.name == "Ticket":
            traces.changed(self, before, row)
            webhooks.changed(self.ctx, before, row, self.creator)
        return row

    def remove(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """Take a record away. What refers to it stays as it is."""
        model.remove(self.ctx.db, self._tenant, entity, row["id"])
        self.sum_up(entity, row)
        self.gone(entity, row)

    def gone(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """A record was taken away, which leaves its trace."""
        traces.deleted(self, entity, row)
        if entity.name == "Ticket":
            webhooks.deleted(self.ctx, row, self.creator)
        if self._broad:
            self.touch_parents(entity, row)

    def sum_up(self, entity: Entity, *rows: Mapping[str, Any]) -> None:
        """A task, or time, was added, changed or deleted: how far its projects have come, and their hours, follow from that."""
        if entity.name == "Task":
            projects = {row["ProjectID"] for row in rows}
        elif entity.name == "TimeEntry":
            tasks = {row["TaskID"] for row in rows} - {None}
            projects = set(self.ctx.db.execute(_PROJECTS, {"tenant": self._tenant, "tasks": list(tasks)}).scalars())
        else:
            return
        for id_ in projects - {None}:
            found = model.read(self.ctx.db, self._tenant, "Project", int(id_))
            if found is None:
                continue
            of = {"tenant": self._tenant, "project": id_}
            count, done = self.ctx.db.execute(_PROGRESS, of).one()
            sums = {
                "CompletedPercentage": 100 * int(done or 0) // count if count else 0,
                "ActualHours": float(self.ctx.db.execute(_HOURS, of).scalar() or 0.0),
            }
            if any(found[0][name] != value for name, value in sums.items()):
                row, udf = {**found[0], **sums}, found[1]
                model.replace(self.ctx.db, self._tenant, ENTITIES["Project"], row, udf, udf_moved=False)

    @property
    def _broad(self) -> bool:
        """Whether all that happens to what belongs to a record is activity of it (autotask.activity.breadth)."""
        return bool(self.ctx.dialect["activity"] == "related")

    def touch_parents(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """`row` was added, changed or deleted: if that is an activity, it moves the dates of what it is about."""
        for reference, parent in activity.BREADTHS[self.ctx.dialect["activity"]].get(entity.name, ()):
            if row.get(reference) is not None:
                self.touch(ENTITIES[parent], int(row[reference]))

    def touch(self, entity: Entity, id_: int) -> None:
        """Activity was added to a record: only the date of its latest activity moves (autotask.activity.moves)."""
        moving = _present(entity, activity.MOVED)
        found = model.read(self.ctx.db, self._tenant, entity.name, id_) if moving or self._broad else None
        if found is None:
            return
        row, udf = found
        if self._broad:
            self.ctx.cite("autotask.activity.breadth")
            self.touch_parents(entity, row)
        if not moving:
            return
        for name in moving:
            row[name] = self.now
        for name in _present(entity, ("LastActivityResourceID", "LastActivityBy", "LastActivityPersonID")):
            row[name] = self.creator
        for name in _present(entity, ("LastActivityPersonType",)):
            row[name] = PERSON
        model.replace(self.ctx.db, self._tenant, entity, row, udf, udf_moved=False)
        self.ctx.cite("autotask.activity.moves")

    # --- numbers ----------------------------------------------------------------------------------------------------

    def number(self, letter: str) -> str:
        """The next number of the day, such as T20260302.0001 (autotask.ticket.number); tasks and tickets share them."""
        day = time(self.ctx.now, ZONES[self.ctx.dialect["time_zone"]])[:10].replace("-", "")
        counters, stream = self.ctx.installation.ids.counters, f"autotask/{self._tenant}/{letter}{day}"
        count = max(counters.get(stream, 0), self._numbered(letter, day))
        while True:
            count += 1
            made = f"{letter}{day}.{count:04}"
            if not self._taken(made):
                counters[stream] = count
                return made

    def _numbered(self, letter: str, day: str) -> int:
        """How many tickets of that day there are, so that a counter lost with a process begins near its end."""
        if letter != "T" or f"autotask/{self._tenant}/{letter}{day}" in self.ctx.installation.ids.counters:
            return 0
        column = _TICKETS.c.TicketNumber__ci
        begin = f"{letter}{day}.".lower()
        of_day = sa.and_(_TICKETS.c.tenant == self._tenant, column >= begin, column < begin[:-1] + "/")
        return int(self.ctx.db.execute(sa.select(sa.func.count()).where(of_day)).scalar() or 0)

    def _taken(self, number: str) -> bool:
        return self.ctx.db.execute(_OF_NUMBER, {"tenant": self._tenant, "number": number.lower()}).first() is not None


_TICKETS = model.TABLES["Ticket"]
_OF_NUMBER = (
    sa.select(_TICKETS.c.id)
    .where(_TICKETS.c.tenant == sa.bindparam("tenant"), _TICKETS.c.TicketNumber__ci == sa.bindparam("number"))
    .limit(1)
)
_TASK, _TIME = model.TABLES["Task"].c, model.TABLES["TimeEntry"].c
_PROJECTS = (
    sa.select(_TASK.ProjectID)
    .distinct()
    .where(_TASK.tenant == sa.bindparam("tenant"), _TASK.id.in_(sa.bindparam("tasks", expanding=True)))
)
_PROGRESS = sa.select(sa.func.count(), sa.func.sum(sa.case((_TASK.Status == picklists.COMPLETE, 1), else_=0))).where(
    _TASK.tenant == sa.bindparam("tenant"), _TASK.ProjectID == sa.bindparam("project")
)
_HOURS = (
    sa.select(sa.func.sum(_TIME.HoursWorked))
    .join_from(
        model.TABLES["TimeEntry"], model.TABLES["Task"], sa.and_(_TASK.tenant == _TIME.tenant, _TASK.id == _TIME.TaskID)
    )
    .where(_TASK.tenant == sa.bindparam("tenant"), _TASK.ProjectID == sa.bindparam("project"))
)


# --- what new records begin with --------------------------------------------------------------------------------------


def _ticket(keeper: Keeper, row: Row) -> None:
    ctx = keeper.ctx
    if row["TicketNumber"] is None:
        row["TicketNumber"] = keeper.number("T")
        ctx.cite("autotask.ticket.number")
    if row["TicketCategory"] is None:
        row["TicketCategory"] = STANDARD_CATEGORY
    if row["Source"] is None:
        row["Source"] = default_source(ctx)


def default_source(ctx: Context) -> int:
    """The customer's default source, else Client Portal (autotask.create.source)."""
    ctx.cite("autotask.create.source")
    values = picklists.choices(ctx, "Ticket", "Source")
    return int(next((each.value for each in values if each.default and each.active), picklists.CLIENT_PORTAL))


def _cost(keeper: Keeper, row: Row) -> None:
    first = next(iter(picklists.choices(keeper.ctx, "TicketCost", "Status")), None)
    if row["Status"] is None and first is not None:
        row["Status"] = int(first.value)
    row["StatusLastModifiedDate"], row["StatusLastModifiedBy"] = keeper.now, keeper.creator


def _numbered(field: str, letter: str) -> Callable[[Keeper, Row], None]:
    def begin(keeper: Keeper, row: Row) -> None:
        row[field] = keeper.number(letter)

    return begin


def _on(field: str) -> Callable[[Keeper, Row], None]:
    def begin(keeper: Keeper, row: Row) -> None:
        if row[field] is None:
            row[field] = True

    return begin


def _quote(keeper: Keeper, row: Row) -> None:
    row["QuoteNumber"] = money.next_quote(keeper.ctx)


_BEGINNINGS: Mapping[str, Callable[[Keeper, Row], None]] = {
    "Ticket": _ticket,
    "Task": _numbered("TaskNumber", "T"),
    "Project": _numbered("ProjectNumber", "P"),
    **dict.fromkeys(("TicketCost", "ProjectCost", "ContractCost", "ChangeOrderCost"), _cost),
    "Account": _on("Active"),
    "UserDefinedFieldDefinition": _on("IsActive"),
    "UserDefinedFieldListItem": _on("IsActive"),
    "Quote": _quote,
    "PurchaseOrder": purchasing.begin_order,
    "PurchaseOrderItem": purchasing.begin_item,
    "PurchaseOrderReceive": purchasing.begin_receipt,
}


# --- what follows from other fields -----------------------------------------------------------------------------------


def work_out(keeper: Keeper, entity: Entity, row: Row, before: Row | None) -> None:
    """Set the fields of `row` that follow from others; `before` is the row it was, None for a new one."""
    follow = _FOLLOWING.get(entity.name)
    if follow is not None:
        follow(keeper, row, before)
    money.convert(keeper.ctx, entity, row)


def _completed(date: str, done: Callable[[Row], bool]) -> Callable[[Keeper, Row, Row | None], None]:
    def follow(keeper: Keeper, row: Row, before: Row | None) -> None:
        if not done(row):
            row[date] = row["CompletedByResourceID"] = None
        elif before is None or not done(before):
            row[date], row["CompletedByResourceID"] = keeper.now, keeper.creator

    return follow


def _time_entry(keeper: Keeper, row: Row, before: Row | None) -> None:
    row["Type"] = 2 if row["TicketID"] is not None else 6 if row["TaskID"] is not None else 10
    if row["HoursWorked"] is None and row["StartDateTime"] is not None and row["EndDateTime"] is not None:
        row["HoursWorked"] = (row["EndDateTime"] - row["StartDateTime"]) / instants.HOUR
    if row["DateWorked"] is None and row["StartDateTime"] is not None:
        day = time(row["StartDateTime"], ZONES[keeper.ctx.dialect["time_zone"]])[:10]
        row["DateWorked"] = instants.from_iso(f"{day}T00:00:00Z")
    row["HoursToBill"] = max((row["HoursWorked"] or 0.0) + (row["OffsetHours"] or 0.0), 0.0)


def _service_call(keeper: Keeper, row: Row, before: Row | None) -> None:
    if row["EndDateTime"] is not None and row["StartDateTime"] is not None:
        row["Duration"] = (row["EndDateTime"] - row["StartDateTime"]) * SCALE // instants.HOUR


def _amounts(keeper: Keeper, row: Row, before: Row | None) -> None:
    quantity = row["UnitQuantity"] or 0.0
    row["ExtendedCost"] = (row["UnitCost"] or 0.0) * quantity
    row["BillableAmount"] = (row["UnitPrice"] or 0.0) * quantity if row["BillableToAccount"] else 0.0


def _rated(keeper: Keeper, row: Row, before: Row | None) -> None:
    """A client may say when the rate was changed; where it does not, that is now (autotask.currency.rate)."""
    if (
        row["LastModifiedDateTime"] is None
        or before is None
        or row["LastModifiedDateTime"] == before["LastModifiedDateTime"]
    ):
        row["LastModifiedDateTime"] = keeper.now
    keeper.ctx.cite("autotask.currency.rate")


_FOLLOWING: Mapping[str, Callable[[Keeper, Row, Row | None], None]] = {
    "Ticket": _completed("CompletedDate", lambda row: row["Status"] == picklists.COMPLETE),
    "Task": _completed("CompletedDateTime", lambda row: row["Status"] == picklists.COMPLETE),
    "TicketChecklistItem": _completed("CompletedDateTime", lambda row: bool(row["Completed"])),
    "TimeEntry": _time_entry,
    "ServiceCall": _service_call,
    "TicketCost": _amounts,
    "ProjectCost": _amounts,
    "ContractCost": _amounts,
    "Currency": _rated,
    "PurchaseOrder": purchasing.order_steps,
}
