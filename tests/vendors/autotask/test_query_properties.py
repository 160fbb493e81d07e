"""`query` against a naive evaluator, over made-up entities, conditions and operators.

The evaluator knows nothing of SQL: it walks the conditions and compares values one by one. One body, two stores.
MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.kernel import instants
from mockservers.kernel.store import soundex
from mockservers.vendors.autotask.emulator import company
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.requests import Expression, Group, Test
from tests.examples import examples
from tests.vendors.autotask.asking import Answer, Desk, Failed

EXAMPLES = examples(30)
ZONES = {"eastern": "America/New_York", "utc": "UTC"}
Row = Mapping[str, Any]

FIELDS: dict[str, tuple[str, ...]] = {
    "Ticket": (
        "Title",
        "Description",
        "Priority",
        "ContractServiceID",
        "EstimatedHours",
        "HoursToBeScheduled",
        "LastActivityDate",
        "ServiceLevelAgreementHasBeenMet",
        "TicketNumber",
    ),
    "TimeEntry": ("SummaryNotes", "HoursWorked", "DateWorked", "StartDateTime", "NonBillable", "TicketID"),
    "Contact": ("FirstName", "Active", "LastModifiedDate", "Notification", "AccountID"),
    "Contract": ("ContractName", "StartDate", "EstimatedCost", "Compliance"),
    "Role": ("Name", "HourlyRate", "HourlyFactor", "Active"),
    "ServiceCall": ("Description", "Duration", "Complete", "StartDateTime"),
}
UDFS = {
    "Locate Ref": ("text", company.LOCATE_REF),
    "Gate Code": ("protected", company.GATE_CODE),
    "Depth & Width": ("number", company.DEPTH),
    "Dig Date": ("day", company.DIG_DATE),
}

WORDS = [
    "",
    "a",
    "A",
    "ab",
    "Ab c",
    "ä",
    "Ä",
    "straße",
    "STRASSE",
    "%",
    "_",
    "a%b",
    "a_b",
    "'",
    '"',
    "\\",
    "b",
    "robert",
    "Rupert",
    "é",
    "e\u0301",
    "\U0001f600",
    "\ue000",
    "\uffff"[:0] + "\ud7ff",
    "İ",
    "ﬁ",
    " a",
    "a ",
]
NUMBERS = [-1, 0, 1, 2, 3, 2**31 - 1]
DECIMALS = [Decimal(text) for text in ("-1", "0", "0.0001", "1", "1.5", "2", "100.25")]
DAYS = [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9), date(2026, 11, 1), date(2026, 11, 2)]
_STEPS = (0, 3, 7, 250, 1000, 60_000, 1_800_000, 3_600_000, 5_400_000, 43_200_000, 86_400_000)
MOMENTS = [
    datetime(2026, month, day, hour, tzinfo=UTC) + timedelta(milliseconds=ms)
    for month, day, hour in ((3, 8, 5), (3, 8, 6), (11, 1, 4), (11, 1, 5), (11, 1, 6))
    for ms in _STEPS
]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from([word for word in WORDS if word]),
    "protected": st.sampled_from([w for w in WORDS if w]),
    "whole": st.sampled_from(NUMBERS),
    "number": st.sampled_from(DECIMALS).map(float),
    "decimal": st.sampled_from(DECIMALS),
    "flag": st.booleans(),
    "moment": st.sampled_from(MOMENTS),
    "day": st.sampled_from(DAYS),
}
KINDS = {
    "text": "text",
    "int": "whole",
    "long": "whole",
    "short": "whole",
    "double": "number",
    "float": "number",
    "decimal": "decimal",
    "bool": "flag",
    "time": "moment",
    "date": "day",
}
OPERATORS = (
    "Equals",
    "NotEqual",
    "GreaterThan",
    "LessThan",
    "GreaterThanOrEquals",
    "LessThanOrEquals",
    "BeginsWith",
    "EndsWith",
    "Contains",
    "IsNotNull",
    "IsNull",
    "IsThisDay",
    "Like",
    "NotLike",
    "SoundsLike",
)
ORDERED = frozenset(OPERATORS[:6]) | {"IsNull", "IsNotNull"}
ALLOWED = {
    "text": frozenset(OPERATORS) - {"IsThisDay"},
    "protected": frozenset(OPERATORS) - {"IsThisDay"},
    "whole": ORDERED,
    "number": ORDERED,
    "decimal": ORDERED,
    "flag": frozenset({"Equals", "NotEqual", "IsNull", "IsNotNull"}),
    "moment": ORDERED | {"IsThisDay"},
    "day": ORDERED | {"IsThisDay"},
}


def kind_of(entity: str, name: str) -> str:
    if name in UDFS:
        return UDFS[name][0]
    return "whole" if name == "id" else KINDS[ENTITIES[entity][name].form]


# --- what is asked ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A value as text, and what it means: a value, the two readings of a clock, or nothing that could be compared."""

    text: str
    means: Any = None


