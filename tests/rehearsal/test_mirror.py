"""What a copy owes: changes are due when they are visible, and shown when the copy is as they left the record."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.harness.drivers import Hello
from mockservers.harness.history import Record
from mockservers.harness.profile import profile
from mockservers.registry import emulator
from mockservers.rehearsal.mirror import Change, Copy

TRUTH: dict[str, Record] = {}


def copy(tells_gone: bool = True) -> Copy:
    TRUTH.clear()
    dialect = emulator("get_tickets").dialects.dialect("default")
    hello = Hello(mirrors=("subject", "status"))
    read = lambda key: TRUTH.get(key, Record(key, {}, exists=False))  # noqa: E731
    return Copy(profile("get_tickets"), dialect, hello, read, tells_gone)


def record(key: str, **fields: Any) -> Record:
    TRUTH[key] = Record(key, fields)
    return TRUTH[key]


def change(record: Record, at: int, due: int | None = None, kind: str = "changed") -> Change:
    return Change(record.id, int(record.id), kind, at, at if due is None else due, record)


def row(key: str, **fields: Any) -> dict[str, Any]:
    return {"id": key, "fields": fields}


def test_a_change_is_shown_when_the_copy_is_as_it_left_the_record() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status="Open"), 10))
    assert mine.due(9) == 0
    assert mine.due(10) == 1
    assert mine.shows([], 20) == []
    shown = mine.shows([row("1", subject="a", status="Open")], 30)
    assert [(each.change.at, each.at) for each in shown] == [(10, 30)]
    assert not mine.owed


def test_changes_that_came_together_are_shown_together_and_a_later_one_is_still_owed() -> None:
    mine = copy()
    for at, subject in ((10, "a"), (20, "b"), (30, "c")):
        mine.changed(change(record("1", subject=subject, status=""), at))
    assert [each.change.at for each in mine.shows([row("1", subject="b", status="")], 40)] == [10, 20]
    assert mine.due(40) == 1
    assert [each.change.at for each in mine.shows([row("1", subject="c", status="")], 50)] == [30]


def test_a_change_that_is_not_visible_yet_is_not_due() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status=""), 10, due=100))
    assert mine.due(50) == 0
    assert mine.shows([], 50) == []
    assert [each.at for each in mine.shows([row("1", subject="a", status="")], 120)] == [120]


def test_what_no_copied_field_tells_is_not_owed() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status="", phone="1"), 10))
    mine.shows([row("1", subject="a", status="")], 20)
    mine.changed(change(record("1", subject="a", status="", phone="2"), 30))
    assert (mine.owed, mine.unseen) == ({}, 1)


def test_a_large_copy_that_is_looked_at_late_counts_from_the_sync_that_was_told() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status=""), 10))
    (waiting,) = mine.waiting(15)
    waiting.told = 20
    assert [each.at for each in mine.shows([row("1", subject="a", status="")], 90)] == [20]


def test_a_record_that_was_right_and_is_so_no_longer_went_astray() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status=""), 10))
    mine.shows([row("1", subject="a", status="")], 20)
    mine.shows([], 30)
    ((owed,),) = mine.owed.values()
    assert (owed.kind, owed.due) == ("astray", 30)
    assert [each.change.kind for each in mine.shows([row("1", subject="a", status="")], 40)] == ["astray"]


def test_a_record_may_go_on_by_itself() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status="Asleep"), 10))
    record("1", subject="a", status="Awake")
    assert [each.at for each in mine.shows([row("1", subject="a", status="Awake")], 50)] == [50]


def test_invented_and_doubled_records_are_told() -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status=""), 10))
    mine.shows([row("1", subject="a", status=""), row("1", subject="a", status=""), row("9", subject="?")], 20)
    assert (list(mine.invented), mine.doubled) == (["9"], {"1": 2})


@pytest.mark.parametrize("tells_gone", [True, False])
def test_a_deleted_record_leaves_the_copy_where_the_vendor_tells_of_it(tells_gone: bool) -> None:
    mine = copy(tells_gone)
    mine.changed(change(record("1", subject="a", status=""), 10))
    mine.shows([row("1", subject="a", status="")], 20)
    TRUTH["1"] = Record("1", {}, exists=False)
    mine.changed(change(TRUTH["1"], 30, kind="deleted"))
    mine.shows([row("1", subject="a", status="")], 40)
    assert bool(mine.owed) is tells_gone
    wrong = [] if tells_gone else list(mine.wrong([]))
    assert wrong == []
    mine.shows([], 50)
    assert not mine.owed


def test_what_is_wrong_in_the_end_is_found_by_the_truth_alone() -> None:
    mine = copy()
    for key in ("1", "2", "3"):
        mine.changed(change(record(key, subject=key, status=""), 10))
    mine.shows([row(key, subject=key, status="") for key in ("1", "2", "3")], 20)
    mine.gone.add("3")
    truth = [Record("1", {"subject": "1"}), Record("2", {"subject": "other"})]
    assert [(how, each.id) for how, each in mine.wrong(truth)] == [("different", "2"), ("kept", "3")]


@pytest.mark.parametrize("told", [True, False])
def test_a_ticket_that_the_vendor_purges_by_itself_may_stay_in_the_copy_as_it_was_shown(told: bool) -> None:
    mine = copy()
    mine.changed(change(record("1", subject="a", status="Deleted"), 10))
    mine.shows([row("1", subject="a", status="Deleted")], 20)
    gone = Record("1", {}, exists=False)
    if told:
        mine.changed(Change("1", 1, "deleted", 30, 30, gone))
        mine.owed.clear()
    TRUTH.clear()
    for listed in ([gone], []):  # a vendor may tell that it is gone, or tell nothing
        assert [(how, each.id) for how, each in mine.wrong(listed)] == ([("kept", "1")] if told else [])
