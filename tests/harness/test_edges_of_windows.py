"""QueryData's windows at their edges: the naive judge asks of single microseconds whether anybody looked at them.

A window holds an instant or does not; what is looked at, missed or overlaps follows by listing instants beside each edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, History, Task
from mockservers.kernel.instants import HOUR, MINUTE, SECOND, from_iso, to_iso
from tests.harness.conftest import START, sync
from tests.harness.edges import (
    MOMENT,
    beside,
    counted,
    data_asked,
    data_told,
    for_all,
    judged,
    module,
    near,
    numbered,
    play,
    sent,
    ticket,
)

BOUNDS = ("exact_minute", "whole_minute", "end_exclusive")
EPOCH = datetime(1970, 1, 1)
ZONES = {zone: ZoneInfo(zone) for zone in ("UTC", "America/New_York")}
BASES = [("UTC", START)] + [
    ("America/New_York", from_iso(each)) for each in ("2026-03-08T07:00:00Z", "2026-11-01T05:00:00Z")
]
"""Zones, and instants round which windows lie: where nothing happens, where clocks skip an hour, and where they repeat one."""


def wall_of(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant // SECOND, ZONES[zone]).replace(tzinfo=None)


@dataclass(frozen=True)
class Asked:
    """One Summary: the ends of its window on the wall, when it was asked, in which task, and whether it was answered."""

    begin: datetime
    end: datetime
    at: int
    task: int = 0
    answered: bool = True
    zone: str = "UTC"
    bounds: str = "exact_minute"

    def _shown(self, wall: datetime) -> list[int]:
        """The instants at which clocks show a wall time: none where they skip it, two where they repeat it."""
        plain = (wall - EPOCH) // timedelta(microseconds=1)
        offsets = [ZONES[self.zone].utcoffset(wall.replace(tzinfo=UTC) + timedelta(days=day)) for day in (-1, 0, 1)]
        tries = {plain - (each or timedelta(0)) // timedelta(microseconds=1) for each in offsets}
        shown = [each for each in tries if wall_of(each, self.zone) == wall]
        before = (offsets[0] or timedelta(0)) // timedelta(microseconds=1)
        return shown or [plain - before]  # moved forward by what is skipped

    @property
    def low(self) -> int:
        return min(self._shown(self.begin))

    @property
    def high(self) -> int:
        """The last instant inside."""
        at = max(self._shown(self.end))
        return max(each for each in (at - 1, at, at + MINUTE - 1) if self._ends_at_or_after(each, at))

    def _ends_at_or_after(self, instant: int, at: int) -> bool:
        if self.bounds == "whole_minute":
            return instant < at + MINUTE
        return instant < at if self.bounds == "end_exclusive" else instant <= at

    def looked_at(self, instant: int) -> bool:
        """Whether the question was about an instant, which must have come when it was asked."""
        return self.low <= instant <= self.high and instant <= self.at

    def exchange(self, n: int) -> Exchanged:
        seconds = "%H:%M:%S" if self.begin.second or self.end.second else "%H:%M"
        text = f"{self.begin:%Y/%m/%d {seconds}}-{self.end:%Y/%m/%d {seconds}}"
        told = {"UtilisphereIDs": [1]} if self.answered else {"Error": {"Code": "VALUE", "Message": "no"}}
        body = data_asked("Summary", "LastActionDateTime", text)
        return replace(sent(n, self.at - START, body=body, received=data_told(told)), task=self.task)


def since_known(history: History) -> History:
    """A history whose client was told since when to look, as in a check."""
    return replace(history, options={**history.options, "since": to_iso(history.start)})


def history(asked: Iterable[Asked], start: int = START, **facts: Any) -> History:
    asked = list(asked)
    exchanges = [each.exchange(n) for n, each in enumerate(asked, 1)]
    switches = {"window_bounds": asked[0].bounds, "time_zone": asked[0].zone} if asked else None
    return play("querydata", exchanges=exchanges, dialect=switches, start=start, **facts)


@st.composite
def questions(draw: st.DrawFn, most: int = 4, longest: int = 12) -> tuple[list[Asked], int]:
    """Summaries of one installation, in the order in which they were asked, and the instant from which a client counts."""
    (zone, base), bounds = draw(st.sampled_from(BASES)), draw(st.sampled_from(BOUNDS))
    times = draw(st.lists(st.tuples(st.integers(-1, 70), st.sampled_from([*MOMENT, -30 * SECOND])), max_size=most))
    found: list[Asked] = []
    for minute, step in sorted(times):
        end = minute + draw(st.sampled_from([0, 0, -1, 1, -9, -10, -11, 2]))
        begin = end - draw(st.integers(0, longest))
        walls = [wall_of(base + each * MINUTE, zone) for each in (begin, end)]
        if draw(st.booleans()):  # as a program counts that adds minutes on the wall
            walls[0] = walls[1] - timedelta(minutes=end - begin)
        at = base + minute * MINUTE + step
        found.append(Asked(*walls, at, draw(st.integers(0, 2)), draw(st.booleans()), zone, bounds))
    return found, base + draw(st.sampled_from([0, 0, 1, -MINUTE, 5 * MINUTE]))


# --- what a window holds ----------------------------------------------------------------------------------------------


@for_all(told=questions(), step=near(0, by=MOMENT))
def test_what_a_window_holds(told: tuple[list[Asked], int], step: int) -> None:
    for each in told[0]:
        low, high = module("querydata.reading").span(history([each]), (each.begin, each.end))
        assert (low, high) == (each.low, each.high)


TEN = datetime(2026, 3, 2, 10)


@pytest.mark.parametrize(("bounds", "last"), [("exact_minute", 0), ("whole_minute", MINUTE - 1), ("end_exclusive", -1)])
def test_the_last_instant_of_a_window(bounds: str, last: int) -> None:
    """To the microsecond: the end as it stands, the whole of its minute, or all before it."""
    end = TEN + timedelta(minutes=5)
    made = history([Asked(TEN, end, START, bounds=bounds)])
    assert module("querydata.reading").span(made, (TEN, end)) == (START, START + 5 * MINUTE + last)


@pytest.mark.parametrize(
    ("begin", "end", "low", "high"),
    [
        ((11, 1, 0, 30), (11, 1, 0, 35), "2026-11-01T04:30:00Z", "2026-11-01T04:35:00Z"),
        ((11, 1, 1, 30), (11, 1, 1, 35), "2026-11-01T05:30:00Z", "2026-11-01T06:35:00Z"),  # read twice: all of both
        ((11, 1, 2, 0), (11, 1, 2, 5), "2026-11-01T07:00:00Z", "2026-11-01T07:05:00Z"),
        ((3, 8, 1, 59), (3, 8, 3, 1), "2026-03-08T06:59:00Z", "2026-03-08T07:01:00Z"),
        ((3, 8, 2, 30), (3, 8, 3, 35), "2026-03-08T07:30:00Z", "2026-03-08T07:35:00Z"),  # skipped: half past three
    ],
)
def test_windows_where_clocks_change(begin: Any, end: Any, low: str, high: str) -> None:
    window = datetime(2026, *begin), datetime(2026, *end)
    made = history([Asked(*window, START, zone="America/New_York")])
    assert module("querydata.reading").span(made, window) == (from_iso(low), from_iso(high))


# --- what nobody asked for again --------------------------------------------------------------------------------------


def never_asked_again(asked: list[Asked], start: int) -> tuple[int, int]:
    """A failed window is a breach when two instants that follow each other, and that it was about, stay unanswered."""
    failed = [each for each in asked if not each.answered]
    moments = beside([start, *(end for each in asked for end in (each.low, each.high, each.at))])

    def owed(window: Asked, instant: int) -> bool:
        if instant < start or not window.looked_at(instant):
            return False
        return not any(each.answered and each.looked_at(instant) for each in asked)

    return counted(len(failed), sum(any(owed(each, t) and owed(each, t + 1) for t in moments) for each in failed))


@for_all(share=3, told=questions())
def test_failed_windows_are_asked_for_again(told: tuple[list[Asked], int]) -> None:
    asked, start = told
    assert judged("querydata.failed_window_repeated", history(asked, start)) == never_asked_again(asked, start)


def at(minutes: float, more: int = 0) -> int:
    return START + round(minutes * MINUTE) + more


def window(begin: float, end: float, asked: int, answered: bool = True, **more: Any) -> Asked:
    """A window in minutes after ten."""
    return Asked(*(TEN + timedelta(minutes=each) for each in (begin, end)), asked, answered=answered, **more)


@pytest.mark.parametrize(
    ("bounds", "others", "broken"),
    [
        # failed is 10:00 to 10:05, asked at 10:06; and then
        ("exact_minute", [(0, 5, 6, 0)], 0),
        ("exact_minute", [(0, 4, 6, 0)], 1),
        ("exact_minute", [(1, 5, 6, 0)], 1),
        ("exact_minute", [(0, 2, 6, 0), (2, 5, 6, 0)], 0),
        ("exact_minute", [(0, 2, 6, 0), (3, 5, 6, 0)], 1),
        ("end_exclusive", [(0, 2, 6, 0), (2, 5, 6, 0)], 0),
        ("end_exclusive", [(0, 2, 6, 0), (3, 5, 6, 0)], 1),
        ("whole_minute", [(0, 2, 6, 0), (3, 5, 6, 0)], 0),
        ("whole_minute", [(0, 2, 6, 0), (4, 5, 6, 0)], 1),
        # An answer tells nothing of what comes after it: two instants are a stretch, one is none.
        ("exact_minute", [(0, 5, 5, 0)], 0),
        ("exact_minute", [(0, 5, 5, -1)], 0),
        ("exact_minute", [(0, 5, 5, -2)], 1),
        ("exact_minute", [(0, 5, 3, 0), (3, 5, 6, 0)], 0),
        ("exact_minute", [(0, 5, 3, -1), (3, 5, 6, 0)], 0),
        ("exact_minute", [(0, 5, 3, -2), (3, 5, 6, 0)], 0),
        ("exact_minute", [(0, 5, 3, -3), (3, 5, 6, 0)], 1),
        ("end_exclusive", [(0, 5, 3, -2), (3, 5, 6, 0)], 0),
        ("end_exclusive", [(0, 5, 3, -3), (3, 5, 6, 0)], 1),
        # The later window may have been asked first.
        ("exact_minute", [(3, 5, 6, 0), (0, 3, 6, 0)], 0),
        # One may lie inside another.
        ("exact_minute", [(0, 4, 6, 0), (1, 2, 6, 0), (4, 5, 6, 0)], 0),
        ("exact_minute", [(0, 4, 6, 0), (1, 2, 6, 0)], 1),
        ("exact_minute", [(0, 9, 6, 0)], 0),
        ("exact_minute", [], 1),
    ],
)
def test_a_window_that_failed_and_what_came_after(bounds: str, others: list[Any], broken: int) -> None:
    asked = [window(0, 5, at(6), answered=False, bounds=bounds)]
    asked += [window(low, high, at(minutes, more), bounds=bounds) for low, high, minutes, more in others]
    assert judged("querydata.failed_window_repeated", history(asked)) == (1, broken)
    assert never_asked_again(asked, START) == (1, broken)


@pytest.mark.parametrize(
    ("begin", "end", "asked", "start", "broken"),
    [
        (-5, 0, at(1), START, 0),  # a single instant is no stretch
        (-5, 0, at(1), START - 1, 1),
        (-5, 0, at(1), START + 1, 0),
        (0, 5, at(0), START, 0),
        (0, 5, at(0, 1), START, 1),
        (0, 5, at(0, -1), START, 0),
        (0, 5, at(9), START + 5 * MINUTE, 0),
        (0, 5, at(9), START + 5 * MINUTE - 1, 1),
    ],
)
def test_a_failed_window_counts_from_the_clients_beginning_to_the_moment_of_asking(
    begin: int, end: int, asked: int, start: int, broken: int
) -> None:
    failed = [window(begin, end, asked, answered=False)]
    assert judged("querydata.failed_window_repeated", history(failed, start)) == (1, broken)
    assert never_asked_again(failed, start) == (1, broken)


# --- windows that lie in the future, are too long, or end too early ---------------------------------------------------


@for_all(told=questions())
def test_windows_do_not_begin_in_the_future(told: tuple[list[Asked], int]) -> None:
    """More than a minute ahead is no matter of clocks that go wrong: the first instant of that is the edge."""
    asked, _ = told
    fast = {each.task for each in asked if each.low <= each.at <= each.high}  # a clock that is fast, and asks for all
    late = [each for each in asked if each.low >= each.at + MINUTE + 1 and each.task not in fast]
    assert judged("querydata.zone_understood", history(asked)) == counted(len(asked), len(late))


@pytest.mark.parametrize(("more", "broken"), [(-1, 1), (0, 0), (1, 0)])
def test_a_window_that_begins_a_minute_ahead(more: int, broken: int) -> None:
    ahead = [window(5, 9, at(4, more))]
    assert judged("querydata.zone_understood", history(ahead)) == (1, broken)


@pytest.mark.parametrize(
    ("begin", "end", "task", "broken"), [(0, 4, 0, 0), (4, 5, 0, 0), (0, 3, 0, 1), (5, 6, 0, 1), (0, 4, 1, 1)]
)
def test_who_asks_for_the_present_too_has_a_clock_that_is_fast(begin: int, end: int, task: int, broken: int) -> None:
    asked = [window(begin, end, at(4), task=task), window(120, 125, at(4))]
    assert judged("querydata.zone_understood", history(asked)) == (2, broken)


LONGEST = 600 * SECOND


def kinder(wall: timedelta, instants: int) -> int:
    """The shorter of two lengths, on the wall or as time passed: where clocks change, nobody is blamed for either."""
    return min(wall // timedelta(microseconds=1), instants)


@for_all(told=questions(longest=75))
def test_windows_are_short(told: tuple[list[Asked], int]) -> None:
    asked, _ = told
    long = [each for each in asked if kinder(each.end - each.begin, each.high - each.low) >= LONGEST + 1]
    assert judged("querydata.short_windows", history(asked)) == counted(len(asked), len(long))


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize(("seconds", "broken"), [(300, 0), (599, 0), (600, 0), (601, 1), (660, 1)])
def test_a_window_of_ten_minutes_is_the_longest(bounds: str, seconds: int, broken: int) -> None:
    asked = [window(0, seconds / 60, at(20), bounds=bounds)]
    assert judged("querydata.short_windows", history(asked)) == (1, broken)


SYNCS = [sync(0, 0), sync(0, 0), sync(0, 0)]


def by_task(asked: list[Asked]) -> tuple[list[Asked], list[Task]]:
    """Summaries in the order of their tasks, and the tasks with what lies in them."""
    ordered = sorted(asked, key=lambda each: each.task)
    ends = [sum(each.task < n for each in ordered) for n in range(4)]
    return ordered, numbered(replace(task, first=ends[n], last=ends[n + 1]) for n, task in enumerate(SYNCS))


def unwell(tasks: list[Task], failed: set[int]) -> list[Task]:
    return [replace(task, error_kind="client" if task.index in failed else None) for task in tasks]


@for_all(share=2, told=questions(), failed=st.sets(st.integers(0, 2), max_size=1))
def test_windows_reach_the_present(told: tuple[list[Asked], int], failed: set[int]) -> None:
    """Of a sync that succeeds, the answered window that ends last ends within ten minutes of when it was asked."""
    asked, tasks = by_task(told[0])
    exercised = breaches = 0
    for index in {0, 1, 2} - failed:
        mine = [each for each in asked if each.task == index and each.answered]
        if mine:
            exercised += 1
            last = [each for each in mine if each.high == max(other.high for other in mine)][0]  # noqa: RUF015
            present = wall_of(last.at, last.zone) + timedelta(microseconds=last.at % SECOND)
            breaches += kinder(present - last.end, last.at - last.high) >= LONGEST + 1
    found = judged("querydata.windows_near_now", history(asked, tasks=unwell(tasks, failed)))
    assert found == counted(exercised, breaches)


@pytest.mark.parametrize(
    ("bounds", "latest"), [("exact_minute", 0), ("whole_minute", MINUTE - 1), ("end_exclusive", 0)]
)
@pytest.mark.parametrize(("more", "broken"), [(-1, 0), (0, 0), (1, 1)])
def test_a_last_window_ten_minutes_old(bounds: str, latest: int, more: int, broken: int) -> None:
    old = [window(0, 5, at(15, latest + more), bounds=bounds)]
    assert judged("querydata.windows_near_now", history(old, tasks=[sync(0, 1)])) == (1, broken)
    # One that ends later, and failed, is not the last; one that was answered is.
    for answered, then in ((False, broken), (True, 0)):
        both = [*old, window(5, 6, at(15, latest + more), answered=answered, bounds=bounds)]
        assert judged("querydata.windows_near_now", history(both, tasks=[sync(0, 2)])) == (1, then)


@pytest.mark.parametrize("first", [(0, 5), (3, 4)])
def test_the_last_window_is_the_one_that_ends_last(first: tuple[int, int]) -> None:
    """Whichever of them begins later, and whichever was asked first: 10:00 to 10:05 is the one, ten minutes old."""
    windows = {(0, 5): at(15), (3, 4): at(14, 1)}
    asked = [window(*each, windows[each]) for each in (first, *(other for other in windows if other != first))]
    assert judged("querydata.windows_near_now", history(asked, tasks=[sync(0, 2)])) == (1, 0)


# --- windows of syncs that follow each other --------------------------------------------------------------------------


def looked_at_twice(asked: list[Asked], good: set[int]) -> tuple[int, int]:
    """A sync leaves a crack when an instant between all that was answered before and all that it asks was never asked."""
    exercised = breaches = 0
    tasks = list(dict.fromkeys(each.task for each in asked))
    for place, task in enumerate(tasks):
        before = [each for each in asked if each.task in tasks[:place] and each.answered]
        mine = [each for each in asked if each.task == task]
        if not before:
            continue
        exercised += 1
        moments = beside(end for each in asked for end in (each.low, each.high, each.at))
        crack = [
            t
            for t in moments
            if all(t > min(each.high, each.at) for each in before) and all(t < each.low for each in mine)
        ]
        breaches += bool(crack) and task in good
    return counted(exercised, breaches)


@for_all(share=2, told=questions(), failed=st.sets(st.integers(0, 2), max_size=1))
def test_windows_overlap(told: tuple[list[Asked], int], failed: set[int]) -> None:
    asked, tasks = by_task(told[0])
    found = judged("querydata.windows_overlap", history(asked, tasks=unwell(tasks, failed)))
    assert found == looked_at_twice(asked, {0, 1, 2} - failed)


@pytest.mark.parametrize(
    ("bounds", "first", "begin", "broken"),
    [
        ("exact_minute", at(5), 5, 0),
        ("exact_minute", at(5), 6, 1),
        ("end_exclusive", at(5), 5, 0),  # the last instant inside, and the next one
        ("end_exclusive", at(5, -2), 5, 1),
        ("whole_minute", at(7), 6, 0),
        ("whole_minute", at(7), 7, 1),
        ("exact_minute", at(5, -1), 5, 0),
        ("exact_minute", at(5, -2), 5, 1),
        ("exact_minute", at(3), 4, 1),
    ],
)
def test_two_windows_that_touch(bounds: str, first: int, begin: int, broken: int) -> None:
    """The first is 10:00 to 10:05, and shows what there was until it was asked."""
    asked = [window(0, 5, first, bounds=bounds), window(begin, 9, at(9), task=1, bounds=bounds)]
    tasks = numbered([sync(0, 1), sync(1, 2)])
    assert judged("querydata.windows_overlap", history(asked, tasks=tasks)) == (1, broken)
    assert looked_at_twice(asked, {0, 1}) == (1, broken)
    # A failed one showed nothing.
    unseen = [replace(asked[0], answered=False), asked[1]]
    assert judged("querydata.windows_overlap", history(unseen, tasks=tasks)) == (0, 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_sync_may_ask_for_its_windows_in_any_order(order: tuple[int, int]) -> None:
    later = [window(8, 9, at(9), task=1), window(5, 8, at(9), task=1)]
    asked = [window(0, 5, at(5)), *(later[n] for n in order)]
    tasks = numbered([sync(0, 1), sync(1, 3)])
    assert judged("querydata.windows_overlap", history(asked, tasks=tasks)) == (1, 0)


# --- what came before the client's beginning --------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "wanted"), [(-HOUR, 0), (-1, 0), (0, 1), (1, 1), (MINUTE, 1)])
def test_what_is_wanted_of_a_client_begins_with_its_start(more: int, wanted: int) -> None:
    acted = {"LastActionDateTime": to_iso(START + more), "IsNewestVersion": True, "Version": 1, "TicketNumber": "N"}
    there = [ticket("1", **acted)]
    assert judged("querydata.nothing_missed", play("querydata", truth=there, mirror=[])) == (wanted, wanted)
    assert judged("querydata.versions_followed", play("querydata", truth=there, mirror=[])) == (1, wanted)


@pytest.mark.parametrize(
    ("minutes", "more", "told"),
    [(0, -1, "in no window"), (0, 0, "asked for in"), (5, 0, "asked for in"), (5, 1, "in no window")],
)
def test_a_report_names_the_windows_that_hold_the_last_action(minutes: int, more: int, told: str) -> None:
    acted = ticket("1", LastActionDateTime=to_iso(at(minutes, more)))
    made = history([window(0, 5, at(9))], start=at(-60), truth=[acted], mirror=[])
    (duty,) = [each for each in module("duties").of("querydata") if each.slug == "nothing_missed"]
    assert told in duty.judge(made).breaches[0].text


# --- windows that are asked for again and again -----------------------------------------------------------------------


def walked(counts: list[int], present: int) -> History:
    """Syncs that each ask for so many windows of five minutes from ten on, at an instant."""
    asked = [window(5 * n, 5 * n + 5, present, task=task) for task, count in enumerate(counts) for n in range(count)]
    ends = [sum(counts[:n]) for n in range(len(counts) + 1)]
    return history(asked, tasks=numbered(sync(*each) for each in pairwise(ends)))


@pytest.mark.parametrize(
    ("counts", "more", "broken"),
    [
        ([13, 13, 13], 0, 1),
        ([13, 13, 13], -1, 0),
        ([12, 12, 12], 0, 0),
        ([13, 13, 12], 0, 0),
        ([13, 12, 13], 0, 0),
        ([12, 13, 13], 0, 0),
        ([13, 13, 0, 13], 0, 0),
        ([13, 13, 13, 13], 0, 1),
    ],
)
def test_windows_that_both_syncs_before_were_answered(counts: list[int], more: int, broken: int) -> None:
    """Thirteen windows, of which the last ended half an hour before, are one more than an hour of them."""
    made = walked(counts, at(13 * 5 + 30, more))
    assert judged("querydata.windows_go_on", made) == (len(counts) - 2, broken)


# --- moments that are left out ----------------------------------------------------------------------------------------


@for_all(told=questions())
def test_no_moment_is_left_out(told: tuple[list[Asked], int]) -> None:
    """A second that lies between the beginning and the last end, and of which no question asked, is a breach."""
    asked, start = told
    moments = beside([start, *(end for each in asked for end in (each.low, each.high, each.at))])
    last = max((min(each.high, each.at) for each in asked), default=start)

    def left_out(instant: int) -> bool:
        return start <= instant <= last and not any(each.looked_at(instant) for each in asked)

    # Windows begin and end on whole seconds, or a microsecond beside them: what is left out between is a second or nothing.
    first = next((each for each in moments if left_out(each) and left_out(each + 1)), None)
    later = min([last, *(each.low for each in asked if first is not None and each.low > first)])
    broken = first is not None and later - first >= SECOND
    assert judged("querydata.no_moment_left_out", since_known(history(asked, start))) == (
        int(last > start),
        int(broken),
    )


@pytest.mark.parametrize(
    ("spans", "broken"),
    [
        ([(0, 5), (5, 10)], 0),
        ([(0, 5), (6, 10)], 1),
        ([(0, 5), (5 + 1 / 60, 10)], 0),  # as who ends a window with its last second
        ([(0, 5), (5 + 2 / 60, 10)], 1),
        ([(5, 10), (0, 5)], 0),
        ([(-5, 0), (0, 10)], 0),
        ([(1, 10)], 1),
        ([(-5, 0)], -1),
        ([], -1),
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_a_moment_between_two_windows(spans: list[tuple[float, float]], broken: int, answered: bool) -> None:
    """Whether a window was answered is another duty's."""
    asked = [window(low, high, at(10), answered=answered) for low, high in spans]
    assert judged("querydata.no_moment_left_out", since_known(history(asked))) == (int(broken >= 0), max(broken, 0))


