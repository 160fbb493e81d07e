"""A desk's life: the same every time, in order, as often as the profile says, and real at every vendor."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import islice, pairwise
from typing import Any

import pytest
from pydantic import TypeAdapter

from mockservers import registry
from mockservers.harness import scenario_format
from mockservers.harness.history import Exchanged, History
from mockservers.harness.profile import contracted, profile
from mockservers.harness.scenarios import CUSTOMER, LABEL, OtherStep
from mockservers.kernel import instants
from mockservers.kernel.faults import KINDS, FaultPlan
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.rehearsal import desk, profiles
from mockservers.rehearsal.events import Event, Kind, Weather, rehearsable, vendor_desk
from mockservers.rehearsal.limits import Window, sliding

OFFICE = profiles.load("small_office")
START = OFFICE.start
LEAST: dict[str, Any] = {
    "name": "x",
    "zone": "America/New_York",
    "start": "2026-03-02T05:00:00Z",
    "tickets_per_day": 24,
    "hours": [1] * 24,
    "life": {"closed_after": {"median": "1h"}},
}
DATA = {"autotask": "demo:0"}
"""Where an empty world has nothing that a ticket could belong to."""


def events(which: profiles.DeskProfile = OFFICE, days: int = 14, **more: Any) -> list[Event | Weather]:
    return list(desk.life(which, **{"seed": 1, "start": which.start, "days": days} | more))


def opened(which: profiles.DeskProfile, days: int, **more: Any) -> list[int]:
    return [each.at for each in events(which, days, **more) if each.kind == "opened"]


# --- the stream --------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_life_and_a_longer_span_goes_on() -> None:
    first = events()
    assert first == events()
    assert first == events(days=20)[: len(first)]
    assert first != events(seed=2)
    assert all(one.at <= other.at for one, other in pairwise(first))
    assert all(START <= each.at < START + 14 * DAY for each in first)


def test_a_ticket_lives_one_life() -> None:
    """Nothing happens to what is not there, or not any more; tickets are counted from 1 on."""
    state: dict[int, str] = {}
    for each in events(profiles.load("msp"), 7):
        if not isinstance(each, Event):
            continue
        before = state.get(each.ticket)
        if each.kind == "opened":
            assert each.ticket == len(state) + 1
            state[each.ticket] = "open"
        elif each.kind in ("closed", "merged", "deleted"):
            assert before == "open"
            state[each.ticket] = "closed" if each.kind == "closed" else "gone"
            assert (each.kind == "merged") == (each.other is not None)
            assert each.other is None or (state[each.other] == "open" and each.other != each.ticket)
        elif each.kind == "reopened":
            assert before == "closed"
            state[each.ticket] = "open"
        else:
            assert before in ("open", "closed")
        assert 0 <= each.chance < 1
        assert bool(each.text) == (each.kind in ("opened", "noted", "worked", "changed"))
        assert bool(each.minutes) == (each.kind == "worked")
    assert "gone" in state.values()


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_as_many_come_as_the_profile_says(scale: float) -> None:
    """Within four deviations of a count whose mean is known; seed and so the count are fixed."""
    expected = desk.expected(OFFICE, start=START, days=14, scale=scale)
    count = len(opened(OFFICE, 14, scale=scale))
    assert abs(count - expected) < 4 * expected**0.5
    assert expected == pytest.approx(scale * desk.expected(OFFICE, start=START, days=14), rel=0.02)


def test_what_happens_to_a_ticket_happens_as_often_as_the_profile_says() -> None:
    life = OFFICE.life
    told = Counter(each.kind for each in events(days=25, scale=4))
    tickets = told["opened"]
    wanted = {
        "noted": life.notes + life.late_notes,
        "worked": life.worked,
        "moved": life.moves,
        "assigned": life.assigned,
    }
    for kind, mean in wanted.items():
        assert told[kind] / tickets == pytest.approx(mean, rel=0.1), kind
    assert told["reopened"] / tickets == pytest.approx(life.reopened, rel=0.25)


def test_lives_last_as_long_as_the_distribution_says() -> None:
    which = profiles.read({**LEAST, "life": {"closed_after": {"median": "2h", "spread": 3}, "reopened": 0, "notes": 0}})
    begun, lasted = {}, []
    for each in events(which, 60):
        if isinstance(each, Event) and each.kind == "opened":
            begun[each.ticket] = each.at
        elif isinstance(each, Event) and each.kind == "closed":
            lasted.append(each.at - begun[each.ticket])
    lasted.sort()
    low, middle, high = (lasted[int(len(lasted) * share)] / HOUR for share in (0.16, 0.5, 0.84))
    assert middle == pytest.approx(2, rel=0.12)
    assert high / middle == pytest.approx(3, rel=0.15)
    assert middle / low == pytest.approx(3, rel=0.15)


def test_only_tickets_to_come_are_held() -> None:
    """After a year no more is held than after two months."""
    life = {"closed_after": {"median": "6h", "spread": 2}, "never_closed": 0.5}
    which = profiles.read({**LEAST, "tickets_per_day": 5, "life": life})
    run = desk._Desk(which, 1, 1.0)
    year = run.run(which.start, which.start + 365 * DAY)
    held = [len(run.due) + len(run.open.tickets) for each in year if isinstance(each, Event) and each.kind == "opened"]
    assert max(held[len(held) // 2 :]) < 2 * max(held[: len(held) // 6])


# --- hours and days ----------------------------------------------------------------------------------------------------


def local(at: int) -> datetime:
    return instants.to_datetime(at, instants.zone("America/New_York"))


def test_the_curve_is_that_of_clocks_on_the_wall() -> None:
    """Across the change of clocks on 8 March, and in a zone that is off by half an hour."""
    which = profiles.read({**LEAST, "hours": [0] * 9 + [1] + [0] * 14, "weekdays": {"sunday": 0}})
    arrived = [local(at) for at in opened(which, 30)]
    assert {each.hour for each in arrived} == {9}
    assert {each.weekday() for each in arrived} == {0, 1, 2, 3, 4, 5}
    assert len({each.utcoffset() for each in arrived}) == 2
    which = profiles.read({**LEAST, "zone": "Australia/Adelaide", "hours": [0] * 9 + [1] + [0] * 14})
    zone = instants.zone("Australia/Adelaide")
    assert {instants.to_datetime(at, zone).hour for at in opened(which, 40)} == {9}


def test_holidays_are_quiet() -> None:
    which = profiles.read({**LEAST, "holidays": {"dates": ["2026-03-10", "03-12"], "rate": 0}})
    days = {local(at).day for at in opened(which, 14)}
    assert 11 in days
    assert not days & {10, 12}


def test_bulk_days_and_weather_come_when_they_are_said_to() -> None:
    bulk = [
        {"kind": "opened", "weekday": "monday", "at": "07:30", "count": 50, "within": "5m"},
        {"kind": "opened", "day": 3, "count": 7, "within": "1s"},
        {"kind": "closed", "day": 2, "at": "12:00", "count": 20},
        {"kind": "opened", "day_of_month": 31, "count": 2},
    ]
    weather = [
        {"kind": "outage", "weekday": "sunday", "at": "02:30", "lasts": "1h"},
        {"kind": "errors", "per_month": 30, "lasts": "10m", "rate": 0.5},
    ]
    life = {"closed_after": {"median": "300d", "spread": 1}, "merged": 0, "deleted": 0}
    which = profiles.read({**LEAST, "tickets_per_day": 0, "life": life, "bulk": bulk, "weather": weather})
    told = events(which, 31)
    arrived = Counter((local(at).day, local(at).hour) for at in opened(which, 31))
    assert arrived == {(2, 7): 50, (4, 0): 7, (9, 7): 50, (16, 7): 50, (23, 7): 50, (30, 7): 50, (31, 0): 2}
    assert desk.expected(which, start=which.start, days=31) == 259
    closed = [local(each.at) for each in told if each.kind == "closed"]
    assert len(closed) == 20
    assert {(each.day, each.hour) for each in closed} == {(3, 12)}
    outages = [each for each in told if isinstance(each, Weather) and each.kind == "outage"]
    # On 8 March half past two is skipped: the reading moves forward.
    assert [local(each.at).strftime("%d %H:%M") for each in outages] == ["08 03:30", "15 02:30", "22 02:30", "29 02:30"]
    assert all(each.until - each.at == HOUR for each in outages)
    assert 12 < sum(each.kind == "errors" for each in told) < 50


def test_lag_grows_with_the_load_and_neighbours_follow_the_curve() -> None:
    lag = {"quiet": "10s", "busy": "90s", "busy_at": 100}
    bulk = [{"kind": "opened", "day": 2, "at": "12:00", "count": 300, "within": "10m"}]
    hours = [0] * 8 + [1] * 8 + [0] * 8
    which = profiles.read({**LEAST, "lag": lag, "bulk": bulk, "hours": hours, "neighbours": {"calls_per_hour": 100}})
    told = events(which, 3)
    delays = [each.delay for each in told if isinstance(each, Event)]
    assert min(delays) < 20 * SECOND
    assert max(delays) == 90 * SECOND
    shared = [each for each in told if isinstance(each, Weather)]
    assert {local(each.at).hour for each in shared} == set(range(8, 16))
    assert {(each.kind, each.calls, each.until - each.at) for each in shared} == {("shared", 100, HOUR)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"days": 0}, "at least 1 day, got 0"),
        ({"start": instants.from_iso("9999-12-01T00:00:00Z"), "days": 31}, "within the years 1 to 9999, got 31 days"),
        ({"days": 10_000_000}, "within the years 1 to 9999, got 10000000 days"),
        ({"scale": -1.0}, "scale must be a number of 0 or more"),
        ({"scale": float("inf")}, "scale must be a number of 0 or more"),
        ({"scale": 1e6}, "scale must leave the desk 1,000,000 tickets a day at most, got 1e"),
    ],
)
def test_a_span_that_cannot_be_lived_says_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        events(**change)


# --- at every vendor ---------------------------------------------------------------------------------------------------

ALL_KINDS: tuple[Kind, ...] = (
    *("opened", "noted", "worked", "changed", "moved", "assigned", "closed", "reopened", "merged", "deleted"),
)
WEATHERS = ("outage", "slow", "errors", "throttled", "password", "tokens", "shared")


@pytest.mark.parametrize("vendor", contracted())
def test_every_event_and_weather_is_something_at_the_vendor(vendor: str) -> None:
    here, emulator = vendor_desk(vendor), registry.emulator(vendor)
    reader = TypeAdapter(scenario_format._others(profile(vendor)))
    for kind in ALL_KINDS:
        for chance in (0.0, 0.12, 0.35, 0.5, 0.72, 0.95, 0.999):
            step = here.step(Event(START, 2, kind, "Müller <b>&amp;</b>", 25, 1 if kind == "merged" else None, chance))
            assert step is not None, kind
            assert reader.validate_python(step.to_dict()) == step
            assert (step.operation == "create") == (kind == "opened")
    plan = FaultPlan()
    for word in WEATHERS:
        weather = Weather(START, START + HOUR, word, 0.5, 100)  # type: ignore[arg-type]
        for fault in here.faults.get(weather.kind, ()):
            assert fault.kind in KINDS
            plan.add(fault.kind, fault.settings, vendor=vendor, operation=fault.operation)
            assert fault.settings.get("refusal", next(iter(emulator.refusals))) in emulator.refusals
        for step in (*here.begins(weather), *here.ends(weather)):
            assert reader.validate_python(step.to_dict()) == step
    assert here.faults["outage"]
    assert set(here.guidance.values()) <= set(emulator.rules)


def play(world: World, vendor: str, step: OtherStep, ids: dict[int, str]) -> dict[str, Any]:
    """Do at a vendor what a step says, as a play does."""

    def id_of(label: Any) -> Any:
        return ids[int(label[1:])] if LABEL.fullmatch(label) else label

    request: dict[str, Any] = {"id": id_of(step.ticket)} if step.ticket else {}
    request |= {key: id_of(value) if key in profile(vendor).label_keys else value for key, value in step.more.items()}
    request |= {"action": step.action} if step.action else {}
    request |= {"fields": dict(step.fields)} if step.fields else {}
    request |= {"delay": step.delay / SECOND} if step.delay else {}
    found: dict[str, Any] = world.act(vendor, step.operation, request)
    return found


@pytest.mark.parametrize("vendor", contracted())
def test_three_days_of_an_office_are_lived_at_the_vendor(vendor: str) -> None:
    """Whatever happens there the vendor lets happen, mergers, reopenings and deletions among it."""
    life = {"merged": 0.2, "deleted": 0.2, "reopened": 0.5, "reopened_after": {"median": "2h"}, "notes": 0.5}
    closed = {"closed_after": {"median": "3h"}}
    weather = [{"kind": word, "day": 1, "at": "12:00", "lasts": "1h"} for word in ("password", "tokens")]
    office = OFFICE.model_dump(
        exclude_unset=True, exclude={"weather", "life", "start", "hours", "bulk", "lag", "neighbours"}
    )
    which = profiles.read(
        {**office, "hours": list(OFFICE.hours), "life": {**life, **closed}, "weather": weather, "lag": {"busy": "30s"}}
    )
    start = START + 5 * HOUR
    recipe = Recipe.parse(DATA.get(vendor, "empty"))
    world = World("desk", WorldConfig(start=start, mode="frozen", data={vendor: recipe}), registry.emulator)
    here, ids, done = vendor_desk(vendor), dict[int, str](), Counter[str]()
    for each in desk.life(which, seed=3, start=start, days=3, scale=0.25):
        world.clock.advance(each.at - world.clock.now())
        step = here.step(each) if isinstance(each, Event) else None
        acts = [*here.begins(each), *here.ends(each)] if isinstance(each, Weather) else [step] if step else []
        for act in acts:
            if act.operation in ("revoke", "restore"):
                continue
            result = play(world, vendor, act, ids)
            if isinstance(each, Event) and each.kind == "opened":
                ids[each.ticket] = str(result["id"])
            done[each.kind] += 1
            assert act.ticket == CUSTOMER or "id" in result
    assert {"opened", "closed", "merged", "deleted", "reopened", "moved", "assigned"} <= set(done)


def test_a_vendor_without_a_desk_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = registry.Vendor("bare", "Bare", (), "mockservers.kernel", contract="mockservers.harness")
    monkeypatch.setattr(registry, "vendor", lambda name: bare)
    with pytest.raises(ValueError, match=r"bare cannot be rehearsed: its contract has no desk\.py"):
        vendor_desk("bare")
    assert not rehearsable("bare")


# --- limits ------------------------------------------------------------------------------------------------------------


def calls(vendor: str, *moments: int, **more: Any) -> History:
    exchanges = tuple(Exchanged(n, at, "GET", "/", status=200, received=b"") for n, at in enumerate(moments, 1))
    here = registry.emulator(vendor)
    dialect = here.dialects.dialect(more.pop("dialect", None))
    nothing: dict[str, Any] = {"hello": None, "options": {}, "secrets": (), "tasks": (), "truth": {}, "mirror": None}
    return History(vendor, START, START, dialect, **nothing, changes=more.pop("changes", ()), exchanges=exchanges)


def test_a_window_slides() -> None:
    history = calls("querydata", START, START + 30 * SECOND, START + MINUTE, START + 3 * MINUTE)
    told = sliding(history, Window(2, lambda exchange: exchange.n == 4))
    assert [told[n].share for n in (1, 2, 3, 4)] == [0.5, 1.0, 1.0, 0.0]
    assert [told[n].throttled for n in (1, 2, 3, 4)] == [False, False, False, True]
    others = [(START + 10 * SECOND, 3)]
    assert sliding(history, Window(10, lambda exchange: False), others)[2].share == 0.5


@pytest.mark.parametrize("vendor", contracted())
def test_a_vendor_without_a_limit_tells_of_none(vendor: str) -> None:
    free = {"threshold": "off"} if vendor == "autotask" else "default"
    history = calls(vendor, START, dialect=free)
    assert vendor_desk(vendor).usage(history, history.dialect) == {}


@pytest.mark.parametrize("vendor", ["querydata", "get_tickets", "superoffice"])
def test_a_limit_that_an_installation_sets_is_read(vendor: str) -> None:
    history = calls(vendor, *(START + n for n in range(5)), dialect={"rate_limit": "10"})
    assert vendor_desk(vendor).usage(history, history.dialect)[5].share == 0.5


def test_what_is_read_streams() -> None:
    assert len(list(islice(desk.life(profiles.load("enterprise"), seed=1, start=START, days=3650), 100))) == 100
