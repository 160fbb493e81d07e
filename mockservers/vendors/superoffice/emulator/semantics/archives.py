"""Archive lists of people, companies and messages, and archives by the name of their provider (superoffice.odata.relations)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.superoffice.emulator import archive_columns, carriers, odata, rows
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, clock, tongue
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.model import MESSAGES, TICKETS, directory, tenant_name
from mockservers.vendors.superoffice.emulator.requests import Asked, bad
from mockservers.vendors.superoffice.emulator.rows import Archive
from mockservers.vendors.superoffice.emulator.semantics import lists
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat


def _list(ctx: Context, asked: Asked, archive: Archive) -> Answer:
    face, speech = clock(ctx, asked), tongue(ctx, asked)
    lists.known(ctx, asked, archive.entity)
    ctx.cite("superoffice.odata.list", "superoffice.odata.relations")
    most, skip = (lists.whole_number(asked, name, default) for name, default in (("$top", lists.PAGE), ("$skip", 0)))
    utc = TimeFormat("UTC", face.marked)
    order = asked.variables.get("$orderby", "")
    try:
        columns = archive_columns.selected(asked.variables.get("$select", ""), archive.columns)
        found = archive.rows(directory(ctx), speech, utc, asked.variables.get("$filter", ""), order)
    except ValueError as error:
        raise bad("superoffice.odata.bad", f"{str(error)[:200]}.") from None
    value = []
    for row in found[skip : skip + most]:
        shown: dict[str, Any] = {"PrimaryKey": str(row[archive.key]), "EntityName": archive.entity}
        for column in columns:
            shown[column.name] = utc.write(row[column.of]) if column.kind == "date" else row[column.of]
        value.append(shown)
    return Answer(lists.listed(asked, value), "ODataList", zone=face.code)


def people(ctx: Context, asked: Asked) -> Answer:
    """All people, as the options narrow them."""
    return _list(ctx, asked, rows.PERSON)


def companies(ctx: Context, asked: Asked) -> Answer:
    """All companies, as the options narrow them."""
    return _list(ctx, asked, rows.CONTACT)


def messages(ctx: Context, asked: Asked) -> Answer:
    """The messages of all tickets that the caller sees, as the options narrow them (superoffice.odata.messages)."""
    role = caller(ctx).role
    face, speech, names = clock(ctx, asked), tongue(ctx, asked), directory(ctx)
    lists.known(ctx, asked, _MESSAGE)
    ctx.cite("superoffice.odata.list", "superoffice.odata.messages")
    most, skip = (lists.whole_number(asked, name, default) for name, default in (("$top", lists.PAGE), ("$skip", 0)))
    try:
        columns = archive_columns.selected(asked.variables.get("$select", ""), archive_columns.MESSAGE_COLUMNS)
        condition = odata.MessageFilter.condition(asked.variables.get("$filter", ""), face, speech, names, role.blank)
        order = odata.messages_ordered(asked.variables.get("$orderby", ""), role.blank)
    except ValueError as error:
        raise bad("superoffice.odata.bad", f"{str(error)[:200]}.") from None
    catch_up(ctx)
    together = sa.and_(TICKETS.c.tenant == MESSAGES.c.tenant, TICKETS.c.TicketId == MESSAGES.c.ticket)
    wanted = sa.select(MESSAGES).join(TICKETS, together).where(*lists.reached(ctx, role)).order_by(*order)
    if condition is not None:
        wanted = wanted.where(condition)
    found = ctx.db.execute(wanted.limit(most).offset(skip)).all() if most else []
    tickets: Mapping[int, dict[str, Any]] = {}
    if any(column.through != archive_columns.MESSAGE for column in columns):
        mine = (TICKETS.c.tenant == tenant_name(ctx), TICKETS.c.TicketId.in_({each.ticket for each in found}))
        tickets = {row.TicketId: carriers.values(row, names) for row in ctx.db.execute(sa.select(TICKETS).where(*mine))}
    value = []
    for each in found:
        shown: dict[str, Any] = {"PrimaryKey": str(each.id), "EntityName": _MESSAGE}
        for column in columns:
            if column.through != archive_columns.MESSAGE:
                shown[column.name] = lists.shown_as(tickets[each.ticket], column, role, face, speech, names)
            elif column.kind == "date":
                shown[column.name] = face.write(each.created)
            elif column.kind == "level":
                shown[column.name] = "External" if each.external else "Internal"
            else:
                shown[column.name] = getattr(each, column.of)
        value.append(shown)
    return Answer(lists.listed(asked, value), "ODataList", zone=face.code)


_MESSAGE = "ticketmessage"
_PROVIDERS = {
    _MESSAGE: messages,
    "ticket": lists.tickets,
    "person": people,
    "simpleperson": people,
    "contact": companies,
    "simplecontact": companies,
}
"""Archives by the name of their provider, in lower case."""


def archive(ctx: Context, asked: Asked) -> Answer:
    """The archive of a provider."""
    run = _PROVIDERS.get(asked.path[0].lower())
    if run is None:
        raise Unsupported(f"the archive provider {asked.path[0][:40]}")
    return run(ctx, asked)
