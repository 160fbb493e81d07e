"""The page of a rehearsal, made of reports that nobody had to play: what stands in it, and what never may."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from mockservers.cli.rehearse import made as made_formats
from mockservers.cli.reporting import FORMATS
from mockservers.harness.duties import of
from mockservers.harness.reports.characters import visible
from mockservers.harness.scenarios import ClientStep, ClockStep, Scenario
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.rehearsal.largest import Largest
from mockservers.rehearsal.measures import BOUNDS, Episode, Outage
from mockservers.rehearsal.objectives import chosen, judge
from mockservers.rehearsal.report import Explanation, Loss, LossGroup, Reason, RehearsalReport, Slow, StopNote
from mockservers.rehearsal.reports.comparison import comparison_text
from mockservers.rehearsal.reports.drawing import steps_up_to
from mockservers.rehearsal.reports.html import comparison_html, rehearsal_html, why
from mockservers.rehearsal.reports.json import rehearsal_json
from mockservers.rehearsal.reports.junit import rehearsal_junit
from mockservers.rehearsal.reports.pictures import SCALE, scale
from mockservers.rehearsal.reports.span import Span
from mockservers.rehearsal.reports.text import rehearsal_text

START = instants.from_iso("2026-03-02T05:00:00Z")
"""A Monday in New York, at midnight; the clocks are set forward on the Sunday."""
HOSTILE = "\u202e<script>alert(1)</script>\x00 'a' \"b\" & </svg>]]>"
SECRET = "hunter2&hunter2"
TOLD = f"401 {SECRET} hunter2&amp;hunter2 hunter2%26hunter2 dXNlcjpodW50ZXIyJmh1bnRlcjI= back"
DUTY = next(duty for duty in of("autotask") if duty.rules)


def series(days: int) -> dict[str, tuple[float | None, ...]]:
    """A desk that works from 8 to 17, with an outage on the second day from 10 to 12."""
    names = ("calls", "errors", "bytes", "share", "throttled", "latency", "live", "backlog", "events", "syncs")
    found: dict[str, list[float | None]] = {name: [] for name in (*names, "staleness_p95", "staleness_worst")}
    for n in range(days * 24):
        busy, out = 8 <= n % 24 < 17, n in (34, 35)
        for name, value in {
            "calls": 40 if busy else 12,
            "errors": 24 if out else 0,
            "bytes": 90_000,
            "share": 0.2 if busy else 0.05,
            "throttled": 2 if n == 36 else 0,
            "latency": 0.5 if n == 36 else 0,
            "live": 0,
            "backlog": n - 30 if out else 0,
            "events": 9 if busy else 0,
            "syncs": 12,
            "staleness_p95": (2 * HOUR if out else 4 * MINUTE) if busy else None,
            "staleness_worst": (2 * HOUR if out else 5 * MINUTE) if busy else None,
        }.items():
            found[name].append(value)
    return {name: tuple(values) for name, values in found.items()}


def made(days: int = 5, text: str = "plain", losses: int = 3) -> RehearsalReport:
    """A report whose texts of others are all `text`."""
    values: dict[str, float | None] = {
        "storms": 0,
        "habits": 0,
        "losses": losses,
        "wrong": 0,
        "duplicates": 0,
        "lost_writes": 0,
        "limit.peak": 0.2,
        "staleness.p50": 2 * MINUTE,
        "staleness.p95": 20 * MINUTE,
        "staleness.p99": HOUR,
        "staleness.worst": 2 * HOUR,
        "calls.hour": 40,
        "calls.day": 500,
        "calls.sync": 1.7,
        "bytes.day": 2e6,
        "recovery.worst": 2 * HOUR,
    }
    because = DUTY.rules[0].id
    wanted = {"limit.peak": "80%", "staleness.p95": "15m", "calls.hour": "100"}
    objectives = judge(chosen(wanted, {"limit.peak": because}, {}, {}), values)
    first = START + 34 * HOUR
    weather = f"outage from {instants.to_iso(first)} to {instants.to_iso(first + 2 * HOUR)}"
    lost = tuple(Loss("missing", text, n, "opened", first + n, first + n, text, weather) for n in range(losses))
    scenario = Scenario("autotask", (ClientStep("sync"), ClockStep(HOUR)), START, note=text)
    rules = tuple((rule.id, rule.says) for rule in DUTY.rules)
    told = Explanation(
        DUTY.says, DUTY.id, DUTY.says, rules, (text,), (f"sync: {text}",), scenario, Path("found/a <b>.yaml"), plays=3
    )
    title = f"{losses} records: what the vendor has is not in the copy"
    groups = (LossGroup("missing", losses, title, lost[:3], told),) if losses else ()
    slow = Slow(text, 4, "noted", first, first + 2 * HOUR, text)
    reasons = [
        Reason(each.objective.name, title if each.objective.name == "losses" else text, DUTY.id, rules, (text,))
        for each in objectives
        if not each.met
    ]
    return RehearsalReport(
        vendor="autotask",
        client=text,
        given=f"--client {text}",
        dialect="default",
        profile="small_office",
        profile_says=text,
        zone="America/New_York",
        seed=1,
        scale=1.0,
        days=days,
        every=5 * MINUTE,
        start=START,
        end=START + days * DAY,
        objectives=objectives,
        values=values,
        reasons=tuple(reasons),
        staleness={name.partition(".")[2]: values[name] for name in values if name.startswith("staleness.")},  # type: ignore[misc]
        distribution=tuple((bound, 40 if bound == 300 * SECOND else 0) for bound in (*BOUNDS, None)),
        slowest=(slow,),
        losses=lost,
        groups=groups,
        counts={
            "tickets": 25 * days,
            "events": 90 * days,
            "calls": 500 * days,
            "losses": losses,
            "errors": 48,
            "failed_syncs": 24,
            "throttled": 2,
            "shown": 90 * days - losses,
            "syncs": 288 * days,
        },
        operations={"query": 480 * days, text: 20 * days},
        outcomes={"ok": 500 * days},
        kinds={"opened": 25 * days},
        impossible={text: 2},
        hours=series(days),
        outages=(Outage(text, first, first + 2 * HOUR, 6, first + 3 * HOUR),),
        episodes=(Episode(first, 48, first + 2 * HOUR),),
        seconds=12.5,
    )


def page(text: str) -> Any:
    """The page as a tree, having looked that it is well formed and asks nobody else for anything."""
    root: Any = lxml_html.document_fromstring(text)
    assert not list(
        root.iter("script", "link", "iframe", "img", "object", "base", "form", "foreignobject", "image", "use")
    )
    for element in root.iter():
        if isinstance(element.tag, str):
            assert not [name for name in element.attrib if name.startswith("on")]
            for name in ("href", "src", "action", "data", "xlink:href"):
                assert element.get(name, "#").startswith("#"), element.get(name)
    styles = "".join(style.text for style in root.iter("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    assert not re.findall(r"https?://", text)
    body = text.partition("<body>")[2]
    opened = sorted(re.findall(r"<([a-z][a-z0-9]*)(?:\s[^<>]*)?(?<!/)>", body))
    assert [name for name in opened if name not in ("br", "body", "html")] == sorted(
        name for name in re.findall(r"</([a-z][a-z0-9]*)>", body) if name not in ("body", "html")
    )
    ids = [element.get("id") for element in root.iter() if isinstance(element.tag, str) and element.get("id")]
    assert len(ids) == len(set(ids))
    assert {link.get("href")[1:] for link in root.iter("a")} <= set(ids)
    named = [id_ for element in root.iter("svg") for id_ in (element.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)
    return root


def words(element: Any) -> str:
    """An element's text on one line, as a reader takes it in."""
    for line_break in element.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return " ".join(element.text_content().split())


