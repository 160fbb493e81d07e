"""Tickets taken over as a Details answer tells them, with ids, history and responses: the operation `import`.

Nothing is worked out: the base document is the present state, and actions only say what happened when. Knows no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.arguments import Arguments
from mockservers.kernel.instants import from_iso
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.querydata.emulator import actions
from mockservers.vendors.querydata.emulator.actions import Changes
from mockservers.vendors.querydata.emulator.model import ACTIONS, BASE_MEMBERS, CLOSED, RESPONDED, TICKETS, TIMES

_GROUPS = {
    "Excavator": ("CompanyName", "CallerName", "CallerPhone"),
    "WorkSite": ("Place", "County", "State", "AddressFrom", "Street", "CrossStreet1"),
}


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets as they are elsewhere. `{"records": [{"id", "fields", "exists"?}], "clear"?, "entity"?}`."""
    arguments = Arguments.of(ctx, request)
    records, clear, _ = arguments.take("records"), arguments.take("clear", False), arguments.take("entity")
    arguments.done()
    if not isinstance(records, list):
        raise Misuse("'records' is a list of tickets, each with id and fields")
    assert ctx.tenant is not None
    tenant = ctx.tenant.name
    if clear:
        for table in (ACTIONS, TICKETS):
            ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant))
    for each in records:
        id_ = str(each.get("id", "")) if isinstance(each, Mapping) else ""
        if not id_.isascii() or not id_.isdecimal() or len(id_) > 18:
            raise Misuse(f"a record has the UtilisphereID {id_!r}; it is a whole number, as text")
        ctx.db.execute(sa.delete(ACTIONS).where(ACTIONS.c.ticket_id == int(id_)))
        ctx.db.execute(sa.delete(TICKETS).where(TICKETS.c.id == int(id_)))
        if each.get("exists", True):
            try:
                _take(ctx, tenant, int(id_), each["fields"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Misuse(f"ticket {id_} cannot be taken over: {type(error).__name__} {error}") from error
    return {"imported": len(records)}


def _take(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    created = from_iso(fields["CreateDate"])
    steps = _steps(fields, created)
    ctx.db.execute(
        sa.insert(TICKETS),
        {
            "id": id_,
            "tenant": tenant,
            "number": str(fields.get("TicketNumber") or id_),
            "version": int(fields.get("Version") or 0),
            "created": created,
            "visible": created,
            "base": json.dumps(_base(fields)),
        },
    )
    ctx.db.execute(
        sa.insert(ACTIONS),
        [
            {
                "ticket_id": id_,
                "tenant": tenant,
                "at": at,
                "visible": at,
                "action": action,
                "by": by,
                "note": note,
                "changes": json.dumps(changes),
            }
            for at, action, by, note, changes in steps
        ],
    )


def _base(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The base document of which the fold makes the same ticket again."""
    base: dict[str, Any] = {name: fields.get(name) for name in BASE_MEMBERS}
    for name in TIMES:
        base[name] = (
            from_iso(fields[name] or fields["CreateDate"]) if fields.get(name) else from_iso(fields["CreateDate"])
        )
    for name, members in _GROUPS.items():
        base[name] = {**dict.fromkeys(members), **(base[name] or {})}
    base["Members"] = base["Members"] or []
    if fields.get("Responses"):
        base["Status"] = str(base["Status"] or "").removesuffix(RESPONDED)
    if fields.get("TicketText") is not None:
        base["TicketText"] = fields["TicketText"]
    return base


Step = tuple[int, str, str, str, Changes]


def _steps(fields: Mapping[str, Any], created: int) -> list[Step]:
    """What happened to it, as far as the answer tells."""
    steps: list[Step] = [
        (
            from_iso(each["ActionDateTime"]),
            str(each["Action"] or ""),
            str(each["By"] or ""),
            str(each["Note"] or ""),
            {},
        )
        for each in fields.get("History") or ()
    ]
    last: tuple[int, str] | None = None
    if fields.get("LastActionDateTime"):
        last = (from_iso(fields["LastActionDateTime"]), str(fields.get("LastAction") or ""))
    if not steps:
        steps.append((created, actions.RECEIVED, str(fields.get("OneCallCenter") or ""), "", {}))
    if last is not None and steps[-1][:2] != last:
        steps.append((*last, "", "", {}))
    for response in fields.get("Responses") or ():
        at = from_iso(response["ResponseDateTime"])
        free = [n for n, step in enumerate(steps) if not step[4]]
        n = next((n for n in free if steps[n][0] == at), None)
        if n is None:
            raise ValueError(f"the response at {response['ResponseDateTime']} belongs to no action of the history")
        # The state at the end is the base document's; a closing response may only repeat it.
        closes = bool(response.get("Closes")) and fields.get("Status") == CLOSED
        steps[n][4].update(
            {"response": {**{k: v for k, v in response.items() if k != "ResponseDateTime"}, "Closes": closes}}
        )
    if fields.get("IsNewestVersion") is False:
        free = [n for n, step in enumerate(steps) if step[1] == actions.SUPERSEDED] or [len(steps) - 1]
        steps[free[-1]][4].update(actions.superseded())
    return steps
