"""GetInvoiceMarkup: an invoice as HTML or as XML. The layout is this project's own; knows no wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator import access, limits, model, renderings
from mockservers.vendors.autotask.emulator.entities import ENTITIES, FRACTIONS, Element
from mockservers.vendors.autotask.emulator.requests import Asked, InvoiceWish
from mockservers.wirekit.xmltext import text

_HEAD = (
    "InvoiceNumber",
    "AccountID",
    "InvoiceDateTime",
    "FromDate",
    "ToDate",
    "OrderNumber",
    "InvoiceTotal",
    "TotalTaxValue",
    "Comments",
)
_LINE = ("ItemName", "Description", "Quantity", "Rate", "TotalAmount", "TaxDollars")
_MOST_LINES = 1000


def markup(ctx: Context, asked: Asked) -> str:
    """The invoice in the wanted form; raises a refusal for an invoice out of reach or a form that is none."""
    arguments: InvoiceWish = asked.body
    ctx.cite("autotask.info.invoice")
    access.permit(ctx, "Invoice", "query")
    form = arguments.form.strip().upper()
    if form not in ("HTML", "XML"):
        raise _refused(f"Format is HTML or XML, not '{arguments.form[:100]}'.")
    assert ctx.tenant is not None
    found = model.read(ctx.db, ctx.tenant.name, "Invoice", arguments.id, access.visible(ctx, "Invoice"))
    if found is None:
        raise _refused(f"There is no invoice {arguments.id} within reach.")
    items = model.TABLES["BillingItem"]
    query = sa.select(*model.wanted("BillingItem")).where(
        items.c.tenant == ctx.tenant.name, items.c.InvoiceID == arguments.id
    )
    reached = access.visible(ctx, "BillingItem")
    if reached is not None:
        query = query.where(reached)
    lines = [model.row(each)[0] for each in ctx.db.execute(query.order_by(items.c.id).limit(_MOST_LINES))]
    zone = renderings.ZONES[ctx.dialect["time_zone"]]
    head = _told("Invoice", _HEAD, found[0], zone)
    body = [_told("BillingItem", _LINE, each, zone) for each in lines]
    return _xml(arguments.id, head, body) if form == "XML" else _html(arguments.id, head, body)


def _refused(said: str) -> Refusal:
    return Refusal("autotask.info.invoice", "BODY", entity="invoice", messages=(said + limits.INVENTED,))


_Pairs = Sequence[tuple[str, str]]


def _told(entity: str, names: Sequence[str], row: model.Row, zone: str) -> list[tuple[str, str]]:
    found = []
    for name in names:
        element = ENTITIES[entity].get(name)
        if element is not None and row.get(name) is not None:
            found.append((name, _shown(element, row[name], zone)))
    return found


def _shown(element: Element, value: Any, zone: str) -> str:
    if element.form in ("time", "date"):
        return renderings.time(value, zone if element.form == "time" else "UTC")
    if element.form == "decimal":
        return renderings.decimal(value)
    return renderings.double(value) if element.form in FRACTIONS else str(value)


def _elements(pairs: _Pairs) -> str:
    return "".join(f"<{name}>{text(value)}</{name}>" for name, value in pairs)


def _xml(id_: int, head: _Pairs, lines: Sequence[_Pairs]) -> str:
    items = "".join(f"<Item>{_elements(each)}</Item>" for each in lines)
    return f'<Invoice id="{id_}">{_elements(head)}<Items>{items}</Items></Invoice>'


def _html(id_: int, head: _Pairs, lines: Sequence[_Pairs]) -> str:
    rows = "".join(f"<tr><th>{name}</th><td>{text(value)}</td></tr>" for name, value in head)
    items = "".join("<tr>" + "".join(f"<td>{text(value)}</td>" for _, value in each) + "</tr>" for each in lines)
    return (
        f"<html><head><title>Invoice {id_}</title></head><body><h1>Invoice {id_}</h1>"
        f"<table>{rows}</table><table>{items}</table></body></html>"
    )
