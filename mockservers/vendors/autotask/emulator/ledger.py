"""Rows of a demo customer on their way to the tables: their ids, and the activity that they are of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.vendors.autotask.emulator import activity, currencies, model
from mockservers.vendors.autotask.emulator.entities import ENTITIES

Values = dict[str, Any]
_HAPPENED = (
    *activity.MOVED,
    "LastModifiedDateTime",
    "LastModifiedDate",
    "LastModifiedTime",
    "CreateDateTime",
    "CreateDate",
    "AttachDate",
)
"""Times of a row, the first of which says when something last happened to it."""
_PATIENT = (
    "Account",
    "Contact",
    "Contract",
    "Currency",
    "Opportunity",
    "Phase",
    "Project",
    "Quote",
    "ServiceCall",
    "Task",
)
"""Entities of which there are few, and to which things still happen while tickets are made: written at the end."""


class Ledger:
    """Rows to be written, by entity, and the next id of each.

    `multi_currency`: whether amounts are in the currency of the account that they concern, else all in one.
    """

    def __init__(self) -> None:
        self.multi_currency = False
        self.rows: dict[str, list[tuple[Values, Mapping[str, str]]]] = {}
        self.count = 0
        self._next: dict[str, int] = {}
        self._stride: dict[str, int] = {}
        self._by_id: dict[tuple[str, int], Values] = {}

    def begin(self, entity: str, first: int) -> None:
        """The id from which the rows of an entity are numbered."""
        self._next[entity] = first

    def spread(self, entity: str, stride: int) -> None:
        """From now on leave room for others before each row of an entity: ids are so far apart."""
        self._next[entity] = self._next.get(entity, 1) + stride - 1
        self._stride[entity] = stride

    def add(self, entity: str, /, udf: Mapping[str, str] | None = None, **values: Any) -> int:
        """A row; without `id` it gets the next one. What it is activity of has been active since. Returns its id."""
        if "id" not in values:
            values["id"] = self._next.get(entity, 1)
        if entity in currencies.AMOUNTS:
            values.update(currencies.internal(ENTITIES[entity], values, self._rate(values)))
        id_: int = values["id"]
        self._next[entity] = max(id_ + self._stride.get(entity, 1), self._next.get(entity, 1))
        self.rows.setdefault(entity, []).append((values, udf or {}))
        self.count += entity not in _PATIENT
        self._by_id[entity, id_] = values
        self._happened(entity, values)
        return id_

    def _rate(self, values: Values) -> float:
        """What one unit of the currency of a row is worth in the internal one (autotask.currency.internal)."""
        account = None
        if self.multi_currency:
            id_ = currencies.account_of(values, lambda *of: self._by_id.get(of))
            account = None if id_ is None else self._by_id.get(("Account", id_))
        if account is None:
            return 1.0
        return float(self._by_id["Currency", account.get("CurrencyID") or 1]["ExchangeRate"])

    def _happened(self, entity: str, values: Values) -> None:
        """Whatever the switch `activity` says, nothing is older than what belongs to it (autotask.activity.breadth)."""
        parents = activity.RELATED.get(entity)
        at = next((values[name] for name in _HAPPENED if values.get(name) is not None), None) if parents else None
        if at is None:
            return
        for reference, parent in parents or ():
            row = self._by_id.get((parent, int(values.get(reference) or -1)))
            moved = next((name for name in activity.MOVED if row is not None and name in row), None)
            if row is None or (moved is not None and row[moved] is not None and row[moved] >= at):
                continue
            if moved is not None:
                row[moved] = at
            self._happened(parent, row if moved is not None else {**row, "LastActivityDate": at})

    def write(self, db: sa.Connection, tenant: str, *, all_: bool = False) -> None:
        """Write what has gathered, definitions of user-defined fields first, since rows are rendered by them."""
        due = [name for name in self.rows if all_ or name not in _PATIENT]
        for entity in sorted(due, key=lambda name: (not name.startswith("UserDefined"), name)):
            model.insert(db, tenant, ENTITIES[entity], self.rows.pop(entity))
        self.count = 0
        self._by_id = {key: row for key, row in self._by_id.items() if key[0] in self.rows}
