"""Quotes and currencies: what their records must look like, and the amounts that are kept in the internal currency too.

Writes nothing: it fails a record, or works out fields of a row.
"""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.emulator import currencies, model
from mockservers.vendors.autotask.emulator.entities import LARGEST_DECIMAL, SCALE, Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import TABLES, Row
from mockservers.vendors.autotask.emulator.semantics.checks import Record

_ITEMS = ("ProductID", "CostID", "LaborID", "ExpenseID", "ShippingID", "ServiceID", "ServiceBundleID")
"""Fields of a quote item of which one alone says what is offered (autotask.quote.one_item)."""
_DISCOUNTS = ("UnitDiscount", "PercentageDiscount", "LineDiscount")
_MOST_WHOLE, _MOST_PLACES = 6, 5
"""Digits of an exchange rate before and after the point (autotask.currency.rate)."""

_ACCOUNTS, _CURRENCIES, _QUOTES = TABLES["Account"].c, TABLES["Currency"].c, TABLES["Quote"].c
_RATE = (
    sa.select(_CURRENCIES.ExchangeRate)
    .where(_CURRENCIES.tenant == _ACCOUNTS.tenant, _CURRENCIES.id == _ACCOUNTS.CurrencyID)
    .where(_ACCOUNTS.tenant == sa.bindparam("tenant"), _ACCOUNTS.id == sa.bindparam("account"))
    .where(_CURRENCIES.IsInternalCurrency == sa.false())
)
_NUMBERED = sa.select(sa.func.max(_QUOTES.QuoteNumber)).where(_QUOTES.tenant == sa.bindparam("tenant"))


def quote_item(record: Record, row: Row, author: int) -> None:
    """One thing is offered, with one discount at most."""
    named = [name for name in _ITEMS if row.get(name) is not None]
    if len(named) > 1:
        record.fail_in_pair(
            "autotask.quote.one_item", f"A quote item has one item field only, got {' and '.join(named)}.{INVENTED}"
        )
    reduced = [name for name in _DISCOUNTS if row.get(name)]
    if len(reduced) > 1:
        record.fail_in_pair(
            "autotask.quote.one_discount", f"A quote item has one discount only, got {' and '.join(reduced)}.{INVENTED}"
        )


def currency(record: Record, row: Row, author: int) -> None:
    """An exchange rate is above zero, with at most six digits before the point and five behind it; the internal one is 1."""
    rate = Decimal(repr(row["ExchangeRate"]))
    if rate <= 0 or rate >= 10**_MOST_WHOLE or rate != round(rate, _MOST_PLACES):
        record.fail_in_pair(
            "autotask.currency.rate",
            f"ExchangeRate must be above 0, with at most {_MOST_WHOLE} digits before the point and {_MOST_PLACES} behind it."
            f"{INVENTED}",
        )
    if row["IsInternalCurrency"] and rate != 1:
        record.fail_in_pair(
            "autotask.currency.rate",
            f"ExchangeRate of the internal currency is 1, got {row['ExchangeRate']}.{INVENTED}",
        )


def amounts(record: Record, row: Row, author: int) -> None:
    """What is kept as a decimal in the internal currency too must fit there."""
    for kept, amount in currencies.internal(record.entity, row, _rate(record.call.ctx, row)).items():
        if record.entity[kept].form == "decimal" and amount is not None and abs(amount) > LARGEST_DECIMAL * SCALE:
            said = f"Can not convert data to numeric in field: {kept}."
            record.fail_in_line("autotask.write.convert", said, invented=True)


def next_quote(ctx: Context) -> int:
    """The number of a new quote: one more than the highest (autotask.quote.number)."""
    assert ctx.tenant is not None
    highest = int(ctx.db.execute(_NUMBERED, {"tenant": ctx.tenant.name}).scalar() or 0)
    ctx.cite("autotask.quote.number")
    return ctx.installation.ids.after(f"autotask/{ctx.tenant.name}/Quote/number", highest)


def convert(ctx: Context, entity: Entity, row: Row) -> None:
    """Set the internal amounts of a row that is about to be written (autotask.currency.internal)."""
    if entity.name not in currencies.AMOUNTS:
        return
    row.update(currencies.internal(entity, row, _rate(ctx, row)))
    if any(row[amount] is not None for amount, _ in currencies.AMOUNTS[entity.name]):
        ctx.cite("autotask.currency.internal")


def _rate(ctx: Context, row: Row) -> float:
    """What one unit of the currency of a record is worth in the internal one; 1 where it has none of its own."""
    assert ctx.tenant is not None
    if not ctx.tenant.facts.get("multi_currency"):
        return 1.0
    tenant = ctx.tenant.name

    def read(entity: str, id_: int) -> Row | None:
        found = model.read(ctx.db, tenant, entity, id_)
        return None if found is None else found[0]

    account = currencies.account_of(row, read)
    rate = None if account is None else ctx.db.execute(_RATE, {"tenant": tenant, "account": account}).scalar()
    return 1.0 if rate is None else float(rate)