def _written(wall: datetime, form: str) -> str:
    text = wall.isoformat(timespec="milliseconds" if wall.microsecond else "seconds")
    return text.replace("T", " ") if form == "blank" else text


def clock(moment: datetime, form: str, zone: str) -> Asked:
    """A moment as clients write it."""
    tz = ZoneInfo(zone)
    if form == "Z":
        return Asked(_written(moment.replace(tzinfo=None), "T") + "Z", (moment, moment))
    if form == "offset":
        elsewhere = moment.astimezone(timezone(timedelta(hours=2))).replace(tzinfo=None)
        return Asked(_written(elsewhere, "T") + "+02:00", (moment, moment))
    wall = moment.astimezone(tz).replace(tzinfo=None)
    if form == "day":
        wall = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        text = f"{wall:%Y-%m-%d}"
    else:
        text = _written(wall, form)
    return Asked(text, tuple(wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)))


FORMS = ["blank", "T", "Z", "offset", "day"]
BAD = {
    "whole": ["one", ""],
    "number": ["1,5"],
    "decimal": ["0x1"],
    "flag": ["maybe"],
    "moment": ["soon", "2026-02-30", "2026-03-08T02:15:00"],
    "day": ["2026-13-01"],
}
"""Texts that are no values; the last time stands in a gap of Eastern clocks."""


@st.composite
def asked(draw: st.DrawFn, kind: str, zone: str, there: Sequence[Any]) -> Asked:
    """A value to compare with, often one of those that are `there`."""
    if kind in BAD and not draw(st.integers(0, 60)):
        text = draw(st.sampled_from(BAD[kind]))
        return Asked(text) if text[-8:] != "02:15:00" or zone != "UTC" else clock(MOMENTS[0], "Z", zone)
    value = draw(st.sampled_from(there) | VALUES[kind] if there else VALUES[kind])
    if kind in ("text", "protected"):
        cut = draw(
            st.sampled_from([value, value, value.upper(), value[:1], value[1:], value[:1] + "%", "_" + value[1:]])
        )
        return Asked(cut, cut)
    if kind == "flag":
        return Asked(draw(st.sampled_from(["true", "TRUE", "1"] if value else ["False", "0"])), value)
    if kind == "moment":
        return clock(value, draw(st.sampled_from(FORMS)), zone)
    if kind == "day":
        noon = draw(st.sampled_from([0, 0, 12]))
        return clock(
            datetime(value.year, value.month, value.day, noon, tzinfo=ZoneInfo(zone)).astimezone(UTC),
            draw(st.sampled_from(["blank", "T", "day"])),
            zone,
        )
    number = Decimal(str(value)) + draw(
        st.sampled_from([Decimal(0), Decimal(0), Decimal("0.5"), Decimal("0.00005"), Decimal("1e30")])
    )
    return Asked(f" {number}", number)


