"""Profiles that are fitted: to an export of ticket times, to a recording; and files that cannot be read, with line and column."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import mockservers
from mockservers.cli import main
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE
from mockservers.recording.adapter import adapter
from mockservers.recording.files import Head, Recording, Writer
from mockservers.recording.proxy import Recorder
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from mockservers.recording.upstream import Upstream
from mockservers.rehearsal import desk, exports, fitting, profiles
from mockservers.rehearsal.events import Event, Sighting, vendor_desk
from tests.rehearsal.test_observing import free

UTC = instants.zone("UTC")


def export(path: Path, which: profiles.DeskProfile, days: int, seed: int = 1) -> Path:
    """What a desk's own system would export after a span."""
    rows: dict[int, list[Any]] = {}
    for each in desk.life(which, seed=seed, start=which.start, days=days):
        if not isinstance(each, Event):
            continue
        if each.kind == "opened":
            rows[each.ticket] = [each.ticket, instants.to_iso(each.at), "", 0, 0]
            continue
        row = rows[each.ticket]
        if each.kind in ("closed", "merged") and not row[2]:
            row[2] = instants.to_iso(each.at)
        row[3] += each.kind == "reopened"
        row[4] += each.kind == "noted"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Ticket #", "Created At", "Closed At", "Reopen Count", "Notes"])
        writer.writerows(rows.values())
    return path


def fitted(path: Path, zone: str = "UTC", **more: Any) -> fitting.Fitted:
    tickets = exports.read(path, instants.zone(zone), **more)
    return fitting.fit(fitting.exported(tickets), zone, path.stem, path.name)


def shares(weights: tuple[float, ...]) -> list[float]:
    return [each / sum(weights) for each in weights]


def half_life(life: profiles.TicketLife) -> float:
    """The median of a mixture, by trying."""
    source = desk.Ids(1).source("median")
    chance = desk.Chance(life.closed_after)
    return median(chance.length(source) for _ in range(4000))


def test_a_month_of_a_provider_is_fitted_within_ten_per_cent(tmp_path: Path) -> None:
    true = profiles.load("msp")
    found = fitted(export(tmp_path / "mine.csv", true, 28), true.zone)
    mine = found.profile
    assert mine.tickets_per_day == pytest.approx(true.tickets_per_day, rel=0.1)
    assert mine.life.notes == pytest.approx(true.life.notes, rel=0.1)
    assert mine.life.reopened == pytest.approx(true.life.reopened, rel=0.1)
    assert half_life(mine.life) == pytest.approx(half_life(true.life), rel=0.15)
    for hour, wanted in enumerate(shares(true.hours)):
        assert shares(mine.hours)[hour] == pytest.approx(wanted, rel=0.1, abs=0.005), hour
    for mine_, wanted in zip(shares(mine.weekdays.weights), shares(true.weekdays.weights), strict=True):
        assert mine_ == pytest.approx(wanted, rel=0.1)
    (monday,) = [each for each in mine.bulk if each.kind == "opened"]
    assert (monday.weekday, monday.at, monday.count) == ("monday", 7 * HOUR + 30 * MINUTE, pytest.approx(60, rel=0.1))
    # What is written is read again, and lives.
    again = profiles.read(yaml.safe_load(found.to_yaml()))
    assert again == mine
    expected = desk.expected(true, start=true.start, days=28)
    assert desk.expected(mine, start=mine.start, days=28) == pytest.approx(expected, rel=0.05)


def test_storms_and_holidays_are_told_apart_from_the_rate(tmp_path: Path) -> None:
    raw: dict[str, Any] = {
        "name": "x",
        "zone": "UTC",
        "start": "2026-03-02T00:00:00Z",
        "tickets_per_day": 80,
        "hours": [0] * 8 + [1] * 10 + [0] * 6,
        "life": {"closed_after": {"median": "2h"}},
        "holidays": {"dates": ["2026-03-19"], "rate": 0.05},
        "bulk": [{"kind": "opened", "day": 10, "at": "08:00", "count": 300, "within": "8h"}],
    }
    mine = fitted(export(tmp_path / "mine.csv", profiles.read(raw), 28)).profile
    assert mine.tickets_per_day == pytest.approx(80, rel=0.1)
    assert mine.holidays.dates == ("2026-03-19",)
    assert mine.holidays.rate < 0.2
    (storm,) = mine.bulk
    assert (storm.day, storm.at) == (10, 8 * HOUR)
    assert storm.count == pytest.approx(300, rel=0.1)
    assert mine.hours[3] == 0


