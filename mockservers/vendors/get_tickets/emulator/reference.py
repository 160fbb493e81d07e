"""Reference data: the customers, companies, technicians and groups that tickets name, as four actions of one shape list them.

Variables in, records out; knows no HTTP. There are some hundreds of each, so they are narrowed and sorted here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.get_tickets.emulator import errors, notation
from mockservers.vendors.get_tickets.emulator.model import DIRECTORY

Record = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """One action: what it lists, and below which names.

    `key` is the variable and output that names a record, `range` what `start_...` and `end_...` compare; `lists` tells whether
    the key takes several with commas. `absent` are variables that the page has and nothing here can answer. `outputs` say
    of each whether it comes URL-encoded.
    """

    kind: str
    root: str
    element: str
    key: str
    range: str
    outputs: Mapping[str, bool]
    lists: bool = False
    absent: tuple[str, ...] = ()
    more: tuple[str, ...] = field(default=("count", "count_only", "page", "order", "order_direction"))

    @property
    def wildcards(self) -> tuple[str, ...]:
        """The variables of which * stands for all there are."""
        return (self.key,) if self.key == self.range else (self.key, self.range)

    @property
    def variables(self) -> frozenset[str]:
        ranges = (f"start_{self.range}", f"end_{self.range}")
        return frozenset({*self.wildcards, *ranges, *self.more, *self.absent, "key", "action", "output"})


_OF_PEOPLE = ("id", "start_date", "end_date")
LISTINGS: Mapping[str, Listing] = {
    "get_customers": Listing(
        "customer",
        "customers",
        "customer",
        "cid",
        "cid",
        {
            "cid": True,
            "company_id": False,
            "company_name": True,
            "contact": True,
            "phone": True,
            "email": True,
            "customer_group_id": False,
            "customer_group_name": True,
        },
        lists=True,
        absent=_OF_PEOPLE,
    ),
    "get_companies": Listing("company", "companies", "company", "id", "name", {"id": False, "name": True}),
    "get_techs": Listing(
        "technician",
        "techs",
        "tech",
        "uid",
        "uid",
        {"uid": True, "name": True, "rights": False},
        lists=True,
        absent=_OF_PEOPLE,
    ),
    "get_tech_groups": Listing("tech_group", "tech_groups", "tech_group", "id", "name", {"id": False, "name": True}),
}
_RIGHTS = {"ADMIN": "Admin"}
_ROWS = sa.select(DIRECTORY.c.kind, DIRECTORY.c.id, DIRECTORY.c.name, DIRECTORY.c.facts).where(
    DIRECTORY.c.tenant == sa.bindparam("tenant"), DIRECTORY.c.kind.in_(sa.bindparam("kinds", expanding=True))
)


def listed(ctx: Context, listing: Listing, variables: Mapping[str, str]) -> tuple[list[Record], int | None]:
    """The records that the variables select, or how many they are."""
    given = {name: value for name, value in variables.items() if value != ""}
    for name in variables.keys() - listing.variables:
        ctx.note("get_tickets.reference.inputs", f"nobody looked at the variable {name[:80]!r}", variable=name[:80])
    for name in listing.absent:
        if name in given:
            ctx.cite("get_tickets.reference.unanswered")
            raise Unsupported(f"the variable {name} of {given.get('action')}")
    ctx.cite("get_tickets.reference.inputs", "get_tickets.reference.shape")
    found = _narrowed(listing, given, _records(ctx, listing))
    _sort(listing, given, found)
    word = given.get("count_only", "N")
    if word not in ("Y", "N"):
        raise errors.refusal("count_only", "get_tickets.reference.inputs")
    found, matches = _cut(listing, given, found), len(found)
    return found, matches if word == "Y" else None


def _records(ctx: Context, listing: Listing) -> list[Record]:
    assert ctx.tenant is not None
    kinds = [listing.kind, "company"]
    rows = ctx.db.execute(_ROWS, {"tenant": ctx.tenant.name, "kinds": kinds}).all()
    companies = {each.id: each.name for each in rows if each.kind == "company"}
    found = []
    for row in rows:
        if row.kind != listing.kind:
            continue
        facts = json.loads(row.facts)
        own = {"id": int(row.id), "name": row.name} if listing.key == "id" else {listing.key: row.id, "name": row.name}
        rights = _RIGHTS.get(facts.get("type", ""), "User")
        company = companies.get(str(facts.get("company_id")), "")
        whole = {"company_name": company, **facts, **own, "rights": rights}
        found.append({name: whole.get(name, "") for name in listing.outputs})
    return found


def _narrowed(listing: Listing, given: Mapping[str, str], records: list[Record]) -> list[Record]:
    """Those that are named, or lie in a range; whoever names none and no * is refused (get_tickets.reference.inputs)."""
    start, end = (given.get(f"{side}_{listing.range}", "").casefold() for side in ("start", "end"))
    named = [name for name in listing.wildcards if name in given]
    if not named and not start and not end:
        raise errors.refusal("written", "get_tickets.reference.inputs", variable=listing.key)
    for name in named:
        wanted = given[name]
        if wanted == "*":
            continue
        if name == "id" and notation.number(wanted) is None:
            raise errors.refusal("number", "get_tickets.reference.inputs", variable=name)
        several = wanted.split(",") if listing.lists else [wanted]
        known = {str(notation.number(each)) if name == "id" else each.strip().casefold() for each in several}
        records = [each for each in records if str(each[name]).casefold() in known]

    def inside(record: Record) -> bool:
        text = str(record[listing.range]).casefold()
        return text >= start and (not end or text <= end or text.startswith(end))

    return [each for each in records if inside(each)]


def _sort(listing: Listing, given: Mapping[str, str], records: list[Record]) -> None:
    words = [word for word in given.get("order", "").split(" ") if word]
    column = words[0].lower() if words else listing.key
    direction = (words[1] if len(words) == 2 else given.get("order_direction", "ASC")).upper()
    if len(words) > 2 or column not in listing.outputs or direction not in ("ASC", "DESC"):
        raise errors.refusal("order", "get_tickets.reference.inputs")
    records.sort(key=lambda each: (_rank(each[column]), _rank(each[listing.key])), reverse=direction == "DESC")


def _rank(value: Any) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, str(value).casefold())


def _cut(listing: Listing, given: Mapping[str, str], records: Sequence[Record]) -> list[Record]:
    numbers: dict[str, int] = {}
    for name in ("count", "page"):
        if name in given:
            number = notation.number(given[name])
            if number is None or number < 1:
                raise errors.refusal("number", "get_tickets.reference.inputs", variable=name)
            numbers[name] = number
    if "page" in numbers and ("count" not in numbers or "*" not in (given.get(name) for name in listing.wildcards)):
        raise errors.refusal("page", "get_tickets.reference.inputs", variable=listing.wildcards[0])
    skip = (numbers.get("page", 1) - 1) * numbers.get("count", 0)
    return list(records[skip : skip + numbers["count"]] if "count" in numbers else records)
