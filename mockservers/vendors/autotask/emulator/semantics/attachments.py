"""Attachments: made, read and deleted by calls of their own; AttachmentInfo lists them. Knows no wire.

The row of AttachmentInfo is like any other entity's; what was uploaded stands in a table beside it, and stays there
without its data after a deletion, since the limit counts what was uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import MINUTE
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.store import Instant, Text
from mockservers.vendors.autotask.emulator import access, limits, model, picklists, renderings
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Element, stored_time
from mockservers.vendors.autotask.emulator.requests import Asked, Input, Upload
from mockservers.vendors.autotask.emulator.semantics import values
from mockservers.vendors.autotask.emulator.semantics.changes import Keeper

MOST_BYTES = 7_000_000
MOST_BYTES_IN_WINDOW, WINDOW = 10_000_000, 5 * MINUTE
_ENTITY = ENTITIES["AttachmentInfo"]
_DEMANDED = ("ParentID", "ParentType", "Type", "Title", "FullPath", "Publish")
_LINKS = ("FILE_LINK", "FOLDER_LINK", "URL")
_TICKET, _TIME, _NOTE = 4, 18, 23
PARENTS: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("Account", "AccountID"),),
    2: (("Opportunity", "OpportunityID"),),
    3: (("Project", "ProjectID"),),
    _TICKET: (("Ticket", "TicketID"), ("Task", "TaskID")),
    _TIME: (("TimeEntry", "TimeEntryID"),),
    _NOTE: (
        ("TicketNote", "TicketNoteID"),
        ("TaskNote", "TaskNoteID"),
        ("ProjectNote", "ProjectNoteID"),
        ("AccountNote", "AccountNoteID"),
        ("ContractNote", "ContractNoteID"),
    ),
}
"""Values of ParentType, and the entities and elements they stand for."""
_ABOVE = {_TIME: ("TicketID", "TaskID"), _NOTE: ("TicketID", "TaskID", "ProjectID", "AccountID", "ContractID")}
"""What hangs on a note or on time is found by what that hangs on, too (autotask.query.attachments)."""
_CONTENT = {
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "xml": "text/xml",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
}

UPLOADS = sa.Table(
    "at_upload",
    model.METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary),
    sa.Index("at_upload_at", "tenant", "at"),
)


@dataclass(frozen=True, slots=True)
class AttachmentFound:
    """An Attachment: its bytes, its AttachmentInfo as a rendered entity, and as a row with the fields nobody is shown."""

    data: bytes
    info: str
    row: model.Row
    hidden: frozenset[str]


def _refused(rule: str, text: str) -> Refusal:
    return Refusal(rule, "BODY", entity="attachmentinfo", messages=(text,))


def _tenant(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


def get(ctx: Context, asked: Asked) -> AttachmentFound:
    """GetAttachment; one that is not there or out of reach is an error."""
    ctx.cite("autotask.attachment.calls")
    access.permit(ctx, _ENTITY.name, "query")
    row, udf = _read(ctx, asked.body)
    data = ctx.db.execute(
        sa.select(UPLOADS.c.data).where(UPLOADS.c.tenant == _tenant(ctx), UPLOADS.c.id == asked.body)
    ).scalar()
    if data is None:
        data = _made_up(asked.body, row["FileSize"] or 0)
    hidden = access.hidden_fields(ctx, "AttachmentInfo")
    profile = renderings.Profile.of(ctx.dialect, hidden)
    return AttachmentFound(data, renderings.entity(_ENTITY, row, udf, (), profile), row, hidden)


def _made_up(id_: int, size: int) -> bytes:
    """The content of an attachment that no client made: as long as its row says."""
    line = f"Attachment {id_} of the data this server began with.\n".encode()
    size = max(0, min(size, MOST_BYTES))
    return (line * (size // len(line) + 1))[:size]


def _read(ctx: Context, id_: int) -> tuple[model.Row, dict[str, str]]:
    found = model.read(ctx.db, _tenant(ctx), "AttachmentInfo", id_, access.visible(ctx, "AttachmentInfo"))
    if found is None:
        raise _refused("autotask.attachment.calls", f"There is no attachment {id_} within reach.{limits.INVENTED}")
    return found


def delete(ctx: Context, asked: Asked) -> str:
    """DeleteAttachment: empty when good, else what was wrong."""
    ctx.cite("autotask.attachment.calls")
    access.permit(ctx, _ENTITY.name, "delete")
    row, _ = _read(ctx, asked.body)
    Keeper.of(ctx).remove(_ENTITY, row)
    ctx.db.execute(
        sa.update(UPLOADS).where(UPLOADS.c.tenant == _tenant(ctx), UPLOADS.c.id == asked.body).values(data=None)
    )
    return ""


def create(ctx: Context, asked: Asked) -> int:
    """CreateAttachment: the new id."""
    ctx.cite("autotask.attachment.calls")
    access.permit(ctx, _ENTITY.name, "create")
    sent: Upload = asked.body
    if sent.info is None:
        raise _missing("Info")
    row = _described(ctx, sent.info, sent.parent)
    if row["Type"] not in _LINKS and not sent.data:
        raise _missing("Data")
    data = sent.data or b""
    _limit(ctx, len(data))
    tenant = _tenant(ctx)
    row["id"] = _next(ctx)
    row["FileSize"] = len(data)
    row["AttachDate"] = stored_time(ctx.now)
    row["AttachedByResourceID"] = access.caller(ctx).resource_id
    ending = row["FullPath"].rpartition(".")[2].lower()
    row["ContentType"] = _CONTENT.get(ending, "application/octet-stream") if row["Type"] == "FILE_ATTACHMENT" else None
    model.insert(ctx.db, tenant, _ENTITY, [(row, {})])
    Keeper.of(ctx).touch_parents(_ENTITY, row)
    ctx.db.execute(
        sa.insert(UPLOADS), [{"tenant": tenant, "id": row["id"], "at": ctx.now, "size": len(data), "data": data}]
    )
    created: int = row["id"]
    return created


def _next(ctx: Context) -> int:
    """An id that neither an attachment nor a deleted one has."""
    tenant = _tenant(ctx)
    used = ctx.db.execute(sa.select(sa.func.max(UPLOADS.c.id)).where(UPLOADS.c.tenant == tenant)).scalar() or 0
    return max(int(used), model.highest(ctx.db, tenant, "AttachmentInfo")) + 1


def _missing(field: str) -> Refusal:
    return _refused(
        "autotask.create.required", f"Value does not exist for the required field {field}. ; on record number [1]."
    )


def _limit(ctx: Context, size: int) -> None:
    """The limits of size and of bytes in five minutes (autotask.attachment.limit)."""
    if size > MOST_BYTES:
        raise _refused(
            "autotask.attachment.limit",
            f"The attachment has {size} bytes; at most {MOST_BYTES} are taken.{limits.INVENTED}",
        )
    mine = UPLOADS.c.tenant == _tenant(ctx)
    last = ctx.db.execute(sa.select(sa.func.max(UPLOADS.c.at)).where(mine, UPLOADS.c.at <= ctx.now)).scalar()
    if last is None or ctx.now >= last + WINDOW:
        return
    sent = ctx.db.execute(
        sa.select(sa.func.sum(UPLOADS.c.size)).where(mine, UPLOADS.c.at > last - WINDOW, UPLOADS.c.at <= last)
    ).scalar()
    if (sent or 0) >= MOST_BYTES_IN_WINDOW:
        raise _refused(
            "autotask.attachment.limit",
            f"{MOST_BYTES_IN_WINDOW} bytes of attachments were sent within five minutes; wait five minutes."
            f"{limits.INVENTED}",
        )


def _described(ctx: Context, info: Input, of: str) -> model.Row:
    """The row that Info describes, checked, with the elements that tell whose attachment it is."""
    row: model.Row = {}
    for name in _DEMANDED:
        text = info.fields[name].text if name in info.fields else None
        if text is None or not text.strip():
            raise _missing(name)
        element = _ENTITY[name]
        if element.form != "text":
            row[name] = _number(element, text)
        elif len(text) > (element.field.length or len(text)):
            raise _refused("autotask.write.length", f"String value exceeds maximum length (field:{name}). ")
        else:
            row[name] = text.strip() if name == "Type" else text
    for name in ("ParentType", "Type", "Publish"):
        found = picklists.find(ctx, "AttachmentInfo", name, str(row[name]))
        if found is None or not found.active:
            raise _refused(
                "autotask.picklist.value",
                f"Picklist value [{row[name]}] does not exist for {name}. ; on record number [1].",
            )
    row.update(_parent(ctx, row["ParentType"], row["ParentID"], of))
    return row


def _number(element: Element, text: str) -> int:
    try:
        return int(values.number(element.form, text))
    except values.Unconvertible:
        raise _refused(
            "autotask.write.convert",
            f"Can not convert data to numeric in field: {element.name}. ; on record number [1].",
        ) from None


def _parent(ctx: Context, kind: int, id_: int, of: str) -> dict[str, Any]:
    tenant = _tenant(ctx)
    for entity, element in PARENTS.get(kind, ()):
        if of and entity != of:
            continue
        found = model.read(ctx.db, tenant, entity, id_, access.visible(ctx, entity))
        if found is None:
            continue
        row, _ = found
        above = {name: int(row[name]) for name in _ABOVE.get(kind, ()) if row.get(name) is not None}
        return {element: id_, **above}
    if kind not in PARENTS:
        return {}
    meant = PARENTS[kind][0][0]
    raise _refused(
        "autotask.write.reference",
        f"Reference value on field: ParentID of type: {meant[0].lower()}{meant[1:]} does not exist or is invalid. ; on "
        "record number [1].",
    )