def test_a_mixture_is_found_again() -> None:
    source = desk.Ids(5).source("mixture")
    parts = [
        profiles.Spread.model_validate({"median": "10m", "spread": 2, "share": 0.4}),
        profiles.Spread.model_validate({"median": "2d", "spread": 1.5, "share": 0.6}),
    ]
    chance = desk.Chance(parts)
    found = fitting.mixture(sorted(chance.length(source) for _ in range(3000)))
    assert [each["share"] for each in found] == pytest.approx([0.4, 0.6], abs=0.05)
    medians = [instants.duration(each["median"]) for each in found]
    assert medians == pytest.approx([10 * MINUTE, 2 * DAY], rel=0.1)
    assert [each["spread"] for each in found] == pytest.approx([2, 1.5], rel=0.1)
    assert len(fitting.mixture([HOUR] * 50)) == 1


def polled(which: profiles.DeskProfile, days: int, every: int, seed: int) -> fitting.Observed:
    """What answers tell a client that looks now and then for what changed, as a recording has them."""
    opened: dict[int, int] = {}
    closed: dict[int, int] = {}
    gone: dict[int, int] = {}
    spells: dict[int, list[tuple[int, int | None]]] = {}
    waiting: set[int] = set()
    looked = which.start + every
    for each in desk.life(which, seed=seed, start=which.start, days=days):
        if not isinstance(each, Event):
            continue
        while each.at > looked:
            for ticket in waiting:
                seen = Sighting(str(ticket), opened[ticket], closed.get(ticket), gone=ticket in gone)
                fitting.live_on(spells.setdefault(ticket, []), seen, looked)
            waiting.clear()
            looked += every
        waiting.add(each.ticket)
        if each.kind == "opened":
            opened[each.ticket] = each.at
        elif each.kind == "closed":
            closed[each.ticket] = each.at
        elif each.kind == "reopened":
            del closed[each.ticket]
        elif each.kind in ("merged", "deleted"):
            gone[each.ticket] = each.at
    told = [
        exports.Times(
            at,
            spells[ticket][0][0] if spells.get(ticket) else None,
            sum(again is not None for _, again in spells.get(ticket, ())),
            spells=tuple(spells.get(ticket, ())),
            gone=gone.get(ticket),
        )
        for ticket, at in opened.items()
    ]
    return fitting.Observed(which.start, which.start + days * DAY, tuple(told))


def test_lives_that_a_recording_ends_before_are_fitted() -> None:
    """Of 5,000 tickets some 80 are never closed, give or take nine: so that rate cannot be as near as the others."""
    true = profiles.load("msp")
    mine = fitting.fit(polled(true, 28, HOUR, seed=2), true.zone, "mine", "recording.yaml").profile
    assert mine.life.reopened == pytest.approx(true.life.reopened, rel=0.1)
    assert mine.life.never_closed == pytest.approx(true.life.never_closed, rel=0.3)
    assert half_life(mine.life) == pytest.approx(half_life(true.life), rel=0.15)
    (again,) = mine.life.reopened_after
    assert again.median == pytest.approx(DAY, rel=0.25)


# --- recordings --------------------------------------------------------------------------------------------------------


