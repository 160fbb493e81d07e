"""Made-up sequences of create, update and delete against a model of the documented rules. One body, two stores.

The model keeps plain dicts: which values a record takes, what an update clears, which dates move with what. It knows
nothing of tables. MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.vendors.autotask.emulator import company
from tests.examples import examples
from tests.vendors.autotask.asking import Answer, Desk, Failed, sent, where

EXAMPLES = examples(30)
BEGIN = datetime(2026, 3, 2, 10)
API, OWNER = company.API_USER, company.OWNER


@dataclass(frozen=True)
class Field:
    """One field: values that are good, with how they are shown, and values that are refused."""

    good: Mapping[Any, Any]
    bad: tuple[Any, ...] = ()
    required: bool = False
    once: bool = False
    """Given when the record is created; ignored later."""


def plain(*values: Any, bad: tuple[Any, ...] = (), **more: Any) -> Field:
    return Field({value: value for value in values}, bad, **more)


TEXT = plain("a", "Ä & <b>", "x" * 40, "  blanks  ")
TIME = Field(
    {
        "2026-03-02T10:00:00": "2026-03-02T10:00:00",
        "2026-07-01 08:30:00": "2026-07-01T08:30:00",
        "2026-07-01T12:30:00Z": "2026-07-01T08:30:00",
        "2026-03-09": "2026-03-09T00:00:00",
    },
    ("2026-03-08T02:30:00", "soon"),
)
REFERENCE = "ticket"
"""Stands for the id of some ticket that the sequence made."""

FIELDS: dict[str, dict[str, Field]] = {
    "Ticket": {
        "AccountID": plain(company.SPECIAL_ACCOUNT, bad=(5, "x"), required=True),
        "Title": plain("a", "Ä & <b>", "y" * 255, bad=("y" * 256,), required=True),
        "Status": plain(1, 5, 8, bad=(14, 99, "New"), required=True),
        "Priority": plain(1, 2, bad=(99,), required=True),
        "Description": TEXT,
        "DueDateTime": TIME,
        "EstimatedHours": Field({"1.5": 1.5, "2": 2.0}, ("two",)),
        "QueueID": plain(8, bad=(1,)),
        "PurchaseOrderNumber": plain("p", "z" * 50, bad=("z" * 51,)),
    },
    "TicketNote": {
        "TicketID": Field({REFERENCE: REFERENCE}, (5,), required=True),
        "Title": TEXT,
        "Description": plain("d", "e", required=True),
        "NoteType": plain(1, 2, bad=(77,), required=True),
        "Publish": plain(1, 2, bad=(3,), required=True),
    },
    "TicketCost": {
        "TicketID": Field({REFERENCE: REFERENCE}, (5,), required=True),
        "Name": plain("n", "m", required=True),
        "CostType": plain(1, 2, bad=(9,), required=True),
        "UnitQuantity": Field({"1": 1.0, "2.5": 2.5}, required=True),
        "DatePurchased": Field({"2026-03-08": "2026-03-08T00:00:00"}, ("soon",), required=True),
        "BillableToAccount": Field({"true": True, "0": False}, ("maybe",)),
        "Notes": TEXT,
    },
    "TimeEntry": {
        "TicketID": Field({REFERENCE: REFERENCE}, (5,)),
        "ResourceID": plain(OWNER, bad=(5,), required=True),
        "RoleID": plain(29682834, bad=(5,)),
        "HoursWorked": Field({"1": 1.0, "24": 24.0}, ("0", "24.5", "-1"), required=True),
        "SummaryNotes": TEXT,
    },
    "Contact": {
        "AccountID": plain(company.SPECIAL_ACCOUNT, 29683500, bad=(5,), required=True, once=True),
        "FirstName": plain("A", "B", required=True),
        "LastName": plain("C", "ß", required=True),
        "Active": Field({"1": 1, "0": 0, "true": 1}, ("yes",), required=True),
        "Note": plain("n", bad=("n" * 51,)),
    },
}
"""A time entry's hours are not required by field info, but without them it is refused all the same; see also its role."""
UDFS = {
    "Locate Ref": plain("L-1", "é"),
    "Cost Centre": plain("7", "8"),
    "Utility": plain("G", "W", bad=("Gas", "X")),
    "Depth & Width": Field({"1.50": "1.5", "2": "2"}, ("deep",)),
}
REQUIRED_UDFS = {"Cost Centre"}
DELETABLE = {"TicketCost", "TimeEntry", "Contact"}
MOVED = {
    "Ticket": ("LastActivityDate",),
    "TicketNote": ("LastActivityDate",),
    "TimeEntry": ("LastModifiedDateTime",),
    "Contact": ("LastActivityDate", "LastModifiedDate"),
    "TicketCost": (),
}
TOUCHING = {"TicketNote", "TimeEntry", "TicketCost"}
"""What is activity of a ticket, when it is added, changed or deleted."""
ABSENT = object()


