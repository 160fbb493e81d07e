"""Archive lists of tickets: OData options in, rows of columns out (superoffice.odata.list)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import DAY
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.superoffice.emulator import archive_columns, carriers, odata
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, clock, tongue
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import (
    CATALOGUE,
    TICKETS,
    Directory,
    directory,
    messages_of,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.renderings import TRANSLATED
from mockservers.vendors.superoffice.emulator.requests import Asked, bad, note_query
from mockservers.vendors.superoffice.emulator.rights import SELECT, Role
from mockservers.vendors.superoffice.emulator.semantics.rest import found
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat
from mockservers.wirekit.dotnet_text import value_text

PAGE: int = CATALOGUE.facts["limits"]["odata_page_size_default"]
MOST = 2**31 - 1


def whole_number(asked: Asked, name: str, default: int) -> int:
    given = asked.variables.get(name, "").strip()
    if not given:
        return default
    if not given.isascii() or not given.isdecimal() or len(given) > 10 or int(given) > MOST:
        raise bad("superoffice.odata.bad", f"{name} is a whole number from 0 up, not {value_text(given[:40])}.")
    return int(given)


_OPTIONS = ("$select", "$filter", "$orderby", "$top", "$skip", "$mode", "$format", "$output", "$entities")


def known(ctx: Context, asked: Asked, entity: str = "ticket") -> None:
    """Options that change the answer and are not emulated must not pass in silence."""
    if asked.variables.get("$mode", "full").lower() not in ("", "full"):
        raise Unsupported(f"$mode={asked.variables['$mode'][:20]}")
    if asked.variables.get("$format", "json").lower() not in ("", "json", "xml"):
        raise Unsupported(f"$format={asked.variables['$format'][:20]}")
    if asked.variables.get("$output", ""):
        raise Unsupported("$output")
    if asked.variables.get("$entities", entity).lower() not in ("", entity):
        raise Unsupported(f"$entities={asked.variables['$entities'][:20]}")
    note_query(ctx, asked, *_OPTIONS)


def reached(ctx: Context, role: Role) -> list[sa.ColumnElement[bool]]:
    """The tickets that are there and that the caller sees."""
    kept = ctx.now - int(ctx.dialect["deleted_days"]) * DAY
    conditions: list[sa.ColumnElement[bool]] = [
        TICKETS.c.tenant == tenant_name(ctx),
        sa.or_(TICKETS.c.deleted.is_(None), TICKETS.c.deleted > kept),
    ]
    if not role.may(None, SELECT):
        conditions.append(sa.false())
    for name, values in role.hidden.items():
        ctx.cite("superoffice.result.no_access")
        conditions.append(sa.or_(TICKETS.c[name].not_in(list(values)), TICKETS.c[name].is_(None)))
    return conditions


def statement(
    asked: Asked, face: TimeFormat, speech: Locale, names: Any, tenant: str, blank: frozenset[str] = frozenset()
) -> sa.Select[Any]:
    """The rows that the options mean; raises ValueError for options that mean nothing, or use what the caller cannot read."""
    condition = odata.Filter.condition(asked.variables.get("$filter", ""), face, speech, names, blank)
    rows = sa.select(TICKETS).order_by(*odata.ordered(asked.variables.get("$orderby", ""), tenant, blank))
    return rows if condition is None else rows.where(condition)


def _list(ctx: Context, asked: Asked, *narrow: sa.ColumnElement[bool]) -> Answer:
    role = caller(ctx).role
    face, speech = clock(ctx, asked), tongue(ctx, asked)
    known(ctx, asked)
    ctx.cite("superoffice.odata.list")
    if asked.variables.get("$orderby"):
        ctx.cite("superoffice.odata.order")
    if asked.variables.get("$filter"):
        ctx.cite("superoffice.odata.filter")
    most, skip = whole_number(asked, "$top", PAGE), whole_number(asked, "$skip", 0)
    if role.blank:
        ctx.cite("superoffice.carrier.hidden_field")
    names = directory(ctx)
    try:
        columns = archive_columns.selected(asked.variables.get("$select", ""))
        wanted = statement(asked, face, speech, names, tenant_name(ctx), role.blank)
    except ValueError as error:
        raise bad("superoffice.odata.bad", f"{str(error)[:200]}.") from None
    catch_up(ctx)
    wanted = wanted.where(*reached(ctx, role), *narrow).limit(most).offset(skip)
    value = []
    for row in ctx.db.execute(wanted) if most else ():
        made = carriers.values(row, names)
        shown: dict[str, Any] = {"PrimaryKey": str(row.TicketId), "EntityName": "ticket"}
        for column in columns:
            shown[column.name] = shown_as(made, column, role, face, speech, names)
        value.append(shown)
    return Answer(listed(asked, value), "ODataList", zone=face.code)


def shown_as(
    made: dict[str, Any], column: archive_columns.Column, role: Role, face: TimeFormat, speech: Locale, names: Directory
) -> Any:
    value = carriers.unset(column.of) if column.of in role.blank else made[column.of]
    if column.kind == "date":
        return face.write(value)
    if column.kind == "path":
        return "/".join(speech.text(part) for part in names.category_path(made["Category"])) if value else ""
    return speech.text(value) if column.of in TRANSLATED else value


def listed(asked: Asked, value: list[dict[str, Any]]) -> dict[str, Any]:
    return {"odata.metadata": f"{asked.base}/api/v1/Archive/$metadata", "odata.nextLink": None, "value": value}


def tickets(ctx: Context, asked: Asked) -> Answer:
    """All tickets, as the options narrow them."""
    return _list(ctx, asked)


def _number(asked: Asked) -> int:
    given = asked.path[0]
    if not given.isascii() or not given.isdecimal() or len(given) > 10 or int(given) > MOST:
        raise bad("superoffice.request.ids", f"{value_text(given[:40])} is no id.")
    return int(given)


def of_person(ctx: Context, asked: Asked) -> Answer:
    """The tickets of a person."""
    return _list(ctx, asked, TICKETS.c.CustId == _number(asked))


def of_contact(ctx: Context, asked: Asked) -> Answer:
    """The tickets of a company's people."""
    contact = _number(asked)
    people = [each.id for each in directory(ctx).all("person") if each.facts.get("contact") == contact]
    return _list(ctx, asked, TICKETS.c.CustId.in_(people))


def messages(ctx: Context, asked: Asked) -> Answer:
    """The messages of a ticket; the only options here are $top and $skip."""
    row = found(ctx, asked)
    face = clock(ctx, asked)
    for name in ("$filter", "$orderby", "$select"):
        if asked.variables.get(name):
            raise Unsupported(f"{name} of messages")
    known(ctx, asked)
    ctx.cite("superoffice.odata.list", "superoffice.call.messages")
    most, skip = whole_number(asked, "$top", PAGE), whole_number(asked, "$skip", 0)
    value = [
        {
            "PrimaryKey": str(each.id),
            "EntityName": "ticketMessage",
            "messageId": each.id,
            "author": each.author,
            "createdAt": face.write(each.created),
            "slevel": "External" if each.external else "Internal",
            "timeSpent": each.minutes,
            "language": each.language,
        }
        for each in messages_of(ctx.db, tenant_name(ctx), row.TicketId)[skip : skip + most]
    ]
    return Answer(listed(asked, value), "ODataList", zone=face.code)
