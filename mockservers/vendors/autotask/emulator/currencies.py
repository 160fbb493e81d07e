"""Which amounts are kept in the internal currency too, and whose currency they are in otherwise. Knows no table.

An amount is in the currency of the account that it concerns: the customer's, or the vendor's where something is bought. The
internal one beside it is that times the exchange rate (autotask.currency.internal).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from mockservers.vendors.autotask.emulator.entities import ENTITIES, Entity

_PREFIX = "InternalCurrency"
_SMALLEST = Decimal("0.0001")
"""What an internal amount is a multiple of: four decimal places, as the vendor's database keeps money."""
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
"""Reckons with the digits that a client sent, of which a double has a hundred before the point."""

AMOUNTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    name: pairs
    for name, entity in ENTITIES.items()
    if (
        pairs := tuple(
            (each.name.removeprefix(_PREFIX), each.name)
            for each in entity.elements
            if each.name.startswith(_PREFIX) and entity.get(each.name.removeprefix(_PREFIX)) is not None
        )
    )
}
"""By entity: an amount, and the field that holds it in the internal currency."""

NEED_MODULE = frozenset(name for name in ENTITIES if name == "Currency" or name.startswith("PriceList"))
"""Entities that the SOAP service answers with the multi-currency module alone (autotask.currency.soap)."""

_LEADS = (
    ("AccountID", "Account"),
    ("VendorID", "Account"),
    ("QuoteID", "Quote"),
    ("OrderID", "PurchaseOrder"),
    ("TicketID", "Ticket"),
    ("ProjectID", "Project"),
    ("ContractID", "Contract"),
    ("TaskID", "Task"),
    ("OpportunityID", "Opportunity"),
)
"""Fields that lead to an account, the nearest first."""
_DEEPEST = 4
"""So many steps lead to an account at most: cost, task, project, account."""


def account_of(row: Mapping[str, Any], read: Callable[[str, int], Mapping[str, Any] | None]) -> int | None:
    """The account that a record of that row concerns, None where nothing leads to one; `read` gives a row, by entity and id."""
    above: Mapping[str, Any] | None = row
    for _ in range(_DEEPEST):
        if above is None:
            return None
        field, entity = next((each for each in _LEADS if above.get(each[0]) is not None), ("", ""))
        if not field:
            return None
        id_ = int(above[field])
        if entity == "Account":
            return id_
        above = read(entity, id_)
    return None


def internal(entity: Entity, row: Mapping[str, Any], rate: float) -> dict[str, Any]:
    """The internal amounts of a row, in kept form; `rate` is what one unit of the other currency is worth."""
    made: dict[str, Any] = {}
    for name, kept in AMOUNTS[entity.name]:
        amount = row.get(name)
        if amount is None:
            made[kept] = None
            continue
        product = _EXACT.multiply(Decimal(repr(amount)), Decimal(repr(rate)))
        if entity[kept].form == "decimal":
            made[kept] = int(_EXACT.to_integral_value(product))
        else:
            made[kept] = float(_EXACT.quantize(product, _SMALLEST)) + 0.0
    return made