def test_the_page_opens_with_no_go_in_words_and_one_sentence_why() -> None:
    root = page(rehearsal_html(made()))
    (verdict,) = root.find_class("verdict")
    assert verdict.get("class") == "verdict bad"
    assert words(verdict) == (
        "NO-GO: not ready to go live Over 5 days of this desk (125 tickets, 450 events), 3 changes never reached the client's "
        "copy, in or after an outage; 2 of 9 objectives are missed."
    )


def test_a_go_says_what_was_reached() -> None:
    report = made(losses=0)
    report = replace(report, objectives=tuple(each for each in report.objectives if each.met), reasons=())
    root = page(rehearsal_html(report))
    assert words(root.find_class("verdict")[0]) == (
        "GO: ready to go live Over 5 days of this desk (125 tickets, 450 events), the client's copy missed nothing, 95 of 100 "
        "changes were in it within 20 min and at most 20 % of the vendor's limit was used: all 8 objectives are kept."
    )
    assert "Why not" not in words(root)
    assert not root.find_class("failure")


def test_objectives_stand_on_top_with_the_missed_ones_first_and_the_rule_behind_each() -> None:
    text = rehearsal_html(made())
    (table,) = page(text).find_class("objectives")
    rows = [[words(cell) for cell in row] for row in table.xpath("./tbody/tr")]
    assert [row[0] for row in rows] == ["missed"] * 2 + ["kept"] * 7
    losses = next(row for row in rows if row[1].endswith(" losses"))
    assert losses[1:4] == ["Changes that the copy does not show in the end losses", "wanted at most 0", "got 3"]
    rule = DUTY.rules[0]
    assert losses[4] == " ".join(f"every client must keep it {rule.says} {rule.id} · {rule.source}".split())
    assert next(row for row in rows if row[1].endswith("limit.peak"))[4].startswith("from the vendor's own guidance")
    assert text.index("objectives stacked") < text.index("<figure")