@dataclass
class Record:
    entity: str
    id: int
    values: dict[str, Any]
    udf: dict[str, str] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)


class Refused(Exception):
    """The documented rules say no to the whole call."""


class Model:
    """All records the sequence made, and the clock."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int], Record] = {}
        self.others: dict[str, set[int]] = {}
        self.now = BEGIN

    def values(self, entity: str, given: Mapping[str, Any], before: Record | None) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, each in FIELDS[entity].items():
            if each.once and before is not None:
                made[name] = before.values[name]
                continue
            value = given.get(name, ABSENT)
            if isinstance(value, Ticket):
                made[name] = value.id
            elif value in each.good:
                made[name] = each.good[value]
            elif value is ABSENT or value is None:
                made[name] = None
                if each.required:
                    raise Refused
            else:
                raise Refused
        if entity == "TimeEntry" and made["TicketID"] is not None and made["RoleID"] is None:
            raise Refused
        return made

    def udfs(self, given: Mapping[str, str | None], before: Mapping[str, str]) -> dict[str, str]:
        made = dict(before)
        for name, value in given.items():
            if name not in UDFS or value in UDFS[name].bad:
                raise Refused
            if value is None:
                if name in REQUIRED_UDFS and name in made:
                    raise Refused
                made.pop(name, None)
            else:
                made[name] = UDFS[name].good[value]
        return made

    def create(self, entity: str, given: Mapping[str, Any], udf: Mapping[str, str | None]) -> Record:
        made = Record(entity, 0, self.values(entity, given, None), self.udfs(udf, {}))
        made.dates = dict.fromkeys((*MOVED[entity], "created"), self.now)
        if entity == "TicketCost":
            made.dates["StatusLastModifiedDate"] = self.now
        return made

    def keep(self, made: Record) -> None:
        self.records[made.entity, made.id] = made
        self.touch(made)

    def touch(self, record: Record) -> None:
        key = ("Ticket", record.values["TicketID"]) if record.entity in TOUCHING else None
        if key in self.records:
            above = self.records[key]
            self.records[key] = replace(above, dates={**above.dates, "LastActivityDate": self.now})

    def update(self, entity: str, id_: int, given: Mapping[str, Any], udf: Mapping[str, str | None]) -> Record:
        before = self.records.get((entity, id_))
        if before is None:
            raise Refused
        dates = {**before.dates, **dict.fromkeys(MOVED[entity], self.now)}
        return Record(entity, id_, self.values(entity, given, before), self.udfs(udf, before.udf), dates)


@dataclass(frozen=True)
class Ticket:
    """The id of a ticket, as a value that no field knows beforehand."""

    id: int


# --- what is drawn ----------------------------------------------------------------------------------------------------


@st.composite
def given_fields(draw: st.DrawFn, entity: str, tickets: list[int]) -> dict[str, Any]:
    """Fields as a client might send them: mostly good, so that sequences get somewhere."""
    made: dict[str, Any] = {}
    for name, each in FIELDS[entity].items():
        turn = draw(st.integers(0, 99))
        if turn < 2 and each.bad:
            made[name] = draw(st.sampled_from(each.bad))
        elif turn < (3 if each.required else 40):
            if draw(st.booleans()):
                made[name] = None
        else:
            value = draw(st.sampled_from(list(each.good)))
            if value == REFERENCE:
                value = Ticket(draw(st.sampled_from(tickets))) if tickets else 5
            made[name] = value
    if draw(st.integers(0, 9)) == 0:
        made["id_of_nothing"], made["CreateDate"] = "x", "1999-01-01"
    return made


@st.composite
def given_udfs(draw: st.DrawFn, entity: str) -> dict[str, str | None]:
    if entity != "Ticket":
        return {} if draw(st.integers(0, 60)) else {"Locate Ref": "x"}
    made: dict[str, str | None] = {}
    for name, each in UDFS.items():
        turn = draw(st.integers(0, 29))
        if turn == 0 and each.bad:
            made[name] = draw(st.sampled_from(each.bad))
        elif turn < 12:
            made[name] = draw(st.sampled_from([*each.good, None]))
    return made


@pytest.fixture(scope="module", params=["memory", "file"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("autotask") / "w.db" if request.param == "file" else None
    made = Desk("demo:10", path=path)
    made.world.installation("autotask")
    made.world.checkpoint("begun")
    yield made
    made.world.close()


def _wire(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.id if isinstance(value, Ticket) else value for name, value in fields.items()}


def _create(desk: Desk, model: Model, draw: Any, entity: str) -> None:
    tickets = [id_ for kind, id_ in model.records if kind == "Ticket"]
    batch = [
        (draw(given_fields(entity, tickets)), draw(given_udfs(entity))) for _ in range(draw(st.sampled_from([1, 1, 3])))
    ]
    answer = desk.write("create", *(sent(entity, udf=udf or None, **_wire(fields)) for fields, udf in batch))
    try:
        made = []
        for fields, udf in batch:
            if udf and entity != "Ticket":
                raise Refused
            made.append(model.create(entity, fields, udf))
    except Refused:
        assert isinstance(answer, Failed), (batch, answer)
        return
    assert isinstance(answer, Answer), (batch, answer)
    assert answer.ids == sorted(answer.ids)
    for record, id_ in zip(made, answer.ids, strict=True):
        assert (entity, id_) not in model.records
        record.id = id_
        model.keep(record)


def _update(desk: Desk, model: Model, draw: Any, entity: str) -> None:
    tickets = [id_ for kind, id_ in model.records if kind == "Ticket"]
    mine = [id_ for kind, id_ in model.records if kind == entity]
    some = st.sampled_from([*mine * 20, 5])
    ids = draw(st.lists(some, min_size=1, max_size=2))
    batch = [(id_, draw(given_fields(entity, tickets)), draw(given_udfs(entity))) for id_ in ids]
    answer = desk.write("update", *(sent(entity, id_, udf=udf or None, **_wire(fields)) for id_, fields, udf in batch))
    kept = dict(model.records)
    try:
        for id_, fields, udf in batch:
            if udf and entity != "Ticket":
                raise Refused
            made = model.update(entity, id_, fields, udf)
            model.touch(model.records[entity, id_])
            model.keep(made)
    except Refused:
        model.records = kept
        assert isinstance(answer, Failed), (batch, answer)
        return
    assert isinstance(answer, Answer), (batch, answer)
    assert answer.ids == ids


def _delete(desk: Desk, model: Model, draw: Any, entity: str) -> None:
    mine = [id_ for kind, id_ in model.records if kind == entity]
    ids = draw(st.lists(st.sampled_from([*mine * 5, 5]), min_size=1, max_size=2))
    answer = desk.write("delete", *(sent(entity, id_) for id_ in ids))
    if entity in DELETABLE and len(set(ids)) == len(ids) and 5 not in ids:
        assert isinstance(answer, Answer), (ids, answer)
        for id_ in ids:
            model.touch(model.records.pop((entity, id_)))
    else:
        assert isinstance(answer, Failed), (ids, answer)


def _compare(desk: Desk, model: Model) -> None:
    for entity, fields in FIELDS.items():
        wanted = {id_: record for (kind, id_), record in model.records.items() if kind == entity}
        found = {each["id"]: each for each in desk.found(entity, where("id", "GreaterThan", "0"))}
        assert found.keys() == wanted.keys() | model.others[entity], entity
        for id_, record in wanted.items():
            shown = found[id_]
            for name in fields:
                expected = record.values[name]
                assert shown.get(name) in ((expected,) if expected is not None else (None, "")), (entity, name)
            for name, moment in record.dates.items():
                if name != "created":
                    assert shown[name] == moment.isoformat(), (entity, name)
            assert {name: value for name, value in shown["udf"].items() if value is not None} == record.udf
            if entity == "Ticket":
                assert shown["CreateDate"] == record.dates["created"].isoformat()
                assert ("CompletedDate" in shown) == (record.values["Status"] == 5)


@pytest.mark.rule("autotask.create.required", "autotask.write.all_or_nothing")
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_writes_do_what_the_rules_say(desk: Desk, data: Any) -> None:
    desk.world.restore("begun")
    model = Model()
    model.others = {entity: {each["id"] for each in desk.truth(entity)} for entity in FIELDS}
    steps = {"create": _create, "update": _update, "delete": _delete}
    # Two tickets to begin with, so that there is something to hang other things on.
    for title in ("one", "two"):
        values = {"AccountID": company.SPECIAL_ACCOUNT, "Title": title, "Status": 1, "Priority": 1}
        first = model.create("Ticket", {**values, "Title": "a"}, {})
        first.id = desk.made("Ticket", **{**values, "Title": "a"})
        model.keep(first)
    assert isinstance(desk.write("create", sent("Ticket")), Failed)
    for _ in range(data.draw(st.integers(3, 12))):
        seconds = data.draw(st.integers(0, 5000))
        desk.wait(seconds)
        model.now += timedelta(seconds=seconds)
        entity = data.draw(st.sampled_from(["Ticket", *sorted(FIELDS)]))
        there = any(kind == entity for kind, _ in model.records)
        step = data.draw(st.sampled_from(["create", *(["update", "update", "delete"] if there else [])]))
        steps[step](desk, model, data.draw, entity)
    _compare(desk, model)
