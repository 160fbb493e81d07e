"""What changes and deletions leave behind: a ticket's history, and the logs of deleted activity. Knows no request.

The vendor describes these entities and no text in them: what they say is our choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.emulator import model
from mockservers.vendors.autotask.emulator.entities import ENTITIES, SCALE, Entity, shown
from mockservers.vendors.autotask.emulator.model import Row

NOTE, TIME, ATTACHMENT = 1, 2, 3
"""Values of TypeID in the logs of deleted activity."""
_KINDS = {"TicketNote": NOTE, "TaskNote": NOTE, "TimeEntry": TIME, "AttachmentInfo": ATTACHMENT}
_LOGS = (("TicketID", "Ticket", "TicketNumber"), ("TaskID", "Task", "TaskNumber"))
_UNTOLD = frozenset(
    {
        "LastActivityDate",
        "LastActivityPersonType",
        "LastActivityResourceID",
        "LastCustomerVisibleActivityDateTime",
        "LastTrackedModificationDateTime",
    }
)
"""What moves with every change."""
_LONGEST = 1800


class Author(Protocol):
    """Whoever writes: the call, and the resource that records name."""

    ctx: Context
    creator: int

    @property
    def now(self) -> int: ...

    def log(self, entity: Entity, values: Mapping[str, Any]) -> None: ...


def created(author: Author, row: Row) -> None:
    """A ticket was made (autotask.history.ticket)."""
    _history(author, row["id"], "Created", "The ticket was created.")


def changed(author: Author, before: Row, row: Row) -> None:
    """A ticket was changed: which fields, from what, to what."""
    old, new = (shown(ENTITIES["Ticket"], each) for each in (before, row))
    told = [f"{name}: {old[name]} -> {new[name]}" for name in new if name not in _UNTOLD and old[name] != new[name]]
    _history(author, row["id"], "Changed", "; ".join(told) or "Nothing but user-defined fields.")


def _history(author: Author, ticket: int, action: str, detail: str) -> None:
    author.ctx.cite("autotask.history.ticket")
    values = {
        "TicketID": ticket,
        "Action": action,
        "Detail": detail[:_LONGEST],
        "ResourceID": author.creator,
        "Date": author.now,
    }
    author.log(ENTITIES["TicketHistory"], values)


def deleted(author: Author, entity: Entity, row: Mapping[str, Any]) -> None:
    """A note, time or an attachment of a ticket or task was deleted (autotask.history.deleted_activity)."""
    kind = _KINDS.get(entity.name)
    if kind is None:
        return
    assert author.ctx.tenant is not None
    made = row.get("CreateDateTime") or row.get("AttachDate") or author.now
    for reference, above, number in _LOGS:
        found = None
        if row.get(reference) is not None:
            found = model.read(author.ctx.db, author.ctx.tenant.name, above, row[reference])
        if found is None:
            continue
        author.ctx.cite("autotask.history.deleted_activity")
        values = {
            "TypeID": kind,
            reference: row[reference],
            number: found[0][number],
            "NoteOrAttachmentTitle": (row.get("Title") or row.get("SummaryNotes") or "")[:255] or None,
            "CreatedByResourceID": next(
                (row[name] for name in ("CreatorResourceID", "CreatorUserID", "AttachedByResourceID") if row.get(name)),
                author.creator,
            ),
            "ActivityDateTime": made,
            "StartDateTime": row.get("StartDateTime") or made,
            "EndDateTime": row.get("EndDateTime") or made,
            "HoursWorked": round((row.get("HoursWorked") or 0.0) * SCALE),
            "DeletedByResourceID": author.creator,
            "DeletedDateTime": author.now,
        }
        author.log(ENTITIES[f"Deleted{above}ActivityLog"], values)
