"""Desk profiles: what may stand in one, the sentence that refuses what may not, and the schema that says the same."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mockservers.kernel import data, instants
from mockservers.rehearsal import profiles

LEAST: dict[str, Any] = {
    "name": "x",
    "zone": "UTC",
    "tickets_per_day": 1,
    "hours": [1] * 24,
    "life": {"closed_after": {"median": "1h"}},
}
ONCE = {"weekday": "monday"}
LIFE = LEAST["life"]


def test_the_least_that_a_profile_must_say() -> None:
    profile = profiles.read(LEAST)
    assert profile.life.closed_after[0].median == instants.HOUR
    assert profile.weather == ()
    for name in ("name", "zone", "tickets_per_day", "hours", "life"):
        with pytest.raises(profiles.ProfileError, match=f"^profile: {name} is missing"):
            profiles.read({key: value for key, value in LEAST.items() if key != name})


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"tickets_per_day": -1}, "tickets_per_day must be a number from 0 to 1000000: tickets a day, got -1"),
    ({"tickets_per_day": float("nan")}, "tickets_per_day must be a number"),
    ({"tickets_per_day": True}, "tickets_per_day must be a number"),
    ({"hours": [0] * 24}, "at least one of them above 0; got nothing above 0"),
    ({"hours": [1] * 23}, "hours must be a list of 24 weights of 0 or more.*got 23 of them"),
    ({"hours": [*[1] * 23, -2]}, "got -2 among them"),
    ({"weekdays": {"monday": -1}}, "weekdays.monday must be a weight"),
    ({"weekdays": dict.fromkeys(profiles.WEEKDAYS, 0)}, "weekdays: at least one day of the week must"),
    ({"weekdays": {"mondy": 1}}, "unknown key 'mondy' in weekdays; expected one of: monday, .*did you mean monday"),
    ({"zone": "Europe/Berln"}, "zone must be a time zone of the IANA database, .*got 'Europe/Berln'"),
    ({"wether": []}, "unknown key 'wether'; expected one of: name, .*did you mean weather"),
    ({"weather": [{"kind": "rain", "lasts": "1h", "day": 1}]}, "weather.1..kind must be one of: outage, .*got 'rain'"),
    ({"weather": [{"kind": "shared", "lasts": "1h", "day": 1}]}, "weather.1..kind must be one of"),
    ({"weather": [{"kind": "outage", "lasts": "1h"}]}, "exactly one of weekday, day, day_of_month and per_month"),
    ({"weather": [{"kind": "slow", "lasts": "1h", "day": 2, **ONCE}]}, "exactly one of weekday, day, day_of_month"),
    ({"weather": [{"kind": "slow", "lasts": "-1h", "day": 2}]}, "weather.1..lasts must be a length of time from 1s"),
    (
        {"weather": [{"kind": "slow", "lasts": "1h", "per_month": 2, "at": "01:00"}]},
        "at must not be given with per_month",
    ),
    ({"weather": [{"kind": "slow", "lasts": "1h", "day": 2, "rate": 0}]}, "rate must be a share of the calls above 0"),
    ({"bulk": [{"kind": "opened", "count": 3, "at": "25:00", **ONCE}]}, "bulk.1..at must be a time of the day"),
    ({"bulk": {"kind": "opened"}}, "bulk must be a list, got"),
    ({"life": {}}, "life.closed_after is missing"),
    ({"life": 3}, "life must be a mapping of keys, got 3"),
    ({"life": {"closed_after": []}}, "life.closed_after must be a distribution"),
    ({"life": {"closed_after": {"median": "1h", "spred": 2}}}, "unknown key 'spred' in life.closed_after.1.*spread"),
    ({"life": {"closed_after": {"median": "1h", "spread": 0.5}}}, "spread must be a factor from 1"),
    (
        {"life": {"closed_after": {"median": "1h", "form": "exponential", "spread": 2}}},
        "spread must not be given for an exp",
    ),
    ({"life": {**LIFE, "merged": 0.9, "deleted": 0.9}}, "must not add up to more than 1: a ticket has one end"),
    ({"life": {**LIFE, "notes": -1}}, "life.notes must be a number from 0 to 100"),
    ({"lag": {"quiet": "1m", "busy": "1s"}}, "lag: busy must not be shorter than quiet, got 1s and 1m"),
    ({"lag": {"busy": "5m"}}, "lag.busy must be a length of time from 0s to 90s"),
    ({"holidays": {"dates": ["13-45"]}}, "holidays.dates.1. must be a date"),
    ({"texts": {"scripts": {"klingon": 1}}}, "texts.scripts.klingon must be one of: latin"),
    ({"texts": {"scripts": {"latin": 0}}}, "scripts must have at least one weight above 0"),
    ({"start": "2026-03-02T00:00:00"}, "start must be an ISO 8601 time with Z or an offset"),
    ({"back_file": 1.5}, "back_file must be a whole number from 0"),
    ({"objectives": {"losses": [1]}}, "objectives.losses must be a bound"),
    (
        {"objectives": {"stalenes.p95": "10m"}},
        "objectives: unknown objective 'stalenes.p95'; .*did you mean staleness.p95",
    ),
    ({"objectives": {"staleness.p95": "soon"}}, "objectives: objective staleness.p95 must be a length of time"),
    ({"name": ""}, "name must be a text of 1 to 80 characters"),
)


@pytest.mark.parametrize(("change", "said"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_a_profile_is_refused_in_one_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(profiles.ProfileError, match=said) as refused:
        profiles.read({**LEAST, **change}, "mine.yaml")
    assert str(refused.value).startswith("mine.yaml: ")
    assert "\n" not in str(refused.value)


def test_a_file_is_read_as_people_write_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nzone: Europe/Berlin\nstart: 2026-03-02T00:00:00+01:00\ntickets_per_day: 10\n"
        f"hours: [{'1, ' * 23}1]\nlife: {{closed_after: {{median: 4h, form: exponential}}}}\n"
        "holidays: {dates: [2026-04-03, 12-25]}\nbulk: [{kind: opened, weekday: monday, at: 17:30, count: 3}]\n"
    )
    profile = profiles.load(file)
    assert instants.to_iso(profile.start) == "2026-03-01T23:00:00Z"
    assert profile.holidays.dates == ("2026-04-03", "12-25")
    assert profile.bulk[0].at == 17 * instants.HOUR + 30 * instants.MINUTE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: [", "is not YAML"),
        (b"\xff\xfe\xff", "must be UTF-8"),
        (b"- 1", "must be a mapping of keys such as name, zone"),
        (b"", "must be a mapping of keys"),
    ],
)
def test_a_file_that_is_none_says_so(text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(text)
    with pytest.raises(profiles.ProfileError, match=said):
        profiles.load(tmp_path / "mine.yaml")


def test_an_unknown_name_names_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(profiles.ProfileError, match=r"the shipped ones are .*msp.*did you mean small_office"):
        profiles.load("small-offise")
    with pytest.raises(profiles.ProfileError, match="is a folder"):
        profiles.load(tmp_path)


def test_the_schema_is_current_and_takes_what_is_shipped() -> None:
    """`mockservers profile schema > fixtures/desks/desk.schema.json` writes it anew."""
    written = (data.folder("fixtures") / profiles.FOLDER / profiles.SCHEMA_FILE).read_text("utf-8")
    assert written == profiles.schema_text()
    judge = jsonschema.Draft202012Validator(json.loads(written))
    judge.check_schema(judge.schema)
    assert {"small_office", "msp", "one_call_centre", "enterprise"} <= set(profiles.shipped())
    for name, file in profiles.shipped().items():
        raw = json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8")), default=datetime.date.isoformat))
        assert list(judge.iter_errors(raw)) == [], name
        assert profiles.load(name).name == name
    assert not judge.is_valid({**LEAST, "tickets_per_day": -1})
    assert not judge.is_valid({**LEAST, "wether": []})