@st.composite
def conditions(draw: st.DrawFn, entity: str, zone: str, made: Sequence[Row]) -> Any:
    """A field with its expressions, and their meanings."""
    names = ["id", *FIELDS[entity], *(UDFS if entity == "Ticket" else ())]
    name = draw(st.sampled_from(names))
    kind = kind_of(entity, name)
    there = [row[name] for row in made if row[name] is not None]
    expressions, means = [], []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        # Mostly operators that the type takes, so that most queries say something.
        pool = sorted(ALLOWED[kind]) if draw(st.integers(0, 60)) else list(OPERATORS)
        op, value = draw(st.sampled_from(pool)), draw(asked(kind, zone, there))
        expressions.append(Expression(draw(st.sampled_from([op, op.upper(), op.lower()])), value.text))
        means.append((op, value))
    shown = draw(st.sampled_from([name, name.upper()]))
    return Test(shown, name in UDFS, tuple(expressions)), (name, kind, means)


def trees(entity: str, zone: str, made: Sequence[Row]) -> st.SearchStrategy[Any]:
    leaf = conditions(entity, zone, made)

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        words = st.sampled_from(["AND", "OR", "OR", "or", None])
        return st.tuples(words, st.lists(inner, min_size=1, max_size=4)).map(_group)

    node = st.recursive(leaf, grown, max_leaves=6)
    return st.lists(leaf, min_size=1, max_size=1) | st.lists(grown(leaf) | node, min_size=1, max_size=4)


def _group(pair: Any) -> Any:
    word, inner = pair
    return Group(word, tuple(node for node, _ in inner)), ((word or "AND").upper(), [means for _, means in inner])


# --- the naive evaluator ----------------------------------------------------------------------------------------------


class Wrong(Exception):
    """The query is refused."""


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda a, b: a == b,
    "NotEqual": lambda a, b: a != b,
    "GreaterThan": lambda a, b: a > b,
    "LessThan": lambda a, b: a < b,
    "GreaterThanOrEquals": lambda a, b: a >= b,
    "LessThanOrEquals": lambda a, b: a <= b,
}


def _like(pattern: str, text: str) -> bool:
    expression = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _text(op: str, text: str, value: str) -> bool:
    if op in COMPARE:
        # Code points, which is what both stores sort by.
        return COMPARE[op]([ord(c) for c in text], [ord(c) for c in value])
    return {
        "BeginsWith": text.startswith(value),
        "EndsWith": text.endswith(value),
        "Contains": value in text,
        "Like": _like(value, text),
        "NotLike": not _like(value, text),
        "SoundsLike": soundex(text) == soundex(value),
    }[op]


def _moment(op: str, value: datetime, readings: tuple[datetime, datetime], zone: str) -> bool:
    earliest, latest = readings
    if op == "IsThisDay":
        tz = ZoneInfo(zone)
        return value.astimezone(tz).date() == earliest.astimezone(tz).date()
    if op == "Equals":
        return value in readings
    if op == "NotEqual":
        return value not in readings
    return COMPARE[op](value, earliest if op.startswith("Greater") else latest)