def test_every_picture_has_title_axes_text_alternative_and_table() -> None:
    root = page(rehearsal_html(made()))
    figures = {figure.get("id"): figure for figure in root.iter("figure")}
    assert list(figures) == ["calls", "limit", "heat", "backlog", "distribution", "failures", "operations"]
    for name, figure in figures.items():
        svg = figure.xpath(".//svg[@role='img']")[0]
        assert svg.findtext("title") == words(figure.find("figcaption"))
        assert len(svg.findtext("desc")) > 20, name
        assert figure.xpath(".//text[contains(@class, 'axis')]"), name
        assert figure.xpath(".//details//tbody/tr"), name
        styles = {item.get("class") for item in figure.find_class("legend")[0].iter("i")}
        assert styles, name
    (row,) = figures["failures"].xpath(".//tbody/tr")
    assert [words(cell) for cell in row] == ["Tue 3 Mar 10:00", "48", "2 h"]
    assert [words(cell) for cell in figures["limit"].xpath(".//tbody/tr")[1]] == ["Tue 2026-03-03", "20 %", "2", "0 s"]
    assert "objective: at most 80 %" in words(figures["limit"])
    ticks = [text.text for text in figures["calls"].xpath(".//text[contains(@class, 'tick')]")]
    assert ticks == ["0", "25", "50", "75", "100", "Mon 2 Mar", "Tue 3 Mar", "Wed 4 Mar", "Thu 5 Mar", "Fri 6 Mar"]


def test_the_heat_strip_has_a_square_an_hour_in_the_colour_of_its_staleness() -> None:
    figure = page(rehearsal_html(made())).get_element_by_id("heat")
    squares = [(path.get("class"), path.get("d")) for path in figure.iter("path")]
    assert squares[0] == ("heat0", "".join(f"M0 {hour}h1v1h-1z" for hour in range(8, 17)))
    assert ("heat3", "M1 10h1v1h-1zM1 11h1v1h-1z") in squares
    assert "to 15 min, the objective" in words(figure.find_class("legend")[0])


def test_an_objective_takes_its_place_in_the_scale_of_colours() -> None:
    bounds, most = scale(made())
    assert (bounds, most) == (SCALE, 15 * MINUTE)
    none = replace(made(), objectives=())
    assert scale(none) == (SCALE, None)
    other = judge(chosen({}, {}, {}, {"staleness.worst": "6h"}), {})
    assert scale(replace(none, objectives=other))[0] == (5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY)


