"""Which tickets answer: tid, filters and ranges."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel import catalogue

Desk = Any
rule = pytest.mark.rule
INPUTS = [field.name for field in catalogue.load("get_tickets")["inputs"].fields]


@rule("get_tickets.tid.exact_or_star")
def test_a_number_is_one_ticket(desk: Desk) -> None:
    assert desk.get(tid=34).tids == [34]
    assert desk.get(tid=" 34 ").tids == [34]


@rule("get_tickets.tid.exact_or_star", "get_tickets.count.no_cap")
def test_a_star_is_every_ticket(make_desk: Any) -> None:
    desk = make_desk("demo:1000")
    numbers = desk.get(tid="*").tids
    assert len(numbers) == 1000
    assert desk.get(tid=numbers[-1]).tids == numbers[-1:]


@rule("get_tickets.tid.exact_or_star")
def test_an_unknown_number_is_no_error(desk: Desk) -> None:
    assert desk.get(tid=41).text == '<?xml version="1.0"?><tickets></tickets>'


@rule("get_tickets.tid.no_pattern")
@pytest.mark.parametrize("tid", ["3*", "*4", "**"])
def test_a_pattern_is_an_error(desk: Desk, tid: str) -> None:
    assert desk.get(tid=tid).error == "Invalid tid"


@pytest.mark.parametrize("tid", ["abc", "3.0", "9" * 30, "0x22", "３４", "3 4", "--3"])
def test_what_is_no_number_is_an_error(desk: Desk, tid: str) -> None:
    assert desk.get(tid=tid).error == "Invalid tid"


@rule("get_tickets.tid.no_list")
def test_a_list_is_refused_unless_the_installation_takes_it(desk: Desk) -> None:
    assert desk.get(tid="34,9").error == "Invalid tid"
    desk.switch(tid_list="accept")
    assert desk.get(tid="34,9").tids == [9, 34]
    assert desk.get(tid="34,x").error == "Invalid tid"


@rule("get_tickets.tid.missing")
@pytest.mark.parametrize(
    "variables", [{}, {"count": 5}, {"order": "tid"}, {"count_only": "Y"}, {"tid": ""}, {"status": ""}, {"nonsense": 1}]
)
def test_no_selection_at_all_is_an_error(desk: Desk, variables: dict[str, Any]) -> None:
    assert desk.get(**variables).error == "Invalid tid"


@rule("get_tickets.tid.missing", "get_tickets.filter.narrows")
def test_a_filter_stands_in_for_the_star(desk: Desk) -> None:
    assert desk.get(status="Open").tids == desk.get(tid="*", status="Open").tids


@rule("get_tickets.variable.known")
@pytest.mark.parametrize("name", [name for name in INPUTS if name != "tid"])
def test_a_variable_without_a_value_is_not_given(desk: Desk, name: str) -> None:
    usual, reply = desk.get(tid=34), desk.get(tid=34, **{name: ""})
    assert usual.text == reply.text
    assert "get_tickets.variable.known" not in usual.entry.rules
    assert reply.entry.notes == []


@rule("get_tickets.filter.narrows", "get_tickets.filter.text")
@pytest.mark.parametrize(
    ("variable", "output"),
    [
        ("status", "status"),
        ("source", "source"),
        ("category", "category"),
        ("sub_category", "sub_category"),
        ("priority", "priority"),
        ("escalation", "escalation_level"),
        ("uid", "assigned_tech"),
        ("group", "assigned_group_name"),
        ("cid", "cid"),
    ],
)
def test_each_filter_keeps_equal_values_without_case(desk: Desk, variable: str, output: str) -> None:
    value = next(each[output] for each in desk.all() if each[output] and each[output].isascii())
    wanted = [each["tid"] for each in desk.all() if each[output].lower() == value.lower()]
    assert 0 < len(wanted) < len(desk.all())
    for written in (value, value.upper(), value.lower()):
        assert desk.get(**{variable: written}).tids == wanted
    assert desk.get(**{variable: value[:-1]}).tids == [t["tid"] for t in desk.all() if t[output] == value[:-1]]


@rule("get_tickets.filter.narrows")
def test_filters_hold_at_once(desk: Desk) -> None:
    both = set(desk.get(status="Open").tids) & set(desk.get(source="EMAIL").tids)
    assert set(desk.get(status="Open", source="EMAIL").tids) == both
    assert desk.get(tid=34, status="Closed").tids == []


@rule("get_tickets.variable.names")
def test_the_customer_group_is_not_searched_by_group(desk: Desk) -> None:
    assert any(each["customer_group_name"] == "Key Accounts" for each in desk.all())
    assert desk.get(group="Key Accounts").tids == []


@rule("get_tickets.filter.text")
def test_an_unknown_value_finds_nothing(desk: Desk) -> None:
    reply = desk.get(status="No such status")
    assert reply.tids == []
    assert reply.error is None


@rule("get_tickets.filter.keyword")
@pytest.mark.parametrize("word", ["fragment", "RAGMEN", "fragmentary texts", "ÜBER"])
@pytest.mark.parametrize("column", ["subject", "summary", "contact", "company_name"])
def test_keyword_finds_words_and_parts_in_four_columns(empty: Desk, column: str, word: str) -> None:
    tid = empty.create(**{column: "On fragmentary texts, über all"})
    empty.create(subject="another")
    empty.create(category="fragmentary texts über")
    assert empty.get(keyword=word).tids == [tid]


@rule("get_tickets.filter.keyword")
@pytest.mark.parametrize("word", ["%", "_", "100%25", "\\", "'"])
def test_keyword_has_no_wildcards(empty: Desk, word: str) -> None:
    tid = empty.create(subject=f"It is {word} here", summary="")
    empty.create(subject="plain", summary="")
    assert empty.get(keyword=word).tids == [tid]


def test_no_keyword_matches_across_two_columns(empty: Desk) -> None:
    empty.create(subject="one", summary="two", contact="x", company_name="y")
    assert empty.get(keyword="onetwo").tids == []
    assert empty.get(keyword="one\x1ftwo").tids == []


@rule("get_tickets.filter.due_date")
def test_due_date_is_a_calendar_day_of_the_server(empty: Desk) -> None:
    first = empty.create(due_date="2026-03-05T23:30:00Z")
    second = empty.create(due_date="2026-03-06T00:00:00Z")
    empty.create()
    assert empty.get(due_date="3/5/2026").tids == [first]
    assert empty.get(due_date="3/6/2026 4:00:00 PM").tids == [second]
    empty.switch(due_date_match="up_to")
    assert empty.get(due_date="3/6/2026").tids == [first, second]
    empty.switch(due_date_match="same_day", time_zone="Europe/Berlin")
    assert empty.get(due_date="3/6/2026").tids == [first, second]


@rule("get_tickets.range.tid")
def test_ticket_ranges_are_inclusive_and_numeric(desk: Desk) -> None:
    numbers = [each["tid"] for each in desk.all()]
    assert desk.get(start_tid=34).tids == [n for n in numbers if n >= 34]
    assert desk.get(end_tid=100).tids == [n for n in numbers if n <= 100]
    assert desk.get(start_tid=39, end_tid=44).tids == [39, 40, 44]
    assert desk.get(start_tid=44, end_tid=39).tids == []
    assert desk.get(end_tid=34).tids[0] == 9


@rule("get_tickets.range.count_first", "get_tickets.count.first")
def test_count_keeps_the_first_of_a_range(desk: Desk) -> None:
    whole = desk.get(end_tid=45).tids
    assert desk.get(end_tid=45, count=5).tids == whole[:5]
    assert desk.get(start_tid=34, count=2).tids == [34, 35]


@rule("get_tickets.range.cid_prefix")
def test_customer_ranges_are_beginnings(empty: Desk) -> None:
    tids = {cid: empty.create(cid=cid) for cid in ("adam", "Jack", "jones", "kim", "J")}

    def found(**variables: str) -> set[str]:
        answered = empty.get(**variables).tids
        return {cid for cid, tid in tids.items() if tid in answered}

    assert found(start_cid="j") == {"Jack", "jones", "kim", "J"}
    assert found(end_cid="j") == {"adam", "Jack", "jones", "J"}
    assert found(end_cid="JA") == {"adam", "Jack", "J"}
    assert found(start_cid="ja", end_cid="JO") == {"Jack", "jones"}
    assert found(start_cid="K") == {"kim"}
    assert found(start_cid="kz") == set()


def test_a_beginning_of_the_highest_characters_has_no_end(empty: Desk) -> None:
    tids = [empty.create(cid=cid) for cid in ("a", "\U0010ffff\U0010ffff", "\U0010ffffx")]
    assert empty.get(end_cid="\U0010ffff").tids == tids
    assert empty.get(end_cid="a\U0010ffff").tids == tids[:1]


@rule("get_tickets.range.opening_time", "get_tickets.date.no_changed_since", "get_tickets.date.input")
def test_date_ranges_compare_the_opening_to_the_second(desk: Desk) -> None:
    assert desk.get(start_date="4/5/2014 00:15:00", end_date="4/5/2014 00:15:00").tids == [9]
    assert desk.get(end_date="4/5/2014 00:14:59").tids == []
    assert desk.get(start_date="4/5/2014 00:15:01", end_date="4/13/2014 1:00:00 PM").tids == [34]
    assert desk.get(end_date="4/13/2014 12:59:59 PM").tids == [9]


@rule("get_tickets.range.opening_time")
def test_date_ranges_are_not_moved_by_changes(desk: Desk) -> None:
    before = desk.get(start_date="1/1/2015").tids
    desk.act("change", id="9", fields={"subject": "changed just now"})
    assert desk.get(start_date="1/1/2015").tids == before


@rule("get_tickets.date.input", "get_tickets.date.zone")
@pytest.mark.parametrize(
    "text",
    ["4/5/2014 0:15", "04/05/2014 00:15:00", "4/5/2014 12:15:00 AM", "4/5/2014 12:15 am", " 4/5/2014  00:15:00 "],
)
def test_notations_of_a_date(desk: Desk, text: str) -> None:
    assert desk.get(start_date=text, end_date=text).tids == [9]


@rule("get_tickets.date.input")
def test_a_day_alone_is_its_first_moment(desk: Desk) -> None:
    assert desk.get(end_date="4/5/2014").tids == []
    assert desk.get(start_date="4/5/2014", end_date="4/6/2014").tids == [9]


@rule("get_tickets.date.input")
@pytest.mark.parametrize(
    "text",
    [
        "2014-04-05",
        "4/31/2014",
        "13/1/2014",
        "4/5/14",
        "4/5/2014 25:00:00",
        "4/5/2014 13:00:00 PM",
        "4/5/2014 0:15:00 AM",
        "soon",
        "4/5/20145",
        "4/5/2014T00:15:00",
        "0/0/0000",
        "４/5/2014",
    ],
)
def test_what_is_no_date_is_an_error(desk: Desk, text: str) -> None:
    for variable in ("start_date", "end_date", "due_date"):
        assert desk.get(**{variable: text}).error == f"Invalid {variable}"


@rule("get_tickets.date.input")
@pytest.mark.parametrize(
    "text", ["2014-04-05T00:15:00", "2014-04-05 00:15:00", "2014-04-05T02:15:00+02:00", "2014-04-05T00:15:00Z"]
)
def test_lenient_servers_take_iso_dates_and_say_so(make_desk: Any, text: str) -> None:
    desk = make_desk(strictness="lenient")
    reply = desk.get(start_date=text, end_date=text)
    assert reply.tids == [9]
    assert {note.rule for note in reply.entry.notes} == {"get_tickets.date.input"}
    assert desk.get(start_date="2014-99-05").error == "Invalid start_date"


@rule("get_tickets.date.zone")
def test_dates_are_the_servers_local_time(make_desk: Any) -> None:
    desk = make_desk(time_zone="America/New_York")
    assert desk.get(tid=9).tickets[0]["date_opened"] == "4/4/2014 8:15:00 PM"
    assert desk.get(start_date="4/4/2014 20:15:00", end_date="4/4/2014 20:15:00").tids == [9]


@rule("get_tickets.date.zone")
def test_a_repeated_hour_loses_no_ticket(make_desk: Any) -> None:
    desk = make_desk("empty", time_zone="Europe/Berlin")
    both = [desk.create(date_opened="2025-10-26T00:30:00Z"), desk.create(date_opened="2025-10-26T01:30:00Z")]
    assert [each["date_opened"] for each in desk.get(tid="*").tickets] == ["10/26/2025 2:30:00 AM"] * 2
    assert desk.get(start_date="10/26/2025 2:30", end_date="10/26/2025 2:30").tids == both


def test_numbers_of_ranges(desk: Desk) -> None:
    for variable in ("start_tid", "end_tid"):
        for value in ("x", "1.5", "*", "9" * 25):
            assert desk.get(**{variable: value}).error == f"Invalid {variable}"
        assert desk.get(**{variable: "-5"}).error is None


@rule("get_tickets.variable.unknown")
def test_unknown_variables_change_nothing_and_are_listed(desk: Desk) -> None:
    reply = desk.get(tid=34, colour="red")
    assert reply.tids == [34]
    assert [note.facts for note in reply.entry.notes] == [{"variable": "colour"}]


@rule("get_tickets.variable.names")
@pytest.mark.parametrize("name", ["escalation_level", "assigned_tech", "assigned_group_name", "date_opened"])
def test_an_outputs_name_filters_nothing(desk: Desk, name: str) -> None:
    reply = desk.get(tid="*", **{name: "zzz"})
    assert len(reply.tids) == 300
    assert [note.rule for note in reply.entry.notes] == ["get_tickets.variable.names"]


@rule("get_tickets.date.no_changed_since")
def test_nothing_asks_for_changes(desk: Desk) -> None:
    reply = desk.get(tid="*", last_updated="1/1/2030")
    assert len(reply.tids) == 300
    assert [note.rule for note in reply.entry.notes] == ["get_tickets.date.no_changed_since"]


@rule("get_tickets.filter.text")
@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("status", "Opened", "did you mean 'Open'?"),
        ("status", "7", "there are 'Closed', 'In Progress', 'On Hold', 'Open'"),
        ("source", "E-MAIL", "did you mean 'EMAIL'?"),
        ("category", "Aplications", "there are 'Access', 'Hardware'"),
        ("sub_category", "Laptops", "did you mean 'Laptop'?"),
        ("priority", "1", "'Urgent'"),
        ("escalation", "Level2", "did you mean 'Level 2'?"),
        ("uid", "jcartr", "did you mean 'jCarter'?"),
        ("group", "2", "'Field Service'"),
        ("cid", "dem", "did you mean 'demo'?"),
    ],
)
def test_a_filter_that_names_nothing_is_journalled(desk: Desk, variable: str, value: str, says: str) -> None:
    for more in ({"tid": "*"}, {"tid": "*", "count_only": "Y"}, {"start_date": "1/1/2020"}):
        reply = desk.get(**{variable: value}, **more)
        assert reply.error is None
        (note,) = reply.entry.notes
        assert note.rule == "get_tickets.filter.text"
        assert f"{variable}={value!r} names nothing" in note.text
        assert says in note.text


@rule("get_tickets.filter.text")
def test_a_filter_that_finds_nothing_now_is_none_of_those(desk: Desk, empty: Desk) -> None:
    for variables in (
        {"status": "on hold"},
        {"uid": "d.MÜLLER"},
        {"cid": "kim"},
        {"group": "field service"},
        {"priority": "Urgent"},
    ):
        assert empty.get(tid="*", **variables).entry.notes == []
    assert desk.get(tid=34, status="Closed").entry.notes == [], "some other ticket is closed"
    assert desk.get(tid=999).entry.notes == [], "a number may be that of a deleted ticket"
    empty.act("create", fields={"status": "Parked"}, delay=60)
    assert empty.get(tid="*", status="Parked").entry.notes == [], "somebody has it already, though nobody sees it"
