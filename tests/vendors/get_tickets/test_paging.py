"""How many, which page, in which order."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
rule = pytest.mark.rule


@rule("get_tickets.count.first")
def test_count_limits(desk: Desk) -> None:
    assert len(desk.get(tid="*", count=3).tids) == 3
    assert len(desk.get(tid="*", count=5000).tids) == 300


@rule("get_tickets.error.number")
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.0", "1e3", "9" * 19 + "9"])
def test_a_bad_count_is_an_error(desk: Desk, value: str) -> None:
    assert desk.get(tid="*", count=value).error == "Invalid count"


def test_lenient_servers_answer_count_0_with_nothing(make_desk: Any) -> None:
    desk = make_desk(strictness="lenient")
    for value in ("0", "-7"):
        assert desk.get(tid="*", count=value).tids == []
        assert desk.get(tid="*", count=value, page=2).tids == []
    assert desk.get(tid="*", count="x").error == "Invalid count"


@rule("get_tickets.count.only", "get_tickets.count.all_matches", "get_tickets.error.form")
def test_count_only_counts_all_matches(desk: Desk) -> None:
    assert desk.get(tid="*", count_only="Y").count == 300
    assert desk.get(tid="*", count_only="Y", count=10, page=2).count == 300
    assert desk.get(status="Open", count_only="Y").count == len(desk.get(status="Open").tids)
    assert desk.get(tid="*", count_only="N").text == desk.get(tid="*").text


@rule("get_tickets.count.all_matches")
def test_count_only_may_count_the_page(make_desk: Any) -> None:
    desk = make_desk("demo:25", count_only_counts="page")
    assert [desk.get(tid="*", count_only="Y", count=10, page=page).count for page in (1, 2, 3, 4)] == [10, 10, 5, 0]


@rule("get_tickets.count.only")
@pytest.mark.parametrize("value", ["y", "n", "Yes", "1", "true", "Y,Y"])
def test_count_only_is_y_or_n(desk: Desk, make_desk: Any, value: str) -> None:
    assert desk.get(tid="*", count_only=value).error == "Invalid count_only"
    lenient = make_desk(strictness="lenient")
    reply = lenient.get(tid=9, count_only=value)
    if value in "yn":
        assert reply.count == (1 if value == "y" else None)
        assert [note.rule for note in reply.entry.notes] == ["get_tickets.count.only"]
    else:
        assert reply.error == "Invalid count_only"


@rule("get_tickets.page.base", "get_tickets.page.past_end", "get_tickets.page.unstable")
@pytest.mark.parametrize("rows", [20, 27])
def test_pages_cover_everything_once(make_desk: Any, rows: int) -> None:
    desk = make_desk(f"demo:{rows}")
    pages = [desk.get(tid="*", count=10, page=page).tids for page in (1, 2, 3, 4)]
    assert [tid for page in pages for tid in page] == [each["tid"] for each in desk.all()]
    assert [len(page) for page in pages] == ([10, 10, 0, 0] if rows == 20 else [10, 10, 7, 0])


@rule("get_tickets.page.needs_star_and_count")
@pytest.mark.parametrize(
    "variables", [{"tid": "*"}, {"tid": 34, "count": 1}, {"status": "Open", "count": 1}, {"start_tid": 1}]
)
def test_page_needs_star_and_count(desk: Desk, make_desk: Any, variables: dict[str, Any]) -> None:
    assert desk.get(**variables, page=1).error == "page requires tid=* and count"
    lenient = make_desk(strictness="lenient")
    reply = lenient.get(**variables, page=2)
    assert reply.tids == lenient.get(**variables).tids
    assert [note.rule for note in reply.entry.notes] == ["get_tickets.page.needs_star_and_count"]


@rule("get_tickets.page.bad")
def test_page_0_is_an_error_or_the_first(desk: Desk) -> None:
    for value in ("0", "-1", "one", "*"):
        assert desk.get(tid="*", count=5, page=value).error == "Invalid page"
    desk.switch(page_zero="as_first")
    assert desk.get(tid="*", count=5, page=0).tids == desk.get(tid="*", count=5, page=1).tids
    assert desk.get(tid="*", count=5, page=-1).error == "Invalid page"


def test_a_page_beyond_what_databases_count_is_past_the_end(desk: Desk) -> None:
    assert desk.get(tid="*", count=9_000_000_000_000_000_000, page=9_000_000_000_000_000_000).tids == []


@rule("get_tickets.page.unstable")
def test_pages_shift_when_tickets_come_or_change(desk: Desk) -> None:
    first = desk.get(tid="*", status="Open", count=10, page=1).tids
    desk.act("act", id=str(first[0]), action="close")
    second = desk.get(tid="*", status="Open", count=10, page=2).tids
    whole = desk.get(tid="*", status="Open").tids
    assert first[0] not in whole
    assert whole[9] not in first + second
    newest = desk.get(tid="*", order="date_opened DESC", count=10, page=1).tids
    desk.create()
    assert newest[-1] in desk.get(tid="*", order="date_opened DESC", count=10, page=2).tids


@rule("get_tickets.order.column", "get_tickets.order.allow_list")
def test_order_and_direction(desk: Desk) -> None:
    down = desk.get(tid="*", order="TID DESC").tids
    assert down == sorted(down, reverse=True)
    assert desk.get(tid="*", order="tid", order_direction="DESC").tids == down
    assert desk.get(tid="*", order_direction="DESC").tids == down
    assert (
        desk.get(tid="*", order="Tid").tids == desk.get(tid="*", order="tid", order_direction="ASC").tids == down[::-1]
    )
    assert desk.get(tid="*", order="tid desc").tids == down


@rule("get_tickets.order.column")
@pytest.mark.parametrize("word", ["UP", "descending", "DESC,ASC", "1"])
def test_other_directions_are_an_error(desk: Desk, word: str) -> None:
    assert desk.get(tid="*", order_direction=word).error == "Invalid order_direction"
    assert desk.get(tid="*", order=f"tid {word}").error == "Invalid order"


@rule("get_tickets.order.allow_list", "get_tickets.order.default")
def test_every_output_sorts_and_ties_end_in_tid(make_desk: Any) -> None:
    desk = make_desk("demo:40")
    for name in desk.truth(9):
        up = desk.get(tid="*", order=name)
        down = desk.get(tid="*", order=f"{name.upper()} DESC")
        assert sorted(up.tids) == sorted(down.tids) == [each["tid"] for each in desk.all()]
        values: dict[int, Any] = {each["tid"]: each[name] for each in desk.all()}
        for reply in (up, down):
            for one, other in zip(reply.tids, reply.tids[1:], strict=False):
                assert values[one] != values[other] or one < other


@rule("get_tickets.order.allow_list")
def test_numbers_dates_and_texts_sort_by_their_kind(empty: Desk) -> None:
    a = empty.create(subject="b", due_date="2026-05-01T00:00:00Z", company_id=1)
    b = empty.create(subject="A", due_date=None, company_id=2)
    c = empty.create(subject="ä", due_date="2025-12-01T00:00:00Z", company_id=12, company_name="Twelve")
    d = empty.create(subject="B", due_date=None, company_id=2)
    assert empty.get(tid="*", order="subject").tids == [b, a, d, c]
    assert empty.get(tid="*", order="due_date").tids == [b, d, c, a]
    assert empty.get(tid="*", order="due_date DESC").tids == [a, c, b, d]
    assert empty.get(tid="*", order="company_id").tids == [a, b, d, c]


@rule("get_tickets.order.allow_list")
@pytest.mark.parametrize(
    ("value", "hostile"),
    [
        ("nothing", False),
        ("tid tid", False),
        ("tid,cid", False),
        ("*", False),
        ("1", False),
        ("revision", False),
        ("search", False),
        ("tenant", False),
        ("subject_cf", False),
        ("tid ASC DESC", False),
        ("tid; DROP TABLE ticket", True),
        ("tid'", True),
        ('"tid"', True),
        ("tid--", True),
        ("tid/**/DESC", True),
        ("(SELECT 1)", True),
        ("sleep(5)", True),
        ("tid\x00", True),
    ],
)
def test_order_is_compared_never_run(desk: Desk, value: str, hostile: bool) -> None:
    before = desk.all()
    reply = desk.get(tid="*", order=value)
    assert reply.error == "Invalid order"
    assert bool(reply.entry.notes) is hostile
    assert desk.all() == before


@rule("get_tickets.order.both")
def test_suffix_and_direction_may_not_disagree(desk: Desk) -> None:
    assert desk.get(tid="*", order="tid ASC", order_direction="DESC").error == "Invalid order"
    assert desk.get(tid="*", order="tid DESC", order_direction="DESC").error is None
    desk.switch(strictness="lenient")
    reply = desk.get(tid="*", order="tid ASC", order_direction="DESC")
    assert reply.tids == sorted(reply.tids)
    assert [note.rule for note in reply.entry.notes] == ["get_tickets.order.both"]


@rule("get_tickets.order.default")
def test_without_order_the_numbers_go_up(desk: Desk) -> None:
    assert desk.get(tid="*").tids == sorted(desk.get(tid="*").tids)


@rule("get_tickets.order.default", "get_tickets.range.count_first")
def test_a_shuffling_server_keeps_its_promises(make_desk: Any) -> None:
    desk = make_desk("demo:40", default_order="shuffled")
    numbers = [each["tid"] for each in desk.all()]
    one, two = desk.get(tid="*").tids, desk.get(tid="*").tids
    assert sorted(one) == sorted(two) == numbers
    assert one != two
    assert desk.get(tid="*", order="tid").tids == numbers
    assert sorted(desk.get(end_tid=45, count=5).tids) == numbers[:5]
    assert len(desk.get(tid="*", count=10, page=4).tids) == 10
    again = make_desk("demo:40", default_order="shuffled")
    assert again.get(tid="*").tids == one


@rule("get_tickets.order.sequence")
def test_filter_then_order_then_page(desk: Desk) -> None:
    wanted = sorted((e for e in desk.all() if e["status"] == "Open"), key=lambda e: (e["subject"].casefold(), e["tid"]))
    page = desk.get(tid="*", status="Open", order="subject", count=7, page=2).tids
    assert page == [each["tid"] for each in wanted[7:14]]