def test_losses_are_told_with_duty_rules_and_the_way_to_play_them_again() -> None:
    root = page(rehearsal_html(made()))
    (section,) = root.find_class("failure")
    text = words(section)
    for said in (DUTY.says, DUTY.id, DUTY.rules[0].says, str(DUTY.rules[0].source)):
        assert " ".join(said.split()) in text
    assert "mockservers replay 'found/a <b>.yaml' --client plain" in text
    assert "client sync" in words(section.xpath(".//details/pre")[0])
    link = root.xpath("//ol[@class='reasons']//a")[0]
    assert link.get("href") == f"#{section.get('id')}"


@pytest.mark.parametrize("make", [rehearsal_html, lambda report: comparison_html(report, report)])
def test_hostile_texts_are_text_and_secrets_are_masked(make: Callable[[RehearsalReport], str]) -> None:
    text = make(made(text=HOSTILE))
    root = page(text)
    assert visible(HOSTILE) in root.text_content()
    assert not {"\u202e", "\x00"} & set(text)
    masked = make(replace(made(text=TOLD), secrets=(SECRET,)))
    assert not [part for part in ("hunter", "dXNlcjpodW50ZXIyJmh1bnRlcjI", "aHVudGVyMiZodW50ZXIy") if part in masked]
    assert "401 ***" in masked


@pytest.mark.parametrize(
    "make", [rehearsal_text, rehearsal_junit, rehearsal_json, lambda report: comparison_text(report, report)]
)
@pytest.mark.parametrize("width", [40, 110])
def test_no_report_for_terminals_or_programs_tells_a_secret(make: Callable[..., str], width: int) -> None:
    report = replace(made(text=TOLD), secrets=(SECRET,))
    met = tuple(each for each in report.objectives if each.met)
    note = StopNote("client", TOLD, START, printed=f"{TOLD}\n" * 200)
    for each in (report, replace(report, stopped=note), replace(report, blind=TOLD, objectives=met)):
        text = make(each, width=width) if make is rehearsal_text else make(each)
        assert not [part for part in ("hunter", "dXNlcjpodW50ZXIyJmh1bnRlcjI", "aHVudGVyMiZodW50ZXIy") if part in text]
        assert "401 ***" in " ".join(text.split())


def test_the_command_writes_every_format_that_it_offers() -> None:
    assert made_formats(made()).keys() == FORMATS.keys()
    assert made_formats(made())["html"]() == rehearsal_html(made())


def test_the_same_report_makes_the_same_bytes_whatever_time_it_took() -> None:
    assert rehearsal_html(made()) == rehearsal_html(replace(made(), seconds=99.0))


def test_a_year_stays_small_and_has_one_value_a_day() -> None:
    text = rehearsal_html(made(days=365))
    assert len(text.encode()) < 400_000
    root = page(text)
    assert words(root.get_element_by_id("calls").find("figcaption")) == "Calls in the busiest hour of each day"
    assert len(root.get_element_by_id("calls").xpath(".//tbody/tr")) == 365
    month = [text.text for text in root.get_element_by_id("calls").xpath(".//text[contains(@class, 'tick')]")]
    assert month[-3:] == ["Jan 2027", "Feb", "Mar"]


def test_very_long_spans_have_tables_by_month() -> None:
    span = Span(made(days=800))
    assert [name for name, _ in span.rows][:2] == ["Mar 2026", "Apr 2026"]
    assert span.row == "Month"
    assert len(span.ticks()) < 16


def test_marks_of_an_axis() -> None:
    assert [tick.words for tick in Span(made(days=1)).ticks()][:3] == ["2 Mar", "06:00", "12:00"]
    assert [tick.words for tick in Span(made(days=30)).ticks()] == ["2 Mar", "9 Mar", "16 Mar", "23 Mar", "30 Mar"]
    assert steps_up_to(0) == [0, 1]
    assert steps_up_to(7) == [0, 2, 4, 6, 8]
    assert steps_up_to(1.0, whole=False) == [0, 0.25, 0.5, 0.75, 1]


