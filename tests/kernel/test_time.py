"""Instants and clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.kernel import clock as clocks
from mockservers.kernel import instants
from mockservers.kernel.clock import FIRST, LAST, Clock, ClockState
from mockservers.kernel.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, SECOND

ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
    "America/St_Johns",
    "Pacific/Apia",
]
zones = st.sampled_from(ZONES).map(instants.zone)
walls = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
moments = st.integers(EARLIEST, LATEST)


def shown(instant: int, tz: ZoneInfo) -> datetime:
    return instants.to_datetime(instant, tz).replace(tzinfo=None)


@given(moments)
def test_an_instant_survives_datetime_and_iso(instant: int) -> None:
    assert instants.from_datetime(instants.to_datetime(instant)) == instant
    assert instants.from_iso(instants.to_iso(instant)) == instant
    assert instants.to_iso(instant).endswith("Z")


@given(walls, zones)
def test_a_wall_reading_is_what_clocks_there_show(wall: datetime, tz: ZoneInfo) -> None:
    early, late = instants.from_wall(wall, tz), instants.from_wall(wall, tz, later=True)
    assert early <= late
    if shown(early, tz) == wall:
        assert shown(late, tz) == wall  # and when the hour is repeated, both readings are that time
        assert late - early in (0, instants.HOUR, 30 * MINUTE) or wall.year < 1960
    else:  # a skipped hour: both move forward, by the gap
        assert early == late
        assert shown(early, tz) > wall
        gap = shown(early, tz) - wall
        before = instants.to_datetime(early - 1, tz)
        assert gap <= timedelta(days=1)
        assert before.utcoffset() is not None


@pytest.mark.parametrize(
    ("wall", "early", "late"),
    [
        (datetime(2026, 3, 8, 2, 30), "2026-03-08T07:30:00Z", "2026-03-08T07:30:00Z"),  # skipped in New York: 3:30 EDT
        (datetime(2026, 11, 1, 1, 30), "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"),  # twice
        (datetime(2026, 11, 1, 2, 0), "2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z"),
    ],
)
def test_daylight_saving_in_new_york(wall: datetime, early: str, late: str) -> None:
    tz = instants.zone("America/New_York")
    assert instants.to_iso(instants.from_wall(wall, tz)) == early
    assert instants.to_iso(instants.from_wall(wall, tz, later=True)) == late


def test_a_day_that_a_zone_left_out_moves_forward_by_that_day() -> None:
    tz = instants.zone("Pacific/Apia")
    assert shown(instants.from_wall(datetime(2011, 12, 30, 12), tz), tz) == datetime(2011, 12, 31, 12)


@pytest.mark.parametrize("instant", [EARLIEST, LATEST])
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "America/New_York"])
def test_the_ends_of_the_calendar_do_not_overflow(instant: int, name: str) -> None:
    tz = instants.zone(name)
    moment = instants.to_datetime(instant, tz)
    assert EARLIEST <= instants.from_wall(moment.replace(tzinfo=None), tz) <= LATEST


def test_a_naive_datetime_has_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instants.from_datetime(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "text",
    ["yesterday", "", "2026-03-01", "2026-03-01T10:00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"],
)
def test_iso_needs_an_offset_and_the_calendar(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|ISO 8601|years"):
        instants.from_iso(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "\x00", "America", "/etc/localtime"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        instants.zone(name)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", 90 * SECOND),
        ("5m", 5 * MINUTE),
        ("1.5h", 90 * MINUTE),
        ("2d", 2 * DAY),
        (0.25, 250_000),
        ("-1 h", -HOUR),
        ("7", 7 * SECOND),
        ("3us", 3),
    ],
)
def test_lengths_of_time(text: str | float, length: int) -> None:
    assert instants.duration(text) == length


@given(st.one_of(st.none(), st.booleans(), st.text(), st.integers(), st.floats(), st.lists(st.integers(), max_size=1)))
def test_a_length_of_time_is_a_number_or_a_value_error(value: object) -> None:
    try:
        found = instants.duration(value)  # type: ignore[arg-type]
    except ValueError:
        return
    assert abs(found) <= LATEST


@pytest.mark.parametrize("value", [10**400, "9" * 400, "1e400", float("nan"), None, True, "1e300d"])
def test_lengths_beyond_all_calendars_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"calendars|length of time"):
        instants.duration(value)  # type: ignore[arg-type]


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The machine's time, in the test's hand."""
    now = [1000 * SECOND]
    monkeypatch.setattr(clocks, "wall", lambda: now[0])
    return now


def test_a_real_clock_follows_the_machine_and_keeps_its_offset(wall: list[int]) -> None:
    clock = Clock()
    assert clock.now() == 1000 * SECOND
    clock.advance(HOUR)
    wall[0] += SECOND
    assert clock.now() == 1001 * SECOND + HOUR


def test_a_frozen_clock_stands_until_it_is_moved(wall: list[int]) -> None:
    clock = Clock("frozen", 5)
    wall[0] += DAY
    assert clock.now() == 5
    clock.advance(-10)
    assert clock.now() == -5


def test_a_scaled_clock_runs_faster_and_waits_are_shorter(wall: list[int]) -> None:
    clock = Clock("scaled", 0, 60)
    wall[0] += SECOND
    assert clock.now() == MINUTE
    assert clock.real_seconds(30) == 0.5
    clock.change_mode("frozen")
    wall[0] += SECOND
    assert (clock.now(), clock.real_seconds(30)) == (MINUTE, 30)
    clock.change_mode("real")
    wall[0] += SECOND
    assert clock.state == ClockState("real", MINUTE + SECOND, 1.0)


def test_a_state_is_restored(wall: list[int]) -> None:
    clock = Clock("scaled", 0, 2)
    kept = clock.state
    clock.change_mode("frozen")
    clock.set(DAY)
    clock.restore(kept)
    wall[0] += SECOND
    assert clock.state == ClockState("scaled", 2 * SECOND, 2)


def test_a_clock_keeps_away_from_the_ends_of_the_calendar(wall: list[int]) -> None:
    clock = Clock("scaled", LAST - 1, 100_000)
    wall[0] += DAY
    assert clock.now() == LAST
    with pytest.raises(ValueError, match="years"):
        clock.advance(1)
    with pytest.raises(ValueError, match="years"):
        clock.set(FIRST - 1)
    with pytest.raises(ValueError, match="years"):
        Clock("frozen", LAST + 1)


@pytest.mark.parametrize("rate", [0, -1, 100_001, float("nan"), float("inf")])
def test_a_rate_is_positive_and_bounded(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Clock("scaled", 0, rate)
    clock = Clock("frozen", 0)
    with pytest.raises(ValueError, match="rate"):
        clock.change_mode("scaled", rate)
    assert clock.state.mode == "frozen"


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="clock mode"):
        Clock("backwards")  # type: ignore[arg-type]


def test_the_wall_is_utc() -> None:
    assert abs(instants.to_datetime(clocks.wall()) - datetime.now(UTC)) < timedelta(days=1)
