"""The emulator against a naive model: lists of tickets and actions in Python, filtered by plain comparisons.

Hypothesis makes up stories (arrivals, actions, revisions, deletions, pauses) and questions; the same body runs on
SQLite in memory and in a file. MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.kernel.instants import MINUTE, SECOND, from_datetime
from tests.examples import examples
from tests.vendors.querydata.desk import CREATED, LAST, Desk, between, equals

EXAMPLES = examples(60)
STARTS = {
    "UTC": "2026-03-02T10:00:00Z",
    "America/New_York": "2026-11-01T05:20:00Z",  # forty minutes before the repeated hour
    "Asia/Kolkata": "2026-03-02T10:00:00Z",
}
ACTIONS = ("Add Complete Response", "Add Ongoing Response", "Assign", "Change Folder", "Add Notes", "Add Facility Type")


@dataclass
class Action:
    at: int
    visible: int
    name: str


@dataclass
class Ticket:
    """What the model remembers of one version."""

    created: int
    visible: int
    ours: bool
    actions: list[Action] = field(default_factory=list)
    deleted: bool = False

    def seen(self, as_of: int, lag: int) -> list[Action]:
        """The visible actions, oldest first; none at all while the arrival is hidden."""
        if self.deleted or not self.ours or self.visible > as_of or self.created > as_of - lag:
            return []
        shown = [each for each in self.actions if each.visible <= as_of and each.at <= as_of - lag]
        return sorted(shown, key=lambda each: each.at)


steps = st.one_of(
    st.tuples(st.just("create"), st.sampled_from([0, 0, 30, 200]), st.sampled_from([True, True, False])),
    st.tuples(st.just("act"), st.integers(0, 3), st.sampled_from(ACTIONS), st.sampled_from([0, 0, 0, 45, 400])),
    st.tuples(st.just("act"), st.just(0), st.sampled_from(ACTIONS), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([15, 30, 30, 60])),
    st.tuples(st.just("revise"), st.integers(0, 7)),
    st.tuples(st.just("delete"), st.integers(0, 7)),
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 30, 30, 60, 90, 400])),
)
"""What other people do; tickets are named by their place in the list of those made so far."""

questions = st.tuples(
    st.sampled_from(["last", "last", "last", "created", "both", "details"]),
    st.integers(0, 8),
    st.sampled_from([0, 0, 0, 1, 2, -1]),
    st.sampled_from([0, 1, 1, 2, 5, 90]),
    st.sampled_from([False, False, True]),
)
"""Kind, an action to look at (by place), minutes before it at which the window starts, its length, warehouse or not."""

dialects = st.fixed_dictionaries(
    {
        "strictness": st.just("lenient"),
        "window_bounds": st.sampled_from(["exact_minute", "whole_minute", "end_exclusive"]),
        "time_zone": st.sampled_from(list(STARTS)),
        "processing_lag": st.sampled_from([0, 0, 30, 90]),
        "warehouse_lag": st.sampled_from([0, 60]),
        "id_order": st.sampled_from(["ascending", "shuffled"]),
    }
)


class Model:
    """The naive twin of one desk."""

    def __init__(self, desk: Desk, dialect: dict[str, Any]) -> None:
        self.desk, self.dialect = desk, dialect
        self.tickets: dict[int, Ticket] = {}

    @property
    def now(self) -> int:
        return self.desk.world.clock.now()

    def _pick(self, turn: int) -> tuple[int, Ticket] | None:
        here = [(id_, ticket) for id_, ticket in self.tickets.items() if ticket.ours and not ticket.deleted]
        return here[turn % len(here)] if here else None

    def step(self, step: tuple[Any, ...]) -> None:
        kind, *rest = step
        if kind == "wait":
            self.desk.wait(rest[0])
            return
        if kind == "create":
            delay, ours = rest
            made = self.desk.create(tenant=None if ours else "other-customer", delay=delay)
            self._arrive(made, delay, ours)
            return
        picked = self._pick(rest[0])
        if picked is None:
            return
        id_, ticket = picked
        if kind == "act":
            self.desk.act(id_, rest[1], delay=rest[2])
            ticket.actions.append(Action(self.now, self.now + rest[2] * SECOND, rest[1]))
        elif kind == "delete":
            self.desk.other("delete", {"id": str(id_)})
            ticket.deleted = True
        elif not any(each.name == "New Version Received" for each in ticket.actions):
            made = int(self.desk.act(id_, "Revise")["id"])
            ticket.actions.append(Action(self.now, self.now, "New Version Received"))
            self._arrive(made, 0, True)

    def _arrive(self, id_: int, delay: int, ours: bool) -> None:
        visible = self.now + delay * SECOND
        self.tickets[id_] = Ticket(self.now, visible, ours, [Action(self.now, visible, "Ticket Received")])

    def window(self, turn: int, before: int, length: int) -> tuple[str, int, int]:
        """A window round some action in the vendor's notation, and its first and last instant."""
        zone = ZoneInfo(self.dialect["time_zone"])
        moments = sorted({each.at for ticket in self.tickets.values() for each in ticket.actions}) or [self.now]
        anchor = datetime.fromtimestamp(moments[-1 - turn % len(moments)] // SECOND, zone).replace(
            tzinfo=None, second=0
        )
        low = anchor - timedelta(minutes=before)
        high = low + timedelta(minutes=length)
        text = f"{low:%Y/%m/%d %H:%M}-{high:%Y/%m/%d %H:%M}"
        first = from_datetime(low.replace(tzinfo=zone, fold=0))
        last = from_datetime(high.replace(tzinfo=zone, fold=1))
        more = {"exact_minute": 0, "whole_minute": MINUTE - 1, "end_exclusive": -1}[self.dialect["window_bounds"]]
        return text, first, last + more

    def expect(self, kind: str, first: int, last: int, warehouse: bool) -> list[int]:
        as_of, lag = self._sight(warehouse)
        found = []
        for id_, ticket in self.tickets.items():
            seen = ticket.seen(as_of, lag)
            if not seen:
                continue
            in_last, in_created = first <= seen[-1].at <= last, first <= ticket.created <= last
            if {"last": in_last, "created": in_created, "both": in_last and in_created}[kind]:
                found.append(id_)
        return sorted(found)

    def _sight(self, warehouse: bool) -> tuple[int, int]:
        as_of = self.now - (self.dialect["warehouse_lag"] * SECOND if warehouse else 0)
        return as_of, self.dialect["processing_lag"] * SECOND

    def ask(self, question: tuple[str, int, int, int, bool]) -> None:
        kind, turn, before, length, warehouse = question
        if kind == "details":
            self._ask_details(turn, warehouse)
            return
        text, first, last = self.window(turn, before, length)
        fields = {"last": [LAST], "created": [CREATED], "both": [LAST, CREATED]}[kind]
        answer = self.desk.ask("Summary", *(between(name, text) for name in fields), warehouse=warehouse)
        ids = answer["UtilisphereIDs"]
        assert sorted(ids) == self.expect(kind, first, last, warehouse)
        assert self.dialect["id_order"] == "shuffled" or ids == sorted(ids)
        whole = self.desk.ask("Details", *(between(name, text) for name in fields), warehouse=warehouse)["Tickets"]
        assert [ticket["UtilisphereID"] for ticket in whole] == sorted(ids)

    def _ask_details(self, turn: int, warehouse: bool) -> None:
        if not self.tickets:
            return
        id_, ticket = list(self.tickets.items())[turn % len(self.tickets)]
        tickets = self.desk.ask("Details", equals(str(id_)), warehouse=warehouse)["Tickets"]
        seen = ticket.seen(*self._sight(warehouse))
        assert bool(tickets) == bool(seen)
        for found in tickets:
            names = [each.name for each in seen]
            assert sorted(entry["Action"] for entry in found["History"]) == sorted(names)
            assert found["IsNewestVersion"] == ("New Version Received" not in names)
            assert len(found["Responses"]) == sum("Response" in name for name in names)
            if "Add Complete Response" in names and not {"Assign", "Change Folder"} & set(names):
                assert found["Status"] == "Closed"