def test_a_whole_second_between_two_windows() -> None:
    asked = [window(0, 5, at(10), bounds="end_exclusive"), window(5 + 1 / 60, 10, at(10), bounds="end_exclusive")]
    assert judged("querydata.no_moment_left_out", since_known(history(asked))) == (1, 1)


def test_who_reads_the_warehouse_may_know_of_a_moment() -> None:
    asked = [window(0, 5, at(10)).exchange(1), window(6, 10, at(10)).exchange(2)]
    body = data_asked("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", True)
    loaded = sent(3, 0, body=body, received=data_told({"UtilisphereIDs": []}))
    assert judged("querydata.no_moment_left_out", since_known(play("querydata", exchanges=asked))) == (1, 1)
    assert judged("querydata.no_moment_left_out", since_known(play("querydata", exchanges=[*asked, loaded]))) == (0, 0)


def test_a_recording_does_not_tell_since_when_a_client_was_to_look() -> None:
    """From its first window on, then."""
    late = history([window(1, 5, at(10)), window(5, 10, at(10))])
    assert judged("querydata.no_moment_left_out", late) == (1, 0)
    assert judged("querydata.no_moment_left_out", since_known(late)) == (1, 1)
    gapped = history([window(1, 5, at(10)), window(6, 10, at(10))])
    assert judged("querydata.no_moment_left_out", gapped) == (1, 1)
