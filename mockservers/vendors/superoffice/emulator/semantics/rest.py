"""Tickets as REST entities: read, made, replaced, patched and taken away at addresses of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.vendors.superoffice.emulator import patches
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, profile
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID
from mockservers.vendors.superoffice.emulator.requests import Asked, bad, lowered, members, note_query
from mockservers.vendors.superoffice.emulator.semantics import saving
from mockservers.vendors.superoffice.emulator.semantics.tickets import seen, whole


def found(ctx: Context, asked: Asked) -> Any:
    """The row of the ticket that the address names; raises the refusal where the caller finds none."""
    given = asked.path[0]
    catch_up(ctx)
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 10 else 0
    row = seen(ctx, number) if 0 < number <= LARGEST_ID else None
    if row is None:
        raise Refusal("superoffice.error.rest", "not_found", message=f"Ticket id {given[:20]} not found")
    return row


def _time(text: str) -> int | None:
    """The instant of an HTTP date; what is none is ignored."""
    if not text:
        return None
    try:
        moment: datetime = parsedate_to_datetime(text)
        return instants.from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError, TypeError):
        return None


def _conditions(ctx: Context, asked: Asked, changed: int | None, *, writing: bool = False) -> None:
    """Raise what the conditions of the request say of a ticket that was changed then (superoffice.rest.conditions).

    If-Modified-Since asks for a reading only: HTTP ignores it beside any other verb.
    """
    since, until = _time(asked.header("if-modified-since")), _time(asked.header("if-unmodified-since"))
    since = None if writing else since
    if since is None and until is None:
        return
    ctx.cite("superoffice.rest.conditions")
    if until is not None and changed is not None and changed > until:
        raise Refusal("superoffice.rest.conditions", "precondition")
    if since is not None and changed is not None and changed <= since:
        raise Refusal("superoffice.rest.conditions", "unmodified")


def _told(ctx: Context, row: Any) -> int | None:
    """When a ticket was changed, for a caller who may know it (superoffice.carrier.hidden_field)."""
    return None if "LastChanged" in caller(ctx).role.blank else row.LastChanged


def _dated(answer: Answer, changed: int | None) -> Answer:
    if changed is not None:
        moment = instants.to_datetime(changed - changed % SECOND)
        answer.headers.append(("Last-Modified", format_datetime(moment, usegmt=True)))
    return answer


def get(ctx: Context, asked: Asked) -> Answer:
    """A ticket as an entity with links."""
    if asked.variables.get("fk", "false").lower() not in ("", "false"):
        raise Unsupported("fk, which adds foreign keys")
    row = found(ctx, asked)
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.rest.entity")
    _conditions(ctx, asked, _told(ctx, row))
    return _dated(saving.answer(ctx, row.TicketId, look, linked=True), _told(ctx, row))


def simple(ctx: Context, asked: Asked) -> Answer:
    """A ticket as the flat carrier."""
    row = found(ctx, asked)
    look = profile(ctx, asked)
    _conditions(ctx, asked, _told(ctx, row))
    return _dated(Answer(whole(ctx, look, row), "Ticket", zone=look.clock.code), _told(ctx, row))


def default(ctx: Context, asked: Asked) -> Answer:
    """The entity of a new ticket."""
    look = profile(ctx, asked, entity=True)
    return Answer(saving.default_entity(ctx, look), "TicketEntity", zone=look.clock.code)


def _whole(ctx: Context, asked: Asked) -> dict[str, Any]:
    if not asked.given:
        raise bad("superoffice.rest.entity", "There is no body; the whole entity is needed.")
    return members(ctx, asked)


def post(ctx: Context, asked: Asked) -> Answer:
    """Make a ticket of the entity in the body."""
    given = _whole(ctx, asked)
    look = profile(ctx, asked, entity=True)
    catch_up(ctx)
    return saving.answer(ctx, saving.save(ctx, given, look, id_=0), look, linked=True)


def put(ctx: Context, asked: Asked) -> Answer:
    """Replace a ticket by the entity in the body, the whole of it (superoffice.rest.entity)."""
    row = found(ctx, asked)
    given = _whole(ctx, asked)
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.rest.entity")
    _conditions(ctx, asked, _told(ctx, row), writing=True)
    return saving.answer(ctx, saving.save(ctx, given, look, id_=row.TicketId), look, linked=True)


def patch(ctx: Context, asked: Asked) -> Answer:
    """Change a ticket by a patch: what it does not name stays as it is (superoffice.rest.patch)."""
    row = found(ctx, asked)
    if asked.problem is not None:
        raise asked.problem
    look = profile(ctx, asked, entity=True)
    note_query(ctx, asked, "$select")
    ctx.cite("superoffice.rest.patch")
    _conditions(ctx, asked, _told(ctx, row), writing=True)
    whole_look = replace(look, entity_select=None)
    try:
        changes = patches.read(asked.body)
        made = patches.applied(saving.entity(ctx, row, whole_look) or {}, changes)
    except ValueError as error:
        raise bad("superoffice.rest.patch", f"{str(error)[:200]}.") from None
    except patches.Conflict as conflict:
        told = f"The test of {str(conflict)[:60]} does not hold for Ticket {row.TicketId}"
        raise Refusal("superoffice.rest.patch_test", "conflict", message=told) from None
    touched = frozenset(each.path[0].lower() for each in changes if each.verb != "test")
    if touched:
        kept = saving.untouched(touched)
        saving.save(ctx, lowered(made), whole_look, id_=row.TicketId, kept=kept)
    return saving.answer(ctx, row.TicketId, look, linked=True)


def delete(ctx: Context, asked: Asked) -> Answer:
    """Take a ticket away for good."""
    row = found(ctx, asked)
    _conditions(ctx, asked, _told(ctx, row), writing=True)
    saving.purge(ctx, row.TicketId)
    return Answer(status=204)
