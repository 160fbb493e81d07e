"""Relations between answers that hold whatever the data are: what one way of reading tells, the others tell too.

A vendor's tests say how a kind of record is read (`Reading`); which relations follow is said here, for all of them. Records
are compared by what both answers tell: a list may tell less than a record read by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
MOST_PAGES = 40
"""So many pages are asked for at most: a smaller page of a longer list tells nothing more."""


@dataclass(frozen=True)
class Reading:
    """One kind of record, and every way of reading it. What a vendor has not is left out.

    `everything` is the whole list in its order, `pages` the same in pages of a size, put together; `count` what the vendor
    says it is long. `one` reads the record of a row by its id. `others` are lists of another service, format or
    people, in any order.
    """

    name: str
    key: Callable[[Row], Hashable]
    everything: Callable[[], Sequence[Row]]
    pages: Callable[[int], Sequence[Row]] | None = None
    count: Callable[[], int] | None = None
    one: Callable[[Row], Row] | None = None
    others: Mapping[str, Callable[[], Sequence[Row]]] = field(default_factory=dict)

    def hold(self, sizes: Sequence[int] = (1, 3, 1000)) -> int:
        """Fail where two ways of reading differ; tells of how many records."""
        rows = self.everything()
        known = [self.key(row) for row in rows]
        assert len(set(known)) == len(known), (self.name, "told twice", known)
        if self.count is not None:
            assert self.count() == len(rows), (self.name, "counted otherwise")
        if self.pages is not None:
            for size in sizes:
                size = max(size, -(-len(rows) // MOST_PAGES))
                assert list(self.pages(size)) == list(rows), (self.name, f"pages of {size}")
        if self.one is not None:
            for row in rows:
                self._alike("by its id", row, self.one(row))
        for way, read in self.others.items():
            found = {self.key(row): row for row in read()}
            assert set(found) == set(known), (self.name, way, set(found) ^ set(known))
            for row in rows:
                self._alike(way, row, found[self.key(row)])
        return len(rows)

    def _alike(self, way: str, row: Row, other: Row) -> None:
        shared = row.keys() & other.keys()
        assert shared, (self.name, way, "nothing to compare", sorted(row), sorted(other))
        differs = {name: (row[name], other[name]) for name in shared if row[name] != other[name]}
        assert not differs, (self.name, way, self.key(row), differs)
