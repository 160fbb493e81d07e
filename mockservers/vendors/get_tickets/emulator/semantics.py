"""What get_tickets means: who may call, which tickets answer, in which pieces. Values in, values out.

Knows no HTTP: refusals carry a kind, and the wire has the page for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mockservers.kernel.instants import MINUTE
from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.rules import Unsupported
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.get_tickets.emulator import attachments, errors, records, reference, selection, words, writes
from mockservers.vendors.get_tickets.emulator.chronicle import entries_of
from mockservers.vendors.get_tickets.emulator.lag import catch_up
from mockservers.vendors.get_tickets.emulator.model import (
    FILE_OUTPUTS,
    FILE_VARIABLES,
    HISTORY_OUTPUTS,
    HISTORY_VARIABLES,
    whole_tickets,
)
from mockservers.vendors.get_tickets.emulator.renderings import FORMATS, Fragment, Profile

MOST_FRAGMENTS = 10_000
"""Rendered tickets that are kept for each tenant and profile; about 1.5 kB each."""
_AT_ONCE = 500

_Rows = Sequence[Any]
"""Pairs of ticket number and revision."""


@dataclass(slots=True)
class Query:
    """A call as the wire read it: variables by lower-case name, and where it came from."""

    variables: Mapping[str, str]
    remote: str = "127.0.0.1"
    referer: str = ""
    format: str = ""
    """The format of the answer, of a refusal too; filled in once the tenant is known."""


@dataclass(slots=True)
class Answer:
    """Records as rendered pieces below their `root`, or a number, or the number of what was written and its name."""

    fragments: list[bytes] = field(default_factory=list)
    count: int | None = None
    layout: str = "line"
    root: str = "tickets"
    written: tuple[str, int] | None = None


def identify(ctx: Context) -> Tenant:
    """The tenant whose key is presented, from an address and at a rate that it allows (get_tickets.key.every_call)."""
    query: Query = ctx.call.request
    key = query.variables.get("key", "")
    ctx.secret(key)
    credential = ctx.installation.tenants.find("key", key, ctx.now)
    if query.referer and ((key and key in query.referer) or "key=" in query.referer.lower()):
        ctx.note(
            "get_tickets.key.secret", "the Referer header holds a key: keys in URLs travel on to wherever a link leads"
        )
    if credential is None:
        raise errors.refusal("key")
    if ctx.installation.dialect["key_letters"] != "plain":
        ctx.cite("get_tickets.key.letters")
    # Known from here on: a refusal is journalled as this tenant's, and answered in its format.
    tenant = ctx.tenant = ctx.installation.tenants[credential.tenant]
    ctx.entry.tenant = tenant.name
    query.format = chosen_format(query.variables, tenant.dialect, ctx.cite)
    if query.format == query.variables.get("output"):
        _own_variable(ctx, credential.id)
    allowed = tenant.dialect["allowed_ips"]
    if allowed and query.remote.removeprefix("::ffff:") not in allowed:
        raise errors.refusal("address")
    limit = tenant.dialect["rate_limit"]
    if limit is not None and ctx.installation.recent(tenant.name, ctx.now - MINUTE) >= limit:
        ctx.installation.count(tenant.name, ctx.now)
        ctx.limited(60)
        raise errors.refusal("rate")
    return tenant


def chosen_format(variables: Mapping[str, str], dialect: Mapping[str, Any], cite: Callable[..., None]) -> str:
    """The format of an answer: the variable `output` when it is one, else the server's setting."""
    output = variables.get("output", "")
    if output not in FORMATS:
        return str(dialect["output_format"])
    cite("get_tickets.wire.format_choice")
    return output


def _own_variable(ctx: Context, key: str) -> None:
    """Journal once for each key that a client has asked for a format, which it cannot at the vendor."""
    counters = ctx.installation.ids.counters
    told = f"get_tickets.output.{key}"
    if not counters.get(told):
        counters[told] = 1
        ctx.note(
            "get_tickets.wire.format_choice",
            "the variable 'output' is the emulator's own: ReadyDesk has none and answers in the format that its setting "
            "chooses, XML at first; leave it out, and set the switch output_format of this tenant instead",
            variable="output",
        )


def get(ctx: Context, query: Query) -> Answer:
    """The tickets that the variables select, or how many they are."""
    output = query.variables.get("output", "")
    if output and output not in FORMATS:
        raise errors.refusal("output")
    wanted = selection.read(ctx, query.variables)
    answer = Answer(layout=ctx.dialect["layout"])
    catch_up(ctx)
    if wanted.count_only:
        answer.count = _total(ctx, wanted)
    elif not wanted.nothing and wanted.most != 0:
        answer.fragments = _rendered(ctx, query.format, _selected(ctx, wanted))
    if wanted.paged and wanted.skip and not answer.fragments and answer.count is None:
        ctx.cite("get_tickets.page.past_end")
    elif not answer.fragments and not answer.count:
        words.note_unknown(ctx, query.variables)
    return answer