@pytest.mark.rule("querydata.window.last_action", "querydata.window.bounds", "querydata.filter.combined")
@pytest.mark.parametrize("kept", ["memory", "file"])
def test_filters_agree_with_a_naive_model(kept: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        dialect=dialects,
        story=st.lists(steps, min_size=4, max_size=25),
        asked=st.lists(questions, min_size=4, max_size=8),
    )
    def check(dialect: dict[str, Any], story: list[Any], asked: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "world.db" if kept == "file" else None
            desk = Desk(dialect, data="demo:0", start=STARTS[dialect["time_zone"]], store=store)
            try:
                model = Model(desk, dialect)
                model.step(("create", 0, True))
                for turn, step in enumerate(story):
                    model.step(step)
                    if turn % 3 == 2:
                        model.ask(asked[turn % len(asked)])
                for question in asked:
                    model.ask(question)
            finally:
                desk.world.close()

    check()


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(
    low=st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)),
    minutes=st.integers(-5, 5000),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_windows_are_read_as_clocks_show_them(low: datetime, minutes: int, zone: str) -> None:
    from mockservers.vendors.querydata.emulator import notation

    start = f"{low:%Y/%m/%d %H:%M}"
    end = f"{low + timedelta(minutes=minutes):%Y/%m/%d %H:%M}"
    there = ZoneInfo(zone)
    begin = from_datetime(datetime.strptime(start, "%Y/%m/%d %H:%M").replace(tzinfo=there))
    until = from_datetime(datetime.strptime(end, "%Y/%m/%d %H:%M").replace(tzinfo=there, fold=1))
    gap = any(
        datetime.fromtimestamp(at / SECOND, there).strftime("%Y/%m/%d %H:%M") != text
        for at, text in ((begin, start), (until, end))
    )
    if gap:  # a skipped reading: only that it is read, and lies after the change
        return
    if begin > until:
        with pytest.raises(notation.Unreadable, match="after its end"):
            notation.read(f"{start}-{end}", zone, "exact_minute", False)
    else:
        assert notation.read(f"{start}-{end}", zone, "exact_minute", False) == (begin, until)
