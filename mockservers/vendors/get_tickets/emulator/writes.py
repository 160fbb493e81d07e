"""add_ticket and update_ticket: what an integration writes, checked and kept whole or not at all.

Values in, a number out; knows no HTTP. What is refused changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from mockservers.kernel import catalogue, instants
from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator import attachments, chronicle, directory, errors, lag, notation, phrases
from mockservers.vendors.get_tickets.emulator.arguments import Values
from mockservers.vendors.get_tickets.emulator.directory import tenant_of
from mockservers.vendors.get_tickets.emulator.model import DATES, EMPTY, LONGEST, WRITTEN, kept, whole_second

AUTHOR, AUTHOR_TYPE = "API", "ADMIN"
"""Who a ticket says has written it, where an integration has (get_tickets.write.author)."""
LIMIT = 255
"""Characters of the texts that the page limits."""
_UNLIMITED = frozenset({"summary"})
_UNREAD = frozenset(each.name for each in catalogue.load("get_tickets")["write_inputs"].fields if not each.more["read"])
_OF_EVERY_ACTION = frozenset({"key", "action", "output"})

_PEOPLE: Mapping[str, tuple[str, str]] = {
    "company": ("company", "company_id"),
    "assigned_group": ("tech_group", "assigned_group_id"),
    "customer_group": ("customer_group", "customer_group_id"),
}
"""Variables that name a record by its name or its number: its kind, and the output that has the number."""


def add(ctx: Context, variables: Mapping[str, str]) -> int:
    """A new ticket; its number. The same again is another ticket (get_tickets.write.no_idempotency)."""
    ctx.cite("get_tickets.write.add", "get_tickets.write.author", "get_tickets.write.no_idempotency")
    reader = _Reader(ctx, variables, {"tid"})
    given = reader.customer(None)
    given |= reader.fields()
    tid = directory.next_number(ctx)
    values = {**EMPTY, "tid": tid, "status": "Open", "opened_by": AUTHOR, **given}
    custom = reader.custom({})
    if custom is not None:
        values["custom_fields"] = given["custom_fields"] = custom
    directory.settle(ctx, values, {"status": values["status"], **given})
    _close(ctx, values, given)
    values["date_opened"] = values["date_opened"] or whole_second(ctx.now)
    _keep(ctx, values, "Ticket opened")
    return tid


def update(ctx: Context, variables: Mapping[str, str]) -> int:
    """The number of a ticket in which what was sent is changed, and nothing else (get_tickets.write.update)."""
    ctx.cite("get_tickets.write.update", "get_tickets.write.author")
    tid = notation.number(variables.get("tid", ""))
    values = None if tid is None else lag.truth(ctx, tenant_of(ctx), tid)
    if tid is None or values is None:
        raise errors.refusal("tid", "get_tickets.write.update")
    reader = _Reader(ctx, variables, set())
    given = reader.customer(values["cid"])
    given |= reader.fields()
    custom = reader.custom(json.loads(values["custom_fields"]))
    if custom is not None:
        given["custom_fields"] = custom
    values.update(given)
    directory.settle(ctx, values, given)
    _close(ctx, values, given)
    values["date_opened"] = values["date_opened"] or whole_second(ctx.now)
    _keep(ctx, values, f"Changed: {', '.join(given) or 'nothing'}")
    return tid


def _close(ctx: Context, values: Values, given: Values) -> None:
    """A date of closing closes a ticket that is told no status; one that stays open has none (get_tickets.write.close_date)."""
    if given.get("date_closed") is not None:
        ctx.cite("get_tickets.write.close_date")
    if given.get("date_closed") is not None and "status" not in given:
        values["status"] = "Closed"
    closed = values["status"].casefold() == "closed"
    values["date_closed"] = (values["date_closed"] or whole_second(ctx.now)) if closed else None


def _keep(ctx: Context, values: Values, words: str) -> None:
    """What is written shows at once, with whatever was on its way to the same ticket (get_tickets.write.at_once)."""
    directory.stamp(ctx, values, AUTHOR, {"updater_type": AUTHOR_TYPE})
    values["updater_type"] = AUTHOR_TYPE
    chronicle.hasten(ctx, values["tid"])
    attachments.hasten(ctx, values["tid"])
    chronicle.write(ctx, [(values, words)], lag.change(ctx, tenant_of(ctx), {values["tid"]: values}, 0, at_once=True))


class _Reader:
    """Reads the variables of one write, in the order in which the page has them."""

    def __init__(self, ctx: Context, variables: Mapping[str, str], without: set[str]) -> None:
        assert ctx.tenant is not None
        self.ctx = ctx
        self.dialect = ctx.dialect
        self.variables = variables
        self.names = [name for name in WRITTEN if name not in without]
        self.defined = {name.lower(): name for name in ctx.tenant.facts["custom_fields"]}
        for name in variables.keys() - set(self.names) - self.defined.keys() - _OF_EVERY_ACTION:
            self._unknown(name)

    def _unknown(self, name: str) -> None:
        meant = next((each for each, output in WRITTEN.items() if output == name), None)
        says = f"; what sets {name} is called {meant}" if meant and meant != name else ""
        self.ctx.note(
            "get_tickets.write.names",
            f"nobody looked at the variable {name[:80]!r}: a write has none of that name{says}",
            variable=name[:80],
        )

    def customer(self, current: str | None) -> Values:
        """The customer, who is required, of a new ticket and of one that is there (`current`)."""
        cid = self.variables.get("cid", "")
        if not cid and current is not None and self.dialect["update_cid"] == "optional":
            return {}
        self.ctx.cite("get_tickets.write.cid")
        if not cid or (cid != current and ("\x00" in cid or directory.entry(self.ctx, "customer", id=cid) is None)):
            raise errors.refusal("written", "get_tickets.write.cid", variable="cid")
        # The same customer again brings nothing back that somebody has changed in the ticket itself.
        return {} if cid == current else {"cid": cid}

    def fields(self) -> Values:
        """What was sent, as outputs in kept form."""
        given: Values = {}
        for name in self.names:
            text = self.variables.get(name)
            if text is None or name in ("tid", "cid"):
                continue
            if text == "":
                self.ctx.cite("get_tickets.write.empty")
                if self.dialect["empty_value"] == "ignore" or name == "open_date":
                    continue
            given |= self._written(name, WRITTEN[name], text)
        return given

    def _written(self, name: str, output: str, text: str) -> Values:
        if output != name:
            self.ctx.cite("get_tickets.write.names")
        if name in _UNREAD:
            self.ctx.cite("get_tickets.write.unread")
        if output in DATES:
            return {output: self._date(name, text) if text else None}
        text = self._limited(name, text)
        if name == "source" and text:
            self.ctx.cite("get_tickets.write.source")
        if name == "assigned_to" and text:
            self.ctx.cite("get_tickets.write.assigned")
        if name in _PEOPLE:
            return self._named(name, text)
        if text and name == "source" and text.casefold() not in {each.casefold() for each in phrases.SOURCES}:
            raise self._wrong("get_tickets.write.source", name)
        if text and name == "assigned_to" and directory.entry(self.ctx, "technician", id=text) is None:
            raise self._wrong("get_tickets.write.assigned", name)
        try:
            return {output: kept(output, text)}
        except ValueError as error:
            raise self._wrong("get_tickets.write.length", name) from error

    def _date(self, name: str, text: str) -> int:
        local = notation.wall(text, self.dialect["date_culture"])
        self.ctx.cite("get_tickets.write.dates")
        if local is None:
            raise errors.refusal("date", "get_tickets.write.dates", variable=name)
        return instants.from_wall(local, instants.zone(self.dialect["time_zone"]))

    def _limited(self, name: str, text: str) -> str:
        """A text as long as it may be; one that is too long is refused, or cut."""
        if "\x00" in text:
            raise self._wrong("get_tickets.write.length", name)
        most = LONGEST if name in _UNLIMITED else LIMIT
        if len(text) <= most:
            return text
        self.ctx.cite("get_tickets.write.length")
        if self.dialect["long_text"] == "refuse":
            raise self._wrong("get_tickets.write.length", name)
        return text[:most]

    def _named(self, name: str, text: str) -> Values:
        """A company or group by its number or its name (get_tickets.write.by_name_or_id)."""
        self.ctx.cite("get_tickets.write.by_name_or_id")
        kind, number = _PEOPLE[name]
        if not text:
            return {number: 0}
        whole = notation.number(text) if name != "customer_group" else None
        known = None if whole is None else directory.entry(self.ctx, kind, id=str(whole))
        known = known or directory.entry(self.ctx, kind, name=text)
        if known is None:
            raise self._wrong("get_tickets.write.by_name_or_id", name)
        return {number: int(known.id)}

    def custom(self, current: Mapping[str, str]) -> str | None:
        """All custom fields of the ticket with those that were sent; None when none was (get_tickets.write.custom)."""
        sent = {name: self.variables[name.lower()] for name in self.defined.values() if name.lower() in self.variables}
        if self.dialect["empty_value"] == "ignore":
            sent = {name: text for name, text in sent.items() if text}
        if not sent:
            return None
        self.ctx.cite("get_tickets.write.custom")
        made = {**current, **{name: self._limited(name, text) for name, text in sent.items()}}
        return json.dumps(made)

    def _wrong(self, rule: str, name: str) -> Exception:
        return errors.refusal("written", rule, variable=name)