def _total(ctx: Context, wanted: selection.Selection) -> int:
    ctx.cite("get_tickets.count.all_matches")
    matches = 0
    if not wanted.nothing:
        matches = ctx.db.execute(selection.total(wanted.conditions), wanted.values).scalar_one()
    if ctx.dialect["count_only_counts"] == "all_matches":
        return matches
    rest = max(matches - wanted.skip, 0)
    return rest if wanted.most is None else min(rest, wanted.most)


def _selected(ctx: Context, wanted: selection.Selection) -> _Rows:
    """Ticket numbers and revisions in order, the wanted part of them."""
    shuffled = wanted.order is None and ctx.dialect["default_order"] == "shuffled"
    rows = _shuffled(ctx, wanted) if shuffled else _ordered(ctx, wanted)
    if wanted.order != "tid" and len(rows) > 1:
        ctx.cite("get_tickets.order.default")
    if len(rows) == wanted.most:
        ctx.cite("get_tickets.count.first")
    return rows


def _ordered(ctx: Context, wanted: selection.Selection) -> _Rows:
    """Looked up anew by each call, page or not: nothing of a list is remembered (get_tickets.page.unstable)."""
    cut = wanted.most is not None
    shape = selection.Shape(wanted.conditions, wanted.order or "tid", wanted.descending, cut)
    values = {**wanted.values, "most": wanted.most, "skip": wanted.skip} if cut else wanted.values
    return ctx.db.execute(selection.numbers(shape), values).all()


def _shuffled(ctx: Context, wanted: selection.Selection) -> _Rows:
    """Another order at each call, as a database may choose when nobody asks for one (get_tickets.order.default)."""
    rows = list(ctx.db.execute(selection.numbers(selection.Shape(wanted.conditions)), wanted.values).all())
    end = None if wanted.most is None else wanted.skip + wanted.most
    if wanted.ranged and not wanted.paged:
        rows = rows[:end]  # the first of a range are promised, whatever their order (get_tickets.range.count_first)
    turn = ctx.installation.ids.number("get_tickets.order", 0, 2**32)
    ctx.installation.ids.source(f"get_tickets.order.{turn}").shuffle(rows)
    return rows[wanted.skip : end]


def _rendered(ctx: Context, format: str, rows: _Rows) -> list[bytes]:
    """The rendered tickets of `rows`, from the cache where their revision is there."""
    assert ctx.tenant is not None
    shelf = ("get_tickets", ctx.tenant.name, format)
    kept: tuple[Profile, dict[int, Fragment]] | None = ctx.installation.cache.get(shelf)
    if kept is None:
        profile = Profile.of(format, ctx.dialect, ctx.tenant.facts["custom_fields"])
        kept = ctx.installation.cache[shelf] = (profile, {})
    profile, fragments = kept
    wanted: dict[int, Fragment] = {}
    missing = []
    for tid, revision in rows:
        fragment = fragments.get(tid)
        if fragment is not None and fragment.revision == revision:
            wanted[tid] = fragment
        else:
            missing.append(tid)
    for start in range(0, len(missing), _AT_ONCE):
        values = {"tenant": ctx.tenant.name, "tids": missing[start : start + _AT_ONCE]}
        for row in ctx.db.execute(whole_tickets(), values).mappings():
            ticket: Any = row
            wanted[ticket["tid"]] = profile.fragment(ticket)
    if missing and len(missing) <= MOST_FRAGMENTS:
        for tid in missing:
            fragments[tid] = wanted[tid]
        while len(fragments) > MOST_FRAGMENTS:
            del fragments[next(iter(fragments))]
    # The same rules are the same tuple: comparing identities spares hashing every rule of every ticket.
    for rules in {id(fragment.rules): fragment.rules for fragment in wanted.values()}.values():
        ctx.cite(*rules)
    return [wanted[tid].body for tid, _ in rows]


def history(ctx: Context, query: Query) -> Answer:
    """The entries of tickets' histories that the variables select."""
    ctx.cite("get_tickets.history.inputs", "get_tickets.history.shape")
    wanted = selection.read(ctx, query.variables, HISTORY_VARIABLES)
    if {"status", "uid", "group", "cid", "keyword"} & wanted.values.keys():
        ctx.cite("get_tickets.history.filters")
    if {"opened_from", "opened_to"} & wanted.values.keys():
        ctx.cite("get_tickets.history.dates")
        if ctx.dialect["history_dates"] == "opened":
            ctx.note(
                "get_tickets.history.dates",
                "start_date and end_date of get_history are times at which tickets were opened: new entries of older "
                "tickets are left out, so this is no list of what is new",
            )
    if wanted.most is not None:
        ctx.cite("get_tickets.history.count")
    catch_up(ctx)
    entries = entries_of(ctx, wanted)
    if entries:
        ctx.cite("get_tickets.history.entries")
    profile = Profile.of(query.format, ctx.dialect, ())
    rules: dict[str, None] = {}
    made = [
        records.fragment(
            profile,
            "entry",
            HISTORY_OUTPUTS,
            {**each, "entry_date": records.date(profile, each["entry_date"])},
            rules.setdefault,
        )
        for each in entries
    ]
    ctx.cite(*rules)
    return Answer(made, layout=ctx.dialect["layout"], root="history")


