"""Demo data obey the vendor's own rules: each relation between values, with its rule, in every row of two seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.vendors.trackit.emulator import model
from tests import large
from tests.vendors.trackit.conftest import NOW

Desk = Any
BORN = instants.from_iso(NOW)


class Data(NamedTuple):
    """A tenant's rows: facts by module and number, tickets with what hangs on them."""

    facts: dict[str, dict[int, dict[str, Any]]]
    notes: dict[int, list[Any]]
    assignments: dict[int, list[Any]]

    def of(self, module: str, id_: int | None) -> dict[str, Any]:
        return self.facts[module].get(id_, {}) if id_ is not None else {}

    def status(self, ticket: Any) -> dict[str, Any]:
        return self.of("status", ticket.l_status)


def notes_hold(check: Callable[[Data, Any, Any], bool]) -> Callable[[Data, Any], bool]:
    return lambda data, ticket: all(check(data, ticket, note) for note in data.notes.get(ticket.f1, []))


RELATIONS: dict[str, tuple[str, Callable[[Data, Any], bool]]] = {
    "a ticket is changed last when it was opened or later": ("trackit.write.stamp", lambda _, t: t.f12 <= t.f2 <= BORN),
    "a ticket has a status of the list": (
        "trackit.status.two_types",
        lambda d, t: d.status(t).get("type") in ("O", "C"),
    ),
    "closed tickets alone have a close time and a technician who closed": (
        "trackit.status.closes",
        lambda d, t: (d.status(t)["type"] == "C") == (t.f18 is not None) == (t.l_closer is not None),
    ),
    "a ticket was closed after it was opened, and not changed before that": (
        "trackit.status.closes",
        lambda _, t: t.f18 is None or t.f12 <= t.f18 <= t.f2,
    ),
    "the duration is the time from opening to closing": (
        "trackit.status.closes",
        lambda _, t: t.f108 == (None if t.f18 is None else (t.f18 - t.f12) // instants.SECOND),
    ),
    "a status that stops the clock has a clock stop time, and no other has": (
        "trackit.status.stop_clock",
        lambda d, t: bool(d.status(t).get("stops")) == (t.f103 is not None),
    ),
    "the clock stopped between opening and the last change": (
        "trackit.status.stop_clock",
        lambda _, t: t.f103 is None or t.f12 <= t.f103 <= t.f2,
    ),
    "a response is not older than its ticket": (
        "trackit.field.returned",
        lambda _, t: t.f132 is None or t.f132 >= t.f12,
    ),
    "the last user of a closed ticket is who closed it": (
        "trackit.read.last_user",
        lambda d, t: t.l_closer is None or t.f3 == d.of("technician", t.l_closer)["login"],
    ),
    "the last user is a technician's login, or the database's own": (
        "trackit.read.last_user",
        lambda d, t: t.f3 == "dbo" or t.f3 in {facts["login"] for facts in d.facts["technician"].values()},
    ),
    "Latest Note Date is that of the latest note": (
        "trackit.note.touches",
        lambda d, t: t.f175 == max((note.date for note in d.notes.get(t.f1, [])), default=None),
    ),
    "Total Time Spent is the sum of users' notes": (
        "trackit.note.time_spent",
        lambda d, t: (t.f163 or 0) == sum(note.duration for note in d.notes.get(t.f1, []) if not note.system),
    ),
    "a note is not older than its ticket, nor of the future": (
        "trackit.note.author",
        notes_hold(lambda _, t, note: t.f12 <= note.date <= note.modified <= BORN),
    ),
    "a note's last user is its technician or requestor": (
        "trackit.note.author",
        notes_hold(
            lambda d, _, note: note.technician is None or note.last_user == d.of("technician", note.technician)["login"]
        ),
    ),
    "a user's note has a type and an activity of tickets, or neither": (
        "trackit.note.activity_for_tickets",
        notes_hold(
            lambda d, _, note: (
                note.system
                or (note.type is None and note.activity is None)
                or bool(d.of("note_type", note.type)["tickets"] and d.of("activity", note.activity)["tickets"])
            )
        ),
    ),
    "notes come in the order of their numbers": (
        "trackit.read.note_order",
        lambda d, t: [n.date for n in d.notes.get(t.f1, [])] == sorted(n.date for n in d.notes.get(t.f1, [])),
    ),
    "an assignment is not older than its ticket": (
        "trackit.read.assignments",
        lambda d, t: all(t.f12 <= each.f12 <= each.f2 <= BORN for each in d.assignments.get(t.f1, [])),
    ),
}
"""Each relation: the rule that it rests on, and what holds of a ticket."""


def tenants(desk: Desk) -> Iterator[tuple[Data, list[Any]]]:
    with desk.world.installation("trackit").store.transaction() as db:

        def rows(table: sa.Table, tenant: str, *order: str) -> list[Any]:
            ordered = [table.c[name] for name in order]
            return list(db.execute(sa.select(table).where(table.c.tenant == tenant).order_by(*ordered)))

        for tenant in ("demo", "other-desk"):
            hung: list[dict[int, list[Any]]] = [{}, {}]
            for row in rows(model.NOTES, tenant, "id"):
                hung[0].setdefault(row.ticket, []).append(row)
            for row in rows(model.ASSIGNMENTS, tenant, "f1"):
                hung[1].setdefault(row.f6, []).append(row)
            facts: dict[str, dict[int, dict[str, Any]]] = {}
            for entry in rows(model.ENTRIES, tenant, "module", "id"):
                facts.setdefault(entry.module, {})[entry.id] = json.loads(entry.facts)
            yield Data(facts, *hung), rows(model.TICKETS, tenant, "f1")


@pytest.mark.parametrize("data", ["demo", "demo:90", "gap", "notes", large.DATA])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_obeys_every_rule(make_desk: Any, data: str, seed: int) -> None:
    with large.in_small(data):
        desk = make_desk(data, seed=seed)
    broken = [
        (relation, rule, ticket.f1)
        for facts, tickets in tenants(desk)
        for ticket in tickets
        for relation, (rule, holds) in RELATIONS.items()
        if not holds(facts, ticket)
    ]
    assert not broken
    desk.world.close()


BENT: tuple[dict[str, Any], ...] = (
    {"f2": 0},
    {"f3": "nobody"},
    {"f12": BORN + 1},
    {"f18": None},
    {"f103": None},
    {"f103": 0},
    {"f108": 7},
    {"f132": 0},
    {"f163": -1},
    {"f175": None},
    {"l_status": 99},
    {"l_closer": 1003},
)
BENT_NOTES: tuple[dict[str, Any], ...] = ({"date": 0}, {"last_user": "nobody"}, {"activity": 50})


def test_each_relation_names_a_rule_and_can_be_broken(desk: Desk) -> None:
    rules = desk.world.emulator("trackit").rules
    assert {rule for rule, _ in RELATIONS.values()} <= set(rules)
    data, tickets = next(iter(tenants(desk)))
    whole = next(dict(ticket._mapping) for ticket in tickets if ticket.f1 == 110)
    hung = {"f2": 0, "f12": 0}
    cases = [(data, {**whole, **bent}) for bent in BENT]
    for bent in BENT_NOTES:
        notes = [SimpleNamespace(**{**note._mapping, **bent}) for note in data.notes[110][1:]]
        cases.append((data._replace(notes={110: [*data.notes[110][:1], *notes]}), whole))
    cases.append((data._replace(assignments={110: [SimpleNamespace(**hung)]}), whole))

    def breaks(holds: Callable[[Data, Any], bool], facts: Data, ticket: dict[str, Any]) -> bool:
        try:
            return not holds(facts, SimpleNamespace(**ticket))
        except KeyError:  # it leads to no record
            return True

    assert not [name for name, (_, holds) in RELATIONS.items() if not any(breaks(holds, *case) for case in cases)]