def _day(op: str, value: date, readings: tuple[datetime, datetime], zone: str) -> bool:
    wall = readings[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if op == "IsThisDay":
        return value == wall.date()
    return COMPARE[op](datetime(value.year, value.month, value.day), wall)


def holds(row: Row, name: str, kind: str, means: Sequence[tuple[str, Asked]], zone: str) -> bool:
    value = row.get(name)
    for op, given_ in means:
        if op not in ALLOWED[kind]:
            raise Wrong
        if op not in ("IsNull", "IsNotNull") and given_.means is None:
            raise Wrong
        if op in ("IsNull", "IsNotNull"):
            met = (value is None) == (op == "IsNull")
        elif value is None:
            met = False
        elif kind == "text":
            met = _text(op, value.casefold(), given_.means.casefold())
        elif kind == "protected":
            met = _text(op, value, given_.means)
        elif kind == "moment":
            met = _moment(op, value, given_.means, zone)
        elif kind == "day":
            met = _day(op, value, given_.means, zone)
        else:
            met = COMPARE[op](value, float(given_.means) if kind == "number" else given_.means)
        if not met:
            return False
    return True


def evaluate(row: Row, nodes: Sequence[Any], order: str, zone: str) -> bool:
    """Left to right, or as SQL would."""
    steps: list[tuple[str, bool]] = []
    for node in nodes:
        if len(node) == 2:
            steps.append((node[0], evaluate(row, node[1], order, zone)))
        else:
            steps.append(("AND", holds(row, *node, zone)))
    if order == "left_to_right":
        so_far = steps[0][1]
        for word, met in steps[1:]:
            so_far = so_far and met if word == "AND" else so_far or met
        return so_far
    terms = [[steps[0][1]]]
    for word, met in steps[1:]:
        if word == "OR":
            terms.append([met])
        else:
            terms[-1].append(met)
    return any(all(term) for term in terms)


def check(nodes: Sequence[Any], entity: str) -> None:
    """Everything is read before anything is looked for, so a mistake counts even where no row comes to it."""
    for node in nodes:
        if len(node) == 2:
            check(node[1], entity)
            continue
        _, kind, means = node
        for op, given_ in means:
            if op not in ALLOWED[kind] or (op not in ("IsNull", "IsNotNull") and given_.means is None):
                raise Wrong


def model(rows: Sequence[Row], entity: str, nodes: Sequence[Any], order: str, zone: str) -> list[int] | None:
    """The ids a query finds, or None when it is refused."""
    try:
        check(nodes, entity)
    except Wrong:
        return None
    return sorted(row["id"] for row in rows if evaluate(row, nodes, order, zone))


# --- both together ----------------------------------------------------------------------------------------------------


def _kept(kind: str, value: Any) -> Any:
    if value is None or kind in ("text", "protected", "whole", "flag", "number"):
        return value
    if kind == "decimal":
        return int(value * 10_000)
    if kind == "day":
        return instants.from_datetime(datetime(value.year, value.month, value.day, tzinfo=UTC))
    return instants.from_datetime(value)


def _udf_text(kind: str, value: Any) -> str:
    if kind == "day":
        return f"{value.isoformat()}T00:00:00"
    return str(value)


def put(desk: Desk, entity: str, made: Sequence[Row]) -> None:
    """Store rows of plain values."""
    plain = [{n: _kept(kind_of(entity, n), v) for n, v in row.items() if n not in UDFS} for row in made]
    udfs = [
        {str(UDFS[n][1]): _udf_text(UDFS[n][0], v) for n, v in row.items() if n in UDFS and v is not None}
        for row in made
    ]
    desk.put(entity, *plain, udfs=udfs)


@st.composite
def rows(draw: st.DrawFn, entity: str) -> list[dict[str, Any]]:
    ids = draw(st.lists(st.sampled_from([-1, *range(9), 2**31, 2**40]), unique=True, max_size=8))
    names = [*FIELDS[entity], *(UDFS if entity == "Ticket" else ())]
    return [{"id": id_, **{name: draw(st.none() | VALUES[kind_of(entity, name)]) for name in names}} for id_ in ids]


def bare(path: Path | None) -> Desk:
    """A world whose entities here are empty, and which can be put back to that."""
    made = Desk("empty", {"udf_query_limit": "off"}, path)
    with made.world.installation("autotask").store.transaction() as db:
        for entity in FIELDS:  # what the recipe itself made is in the way
            db.exec_driver_sql(f'DELETE FROM "at_{entity}"')
    made.world.checkpoint("bare")
    return made


@pytest.fixture(scope="module", params=["memory", "file"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = bare(tmp_path_factory.mktemp("autotask") / "q.db" if request.param == "file" else None)
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def memory() -> Iterator[Desk]:
    made = bare(None)
    yield made
    made.world.close()


@pytest.mark.rule("autotask.query.operators")
@settings(max_examples=EXAMPLES, deadline=None)
@given(
    data=st.data(),
    entity=st.sampled_from(sorted(FIELDS)),
    zone=st.sampled_from(sorted(ZONES)),
    order=st.sampled_from(["left_to_right", "left_to_right", "sql_precedence"]),
)
def test_query_finds_what_the_naive_evaluator_finds(desk: Desk, data: Any, entity: str, zone: str, order: str) -> None:
    desk.world.restore("bare")
    desk.world.installation("autotask").switch({"time_zone": zone, "condition_order": order}, "demo")
    made = data.draw(rows(entity))
    put(desk, entity, made)
    for _ in range(4):
        pairs = data.draw(trees(entity, ZONES[zone], made))
        nodes, means = [node for node, _ in pairs], [meaning for _, meaning in pairs]
        answer = desk.query(entity, *nodes)
        expected = model(made, entity, means, order, ZONES[zone])
        if expected is None:
            assert isinstance(answer, Failed), (nodes, answer)
        else:
            assert isinstance(answer, Answer), (nodes, answer)
            assert answer.ids == expected, (nodes, made)


# --- every operator on every field ------------------------------------------------------------------------------------

POOLS: dict[str, Sequence[Any]] = {
    "text": [word for word in WORDS if word],
    "protected": [word for word in WORDS if word],
    "whole": NUMBERS,
    "number": [float(each) for each in DECIMALS],
    "decimal": DECIMALS,
    "flag": [True, False],
    "moment": MOMENTS[::2],
    "day": DAYS,
}


def _each(kind: str, zone: str) -> list[Asked]:
    """Values of a kind in all the forms they are written in."""
    if kind in ("text", "protected"):
        return [Asked(word, word) for word in WORDS]
    if kind == "flag":
        return [Asked("true", True), Asked("0", False)]
    if kind == "moment":
        return [clock(moment, FORMS[n % len(FORMS)], zone) for n, moment in enumerate(MOMENTS[::4])]
    if kind == "day":
        noons = [
            datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)) for day in DAYS for hour in (0, 12)
        ]
        return [clock(noon.astimezone(UTC), "blank", zone) for noon in noons]
    return [Asked(str(n), n) for each in (*DECIMALS, *map(Decimal, NUMBERS)) for n in (each, each + Decimal("0.00005"))]


@pytest.mark.rule("autotask.query.operator_types", "autotask.query.null_tests")
@pytest.mark.parametrize(("entity", "zone"), [("Contact", "utc"), *((entity, "eastern") for entity in sorted(FIELDS))])
def test_every_operator_on_every_field(memory: Desk, entity: str, zone: str) -> None:
    memory.world.restore("bare")
    memory.world.installation("autotask").switch({"time_zone": zone}, "demo")
    names = [*FIELDS[entity], *(UDFS if entity == "Ticket" else ())]
    most = max(len(POOLS[kind_of(entity, name)]) for name in names)
    made: list[dict[str, Any]] = [{"id": n} for n in range(most + 1)]
    for name in names:
        pool = POOLS[kind_of(entity, name)]
        for n, row in enumerate(made):
            row[name] = pool[n % len(pool)] if n < most else None
    put(memory, entity, made)
    for name in ("id", *names):
        kind = kind_of(entity, name)
        for op in OPERATORS:
            for value in _each(kind, ZONES[zone]):
                answer = memory.query(entity, Test(name, name in UDFS, (Expression(op, value.text),)))
                expected = model(made, entity, [(name, kind, [(op, value)])], "left_to_right", ZONES[zone])
                found = answer.ids if isinstance(answer, Answer) else None
                assert found == expected, (name, op, value)
                if op in ("IsNull", "IsNotNull") or expected is None:
                    break
