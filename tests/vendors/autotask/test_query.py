"""query, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.vendors.autotask.emulator import company
from mockservers.vendors.autotask.emulator.requests import Expression, Group, Query, Test
from tests.vendors.autotask.asking import Answer, Desk, Failed, both, either, where

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
ALL = where("id", "GreaterThan", "0")


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    made = Desk()
    at = instants.from_iso
    made.put(
        "Contact",
        {
            "id": 1,
            "FirstName": "Åsa",
            "LastName": "Strauß",
            "Active": 1,
            "AccountID": 10,
            "Notification": True,
            "LastActivityDate": at("2026-03-02T04:30:00Z"),
            "EMailAddress": "asa@x.example",
        },
        {
            "id": 2,
            "FirstName": "ÅSA",
            "LastName": "STRAUSS",
            "Active": 0,
            "AccountID": 10,
            "Notification": False,
            "LastActivityDate": at("2026-03-02T05:00:00Z"),
            "EMailAddress": "100%_sure@x.example",
        },
        {
            "id": 3,
            "FirstName": "Robert",
            "LastName": "Rupert",
            "AccountID": 11,
            "LastActivityDate": at("2026-03-03T04:59:59.997Z"),
        },
        {
            "id": 4,
            "FirstName": "Joe",
            "LastName": "Tymczak",
            "Active": 1,
            "AccountID": 12,
            "LastActivityDate": at("2026-11-01T05:30:00Z"),
        },
        {
            "id": 5,
            "FirstName": "joe",
            "LastName": "O'Brien",
            "Active": 1,
            "AccountID": 12,
            "LastActivityDate": at("2026-11-01T06:30:00Z"),
        },
    )
    made.put(
        "TimeEntry",
        {"id": 1, "ResourceID": 1, "HoursWorked": 1.5, "DateWorked": at("2026-03-02T00:00:00Z")},
        {"id": 2, "ResourceID": 1, "HoursWorked": 2.0, "DateWorked": at("2026-03-03T00:00:00Z")},
    )
    made.put("Role", {"id": 1, "Name": "A", "HourlyRate": 1_000_000}, {"id": 2, "Name": "B", "HourlyRate": 1_000_001})
    ref, gate, depth, date = (str(n) for n in (company.LOCATE_REF, company.GATE_CODE, company.DEPTH, company.DIG_DATE))
    made.put(
        "Ticket",
        {"id": 1, "Title": "one"},
        {"id": 2, "Title": "two"},
        {"id": 3, "Title": "three"},
        udfs=[
            {ref: "Ab", gate: "Ab", depth: "1.50", date: "2026-03-02T00:00:00"},
            {ref: "aB", gate: "aB", depth: "12"},
        ],
    )
    yield made
    made.world.close()


def ids(desk: Desk, *nodes: Test | Group, entity: str = "Contact") -> list[int]:
    answer = desk.query(entity, *nodes)
    assert isinstance(answer, Answer), answer
    return answer.ids


def refused(desk: Desk, *nodes: Test | Group, entity: str = "Contact") -> str:
    answer = desk.query(entity, *nodes)
    assert isinstance(answer, Failed), answer
    (message,) = answer.messages
    return message


# --- what comes back --------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.top_500", "autotask.wire.return_info", "autotask.wire.result_type")
@pytest.mark.parametrize(("rows", "pages"), [(1234, [500, 500, 234, 0]), (500, [500, 0]), (1000, [500, 500, 0])])
def test_pages_of_500_by_ascending_id(rows: int, pages: list[int]) -> None:
    desk = Desk()
    desk.put("TicketHistory", *({"id": id_, "TicketID": 1} for id_ in range(rows * 3, 0, -3)))
    last, sizes, seen = 0, [], []
    for _ in pages:
        answer = desk.query("tickethistory", where("TicketID", "Equals", "1"), where("id", "GreaterThan", str(last)))
        assert isinstance(answer, Answer)
        assert [info.entity_id for info in answer.response.infos] == answer.ids
        assert answer.response.entity == "tickethistory"
        sizes.append(len(answer.ids))
        seen += answer.ids
        last = max(seen)
    assert sizes == pages
    assert seen == list(range(3, rows * 3 + 1, 3))


def test_a_query_without_conditions_finds_everything(desk: Desk) -> None:
    assert ids(desk) == [1, 2, 3, 4, 5]
    assert ids(desk, both()) == [1, 2, 3, 4, 5]


@pytest.mark.rule("autotask.query.any_case")
def test_names_and_operators_have_no_letter_case(desk: Desk) -> None:
    assert ids(desk, where("ACCOUNTid", "greaterthanorequals", "12"), entity="CONTACT") == [4, 5]
    assert ids(desk, where("ID", "equals", "1"), Group("or", (where("iD", "EQUALS", "3"),))) == [1, 3]


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.text_compare")
@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("Equals", "åsa", [1, 2]),
        ("Equals", "strauss", []),
        ("NotEqual", "ÅSA", [3, 4, 5]),
        ("BeginsWith", "JO", [4, 5]),
        ("EndsWith", "OE", [4, 5]),
        ("Contains", "ER", [3]),
        ("GreaterThan", "robert", [1, 2]),
        ("LessThanOrEquals", "JOE", [4, 5]),
        ("BeginsWith", "", [1, 2, 3, 4, 5]),
        ("EndsWith", "", [1, 2, 3, 4, 5]),
        ("Contains", "", [1, 2, 3, 4, 5]),
        ("EndsWith", "a longer text than any", []),
    ],
)
def test_text_has_no_letter_case_beyond_ascii_too(desk: Desk, op: str, value: str, found: list[int]) -> None:
    assert ids(desk, where("FirstName", op, value)) == found


@pytest.mark.rule("autotask.query.text_compare")
def test_folding_makes_sharp_s_two_letters(desk: Desk) -> None:
    assert ids(desk, where("LastName", "Equals", "strauss")) == [1, 2]
    assert ids(desk, where("LastName", "EndsWith", "ß")) == [1, 2]


@pytest.mark.rule("autotask.query.text_compare")
@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("Like", "%@X.example", [1, 2]),
        ("Like", "___@x.example", [1]),
        ("Like", "100%", [2]),
        ("NotLike", "100%", [1]),
        ("Like", "asa", []),
        ("Contains", "%_", [2]),
        ("Contains", "_", [2]),
        ("Equals", "100%_sure@x.example", [2]),
        ("Like", "\\%", []),
        ("Like", "%", [1, 2]),
        ("NotLike", "%", []),
        ("Like", "100\x01%", [2]),
    ],
)
def test_like_knows_two_wildcards_and_others_none(desk: Desk, op: str, value: str, found: list[int]) -> None:
    assert ids(desk, where("EMailAddress", op, value)) == found


@pytest.mark.rule("autotask.query.like")
def test_like_is_without_wildcards_the_whole_text(desk: Desk) -> None:
    assert ids(desk, where("FirstName", "Like", "JOE")) == [4, 5]
    assert ids(desk, where("FirstName", "NotLike", "%o%")) == [1, 2]


@pytest.mark.rule("autotask.query.operators")
@pytest.mark.parametrize(("value", "found"), [("Roberto", [3]), ("Rupert", [3]), ("Jo", [4, 5]), ("Zoe", [])])
def test_soundslike_hears_consonants(desk: Desk, value: str, found: list[int]) -> None:
    assert ids(desk, where("FirstName", "SoundsLike", value)) == found


def test_quotes_are_values_and_never_sql(desk: Desk) -> None:
    assert ids(desk, where("LastName", "Equals", "O'BRIEN")) == [5]
    for value in ("' OR 1=1 --", '"; DROP TABLE "at_Contact"; --', ":p0", "?"):
        assert ids(desk, where("LastName", "Equals", value)) == []


# --- numbers, flags, nulls --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "name", "op", "value", "found"),
    [
        ("Contact", "AccountID", "Equals", " 12 ", [4, 5]),
        ("Contact", "AccountID", "Equals", "12.0", [4, 5]),
        ("Contact", "AccountID", "LessThan", "11.5", [1, 2, 3]),
        ("Contact", "AccountID", "Equals", "11.5", []),
        ("Contact", "AccountID", "GreaterThan", "-1e300", [1, 2, 3, 4, 5]),
        ("Contact", "id", "NotEqual", "3", [1, 2, 4, 5]),
        ("Contact", "id", "LessThan", "99999999999999999999", [1, 2, 3, 4, 5]),
        ("Contact", "Active", "Equals", "0", [2]),
        ("Contact", "Notification", "Equals", "TRUE", [1]),
        ("Contact", "Notification", "NotEqual", "1", [2]),
        ("TimeEntry", "HoursWorked", "GreaterThanOrEquals", "1.5", [1, 2]),
        ("TimeEntry", "HoursWorked", "Equals", "2", [2]),
        ("Role", "HourlyRate", "Equals", "100", [1]),
        ("Role", "HourlyRate", "GreaterThan", "100.00005", [2]),
        ("Role", "HourlyRate", "Equals", "100.0001", [2]),
    ],
)
def test_numbers_are_read_from_text(desk: Desk, entity: str, name: str, op: str, value: str, found: list[int]) -> None:
    assert [n for n in ids(desk, where(name, op, value), entity=entity) if n < 100] == found


@pytest.mark.rule("autotask.query.null_tests")
def test_nothing_is_neither_equal_nor_unequal(desk: Desk) -> None:
    assert ids(desk, where("EMailAddress", "IsNull", "ignored")) == [3, 4, 5]
    assert ids(desk, where("EMailAddress", "IsNotNull")) == [1, 2]
    assert ids(desk, where("Active", "IsNull", "5")) == [3]
    assert ids(desk, where("Active", "NotEqual", "7")) == [1, 2, 4, 5]
    assert ids(desk, where("EMailAddress", "NotLike", "nobody")) == [1, 2]
    assert ids(desk, where("Notification", "NotEqual", "true")) == [2]
    assert ids(desk, where("EMailAddress", "Equals", "")) == []


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.time.eastern")
@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("GreaterThanOrEquals", "2026-03-02", [2, 3, 4, 5]),
        ("LessThan", "2026-03-02T00:00:00", [1]),
        ("Equals", "2026-03-01 23:30", [1]),
        ("Equals", "2026-03-02T04:30:00Z", [1]),
        ("Equals", "2026-03-01T22:30:00.0000-6", [1]),
        ("GreaterThan", "2026-03-02T23:59:59.997", [4, 5]),
        ("Equals", "2026-03-02T23:59:59.996", [3]),
        ("GreaterThanOrEquals", "2026-03-02 23:59:59.997000", [3, 4, 5]),
    ],
)
def test_times_are_eastern_in_every_form(desk: Desk, op: str, value: str, found: list[int]) -> None:
    assert ids(desk, where("LastActivityDate", op, value)) == found


@pytest.mark.rule("autotask.time.marked")
def test_a_marked_time_is_what_it_says(desk: Desk) -> None:
    assert ids(desk, where("LastActivityDate", "Equals", "2026-11-01T01:30:00-05:00")) == [5]
    assert ids(desk, where("LastActivityDate", "Equals", "2026-11-01T01:30:00-0400")) == [4]


def test_the_hour_that_clocks_repeat_is_meant_twice(desk: Desk) -> None:
    def of(op: str) -> list[int]:
        return [n for n in ids(desk, where("LastActivityDate", op, "2026-11-01T01:30:00")) if n > 3]

    assert of("Equals") == [4, 5]
    assert of("NotEqual") == []
    assert of("GreaterThan") == [5]
    assert of("GreaterThanOrEquals") == [4, 5]
    assert of("LessThan") == [4]
    assert of("LessThanOrEquals") == [4, 5]


@pytest.mark.rule("autotask.query.this_day")
def test_this_day_is_a_calendar_day_of_the_zone(desk: Desk) -> None:
    for value in ("2026-03-02", "2026-03-02T17:00:00", "2026-03-03T04:59:00Z"):
        assert ids(desk, where("LastActivityDate", "IsThisDay", value)) == [2, 3]
    assert ids(desk, where("LastActivityDate", "IsThisDay", "2026-11-01")) == [4, 5]


@pytest.mark.rule("autotask.time.date_only")
@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("Equals", "2026-03-02", [1]),
        ("GreaterThan", "2026-03-02T12:00:00", [2]),
        ("IsThisDay", "2026-03-03 23:00", [2]),
        ("LessThanOrEquals", "2026-03-02T00:00:00", [1]),
        ("Equals", "2026-03-02T05:00:00Z", [1]),
    ],
)
def test_days_belong_to_no_zone(desk: Desk, op: str, value: str, found: list[int]) -> None:
    assert ids(desk, where("DateWorked", op, value), entity="TimeEntry") == found


@pytest.mark.rule("autotask.time.gap")
def test_a_time_that_clocks_skip_is_refused(desk: Desk) -> None:
    assert "does not exist" in refused(desk, where("LastActivityDate", "GreaterThan", "2026-03-08T02:30:00"))
    assert ids(desk, where("LastActivityDate", "GreaterThan", "2026-03-08T03:00:00")) == [4, 5]


@pytest.mark.rule("autotask.request.datetime")
def test_a_strict_service_takes_fewer_forms() -> None:
    strict = Desk(dialect={"datetime_input": "strict"})
    for value in ("2026-03-02", "2026-03-02 10:00:00", "2026-03-02T10:00:00.5", "2026-03-02T10:00:00Z"):
        assert ids(strict, where("LastActivityDate", "Equals", value)) == []
    for value in ("2026-03-02T10:00", "2026-03-02T10:00:00.0000-5"):
        assert "datetime" in refused(strict, where("LastActivityDate", "Equals", value))


@pytest.mark.rule("autotask.query.value")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "one"),
        ("id", ""),
        ("id", "1_000"),
        ("id", "\u0661"),
        ("id", "0x10"),
        ("id", "1" * 61),
        ("id", "nan"),
        ("Notification", "yes"),
        ("LastActivityDate", "yesterday"),
        ("LastActivityDate", "2026-02-30"),
        ("LastActivityDate", "2026-03-02T25:00:00"),
        ("LastActivityDate", "1752-12-31"),
        ("LastActivityDate", ""),
        ("LastActivityDate", "9999-12-31T23:59:59"),
        ("LastActivityDate", "2026-03-02T10:00:00+99:00"),
    ],
)
def test_values_that_are_none_are_refused(desk: Desk, name: str, value: str) -> None:
    assert f"in field: {name}" in refused(desk, where(name, "Equals", value))


def test_the_end_of_the_calendar_can_be_asked_for(desk: Desk) -> None:
    assert ids(desk, where("LastActivityDate", "LessThan", "9999-12-31")) == [1, 2, 3, 4, 5]
    assert ids(desk, where("LastActivityDate", "IsThisDay", "9999-12-31")) == []


# --- combining --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.left_to_right")
def test_siblings_combine_from_left_to_right() -> None:
    nodes = (where("id", "Equals", "1"), either(where("id", "Equals", "2")), both(where("id", "GreaterThan", "1")))
    left, sql = Desk(), Desk(dialect={"condition_order": "sql_precedence"})
    for desk in (left, sql):
        desk.put("Contact", *({"id": n, "FirstName": "x"} for n in (1, 2, 3)))
    assert ids(left, *nodes) == [2]
    assert ids(sql, *nodes) == [1, 2]
    bare = (*nodes[:2], where("id", "GreaterThan", "1"))
    assert ids(left, *bare) == [2]
    assert ids(left, either(where("id", "Equals", "1")), either(where("id", "Equals", "3"))) == [1, 3]
    assert ids(left, both(nodes[0], nodes[1]), nodes[2]) == [2]
    assert ids(left, nodes[0], either(both(nodes[2], where("id", "LessThan", "3")))) == [1, 2]


@pytest.mark.rule("autotask.query.several_expressions")
def test_expressions_of_a_field_must_all_hold(desk: Desk) -> None:
    several = Test("id", False, (Expression("GreaterThan", "1"), Expression("LessThan", "4")))
    assert ids(desk, several) == [2, 3]
    assert ids(desk, where("id", "Equals", "1"), either(several)) == [1, 2, 3]


@pytest.mark.rule("autotask.query.several_expressions")
def test_any_of_several_expressions_may_be_enough() -> None:
    desk = Desk("demo:30", {"several_expressions": "any"})
    either_of = Test("id", False, (Expression("Equals", "7673"), Expression("Equals", "7675")))
    assert [each["id"] for each in desk.found("Ticket", either_of)] == [7673, 7675]
    assert desk.found("Ticket", either_of, where("id", "LessThan", "7673")) == []


@pytest.mark.rule("autotask.query.us_dates")
@pytest.mark.parametrize("text", ["3/2/2026", "03/02/2026 12:00 AM", "3/2/2026 00:00:00", " 3/2/2026 0:00 "])
def test_american_dates_are_a_switch(desk: Desk, text: str) -> None:
    later = where("CreateDate", "GreaterThanOrEquals", text)
    message = desk.query("Ticket", later)
    assert isinstance(message, Failed)
    assert "Can not convert data to datetime" in message.messages[0]
    american = Desk("demo:30", {"query_dates": "us"})
    same = american.found("Ticket", where("CreateDate", "GreaterThanOrEquals", "2026-03-02"))
    assert american.found("Ticket", later) == same
    assert same
    for wrong in ("13/2/2026", "3/2/26", "3/2/2026 25:00"):
        assert isinstance(american.query("Ticket", where("CreateDate", "GreaterThan", wrong)), Failed)


@pytest.mark.rule("autotask.query.or_limit")
def test_500_or_conditions_and_no_more(desk: Desk) -> None:
    chain = [either(where("id", "Equals", str(n))) for n in range(3, 504)]
    assert ids(desk, where("id", "Equals", "1"), *chain[:500]) == [1, 3, 4, 5]
    message = refused(desk, where("id", "Equals", "1"), *chain)
    assert message == "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."


@pytest.mark.rule("autotask.query.size")
@pytest.mark.parametrize("order", ["left_to_right", "sql_precedence"])
def test_long_and_deep_conditions_stay_within_what_sql_can_nest(order: str) -> None:
    desk = Desk(dialect={"condition_order": order})
    desk.put("Contact", *({"id": n, "FirstName": "x"} for n in (1, 2, 3)))
    many = [where("id", "NotEqual", str(n)) for n in range(2, 5000)]
    assert ids(desk, *many) == [1]
    mixed = [
        node for n in range(500) for node in (either(where("id", "Equals", "2")), both(where("id", "LessThan", "3")))
    ]
    assert ids(desk, where("id", "Equals", "1"), *mixed) == [1, 2]
    nested: Test | Group = where("id", "Equals", "2")
    for n in range(50):
        nested = (either if n % 2 else both)(where("id", "Equals", "9"), either(nested))
    assert ids(desk, nested) == [2]
    for _ in range(400):
        nested = both(nested, either(where("id", "Equals", "9")), both(where("FirstName", "Equals", "x")))
    assert "too complex" in refused(desk, nested) if order == "left_to_right" else ids(desk, where("id", "Equals", "1"))
    assert "too complex" in refused(desk, *(where("id", "NotEqual", str(n)) for n in range(40_000)))


# --- user-defined fields ----------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.text_compare")
@pytest.mark.parametrize(
    ("name", "op", "value", "found"),
    [
        ("Locate Ref", "Equals", "AB", [1, 2]),
        ("locate ref", "Like", "A%", [1, 2]),
        ("Locate Ref", "IsNull", "", [3]),
        ("Locate Ref", "IsNotNull", "", [1, 2]),
        ("Locate Ref", "NotEqual", "ab", []),
        ("Gate Code", "Equals", "Ab", [1]),
        ("Gate Code", "Like", "a%", [2]),
        ("Gate Code", "BeginsWith", "A", [1]),
        ("Gate Code", "Contains", "B", [2]),
        ("Gate Code", "EndsWith", "b", [1]),
        ("Gate Code", "NotLike", "A_", [2]),
        ("Depth & Width", "Equals", "1.5", [1]),
        ("Depth & Width", "GreaterThan", "2", [2]),
        ("Dig Date", "Equals", "2026-03-02", [1]),
        ("Dig Date", "IsThisDay", "2026-03-02T12:00:00", [1]),
        ("Dig Date", "GreaterThan", "2026-03-02", []),
        ("Cost Centre", "IsNotNull", "", []),
    ],
)
def test_user_defined_fields_have_types_and_protected_ones_letter_case(
    desk: Desk, name: str, op: str, value: str, found: list[int]
) -> None:
    assert ids(desk, where(name, op, value, udf=True), entity="Ticket") == found


@pytest.mark.rule("autotask.query.udf_limit")
def test_one_user_defined_field_or_five_or_any_number() -> None:
    names = ("Locate Ref", "Utility", "Gate Code", "Dig Date", "Depth & Width", "Cost Centre")
    nodes = [where(name, "IsNotNull", udf=True) for name in names]
    for limit, most in ((1, 1), (5, 5), ("off", 6)):
        desk = Desk(dialect={"udf_query_limit": limit})
        assert ids(desk, *nodes[:most], nodes[0], entity="Ticket") == []
        if most < 6:
            assert "user-defined" in refused(desk, *nodes[: most + 1], entity="Ticket")


def test_user_defined_fields_are_not_fields(desk: Desk) -> None:
    assert refused(desk, where("Locate Ref", "Equals", "x"), entity="Ticket") == (
        "Unable to find Locate Ref in the Ticket Entity"
    )
    assert refused(desk, where("Title", "Equals", "x", udf=True), entity="Ticket") == (
        "Unable to find Title in the Ticket Entity"
    )
    assert "Unable to find" in refused(desk, where("Locate Ref", "Equals", "x", udf=True), entity="TicketNote")
    assert "[emulated text]" in refused(desk, where("Dig Date", "Contains", "x", udf=True), entity="Ticket")


# --- saying no --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.operator_types")
@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("FirstName", set(OPERATORS) - {"IsThisDay"}),
        (
            "id",
            {
                "Equals",
                "NotEqual",
                "GreaterThan",
                "LessThan",
                "GreaterThanOrEquals",
                "LessThanOrEquals",
                "IsNull",
                "IsNotNull",
            },
        ),
        (
            "LastActivityDate",
            {
                "Equals",
                "NotEqual",
                "GreaterThan",
                "LessThan",
                "GreaterThanOrEquals",
                "LessThanOrEquals",
                "IsNull",
                "IsNotNull",
                "IsThisDay",
            },
        ),
        ("Notification", {"Equals", "NotEqual", "IsNull", "IsNotNull"}),
    ],
)
def test_operators_take_only_their_types(desk: Desk, name: str, good: set[str]) -> None:
    value = {"FirstName": "x", "id": "1", "LastActivityDate": "2026-03-02", "Notification": "true"}[name]
    for op in OPERATORS:
        answer = desk.query("Contact", where(name, op, value))
        if op in good:
            assert isinstance(answer, Answer)
        else:
            assert isinstance(answer, Failed)
            assert answer.rule == "autotask.query.operator_types"


@pytest.mark.rule("autotask.query.unknown_operator")
def test_an_unknown_operator_is_refused_or_dropped(desk: Desk) -> None:
    assert "IsLike" in refused(desk, where("id", "IsLike", "1"))
    assert "XOR" in refused(desk, where("id", "Equals", "1"), Group("XOR", (ALL,)))
    dropping = Desk(dialect={"unknown_operator": "drop"})
    dropping.put("Contact", {"id": 1}, {"id": 2})
    assert ids(dropping, where("id", "IsLike", "1"), where("id", "LessThan", "2")) == [1]
    assert ids(dropping, where("id", "IsLike", "1")) == [1, 2]
    assert ids(dropping, where("id", "Equals", "1"), Group("XOR", (where("id", "Equals", "2"),))) == []


@pytest.mark.rule("autotask.query.needs_expression")
def test_fields_need_expressions_and_these_operators(desk: Desk) -> None:
    assert "no expression" in refused(desk, Test("id", False, ()))
    assert "no operator" in refused(desk, where("id", None, "1"))
    assert "no operator" in refused(desk, where("id", " ", "1"))


@pytest.mark.rule("autotask.query.value")
def test_a_text_can_be_too_long_to_ask_for(desk: Desk) -> None:
    assert "too long" in refused(desk, where("FirstName", "Contains", "x" * 8001))
    assert ids(desk, where("FirstName", "Contains", "x" * 8000)) == []


@pytest.mark.rule("autotask.query.not_queryable")
def test_a_user_defined_field_may_be_named_like_a_hidden_one() -> None:
    desk = Desk("demo:20", user="copy@demo.example", password="copy-password")
    desk.world.act("autotask", "act", {"id": "customer", "action": "define udf", "name": "Resolution"})
    assert isinstance(desk.query("Ticket", where("Resolution", "IsNull")), Failed)
    assert len(ids(desk, where("Resolution", "IsNull", udf=True), entity="Ticket")) == 20


@pytest.mark.rule("autotask.query.not_queryable")
def test_some_fields_cannot_be_asked_about(desk: Desk) -> None:
    assert refused(desk, where("Nonsense", "Equals", "1")) == "Unable to find Nonsense in the Contact Entity"
    assert "cannot be queried" in refused(desk, where("BulkEmailOptOut", "Equals", "1"))
    assert "cannot be queried" in refused(desk, where("FileSize", "Equals", "1"), entity="AttachmentInfo")


@pytest.mark.rule("autotask.query.entity_not_queryable", "autotask.user.permission")
@pytest.mark.parametrize(
    "entity", ["ContractServiceAdjustment", "ContractServiceBundleAdjustment", "TicketChecklistLibrary"]
)
def test_three_entities_cannot_be_queried(desk: Desk, entity: str) -> None:
    assert refused(desk, ALL, entity=entity) == (
        "The logged in Resource does not have the adequate permissions to query this entity type."
    )


@pytest.mark.rule("autotask.write.unknown_entity")
def test_unknown_entities_are_told(desk: Desk) -> None:
    assert "Nothing" in refused(desk, ALL, entity="Nothing")


@pytest.mark.rule("autotask.request.query_text")
def test_an_unreadable_query_is_told(desk: Desk) -> None:
    answer = desk.call("query", Query("", (), "the query is empty"))
    assert isinstance(answer, Failed)
    assert answer.messages == ("Invalid query syntax: the query is empty. [emulated text]",)


def test_every_field_of_every_entity_can_be_asked_about_or_is_refused(desk: Desk) -> None:
    from mockservers.vendors.autotask.emulator.entities import ENTITIES

    values = {"string": "x", "numeric": "1", "datetime": "2026-03-02", "boolean": "true"}
    for name, entity in ENTITIES.items():
        if entity.may("query"):
            good = [each for each in entity.elements if each.field.queryable]
            tests = [where(each.name, "Equals", values[each.data_class]) for each in good]
            assert isinstance(desk.query(name, *tests), Answer), name


# --- reach ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.query.hidden_rows", "autotask.user.restricted")
def test_rows_out_of_reach_are_left_out() -> None:
    desk = Desk("demo:60")
    everything = {each["id"] for each in desk.found("Ticket", ALL)}
    half = Desk("demo:60", user="half@demo.example", password="half-password")
    reached = {each["id"] for each in half.found("Ticket", ALL)}
    assert reached < everything
    assert half.found("Ticket", where("id", "Equals", str(min(everything - reached)))) == []
    assert {each["id"] for each in half.found("Account", ALL)} < {each["id"] for each in desk.found("Account", ALL)}


@pytest.mark.rule("autotask.user.restricted")
def test_hidden_fields_are_neither_shown_nor_asked_about() -> None:
    desk = Desk("demo:60", user="copy@demo.example", password="copy-password")
    desk.put("Ticket", {"id": 99, "Title": "t", "Resolution": "secret", "ExternalID": "e"})
    assert desk.get("Ticket", 99)["Resolution"] == ""
    assert refused(desk, where("Resolution", "Contains", "s"), entity="Ticket") == (
        "Unable to find Resolution in the Ticket Entity"
    )
    assert "permissions" in refused(desk, ALL, entity="Contract")


def test_tenants_do_not_see_each_other(desk: Desk) -> None:
    other = Desk("demo:60", user="api@other-customer.example", password="other-password")
    names = {each["AccountName"] for each in other.found("Account", ALL)}
    mine = {each["AccountName"] for each in Desk("demo:60").found("Account", ALL)}
    assert names
    assert mine
    assert other.truth("Account") != other.found("Account", ALL)
    assert len(other.found("Ticket", ALL)) == 25


@pytest.mark.rule("autotask.query.attachments")
def test_attachments_of_a_ticket_include_those_of_its_notes() -> None:
    desk = Desk("demo:200")
    notes = [each for each in desk.truth("AttachmentInfo") if each["ParentType"] == 23]
    assert notes
    found = desk.found("AttachmentInfo", where("TicketID", "Equals", str(notes[0]["TicketID"])))
    assert notes[0]["id"] in [each["id"] for each in found]


def test_impersonation_is_not_for_queries(desk: Desk) -> None:
    answer = desk.query("TicketNote", ALL, impersonate=company.OWNER)
    assert isinstance(answer, Failed)
    assert "adequate permissions" in answer.messages[0]


@pytest.mark.rule("autotask.activity.fields")
@pytest.mark.parametrize(
    ("entity", "there", "not_there"),
    [
        ("Account", "LastActivityDate", "LastModifiedDate"),
        ("AccountNote", "LastModifiedDate", "LastActivityDate"),
        ("AccountToDo", "LastModifiedDate", "LastActivityDate"),
        ("Contact", "LastActivityDate", "LastAcivityDate"),
        ("Contact", "LastModifiedDate", "LastModifiedDateTime"),
        ("ContractNote", "LastActivityDate", "LastModifiedDate"),
        ("Phase", "LastActivityDateTime", "LastActivityDate"),
        ("Project", "LastActivityDateTime", "LastActivityDate"),
        ("ProjectNote", "LastActivityDate", "LastModifiedDate"),
        ("Service", "LastModifiedDate", "LastModifiedDateTime"),
        ("ServiceBundle", "LastModifiedDate", "LastActivityDate"),
        ("ServiceCall", "LastModifiedDateTime", "LastModifiedDate"),
        ("Task", "LastActivityDateTime", "LastActivityDate"),
        ("TaskNote", "LastActivityDate", "LastModifiedDate"),
        ("Ticket", "LastActivityDate", "LastModifiedDate"),
        ("TicketNote", "LastActivityDate", "LastAcivityDate"),
        ("TimeEntry", "LastModifiedDateTime", "LastModifiedDate"),
        ("TicketCost", "StatusLastModifiedDate", "LastModifiedDate"),
        ("ProjectCost", "StatusLastModifiedDate", "LastModifiedDate"),
        ("ContractCost", "StatusLastModifiedDate", "LastActivityDate"),
    ],
)
def test_changes_are_found_under_the_listed_spelling_alone(desk: Desk, entity: str, there: str, not_there: str) -> None:
    def asked(name: str) -> Any:
        return desk.query(entity, where(name, "GreaterThan", "2026-03-02"))

    refusal = asked(not_there)
    assert isinstance(refusal, Failed)
    assert refusal.messages == (f"Unable to find {not_there} in the {entity} Entity",)
    assert isinstance(asked(there), Answer)


@pytest.mark.rule("autotask.udf.list_value")
@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("Equals", "gas", {"Gas"}),
        ("Equals", "G", set()),
        ("BeginsWith", "TELE", {"Telecom & TV"}),
        ("Contains", " & ", {"Telecom & TV"}),
        ("Like", "%as", {"Gas"}),
        ("NotEqual", "Gas", {"Water", "Telecom & TV"}),
        ("SoundsLike", "Gass", {"Gas"}),
        ("IsNotNull", "", {"Gas", "Water", "Telecom & TV"}),
    ],
)
def test_lists_are_asked_for_by_what_is_on_the_wire(op: str, value: str, expected: set[str]) -> None:
    desk = Desk("demo:60", {"udf_list_value": "display"})
    found = desk.found("Ticket", where("Utility", op, value, udf=True))
    assert {each["udf"]["Utility"] for each in found} == expected


_STRICT = (
    "2026-03-02T05:00:00",
    "2026-03-02T05:00:00.5Z",
    "2026-03-02T05:00:00+01:00",
    "2026-03-02",
    "2026-03-02 05:00:00",
    "2026-03-02 05:00:00.123",
)
_LENIENT = (
    "2026-03-02T05:00",
    "2026-03-02 05:00",
    "2026-03-02 05:00:00 -5",
    "2026-03-02T05:00:00 Z",
    "2026-03-02T05:00:00-5",
)


@pytest.mark.rule("autotask.request.datetime")
def test_a_strict_service_takes_two_forms_of_time_in_queries() -> None:
    strict, lenient = Desk(dialect={"datetime_input": "strict"}), Desk()
    for written in _STRICT:
        assert isinstance(strict.query("Ticket", where("CreateDate", "GreaterThan", written)), Answer), written
    for written in _LENIENT:
        asked = where("CreateDate", "GreaterThan", written)
        assert isinstance(strict.query("Ticket", asked), Failed), written
        assert isinstance(lenient.query("Ticket", asked), Answer), written
