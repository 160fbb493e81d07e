"""Archive lists of people and companies, and archives by the name of their provider (superoffice.odata.relations)."""

from __future__ import annotations

from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.superoffice.emulator import odata, rows
from mockservers.vendors.superoffice.emulator.answers import Answer, clock, tongue
from mockservers.vendors.superoffice.emulator.model import directory
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
        columns = odata.selected(asked.variables.get("$select", ""), archive.columns)
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


_PROVIDERS = {
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