def test_a_recording_of_a_served_desk_is_fitted(tmp_path: Path) -> None:
    raw = {
        "name": "x",
        "zone": "UTC",
        "tickets_per_day": 45,
        "hours": [1] * 6 + [4] * 12 + [1] * 6,
        "life": {
            "closed_after": {"median": "3h", "spread": 2},
            **dict.fromkeys(("assigned", "notes", "worked", "moves", "changes", "late_notes", "merged", "deleted"), 0),
        },
    }
    (tmp_path / "desk.yaml").write_text(yaml.safe_dump(raw))
    path = tmp_path / "recording.yaml"
    redactor = Redactor(adapter("superoffice"))
    with mockservers.start(
        "superoffice", desk=str(tmp_path / "desk.yaml"), data="empty", start="2026-03-02T14:00:00Z"
    ) as server:
        writer = Writer(path, Head("superoffice", instants.from_iso("2026-03-02T14:00:00Z")))
        with Recorder([Upstream.parse(server.url)], writer, redactor) as recorder:
            sync = free(server, "superoffice", tmp_path, recorder.url)
            for _ in range(9):
                sync()
                server.default.clock.advance(hours=12)
        finalize(writer, redactor)
        dialect = server.default._world.installation("superoffice").dialect
    observed = fitting.recorded(Recording(path), dialect, vendor_desk("superoffice"))
    mine = fitting.fit(observed, "UTC", "mine", "recording.yaml").profile
    assert mine.tickets_per_day == pytest.approx(45, rel=0.1)
    assert half_life(mine.life) == pytest.approx(3 * HOUR, rel=0.15)
    assert sum(shares(mine.hours)[6:18]) == pytest.approx(0.8, rel=0.1)
    told = CliRunner().invoke(main, ["profile", "fit", str(path), "--out", str(tmp_path / "mine.yaml")])
    assert told.exit_code == 0, told.output
    assert profiles.load(tmp_path / "mine.yaml").tickets_per_day == mine.tickets_per_day


@pytest.mark.parametrize(
    ("vendor", "kind", "fields", "expected"),
    [
        ("autotask", "Ticket", {"CreateDate": "T1", "CompletedDate": "T2"}, ("9", "T1", "T2", None, None)),
        ("autotask", "TicketNote", {"TicketID": 5}, ("5", None, None, None, "9")),
        ("autotask", "Account", {}, None),
        (
            "superoffice",
            "ticket",
            {"CreatedAt": "T1", "ClosedAt": "T2", "BaseStatus": "Closed"},
            ("9", "T1", "T2", None, None),
        ),
        (
            "superoffice",
            "ticket",
            {"CreatedAt": "T1", "ClosedAt": "T2", "BaseStatus": "Active"},
            ("9", "T1", None, None, None),
        ),
        ("trackit", "ticket", {"12": "T1", "18": "T2"}, ("9", "T1", "T2", None, None)),
        ("trackit", "note", {}, None),
        ("get_tickets", "ticket", {"date_opened": "T1", "date_closed": None}, ("9", "T1", None, None, None)),
        (
            "querydata",
            "Ticket",
            {
                "CreateDate": "T1",
                "Status": "Closed",
                "Responses": [{"Closes": True, "ResponseDateTime": "T2"}, {"Closes": False, "ResponseDateTime": "T3"}],
                "History": [{"Action": "Add Notes"}, {"Action": "Assign"}],
            },
            ("9", "T1", "T2", 1, None),
        ),
    ],
)
def test_what_a_record_says_of_a_ticket(
    vendor: str, kind: str, fields: Mapping[str, Any], expected: tuple[Any, ...] | None
) -> None:
    times = {f"T{n}": f"2026-03-0{n}T10:00:00Z" for n in (1, 2, 3)}

    def filled(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: filled(each) for key, each in value.items()}
        return [filled(each) for each in value] if isinstance(value, list) else times.get(value, value)

    found = vendor_desk(vendor).sighting(kind, "9", filled(dict(fields)))
    if expected is None:
        assert found is None
        return
    assert found is not None
    told = tuple(instants.from_iso(times[each]) if each in times else each for each in expected)
    assert (found.ticket, found.opened, found.closed, found.notes, found.note) == told


