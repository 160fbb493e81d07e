"""Attachments of messages: lists of them, what is known of one, its bytes, and files that clients bring."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator import access, attachments, changes, entities
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, profile
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.keeping import keep
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID, message, one, tenant_name
from mockservers.vendors.superoffice.emulator.requests import (
    Asked,
    Plain,
    bad,
    int32,
    int32s,
    members,
    variable,
    without_body,
)
from mockservers.vendors.superoffice.emulator.rights import RESTRICTED, UPDATE
from mockservers.vendors.superoffice.emulator.semantics.tickets import seen
from mockservers.vendors.superoffice.emulator.values import kept_text


def _wrong(detail: str) -> Refusal:
    return bad("superoffice.attachment.upload", detail)


def _listed(ctx: Context, asked: Asked, rows: Iterable[Any]) -> Answer:
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.attachment.list", "superoffice.attachment.carrier")
    value = [entities.selected(look, attachments.carrier(look, each)) for each in rows]
    return Answer(value, "ArrayOfAttachmentEntity")


def _of_ticket(ctx: Context, asked: Asked, ticket: int) -> Answer:
    catch_up(ctx)
    rows = attachments.of_tickets(ctx.db, tenant_name(ctx), [ticket]) if seen(ctx, ticket) is not None else {}
    return _listed(ctx, asked, rows.get(ticket, ()))


def _of_message(ctx: Context, asked: Asked, number: int, which: Callable[[Any], bool] = lambda row: True) -> Answer:
    catch_up(ctx)
    row = message(ctx.db, tenant_name(ctx), number)
    there = row is not None and seen(ctx, row.ticket) is not None
    rows = attachments.of_messages(ctx.db, tenant_name(ctx), [number]) if there else {}
    return _listed(ctx, asked, filter(which, rows.get(number, ())))


def _outside(row: Any) -> bool:
    return not row.inline


def _number(ctx: Context, asked: Asked, name: str) -> int:
    """The one int32 that a body of these calls holds."""
    given = members(ctx, asked, name)
    if name.lower() not in given:
        raise bad("superoffice.request.missing", f"{name} is missing.")
    return int32(ctx, given[name.lower()], name)


def _in_path(asked: Asked) -> int:
    given = asked.path[0]
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 10 else 0
    return number if number <= LARGEST_ID else 0


def of_ticket(ctx: Context, asked: Asked) -> Answer:
    """The attachments of all messages of a ticket."""
    return _of_ticket(ctx, asked, _number(ctx, asked, "TicketEntityId"))


def of_message(ctx: Context, asked: Asked) -> Answer:
    """The attachments of a message."""
    return _of_message(ctx, asked, _number(ctx, asked, "TicketMessageEntityId"))


def outside(ctx: Context, asked: Asked) -> Answer:
    """The attachments of a message but for the images inside its text."""
    return _of_message(ctx, asked, _number(ctx, asked, "TicketMessageEntityId"), _outside)


def of_ticket_rest(ctx: Context, asked: Asked) -> Answer:
    """The attachments of a ticket, at its REST address."""
    return _of_ticket(ctx, asked, _in_path(asked))


def of_message_rest(ctx: Context, asked: Asked) -> Answer:
    """The attachments of a message, at its REST address."""
    return _of_message(ctx, asked, _in_path(asked))


def outside_rest(ctx: Context, asked: Asked) -> Answer:
    """The attachments of a message but for images inside, at its REST address."""
    return _of_message(ctx, asked, _in_path(asked), _outside)


# --- one --------------------------------------------------------------------------------------------------------------


def _reached(ctx: Context, id_: int) -> Any:
    """The row of an attachment that is there and whose ticket the caller sees, or None."""
    catch_up(ctx)
    row = attachments.one(ctx.db, tenant_name(ctx), id_) if id_ > 0 else None
    if row is None or (row.ticket and seen(ctx, row.ticket) is None):
        return None
    return row


def _shown(ctx: Context, asked: Asked, row: Any, *, linked: bool = False) -> Answer:
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.attachment.carrier")
    value = entities.selected(look, attachments.carrier(look, row))
    if linked:
        value["_Links"] = {"Self": f"Attachment/{row.id}", "Rel": f"Attachment/{row.id}/Content"}
    return Answer(value, "AttachmentEntity")


def _none(ctx: Context) -> Answer:
    ctx.cite("superoffice.result.null")
    return Answer(None, "AttachmentEntity")


def _needed(ctx: Context, asked: Asked) -> Any:
    row = _reached(ctx, _in_path(asked))
    if row is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"Attachment id {asked.path[0][:20]} not found")
    return row


def get_entity(ctx: Context, asked: Asked) -> Answer:
    """What is known of one attachment; null when there is none."""
    row = _reached(ctx, variable(ctx, asked, "attachmentEntityId"))
    return _none(ctx) if row is None else _shown(ctx, asked, row)


def get(ctx: Context, asked: Asked) -> Answer:
    """What is known of one attachment, at its REST address."""
    return _shown(ctx, asked, _needed(ctx, asked), linked=True)


def _stream(ctx: Context, row: Any) -> Answer:
    """The bytes; in JSON and XML as base64 (superoffice.attachment.content)."""
    ctx.cite("superoffice.attachment.content")
    held = attachments.content(row)
    return Answer(base64.b64encode(held).decode(), "base64Binary", content=held, media=row.content_type)


def get_stream(ctx: Context, asked: Asked) -> Answer:
    """The bytes of an attachment; null when there is none."""
    row = _reached(ctx, _number(ctx, asked, "AttachmentId"))
    return _none(ctx) if row is None else _stream(ctx, row)


def content(ctx: Context, asked: Asked) -> Answer:
    """The bytes of an attachment, at its REST address."""
    return _stream(ctx, _needed(ctx, asked))


# --- brought by clients -----------------------------------------------------------------------------------------------


class _Blank:
    """The columns of an attachment that nobody has saved."""

    id = size = 0
    name = content_id = ""
    content_type = attachments.UNKNOWN_TYPE
    inline = False


def create_default(ctx: Context, asked: Asked) -> Answer:
    """The entity of a new attachment, which is not saved."""
    without_body(ctx, asked)
    ctx.cite("superoffice.call.default")
    return _shown(ctx, asked, _Blank)


_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}", re.ASCII | re.IGNORECASE)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name.lower())
    try:
        text = "" if value is None else kept_text("Title", str(value) if isinstance(value, Plain) else value)
    except ValueError as error:
        raise _wrong(f"{str(error).replace('Title', name)[:200]}.") from None
    return text


def save(ctx: Context, asked: Asked) -> Answer:
    """Make an attachment without content, or change what is known of one (superoffice.attachment.upload)."""
    given = members(ctx, asked)
    ctx.cite("superoffice.attachment.upload")
    number = int32(ctx, given.get("attachmentid") or 0, "AttachmentId")
    name, kind, inside = _text(given, "Name"), _text(given, "ContentType"), _text(given, "ContentId")
    if not name:
        raise _wrong("Name is missing.")
    if kind and not _MEDIA.fullmatch(kind):
        raise _wrong("ContentType is no media type.")
    values = {
        "name": name,
        "content_type": kind or attachments.type_of(name),
        "inline": str(given.get("inlineimage")).lower() == "true",
        "content_id": inside,
    }
    if number > 0:
        row = _reached(ctx, number)
        if row is None:
            raise _wrong(f"Attachment {number} does not exist.")
        _demand(ctx, row.ticket)
        # A sample is known by its name, which may change now.
        attachments.change(ctx, number, **values, content=attachments.content(row))
    else:
        number = attachments.add(ctx, {**values, "size": 0, "content": b""})
    return _shown(ctx, asked, attachments.one(ctx.db, tenant_name(ctx), number))


def _demand(ctx: Context, ticket: int) -> None:
    """Raise the refusal of a caller who may not change a ticket."""
    row = one(ctx.db, tenant_name(ctx), ticket) if ticket else None
    if row is not None and not caller(ctx).role.may(row["right"], UPDATE | RESTRICTED):
        raise access.forbidden("superoffice.call.save_rights")


def upload(ctx: Context, asked: Asked) -> Answer:
    """Give an attachment its content, which comes as base64."""
    given = members(ctx, asked, "AttachmentId", "Content")
    ctx.cite("superoffice.attachment.upload")
    number = int32(ctx, given.get("attachmentid") or 0, "AttachmentId")
    told = given.get("content")
    if not isinstance(told, str):
        raise bad("superoffice.request.missing", "Content is missing, or is not text.")
    try:
        held = base64.b64decode("".join(str(told).split()), validate=True)
    except (binascii.Error, ValueError):
        raise _wrong("Content is not base64.") from None
    row = _reached(ctx, number)
    if row is None:
        raise _wrong(f"Attachment {number} does not exist.")
    if len(held) > attachments.MOST_BYTES:
        raise _wrong("Content is too long.")
    _demand(ctx, row.ticket)
    attachments.change(ctx, number, content=held, size=len(held))
    return Answer(status=204)


def connect(ctx: Context, asked: Asked) -> Answer:
    """Hang attachments on a message; its ticket has changed by that."""
    number, rows = _named(ctx, asked)
    said, ticket = _message(ctx, number)
    for row in rows:
        if row.message not in (0, number):
            raise _wrong(f"Attachment {row.id} hangs on another message.")
        attachments.change(ctx, row.id, ticket=said.ticket, message=number)
    if rows:
        ticket["HasAttachment"] = True
        changes.touch(ctx, ticket)
        keep(ctx, ticket)
    return Answer(status=204)


def disconnect(ctx: Context, asked: Asked) -> Answer:
    """Take attachments off a message."""
    number, rows = _named(ctx, asked)
    said, ticket = _message(ctx, number)
    hanging = [row for row in rows if row.message == number]
    for row in hanging:
        attachments.change(ctx, row.id, ticket=0, message=0)
    if not hanging:
        return Answer(status=204)
    left = attachments.of_tickets(ctx.db, tenant_name(ctx), [said.ticket])
    ticket["HasAttachment"] = bool(left)
    changes.touch(ctx, ticket)
    keep(ctx, ticket)
    return Answer(status=204)


def _named(ctx: Context, asked: Asked) -> tuple[int, list[Any]]:
    """The message and the attachments that a body names; all of them are there."""
    given = members(ctx, asked, "TicketMessageEntityId", "AttachmentIds")
    ctx.cite("superoffice.attachment.upload")
    number = int32(ctx, given.get("ticketmessageentityid") or 0, "TicketMessageEntityId")
    rows = []
    for id_ in dict.fromkeys(int32s(ctx, given.get("attachmentids"), "AttachmentIds")):
        row = _reached(ctx, id_)
        if row is None:
            raise _wrong(f"Attachment {id_} does not exist.")
        rows.append(row)
    return number, rows


def _message(ctx: Context, number: int) -> tuple[Any, dict[str, Any]]:
    """A message, and the row of its ticket, which the caller may change."""
    said = message(ctx.db, tenant_name(ctx), number)
    if said is None or seen(ctx, said.ticket) is None:
        raise _wrong(f"Message {number} does not exist.")
    _demand(ctx, said.ticket)
    row = one(ctx.db, tenant_name(ctx), said.ticket)
    assert row is not None
    return said, row
