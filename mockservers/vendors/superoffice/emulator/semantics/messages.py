"""Messages of tickets as entities of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator import access, attachments, changes, entities
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, profile
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.keeping import keep
from mockservers.vendors.superoffice.emulator.model import (
    LARGEST_ID,
    SYSTEM_USER,
    directory,
    message,
    messages_of,
    one,
    rows,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.renderings import Profile
from mockservers.vendors.superoffice.emulator.requests import (
    Asked,
    Plain,
    bad,
    int32,
    int32s,
    lowered,
    members,
    variable,
    without_body,
)
from mockservers.vendors.superoffice.emulator.rights import RESTRICTED, UPDATE
from mockservers.vendors.superoffice.emulator.semantics.tickets import seen
from mockservers.vendors.superoffice.emulator.values import kept_text
from mockservers.wirekit.dotnet_text import value_text


def _entity(ctx: Context, look: Profile, row: Any) -> dict[str, Any]:
    ticket = rows(ctx.db, tenant_name(ctx), [row.ticket]).get(row.ticket)
    files = attachments.of_messages(ctx.db, tenant_name(ctx), [row.id])
    return entities.message_entity(look, row, directory(ctx), ticket, files)


def get_entities(ctx: Context, asked: Asked) -> Answer:
    """Messages of one ticket by their ids."""
    given = members(ctx, asked, "TicketId", "MessageIds")
    if "ticketid" not in given:
        raise bad("superoffice.request.missing", "TicketId is missing.")
    id_ = int32(ctx, given["ticketid"], "TicketId")
    ids = set(int32s(ctx, given.get("messageids"), "MessageIds"))
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages")
    catch_up(ctx)
    ticket = seen(ctx, id_)
    found = [] if ticket is None else [each for each in messages_of(ctx.db, tenant_name(ctx), id_) if each.id in ids]
    files = attachments.of_messages(ctx.db, tenant_name(ctx), [each.id for each in found])
    value = [entities.message_entity(look, each, directory(ctx), ticket, files) for each in found]
    return Answer(value, "ArrayOfTicketMessageEntity", zone=look.clock.code)


def _one(ctx: Context, id_: int) -> Any:
    row = message(ctx.db, tenant_name(ctx), id_)
    if row is not None and seen(ctx, row.ticket) is not None:
        return row
    ctx.cite("superoffice.result.null")
    return None


def get_message(ctx: Context, asked: Asked) -> Answer:
    """One message; null when there is none."""
    id_ = variable(ctx, asked, "ticketMessageId")
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages")
    catch_up(ctx)
    row = _one(ctx, id_)
    files = {} if row is None else attachments.of_messages(ctx.db, tenant_name(ctx), [row.id])
    value = None if row is None else entities.message(look, row, directory(ctx), files)
    return Answer(value, "TicketMessage", zone=look.clock.code)


def get_message_entity(ctx: Context, asked: Asked) -> Answer:
    """One message as an entity; null when there is none."""
    id_ = variable(ctx, asked, "ticketMessageEntityId")
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages")
    catch_up(ctx)
    row = _one(ctx, id_)
    value = None if row is None else _entity(ctx, look, row)
    return Answer(value, "TicketMessageEntity", zone=look.clock.code)


def get(ctx: Context, asked: Asked) -> Answer:
    """One message as an entity, at its REST address."""
    given = asked.path[0]
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 10 else 0
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages")
    catch_up(ctx)
    row = _one(ctx, number) if 0 < number <= LARGEST_ID else None
    if row is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"TicketMessage id {given[:20]} not found")
    return Answer(_entity(ctx, look, row), "TicketMessageEntity", zone=look.clock.code)


class _Blank:
    """The columns of a message that nobody has written yet."""

    id = ticket = created_by = minutes = sentiment = confidence = person = 0
    created = None
    external, important = True, False
    author = body = language = ""


def create_default(ctx: Context, asked: Asked) -> Answer:
    """The entity of a new message."""
    without_body(ctx, asked)
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages", "superoffice.call.default")
    value = entities.message_entity(look, _Blank, directory(ctx), None)
    return Answer(value, "TicketMessageEntity", zone=look.clock.code)


def save(ctx: Context, asked: Asked) -> Answer:
    """Add the message in the body to its ticket (superoffice.call.messages)."""
    given = members(ctx, asked)
    inner = given.get("ticket")
    number = lowered(inner).get("ticketid") if isinstance(inner, Mapping) else None
    if number is None:
        raise bad("superoffice.request.missing", "Ticket is missing, or has no TicketId.")
    id_ = int32(ctx, number, "TicketId")
    if int32(ctx, given.get("ejmessageid") or 0, "EjMessageId") > 0:
        raise bad("superoffice.call.save_checks", "A message that was saved does not change.")
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.messages")
    catch_up(ctx)
    row = one(ctx.db, tenant_name(ctx), id_)
    if row is None or seen(ctx, id_) is None:
        raise bad("superoffice.call.save_checks", f"Ticket {id_} does not exist.")
    who = caller(ctx)
    if not who.role.may(row["right"], UPDATE | RESTRICTED):
        raise access.forbidden("superoffice.call.save_rights")
    made = changes.add_message(
        ctx,
        row,
        directory(ctx),
        external=_external(given),
        by=who.ejuser or SYSTEM_USER,
        author=_text(given, "Author") or who.user,
        body=_text(given, "Body"),
        minutes=_number(ctx, given, "TimeSpent", 0, 10**6),
        language=_text(given, "Language"),
        sentiment=_number(ctx, given, "Sentiment", -100, 100),
        confidence=_number(ctx, given, "SentimentConfidence", 0, 100),
        important=str(given.get("important")).lower() == "true",
    )
    keep(ctx, row)
    return Answer(
        _entity(ctx, look, message(ctx.db, tenant_name(ctx), made)), "TicketMessageEntity", zone=look.clock.code
    )


def _external(given: Mapping[str, Any]) -> bool:
    level = given.get("slevel")
    if level in (None, ""):
        return True
    if not isinstance(level, str) or level.lower() not in ("internal", "external"):
        raise bad("superoffice.call.save_checks", f"{value_text(level)} is not a level of a message.")
    return level.lower() == "external"


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name.lower())
    try:
        return "" if value is None else kept_text(name, str(value) if isinstance(value, Plain) else value)
    except ValueError as error:
        raise bad("superoffice.call.save_checks", f"{str(error)[:200]}.") from None


def _number(ctx: Context, given: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = int32(ctx, given.get(name.lower()) or 0, name)
    if not low <= value <= high:
        raise bad("superoffice.call.save_checks", f"{name} lies between {low} and {high}.")
    return value