# --- exports -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (
            "Created,Closed\n2026-03-02T10:00:00+01:00,2026-03-02T11:00:00Z\n",
            ("2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z"),
        ),
        ("id;Date Opened;Resolved\n1;27.03.2026 10:00;-\n", ("2026-03-27T10:00:00Z", None)),
        (
            "Opened_At\tClosed\n03/27/2026 4:30 PM\t03/27/2026 5:30 PM\n",
            ("2026-03-27T16:30:00Z", "2026-03-27T17:30:00Z"),
        ),
        ('"Created","Closed"\n"2026-03-02 10:00","n/a"\n\n', ("2026-03-02T10:00:00Z", None)),
        ("\ufeffCREATED\n2026-03-02 10:00:00\n", ("2026-03-02T10:00:00Z", None)),
    ],
)
def test_times_are_read_as_systems_write_them(text: str, times: tuple[str, str | None], tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(text, "utf-8")
    (ticket,) = exports.read(tmp_path / "mine.csv", UTC)
    assert instants.to_iso(ticket.opened) == times[0]
    assert (None if ticket.closed is None else instants.to_iso(ticket.closed)) == times[1]


def test_a_zone_and_a_format_are_said(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("Eröffnet,Zurück\n03/04/2026 10:00,ja\n".replace("ja", "yes"), "utf-8")
    given = {"created": "Eröffnet", "reopened": "zurück"}
    berlin = instants.zone("Europe/Berlin")
    (ticket,) = exports.read(tmp_path / "mine.csv", berlin, given, "%d/%m/%Y %H:%M")
    assert instants.to_iso(ticket.opened) == "2026-04-03T08:00:00Z"
    assert ticket.reopened == 1


GOOD = "2026-03-02T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Created,Closed\n{GOOD},\n{GOOD},soon\n", "line 3, column 'Closed': must be a time"),
        (
            f"Created,Closed\n{GOOD},2026-03-01T00:00:00Z\n",
            "line 2, column 'Closed': must not lie before the ticket was opened",
        ),
        (f"Created,Closed\n,{GOOD}\n", "line 2, column 'Created': must be a time, got nothing"),
        (f"Created\n{GOOD}\n03/02/2026 10:00\n", "line 3, column 'Created': must be a time like those before it"),
        (
            "Created\n03/02/2026 10:00\n",
            "line 2, column 'Created': '03/02/2026 10:00' may be .* say which: --time-format",
        ),
        (f"Created,Notes\n{GOOD},many\n", "line 2, column 'Notes': must be a whole number of 0 or more, got 'many'"),
        (f"Created,Reopened\n{GOOD},perhaps\n", "line 2, column 'Reopened': must be a count, yes or no, or a time"),
        (f"Created,Closed\n{GOOD}\n", "line 2 must have 2 columns, got 1"),
        (f'Created,Text\n{GOOD},"a\nb"\n{GOOD},"c\n', "is not CSV"),
        (f'Created,Text,Closed\n{GOOD},"a\nb",\n{GOOD},c,no\n', "line 4, column 'Closed'"),
        ("0001-01-01T00:00:00Z\n", "no column tells when tickets were created; the header has 0001"),
        ("Created\n0001-01-01T00:00:00Z\n", "must be a time from 1970 to 9998"),
        ("", "line 1 must be a header"),
        ("When,Closed\n1,2\n", "no column tells when tickets were created; the header has When, Closed"),
        (f"Created\n{GOOD}\n", "tells of 1 tickets .*at least 20 are needed"),
        ("Created\n", "tells of 0 tickets .*at least 20 are needed"),
    ],
)
def test_a_file_that_cannot_be_fitted_names_line_and_column(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said):
        fitted(tmp_path / "mine.csv")


def test_the_command_says_what_it_rests_on(tmp_path: Path) -> None:
    office = export(tmp_path / "mine.csv", profiles.load("small_office"), 14)
    run = CliRunner().invoke
    told = run(main, ["profile", "fit", str(office), "--zone", "America/New_York"])
    assert told.exit_code == 0, told.output
    assert "# Fitted to mine.csv: " in told.output
    assert profiles.read(yaml.safe_load(told.output)).zone == "America/New_York"
    for more, said in (
        (["--zone", "Nowhere"], "is not a time zone"),
        (["--column", "opened=x"], "write created, closed, reopened, notes, each with =HEADER"),
        (["--column", "closed=Close At"], "there is no column 'Close At' for closed"),
        (["--out", str(office)], "exists already, and is not written over"),
    ):
        told = run(main, ["profile", "fit", str(office), *more])
        assert told.exit_code == 2
        assert said in told.output
    (tmp_path / "bytes.csv").write_bytes(b"Created\n2026-03-02\n\xff\n")
    assert "line 3 must be UTF-8" in run(main, ["profile", "fit", str(tmp_path / "bytes.csv")]).output


def test_profiles_are_listed_and_shown() -> None:
    run = CliRunner().invoke
    assert "one_call_centre" in run(main, ["profile", "list"]).output
    assert "about 5,801 in 30 days" in run(main, ["profile", "show", "msp"]).output
    assert run(main, ["profile", "schema"]).output == profiles.schema_text()
