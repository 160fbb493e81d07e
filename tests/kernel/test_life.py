"""Lively worlds: what other people do by themselves as time passes."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from mockservers import registry
from mockservers.kernel import files, instants
from mockservers.kernel import life as lives
from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE
from mockservers.kernel.life import BUSY, FRESH, FRESH_HOURS, QUIET, Deed, Life, moments
from mockservers.kernel.operations import Context, Emulator, Recipe
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.server.http import Server
from tests.lived import START, lived, pass_days, rows
from tests.server import toy

MONDAY = instants.from_iso(START)
LIVELY = WorldConfig(mode="frozen", start=MONDAY, data={"toy": Recipe("demo", 3)}, lively=True)


def opens(ctx: Context, source: Source) -> Deed:
    """Somebody opens a record, whose word says when."""
    return Deed("create", {"fields": {"word": instants.to_iso(ctx.now)}})


def world_of(life: Life | None, config: WorldConfig = LIVELY) -> World:
    emulator: Emulator = replace(toy.EMULATOR, life=life)
    return World("w", config, lambda name: emulator)


def words(world: World) -> list[str]:
    return [each["fields"]["word"] for each in world.act("toy", "list", {"most": 10_000})["records"]][3:]


# --- the schedule -----------------------------------------------------------------------------------------------------


def test_the_desk_is_busy_in_office_hours_and_quiet_else() -> None:
    def count(iso: str, zone: str = "America/New_York") -> int:
        return len(moments(1, "toy", zone, instants.from_iso(iso) // HOUR))

    assert count("2026-03-02T15:00:00Z") == BUSY
    assert count("2026-03-02T04:00:00Z") == QUIET
    assert count("2026-03-02T10:00:00Z") == QUIET, "it is five in the morning there"
    assert count("2026-03-02T10:00:00Z", "Europe/Oslo") == BUSY
    assert count("2026-03-07T15:00:00Z") == QUIET, "a Saturday"


def test_whoever_begins_in_the_night_sees_something_move() -> None:
    saturday_night = replace(LIVELY, start=instants.from_iso("2026-03-07T23:00:00Z"))
    world = world_of(Life("UTC", opens), saturday_night)
    words(world)
    world.clock.advance(10 * MINUTE)
    assert words(world)
    world.clock.advance(FRESH_HOURS * HOUR - 10 * MINUTE)
    assert len(words(world)) == FRESH * FRESH_HOURS


def test_another_seed_has_other_moments_and_another_vendor_too() -> None:
    hour = MONDAY // HOUR
    known = {
        moments(1, "toy", "UTC", hour),
        moments(2, "toy", "UTC", hour),
        moments(1, "other", "UTC", hour),
        moments(1, "toy", "UTC", hour + 24),
    }
    assert len(known) == 4


# --- what happens -----------------------------------------------------------------------------------------------------


def test_every_deed_has_an_instant_of_its_own() -> None:
    world = world_of(Life("UTC", opens))
    assert words(world) == []
    world.clock.advance(DAY)
    told = words(world)
    assert told == sorted(told)
    assert len(set(told)) == len(told) > 50
    assert all(instants.to_iso(MONDAY) < each <= instants.to_iso(MONDAY + DAY) for each in told)


def test_a_day_in_one_step_is_a_day_in_many() -> None:
    def after(steps: int) -> list[str]:
        world = world_of(Life("UTC", opens))
        words(world)
        pass_days(world, "toy", 1, steps)
        return words(world)

    assert after(1) == after(3) == after(24)


def test_a_clock_set_back_plays_nothing_twice() -> None:
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(DAY)
    told = words(world)
    world.clock.advance(-DAY)
    assert words(world) == told
    world.clock.advance(DAY)
    assert words(world) == told
    world.clock.advance(DAY)
    assert words(world)[: len(told)] == told
    assert len(words(world)) > len(told)


def test_a_checkpoint_remembers_how_far_life_was() -> None:
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(DAY)
    at_first = words(world)
    world.checkpoint("a")
    world.clock.advance(DAY)
    later = words(world)
    world.restore("a")
    assert words(world) == at_first
    world.clock.advance(DAY)
    assert words(world) == later


def test_what_was_taken_back_is_told_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "MOST_DAYS", 2)
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(DAY)
    at_first = words(world)
    course = world.installation("toy").life
    assert course is not None
    kept = course.count, list(course.latest), course.passed_over
    assert kept[0] == len(at_first)
    world.checkpoint("a")
    for step in (2 * HOUR, 9 * DAY):
        world.clock.advance(step)
        words(world)
        assert course.count > kept[0]
        assert course.passed_over == (7 if step > DAY else 0)
        world.restore("a")
        assert course.count == kept[0]
        assert list(course.latest) == kept[1][len(kept[1]) - len(course.latest) :]
        assert course.passed_over == 0
        world.clock.advance(2 * HOUR)
        later = words(world)
        assert course.count == len(later)
        assert course.latest[-1].request["fields"]["word"] == later[-1]
        world.restore("a")


def test_a_reset_world_lives_the_same_life_again() -> None:
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(DAY)
    told = words(world)
    world.reset()
    assert words(world) == []
    world.clock.advance(DAY)
    assert words(world) == told


@pytest.mark.parametrize(
    ("life", "config"),
    [
        (Life("UTC", opens), replace(LIVELY, lively=False)),
        (Life("UTC", opens), replace(LIVELY, data={})),
        (None, LIVELY),
    ],
    ids=["still world", "empty recipe", "vendor without life"],
)
def test_still_means_still(life: Life | None, config: WorldConfig) -> None:
    world = world_of(life, config)
    before = world.act("toy", "list", {})
    world.clock.advance(30 * DAY)
    assert world.act("toy", "list", {}) == before
    assert world.installation("toy").life is None


def test_life_sets_in_where_the_data_of_the_beginning_end() -> None:
    world = world_of(Life("UTC", opens, after=8 * HOUR))
    words(world)
    world.clock.advance(8 * HOUR)
    assert words(world) == []
    world.clock.advance(2 * HOUR)
    assert words(world)


def test_the_journal_is_for_calls_and_what_happened_is_counted_beside_it() -> None:
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(2 * DAY)
    told = words(world)
    assert [entry.operation for entry in world.journal] == ["list", "list"]
    course = world.installation("toy").life
    assert course is not None
    assert course.count == len(told)
    assert [each.request["fields"]["word"] for each in course.latest] == told[-len(course.latest) :]


def test_planned_trouble_does_not_meet_what_happens_by_itself() -> None:
    world = world_of(Life("UTC", opens))
    words(world)
    world.faults.add("refuse", {}, vendor="toy", actor="any", times=None, operation="create")
    world.clock.advance(DAY)
    assert words(world)


def test_what_fails_is_left_out_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def fails_once(ctx: Context, source: Source) -> Deed:
        number = len(ctx.installation.emulator.admin_operations["list"].run(ctx, {})["records"])
        if number == 5 and not failed:
            failed.append(ctx.now)
            return Deed("change", {"id": "99999", "fields": {"word": "demo-key-1"}})
        return opens(ctx, source)

    failed: list[int] = []
    world = world_of(Life("UTC", fails_once))
    words(world)
    world.clock.advance(2 * HOUR)
    with caplog.at_level(logging.WARNING, "mockservers"):
        told = words(world)
    assert len(told) == 2 * FRESH - 1
    assert instants.to_iso(failed[0]) not in told
    (line,) = [each.getMessage() for each in caplog.records]
    assert "was left out" in line
    assert instants.to_iso(failed[0]) in line


def test_a_leap_of_years_lives_its_last_days_and_says_so(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lives, "MOST_DAYS", 2)
    world = world_of(Life("UTC", opens))
    words(world)
    world.clock.advance(3650 * DAY)
    with caplog.at_level(logging.WARNING, "mockservers"):
        told = words(world)
    assert told[0] > instants.to_iso(MONDAY + (3650 - lives.MOST_DAYS) * DAY)
    assert "leapt" in caplog.text
    course = world.installation("toy").life
    assert course is not None
    assert course.passed_over == 3650 - lives.MOST_DAYS
    assert f"the first {3650 - lives.MOST_DAYS} days of the leap" in caplog.text


def test_a_store_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    in_file = replace(LIVELY, store=tmp_path / "base.db")
    world = world_of(Life("UTC", opens), in_file)
    words(world)
    world.clock.advance(DAY)
    told = words(world)
    for path in list(tmp_path.iterdir()):  # a copy at this moment is what a killed process leaves
        (tmp_path / f"killed-{path.name}").write_bytes(path.read_bytes())
    world.close()
    copies = {path.name.replace("killed-base", "again"): path for path in tmp_path.glob("killed-*")}
    for name, path in copies.items():
        path.rename(tmp_path / name)
    again = world_of(Life("UTC", opens), replace(in_file, store=tmp_path / "again.db"))
    assert list(files.states_of(tmp_path / "again.db", "w", lambda name: toy.EMULATOR))
    assert words(again) == told
    again.clock.set(MONDAY + 2 * DAY)
    whole = world_of(Life("UTC", opens))
    words(whole)
    whole.clock.advance(2 * DAY)
    assert words(again) == words(whole)
    again.close()


def test_a_still_store_that_becomes_lively_begins_to_live_then(tmp_path: Path) -> None:
    still = replace(LIVELY, lively=False, store=tmp_path / "base.db")
    world = world_of(Life("UTC", opens), still)
    words(world)
    world.clock.advance(DAY)
    world.close()
    again = world_of(Life("UTC", opens), replace(still, lively=True))
    assert words(again) == []
    again.clock.advance(HOUR)
    assert words(again)[0] > instants.to_iso(MONDAY + DAY)
    again.close()


def test_what_happened_is_told_by_the_control_api_and_a_world_can_be_still() -> None:
    emulator = replace(toy.EMULATOR, life=Life("UTC", opens))
    worlds = Worlds(lambda name: emulator, LIVELY)
    with Server(worlds, mounts=toy.MOUNTS) as door, requests.Session() as session:
        session.trust_env = False
        base = f"{door.url}/_mock/v1"
        for name, more in (("as-default", {}), ("still", {"lively": False})):
            assert session.post(f"{base}/worlds", json={"name": name, **more}, timeout=20).status_code == 201
            session.get(f"{base}/records", params={"vendor": "toy", "world": name}, timeout=20)
            session.post(f"{base}/clock/advance", params={"world": name}, json={"by": "1h"}, timeout=20)
            session.get(f"{base}/records", params={"vendor": "toy", "world": name}, timeout=20)
            told = session.get(f"{base}/life", params={"world": name}, timeout=20).json()
            if more:
                assert told == {"lively": False, "vendors": {}}
                continue
            course = told["vendors"]["toy"]
            assert told["lively"]
            assert (course["count"], course["days_passed_over"], len(course["latest"])) == (FRESH, 0, FRESH)
            assert course["latest"][0]["operation"] == "create"
            assert course["latest"][0]["at"] == course["latest"][0]["request"]["fields"]["word"]
        assert "Other people act" in session.get(f"{door.url}/_mock/", timeout=20).text
    worlds.close()


# --- the vendors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", registry.names())
def test_every_vendor_lives_the_same_days_in_one_step_and_in_many(
    vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    hours = 10 if registry.emulator(vendor).life.after else 3  # type: ignore[union-attr]
    with lived(vendor, hours / 24) as one, lived(vendor, 0) as many:
        pass_days(many, vendor, hours / 24, hours)
        assert rows(one, vendor) == rows(many, vendor)
        course = one.installation(vendor).life
        assert course is not None
        assert course.count >= 2 * FRESH
    assert not caplog.records, "nothing failed"


@pytest.mark.parametrize("vendor", registry.names())
def test_every_vendor_is_still_where_nobody_asked_for_life(vendor: str) -> None:
    config = WorldConfig(mode="frozen", start=MONDAY, data={vendor: Recipe("demo")})
    world = World("still", config, registry.emulator)
    pass_days(world, vendor, 0)
    before = len(rows(world, vendor))
    pass_days(world, vendor, 10)
    assert world.installation(vendor).life is None
    assert len(rows(world, vendor)) == before
    world.close()
