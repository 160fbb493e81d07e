"""Attachments of tickets, assignments and solutions, one of them with its content, and solutions. Knows no wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import access, model, renderings
from mockservers.vendors.trackit.emulator.contents import content_of
from mockservers.vendors.trackit.emulator.model import ATTACHMENTS
from mockservers.vendors.trackit.emulator.requests import Asked, bound
from mockservers.vendors.trackit.emulator.semantics import reading
from mockservers.vendors.trackit.emulator.semantics.reading import Listed


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is read: its record, rendered, and its bytes where they come by themselves."""

    record: str
    name: str = ""
    content: bytes | None = None


# --- attachments ------------------------------------------------------------------------------------------------------

_BOUND: tuple[Any, ...] = tuple(sa.bindparam(name) for name in ("tenant", "module", "owner", "low", "high"))
_TENANT, _MODULE, _OWNER, _LOW, _HIGH = _BOUND
_MINE = (ATTACHMENTS.c.tenant == _TENANT, ATTACHMENTS.c.module == _MODULE, ATTACHMENTS.c.owner == _OWNER)
_COUNT = sa.select(sa.func.count()).select_from(ATTACHMENTS).where(*_MINE)
_PAGE = sa.select(ATTACHMENTS).where(*_MINE).order_by(ATTACHMENTS.c.id).offset(_LOW).limit(_HIGH)
_ONE = sa.select(ATTACHMENTS).where(ATTACHMENTS.c.tenant == _TENANT, ATTACHMENTS.c.id == sa.bindparam("id"))


def _attached(ctx: Context, module: str, owner: int, first: int, size: int) -> Listed:
    mine = {"tenant": access.tenant_of(ctx).name, "module": module, "owner": owner}
    total: int = ctx.db.execute(_COUNT, mine).scalar_one()
    rows = ctx.db.execute(_PAGE, {**mine, "low": first, "high": size or total})
    return reading.listed(ctx, total, first, [renderings.attachment(row) for row in rows])


def of_ticket(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Attachments/{pageSize}/{pageNumber}: of hidden tickets too (trackit.read.attachments)."""
    id_, first, size = reading.page_bounds(asked)
    access.require(ctx, access.VIEW_ATTACHMENT)
    found = model.mark(ctx, id_)
    if found is None:
        raise access.unknown("ticket", id_)
    if access.withheld(ctx, found.l_group, "Tickets"):
        ctx.cite("trackit.read.attachments_open")
    return _attached(ctx, "ticket", id_, first, size)


def of_assignment(ctx: Context, asked: Asked) -> Listed:
    """GET /assignments/{id}/Attachments/{pageSize}/{pageNumber}: like those of tickets (trackit.attachment.lists)."""
    id_, first, size = reading.page_bounds(asked)
    access.require(ctx, access.VIEW_ATTACHMENT)
    found = model.assignment(ctx, id_)
    if found is None:
        raise access.unknown("assignment", id_)
    if access.withheld(ctx, found["l_group"], "Assignments"):
        ctx.cite("trackit.read.attachments_open")
    return _attached(ctx, "assignment", id_, first, size)


def of_solution(ctx: Context, asked: Asked) -> Listed:
    """GET /solutions/{id}/Attachments/{pageSize}/{pageNumber}: like those of tickets (trackit.attachment.lists)."""
    id_, first, size = reading.page_bounds(asked)
    access.require(ctx, access.VIEW_ATTACHMENT)
    if model.directory(ctx).find("solution", "id", id_) is None:
        raise access.unknown("solution", id_)
    return _attached(ctx, "solution", id_, first, size)


def attachment(ctx: Context, asked: Asked) -> File:
    """GET /attachment/{attachmentId}: all its fields (trackit.attachment.read), one of which is its content."""
    (id_,) = bound(asked, "attachmentId")
    access.require(ctx, access.VIEW_ATTACHMENT)
    row = ctx.db.execute(_ONE, {"tenant": access.tenant_of(ctx).name, "id": id_}).one_or_none()
    if row is None:
        raise access.unknown("attachment", id_)
    answer = ctx.dialect["attachment_answer"]
    if answer == "without_content" or row.size is None:
        ctx.cite("trackit.attachment.content")
        return File(renderings.attachment(row))
    content = content_of(row.id, row.size, row.content)
    ctx.cite("trackit.attachment.content")
    if answer == "file":
        return File("", row.name or str(row.id), content)
    return File(renderings.attachment(row, base64.b64encode(content).decode()))


# --- solutions --------------------------------------------------------------------------------------------------------


def solution(ctx: Context, asked: Asked) -> str:
    """GET /solutions/{solutionId}: by the number that tickets show as Solution ID (trackit.solution.read)."""
    (id_,) = bound(asked, "solutionId")
    access.require(ctx, access.VIEW_SOLUTION)
    directory = model.directory(ctx)
    number = directory.find("solution", "id", id_)
    if number is None:
        raise access.unknown("solution", id_)
    facts: Mapping[str, Any] = directory.get("solution", number)
    if not access.sees(ctx, facts.get("group"), "Solutions"):
        raise access.hidden("solution", id_)
    return renderings.solution(number, facts)