def test_what_ended_too_soon_says_so_and_shows_what_is_known() -> None:
    stopped = replace(made(losses=0), stopped=StopNote("client", f"it died: {HOSTILE}", START + 17 * HOUR, "Traceback"))
    text = words(page(rehearsal_html(replace(stopped, objectives=()))))
    assert "UNDECIDED: the rehearsal cannot tell It died: " in text
    assert "Ended on day 1 of 5, at 2026-03-02T22:00:00Z" in text
    assert "What the client printed last Traceback" in text
    known = replace(made(), stopped=StopNote("time", "--max-seconds 5 were up", START + 17 * HOUR))
    assert why(known).startswith("Up to day 1 of 5 (125 tickets, 450 events), 3 changes never reached")


def test_a_client_without_a_mirror_has_no_picture_of_its_copy() -> None:
    blind = replace(made(losses=0), blind="the client shows no mirror", distribution=(), staleness={})
    root = page(rehearsal_html(blind))
    assert [figure.get("id") for figure in root.iter("figure")] == ["calls", "limit", "failures", "operations"]


def test_a_report_of_nothing_is_a_page_too() -> None:
    empty = replace(
        made(losses=0),
        hours=dict.fromkeys(series(1), ()),
        distribution=tuple((bound, 0) for bound in (*BOUNDS, None)),
        outages=(),
        staleness=dict.fromkeys(("p50", "p95", "p99", "worst")),
        episodes=(),
        operations={},
        slowest=(),
    )
    root = page(rehearsal_html(empty))
    assert [figure.get("id") for figure in root.iter("figure")] == ["calls", "heat", "backlog", "distribution"]


def test_two_clients_stand_beside_each_other_to_one_scale() -> None:
    good = replace(made(losses=0), client="after")
    small = replace(good, hours={**good.hours, "calls": tuple(3.0 for _ in good.hours["calls"])}, objectives=())
    large = replace(made(), client="before", objectives=())
    root = page(comparison_html(large, small))
    assert [words(each) for each in root.find_class("word")] == ["GO: ready to go live"] * 2
    axes = [
        [text.text for text in root.get_element_by_id(name).xpath(".//text[@class='tick']")]
        for name in ("A-calls", "B-calls")
    ]
    assert axes[0] == axes[1] == ["0", "10", "20", "30", "40"]
    rows = {
        row.findtext(".//code/bdi"): [words(cell) for cell in row[1:]] for row in root.find_class("comparison")[0][1]
    }
    assert rows["losses"] == ["", "A 3", "B 0", "B is better"]


def test_a_search_for_the_limit_says_what_it_found() -> None:
    broken, kept = made(), made(losses=0)
    kept = replace(kept, objectives=tuple(each for each in kept.objectives if each.met))
    found = Largest(kept, replace(broken, scale=2.0), ((1.0, True), (2.0, False)))
    root = page(rehearsal_html(broken, found))
    text = words(root)
    assert "Your integration holds until 25 tickets a day (scale 1); then losses stops it: " in text
    assert [[words(cell) for cell in row] for row in root.find_class("counts")[0].xpath("./tbody/tr")] == [
        ["1", "hold"],
        ["2", "do not hold"],
    ]


def test_the_sentence_names_what_could_not_be_measured() -> None:
    (judged,) = judge(chosen({}, {}, {}, {"staleness.p95": "5m"})[-1:], {"staleness.p95": None})
    report = replace(made(losses=0), objectives=(judged,))
    assert why(report).endswith("could not be measured; the one objective is missed.")
    habits = judge(chosen({}, {}, {}, {"staleness.p95": "5m"}), {"habits": 1, "staleness.p95": 0})
    said = why(replace(report, objectives=habits))
    assert said.endswith("1 time the client asked as the vendor asks its clients not to; 1 of 7 objectives is missed.")