def attached(ctx: Context, query: Query) -> Answer:
    """The files of the tickets that the variables select."""
    ctx.cite("get_tickets.attachments.inputs", "get_tickets.attachments.outputs", "get_tickets.attachments.size")
    variables = dict(query.variables)
    if not variables.get("cid"):
        ctx.cite("get_tickets.attachments.cid")
        if ctx.dialect["attachments_cid"] == "required":
            raise errors.refusal("written", "get_tickets.attachments.cid", variable="cid")
    elif variables["cid"] == "*":
        # Everybody's, and by itself all there is.
        variables = {**variables, "cid": "", "tid": variables.get("tid") or "*"}
    wanted = selection.read(ctx, variables, FILE_VARIABLES)
    catch_up(ctx)
    profile = Profile.of(query.format, ctx.dialect, ())
    rules: dict[str, None] = {}
    made = []
    for each in attachments.files_of(ctx, wanted):
        told = {
            "ticket_id": each["tid"],
            "file_name": each["file_name"],
            "file_size": attachments.written_size(each["size"]),
            "file_date": records.date(profile, each["file_date"]),
        }
        made.append(records.fragment(profile, "file", FILE_OUTPUTS, told, rules.setdefault))
    if query.format == "json" and made:
        ctx.cite("get_tickets.attachments.json")
        if ctx.dialect["attachments_json"] == "as_printed":
            made = [records.with_comma(each) for each in made]
    ctx.cite(*rules)
    return Answer(made, layout=ctx.dialect["layout"], root="attachments")


def listed(ctx: Context, query: Query) -> Answer:
    """Customers, companies, technicians or groups, or how many there are."""
    listing = reference.LISTINGS[query.variables["action"]]
    found, count = reference.listed(ctx, listing, query.variables)
    profile = Profile.of(query.format, ctx.dialect, ())
    rules: dict[str, None] = {}
    made = [records.fragment(profile, listing.element, listing.outputs, each, rules.setdefault) for each in found]
    ctx.cite(*rules)
    return Answer(made, count, ctx.dialect["layout"], listing.root)


def add(ctx: Context, query: Query) -> Answer:
    """A new ticket, told by its number (get_tickets.write.reply)."""
    ctx.cite("get_tickets.write.reply")
    catch_up(ctx)
    return Answer(written=("added_ticket", writes.add(ctx, query.variables)))


def update(ctx: Context, query: Query) -> Answer:
    """A ticket that is changed, told by its number."""
    ctx.cite("get_tickets.write.reply")
    catch_up(ctx)
    return Answer(written=("updated_ticket", writes.update(ctx, query.variables)))


def unknown_action(ctx: Context, query: Query) -> NoReturn:
    """An action the API does not document."""
    raise errors.refusal("action")


def other_action(ctx: Context, query: Query) -> NoReturn:
    """One of the API's other actions."""
    ctx.cite("get_tickets.address.other_action")
    raise Unsupported(f"the action {query.variables.get('action')!r}")


BY_ACTION = {
    "get_tickets": "tickets.get",
    "get_history": "history.get",
    "get_attachments": "attachments.get",
    **dict.fromkeys(reference.LISTINGS, "reference.list"),
    "add_ticket": "tickets.add",
    "update_ticket": "tickets.update",
}
"""The operation of each action that is emulated."""

OPERATIONS = operations(
    Operation("tickets.get", get, "tickets by number, filter, range and page (action=get_tickets)"),
    Operation("history.get", history, "what was done with tickets, an entry each (action=get_history)"),
    Operation("attachments.get", attached, "names, sizes and dates of tickets' files (action=get_attachments)"),
    Operation(
        "reference.list",
        listed,
        "customers, companies, technicians, groups (action=get_customers, get_companies, get_techs, get_tech_groups)",
    ),
    Operation("tickets.add", add, "a new ticket (action=add_ticket)"),
    Operation("tickets.update", update, "fields of a ticket are changed (action=update_ticket)"),
    Operation("action.other", other_action, "any other action the API documents"),
    Operation("action.unknown", unknown_action, "no action, or one the API does not have"),
)
