"""Correct clients that work for months write down what is new, not all there is; what they find again is what they had."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.clients import reference
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.history import records
from mockservers.kernel.instants import HOUR
from mockservers.rehearsal import RehearsalConfig, rehearse
from tests.benchmarks.months import Kept, client

NIGHT = "2026-03-02T00:00:00+00:00"


def nightly(folder: Path) -> Any:
    """The client of get_tickets that reads everything by night, begun on what lies in a folder."""
    client = reference("get_tickets", "nightly")(None)
    options = {"format": "json", "time_zone": "UTC", "culture": "month_first"}
    client.reset(endpoint="", credentials={"key": ""}, options=options, state_dir=str(folder))
    return client


def ticket(summary: str) -> dict[str, Any]:
    return {"summary": summary, "custom_fields": {}}


def test_what_came_by_day_is_found_again_after_the_night_that_it_follows(tmp_path: Path) -> None:
    first = nightly(tmp_path)
    first.keep({"night": NIGHT, "tickets": {"1": ticket("a"), "2": ticket("b")}})
    first.add({"2": ticket("c"), "3": ticket("d")})
    first.add({"3": ticket("d")})
    first.add({"4": ticket("e")})
    assert first.lines.read_text("utf-8").count("[") == 2  # what is known is not written again
    assert nightly(tmp_path).mirror() == first.mirror()
    assert [each["id"] for each in first.mirror()["records"]] == ["1", "2", "3", "4"]


def test_a_line_that_was_not_finished_and_one_of_an_earlier_night_are_passed_over(tmp_path: Path) -> None:
    first = nightly(tmp_path)
    first.keep({"night": NIGHT, "tickets": {}})
    first.add({"1": ticket("a")})
    whole = first.lines.read_text("utf-8")
    with first.lines.open("a", encoding="utf-8") as lines:
        lines.write(whole[: len(whole) // 2])
    second = nightly(tmp_path)
    second.add({"2": ticket("b")})
    assert nightly(tmp_path).mirror() == second.mirror()
    assert [each["id"] for each in second.mirror()["records"]] == ["1", "2"]
    # As if it had ended between the night's file and the end of the lines of the day before.
    lines_before = second.lines.read_text("utf-8")
    second.keep({"night": "2026-03-03T00:00:00+00:00", "tickets": {"2": ticket("newer")}})
    second.lines.write_text(lines_before, "utf-8")
    assert nightly(tmp_path).mirror() == {"records": [{"id": "2", "fields": ticket("newer")}]}


def test_the_ledger_writes_what_is_other_than_it_knew_and_nothing_else(tmp_path: Path) -> None:
    client = reference("trackit", "ledger")(None)
    client.reset(endpoint="http://localhost/x", credentials={}, options={}, state_dir=str(tmp_path))
    with contextlib.closing(sqlite3.connect(client.file)) as client.db:
        client.keep(7, '{"4": "a"}', {1: '{"1": 1}', 2: '{"1": 2}'})
        written = client.db.total_changes
        client.keep(7, '{"4": "a"}', {1: '{"1": 1}', 2: '{"1": 2}'})
        client.keep(8, None, {})
        assert client.db.total_changes == written
        assert client.mirror() == [{"id": 7, "fields": {"4": "a", "notes": [{"1": 1}, {"1": 2}]}}]
        client.keep(7, '{"4": "a"}', {2: '{"1": 2}'})
        assert client.mirror() == [{"id": 7, "fields": {"4": "a", "notes": [{"1": 2}]}}]
        client.keep(7, '{"4": "b"}', {2: '{"1": 2}'})
        assert client.mirror() == [{"id": 7, "fields": {"4": "b", "notes": [{"1": 2}]}}]
        client.keep(7, None, {})
        assert client.mirror() == []


def test_a_copy_in_a_database_is_what_one_in_memory_is_and_shows_what_is_new() -> None:
    kept, known = Kept(), {}
    for key, value in ((1, {"a": [1]}), ("1", "text"), (2, None), (1, {"a": [2]})):
        kept[key] = known[key] = value
    assert dict(kept) == known
    assert (list(kept), len(kept), 2 in kept, kept.get(3)) == ([1, "1", 2], 3, True, None)
    kept.unshown.clear()
    kept[2] = known[2] = "new"
    assert (kept.pop(1), known.pop(1), kept.pop(1, None)) == ({"a": [2]}, {"a": [2]}, None)
    assert dict(kept) == known
    assert list(kept.unshown) == [2]
    with pytest.raises(KeyError):
        kept[1]
    kept.close()


@pytest.mark.parametrize("vendor", ["querydata", "autotask", "superoffice", "trackit"])
def test_a_client_that_works_for_months_shows_what_its_like_shows(vendor: str) -> None:
    shown = []
    for make in (client(vendor), client(vendor).__mro__[1]):
        with CallableDriver.of(make) as driver:
            looked: list[Any] = []
            driver.tell = watched(driver.tell, looked)  # type: ignore[method-assign]
            rehearse(RehearsalConfig(vendor, driver, 1, every=HOUR, save_to=None, explain=False))
            shown.append(looked)
    assert len(shown[0]) > 5
    assert shown[0][-1]
    assert shown[0] == shown[1]


def watched(tell: Any, looked: list[Any]) -> Any:
    """The driver's own, which also notes the copy that it is shown."""

    def told(do: str, message: Any) -> Any:
        answer = tell(do, message)
        if do == "mirror":
            looked.append({each.id: each.fields for each in records(answer.ok)})
        return answer

    return told
