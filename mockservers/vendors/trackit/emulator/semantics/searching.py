"""POST /searches: the tickets that hold a term, as we assume that it is answered. Knows no wire.

What a search may ask for is known from a live server's description, what it answers is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.trackit.emulator import access, fields, renderings
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.model import TICKETS
from mockservers.vendors.trackit.emulator.requests import Asked, Members, bound
from mockservers.vendors.trackit.emulator.semantics import workflow
from mockservers.vendors.trackit.emulator.semantics.reading import Listed

_MEMBERS = ("Term", "ModuleId", "Mode", "PageSize", "PageNumber", "MaxContentLength", "ResultFields")


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for. `size` and `page` are 0 for everything; `longest` is below 1 for whole texts."""

    term: str
    size: int
    page: int
    longest: int
    shown: frozenset[int]


def _whole(ctx: Context, body: Members, name: str, default: int) -> int:
    given = body.member(ctx, name)
    if given is None:
        return default
    try:
        found: int = fields.kept("integer", given)
    except ValueError as error:
        raise refusal("value", "trackit.read.searches", name=name, takes=str(error)) from None
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and fields.SMALLEST <= value <= fields.LARGEST


def _asked_for(ctx: Context, body: Members) -> _Search:
    """The search that a body describes; raises the refusal for one that is none."""
    workflow.drop(ctx, body, *_MEMBERS)
    term, wanted = body.member(ctx, "Term"), body.member(ctx, "ResultFields")
    if term is not None and not isinstance(term, str):
        raise refusal("value", "trackit.read.searches", name="Term", takes="a text")
    _in_tickets(ctx, _whole(ctx, body, "ModuleId", fields.MODULE))
    _whole(ctx, body, "Mode", 0)  # nobody published what the modes are
    if wanted is not None and not (isinstance(wanted, list) and all(map(_is_number, wanted))):
        raise refusal("value", "trackit.read.searches", name="ResultFields", takes="a list of field numbers")
    size, page = _whole(ctx, body, "PageSize", 0), _whole(ctx, body, "PageNumber", 0)
    if size < 0 or page < 0:
        raise refusal("page", name="PageSize" if size < 0 else "PageNumber")
    longest = _whole(ctx, body, "MaxContentLength", -1)
    return _Search((term or "").strip().casefold(), size, page, longest, frozenset(wanted or fields.TICKET))


def _in_tickets(ctx: Context, module: int) -> None:
    """Let a search pass that is of the module of tickets, by either of its numbers."""
    if module == fields.MODULE:
        return
    if module == fields.SEARCHED:
        ctx.note(
            "trackit.search.module",
            f"ModuleId {module} is what a published client calls the module of tickets; the description of a live server "
            f"has {fields.MODULE}, so ask your server which it takes",
        )
        if ctx.dialect["search_module"] == "either":
            return
    ctx.cite("trackit.address.not_emulated")
    raise Unsupported("a search in another module than tickets")


def search(ctx: Context, asked: Asked) -> Listed:
    """POST /searches: tickets that hold the term, as far as the caller sees them."""
    bound(asked)
    ctx.cite("trackit.read.searches")
    if ctx.dialect["searches"] == "unsupported":
        raise Unsupported("the answer of /searches")
    if not isinstance(asked.body, Members):
        raise refusal("body", "trackit.read.searches", member="Term")
    access.require(ctx, access.VIEW)
    wanted = _asked_for(ctx, asked.body)
    if not wanted.term:
        ctx.cite("trackit.search.empty_term")
        if ctx.dialect["empty_term"] == "reject":
            raise refusal("value", "trackit.search.empty_term", name="Term", takes="a text that is not empty")
    first, size = _bounds(ctx, wanted)
    part: Sequence[Any]
    if wanted.term or access.tenant_of(ctx).facts.get("segregation"):
        found = _found(ctx, wanted.term)
        total, part = len(found), found[first : first + size]
    else:  # nothing to look at, so that a page of many costs no more than one of few
        total, part = _all(ctx, first, size)
    if len(part) != total:
        ctx.cite("trackit.search.pages")
    records = _results(ctx, part, wanted)
    return Listed(len(records) if ctx.dialect["count_meaning"] == "page" else total, records)


def _bounds(ctx: Context, wanted: _Search) -> tuple[int, int]:
    """The first record (from 0) and the number of records of the page that is asked for (trackit.search.pages)."""
    most: int = ctx.dialect["search_most"]
    size = min(wanted.size or most, most)
    return (0, most) if not wanted.size or not wanted.page else ((wanted.page - 1) * size, size)


_TENANT: Any = sa.bindparam("tenant")
_COUNT = sa.select(sa.func.count()).select_from(TICKETS).where(TICKETS.c.tenant == _TENANT)
_NUMBERS = (
    sa.select(TICKETS.c.f1, TICKETS.c.revision)
    .where(TICKETS.c.tenant == _TENANT)
    .order_by(TICKETS.c.f1)
    .offset(sa.bindparam("first"))
    .limit(sa.bindparam("size"))
)


def _all(ctx: Context, first: int, size: int) -> tuple[int, Sequence[Any]]:
    """How many tickets there are, and the numbers and revisions of a page of them."""
    mine = {"tenant": access.tenant_of(ctx).name}
    total: int = ctx.db.execute(_COUNT, mine).scalar_one()
    return total, ctx.db.execute(_NUMBERS, {**mine, "first": first, "size": size}).all()


def _results(ctx: Context, part: Sequence[Any], wanted: _Search) -> list[str]:
    """The wanted fields of tickets, each with its revision; whole texts are rendered once for that."""
    if wanted.longest < 1:
        return renderings.found(ctx, part, wanted.shown)
    return [
        renderings.some(
            ctx,
            {n: _cut(ctx, value, wanted.longest) for n, value in renderings.values_of(ctx, id_, wanted.shown).items()},
        )
        for id_, _ in part
    ]


def _cut(ctx: Context, value: Any, longest: int) -> Any:
    """A text as far as MaxContentLength lets it go."""
    if not isinstance(value, str) or len(value) <= longest:
        return value
    ctx.cite("trackit.search.excerpt")
    return value[:longest]


_TEXTS = (
    sa.select(TICKETS.c.f1, TICKETS.c.revision, TICKETS.c.f7, TICKETS.c.f22, TICKETS.c.l_group)
    .where(TICKETS.c.tenant == _TENANT)
    .order_by(TICKETS.c.f1)
)


def _found(ctx: Context, term: str) -> list[tuple[int, int]]:
    """The numbers and revisions of the tickets in which the term is, in ascending order."""
    rows = ctx.db.execute(_TEXTS, {"tenant": access.tenant_of(ctx).name})
    return [(row.f1, row.revision) for row in rows if _holds(row, term) and access.sees(ctx, row.l_group, "Tickets")]


def _holds(row: Any, term: str) -> bool:
    """Whether a ticket's number is the term, or its summary or additional information holds it."""
    return not term or term == str(row.f1) or any(term in (held or "").casefold() for held in (row.f22, row.f7))
