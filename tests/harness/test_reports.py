"""Reports for programs and for people: JSON, JUnit XML and HTML of checks and replays, and what they must never show."""

from __future__ import annotations

import json
import re
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree
from lxml import html as lxml_html

from mockservers.cli import main
from mockservers.harness import reports
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.duties import Breach, Judgement, of
from mockservers.harness.history import Exchanged, ExternalChange, History, Record
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports import deciding, failures
from mockservers.harness.reports import json as json_report
from mockservers.harness.reports.characters import clean, cleaned, cut, visible
from mockservers.harness.reports.summary import summary_text
from mockservers.harness.scenario_files import from_dict
from mockservers.harness.scenarios import ClientStep, ClockStep, FaultStep, OtherStep, Scenario
from mockservers.harness.verdicts import Counterexample, DialectReport, DutyVerdict, Report, Stop
from mockservers.kernel import instants
from mockservers.kernel.data import folder
from tests import secret_spellings
from tests.harness.conftest import START, at, exchanged, sync
from tests.secret_spellings import spelt

MUTANT = f"{Path(__file__).parent.parent / 'vendors' / 'get_tickets' / 'mutants' / 'decoded_once.py'}:Client"
HOSTILE = "</title><script>alert('x')</script>&\"<!--]]>\x00\x1b[31m\u202eevil\ud800"
SECRET = "SECRET-CODE"
DUTIES = {duty.slug: duty for duty in of("get_tickets")}


@pytest.fixture(scope="module")
def caught() -> Report:
    """A real check of a client with one bug."""
    return check(CheckConfig("get_tickets", MUTANT, examples=8, save_to=None))


@pytest.fixture
def made(history: Callable[..., History]) -> Callable[..., Report]:
    """Makes a report of two dialects, with every verdict, whose one proof is full of `text`."""

    def make(text: str = "plain", **more: Any) -> Report:
        subject = f"{text} {SECRET}"
        record, wrong = Record("7", {"subject": subject}), Record("7", {"subject": f"not {subject}"})
        seen = history(
            "get_tickets",
            truth=[record],
            mirror=[wrong],
            changes=[ExternalChange(1, START, "create", {"fields": {"subject": text}}, record)],
            exchanges=[
                Exchanged(
                    2, at(1), "GET", f"/API?tid={text}", (("X-Note", text),), b"", 200, text.encode("utf-8", "replace")
                ),
                exchanged(3, 1, status=None, received=None, faults=("cut",)),
            ],
            tasks=[
                sync(1, 3, 1, before={}, after={"7": wrong}),
                replace(
                    sync(3, 3, 9, before={"7": wrong}, after={"7": wrong}),
                    index=1,
                    settling=True,
                    error_kind="client",
                    error=f"no {text}",
                ),
            ],
            output=f"{text}\nprinted {SECRET}\n",
            labels={"7": "T1"},
            **more,
        )
        steps = (
            OtherStep("create", fields={"subject": text}),
            ClockStep(instants.MINUTE),
            FaultStep("cut", 1),
            ClientStep("sync"),
        )
        breach = Breach(
            f"request #2 at {instants.to_iso(at(1))} says {text} {SECRET}", {"ticket": "7", "field": "subject"}
        )
        counterexample = Counterexample(
            DUTIES["decoded_once"],
            Scenario("get_tickets", steps, START, note=text),
            (breach,),
            seen,
            Path("found/x y.yaml"),
            text,
        )
        verdicts = (
            DutyVerdict(DUTIES["decoded_once"], "broken", 9, 4, 2, counterexample),
            DutyVerdict(DUTIES["all_pages"], "kept", 5, 3, 0),
            DutyVerdict(DUTIES["deleted_dropped"], "unproven", 0, 0, 0, why="4 examples did not come to it"),
            DutyVerdict(DUTIES["cid_not_overwritten"], "n/a", 0, 0, 0, why="it applies in dialect delimited"),
            DutyVerdict(DUTIES["merged_kept"], "switched off", 0, 0, 0, why=f"for {HOSTILE}"),
        )
        first = DialectReport("default", verdicts, 4, 1, 9, 1.5, True, (f"sync failed: {text}",))
        second = DialectReport(
            "json",
            (replace(verdicts[0], verdict="kept", broken_in=0, counterexample=None), *verdicts[1:]),
            4,
            0,
            9,
            1.0,
        )
        return Report("get_tickets", f"client {text}", f"node {text}.js", 3, (first, second), 2.5)

    return make


def failed(report: Report) -> ReplayResult:
    """The report's proof as a replay would show it."""
    (counterexample,) = report.counterexamples
    judgement = Judgement(1, counterexample.breaches)
    return ReplayResult(
        Path("a <b>.yaml"),
        counterexample.scenario,
        "FAILED",
        ((counterexample.duty, judgement),),
        counterexample.history,
    )


# --- JSON -------------------------------------------------------------------------------------------------------------


def conforms(value: Any, type_: Any, where: str = "") -> None:
    """That plain data has exactly the keys and types of a TypedDict."""
    if typing.is_typeddict(type_):
        hints = typing.get_type_hints(type_)
        assert list(value) == list(hints), where
        assert type_.__doc__, where
        for key, inner in hints.items():
            conforms(value[key], inner, f"{where}.{key}")
        return
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is list:
        assert isinstance(value, list), where
        for n, each in enumerate(value):
            conforms(each, arguments[0], f"{where}[{n}]")
    elif origin is dict:
        assert isinstance(value, dict), where
    elif arguments:  # a union with None
        assert value is None or conforms(value, arguments[0], where) is None
    elif type_ is not Any:
        assert isinstance(value, (int, float) if type_ is float else type_), (where, value)
        assert type_ is not int or not isinstance(value, bool), where


def test_json_has_the_documented_keys_and_no_others(caught: Report, made: Callable[..., Report]) -> None:
    for report in (caught, made()):
        raw = json.loads(reports.check_json(report))
        conforms(raw, json_report.CheckJson)
        assert (raw["format"], raw["version"], raw["exit_code"]) == ("mockservers-check", 1, 1)
    raw = json.loads(reports.replay_json([failed(made())], "--client mine.py:Client"))
    conforms(raw, json_report.ReplayJson)
    assert raw["results"][0]["failure"]["breaches"][0]["duty"] == "get_tickets.decoded_once"


def test_json_tells_what_was_found(caught: Report) -> None:
    raw = json.loads(reports.check_json(caught))
    assert {duty["id"]: duty["verdict"] for duty in raw["duties"]} == {
        verdict.duty.id: caught.verdict(verdict.duty.id) for verdict in caught.dialects[0].verdicts
    }
    (broken,) = [each for each in raw["dialects"][0]["verdicts"] if each["verdict"] == "broken"]
    (counterexample,) = caught.counterexamples
    assert broken["duty"] == counterexample.duty.id == "get_tickets.decoded_once"
    assert broken["counterexample"]["scenario"] == counterexample.scenario.to_dict()
    assert [each["text"] for each in broken["counterexample"]["breaches"]] == [
        breach.text for breach in counterexample.breaches
    ]
    (duty,) = [each for each in raw["duties"] if each["id"] == broken["duty"]]
    assert [rule["place"] for rule in duty["rules"]] == [rule.source.place for rule in counterexample.duty.rules]
    requests = [each for each in broken["counterexample"]["events"] if each["kind"] == "request"]
    assert [each["n"] for each in requests] == [each.n for each in counterexample.history.exchanges]
    last = [each for each in broken["counterexample"]["events"] if each["kind"] == "mirror"][-1]
    fields = [field for state in last["mirror"] for field in state["fields"]]
    assert fields
    assert all(field["truth"] != field["mirror"] for field in fields)


def test_json_of_what_json_has_no_word_for(made: Callable[..., Report]) -> None:
    report = made(HOSTILE)
    (counterexample,) = report.counterexamples
    odd = Breach(
        "odd", {"nan": float("nan"), "set": {"b", "a"}, "bytes": b"\xff", "tuple": (1, True, None), 3: Path("x")}
    )
    verdicts = (replace(report.dialects[0].verdicts[0], counterexample=replace(counterexample, breaches=(odd,))),)
    text = reports.check_json(replace(report, dialects=(replace(report.dialects[0], verdicts=verdicts),)))
    text.encode("utf-8")
    facts = json.loads(text)["dialects"][0]["verdicts"][0]["counterexample"]["breaches"][0]["facts"]
    assert facts == {"nan": "nan", "set": ["a", "b"], "bytes": "b'\\xff'", "tuple": [1, True, None], "3": "x"}
    assert json.loads(text)["client"] == f"client {HOSTILE}"


# --- JUnit ------------------------------------------------------------------------------------------------------------


def suites(text: str) -> Iterator[Any]:
    root = etree.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites"
    for tag, total in (("testcase", "tests"), ("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(root.get(total)) == len(root.findall(f".//{tag}"))
        for suite in root:
            assert int(suite.get(total)) == len(suite.findall(f".//{tag}"))
    for case in root.iter("testcase"):
        assert case.get("name")
        assert case.get("classname")
        assert len(case) <= 1  # no case has two outcomes
    yield from root


def test_junit_has_a_suite_for_each_dialect_and_a_case_for_each_duty(made: Callable[..., Report]) -> None:
    report = made()
    default, other = suites(reports.check_junit(report))
    assert (default.get("name"), other.get("name")) == (
        "mockservers.get_tickets.default",
        "mockservers.get_tickets.json",
    )
    cases = {case.get("name"): case for case in default.iter("testcase")}
    assert {name: [each.tag for each in case] for name, case in cases.items()} == {
        "decoded_once": ["failure"],
        "all_pages": [],
        "deleted_dropped": ["skipped"],
        "cid_not_overwritten": ["skipped"],
        "merged_kept": ["skipped"],
    }
    failure = cases["decoded_once"][0]
    assert failure.get("type") == "get_tickets.decoded_once"
    assert "request #2" in failure.get("message")
    counterexample = "\n".join(reports.counterexample_lines(report.counterexamples[0], report.given))
    assert failure.text == counterexample
    lacked = "not exercised: needs a ticket that is deleted after a sync; 4 examples did not come to it"
    assert cases["deleted_dropped"][0].get("message") == lacked
    assert cases["merged_kept"][0].get("message") == f"switched off: for {visible(HOSTILE)}"
    said = cases["cid_not_overwritten"][0].get("message")
    assert said.startswith(
        "not applicable: this dialect, with the options that the client's hello lists, never provokes it"
    )
    assert said.endswith("; it applies in dialect delimited")
    properties = {each.get("name"): each.get("value") for each in default.iter("property")}
    assert (properties["seed"], properties["client"], properties["dialect"]) == ("3", "client plain", "default")
    assert default.findtext("system-err") == "sync failed: plain"
    assert not list(other.iter("failure"))


def test_junit_of_a_check_that_proves_nothing_is_not_green(made: Callable[..., Report]) -> None:
    report = made()
    idle = tuple(
        replace(verdict, verdict="unproven", counterexample=None, exercised=0)
        for verdict in report.dialects[0].verdicts
    )
    report = replace(report, dialects=(replace(report.dialects[0], verdicts=idle),))
    (suite,) = suites(reports.check_junit(report))
    (error,) = suite.iter("error")
    assert error.get("message") == "nothing proven: no duty was put to the test"


def test_junit_of_a_replay(made: Callable[..., Report]) -> None:
    result = failed(made())
    others = [
        replace(result, outcome=outcome, broken=(), reason=f"because {outcome}", file=Path(f"{outcome}.yaml"))
        for outcome in ("FIXED", "KEPT", "UNPROVEN", "MISTAKEN")
    ]
    (suite,) = suites(reports.replay_junit([result, *others], "--client mine.py:Client"))
    cases = {case.get("name"): [each.tag for each in case] for case in suite.iter("testcase")}
    assert cases == {
        "a <b>.yaml": ["failure"],
        "FIXED.yaml": [],
        "KEPT.yaml": [],
        "UNPROVEN.yaml": ["skipped"],
        "MISTAKEN.yaml": ["error"],
    }
    assert "decoded exactly once" in next(suite.iter("failure")).text
    assert next(suite.iter("error")).get("message") == "because MISTAKEN"


# --- HTML -------------------------------------------------------------------------------------------------------------

VOID = {"meta"}


def page(text: str) -> Any:
    """The page as a tree, having looked that it is well formed and asks nobody else for anything."""
    root = lxml_html.document_fromstring(text)
    assert not list(root.iter("script", "link", "iframe", "img", "object", "base", "form"))
    for element in root.iter():
        if isinstance(element.tag, str):
            assert not [name for name in element.attrib if name.startswith("on")]
            for name in ("href", "src", "action", "data", "xlink:href"):
                assert element.get(name, "#").startswith("#"), element.get(name)
    styles = "".join(style.text for style in root.iter("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    opened = re.findall(r"<([a-z][a-z0-9]*)[\s>]", text.partition("<body>")[2])
    closed = re.findall(r"</([a-z][a-z0-9]*)>", text.partition("<body>")[2])
    once = set(re.findall(r"<(line|rect|polygon|circle|br)\b", text))
    assert sorted(name for name in opened if name not in once) == sorted(
        name for name in closed if name not in once and name not in ("body", "html")
    )
    links = {element.get("href")[1:] for element in root.iter("a") if element.get("href")}
    ids = [element.get("id") for element in root.iter() if isinstance(element.tag, str) and element.get("id")]
    assert links <= set(ids)
    assert len(ids) == len(set(ids))
    return root


def words(element: Any) -> str:
    """An element's text on one line, as a reader takes it in."""
    for line_break in element.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return " ".join(element.text_content().split())


def test_the_page_opens_with_the_verdicts(made: Callable[..., Report]) -> None:
    root = page(reports.check_html(made()))
    matrix = root.find_class("matrix")[0]
    assert [words(cell) for cell in matrix.xpath(".//thead//th")] == ["Duty", "default 4 examples", "json 4 examples"]
    rows = {row[0].findtext(".//code/bdi"): [words(cell) for cell in row[1:]] for row in matrix.xpath(".//tbody/tr")}
    assert rows == {
        "decoded_once": ["broken exercised 9 times in 4 examples, broken in 2", "kept exercised 9 times in 4 examples"],
        "all_pages": ["kept exercised 5 times in 3 examples"] * 2,
        "deleted_dropped": ["unproven"] * 2,
        "cid_not_overwritten": ["n/a"] * 2,
        "merged_kept": ["switched off"] * 2,
    }
    (link,) = [each for each in matrix.iter("a") if each.get("href")]
    assert root.get_element_by_id(link.get("href")[1:]).get("class") == "failure"
    text = words(root)
    assert "BROKEN: 1 duty (decoded_once)" in text
    assert "deleted_dropped: needs a ticket that is deleted after a sync; 4 examples did not come to it" in text
    assert "never provokes it; it needs" in text
    assert text.count("it applies in dialect delimited") == 1, "what all dialects tell is told once"
    assert f"merged_kept: switched off: for {visible(HOSTILE)}" in text
    assert "not counted, for the client declined the dialect: 1 example" in text
    assert text.index("Verdicts") < text.index("What was seen")


def test_every_report_says_what_should_means_where_there_is_such_a_duty(made: Callable[..., Report]) -> None:
    report = made()
    first = report.dialects[0]
    advice = replace(DUTIES["all_pages"], severity="should")
    verdicts = tuple(replace(each, duty=advice) if each.duty.slug == "all_pages" else each for each in first.verdicts)
    advised = replace(report, dialects=(replace(first, verdicts=verdicts), *report.dialects[1:]))
    for make in (reports.check_text, reports.check_json, reports.check_junit, reports.check_html):
        told = "an advice that rests on a guess about what the client is meant to do; --without DUTY switches one off"
        assert told in " ".join(make(advised).split())
        assert told not in " ".join(make(report).split()) or make is reports.check_json


def test_a_duty_that_another_dialect_put_to_the_test_needs_no_more_examples(made: Callable[..., Report]) -> None:
    report = made()
    first, second = report.dialects
    kept = tuple(
        replace(each, verdict="kept") if each.duty.slug == "deleted_dropped" else each for each in second.verdicts
    )
    text = " ".join(reports.check_text(replace(report, dialects=(first, replace(second, verdicts=kept)))).split())
    assert "needs a ticket that is deleted after a sync; it was exercised in dialect json" in text
    assert "4 examples did not come to it" not in text


def test_nothing_proven_says_why(made: Callable[..., Report]) -> None:
    report = made()
    idle = tuple(replace(each, verdict="unproven", counterexample=None) for each in report.dialects[0].verdicts)
    silent = replace(report.dialects[0], verdicts=idle, idle="the client sent no request in 4 examples")
    text = reports.check_text(replace(report, dialects=(silent,)))
    assert "NOTHING PROVEN: no duty was put to the test: the client sent no request in 4 examples" in text


def test_a_broken_duty_has_all_that_a_stranger_needs(caught: Report) -> None:
    root = page(reports.check_html(caught))
    (section,) = root.find_class("failure")
    (counterexample,) = caught.counterexamples
    text = words(section)
    for said in (
        counterexample.duty.says,
        *(f"{rule.says} {rule.id} · {rule.source}" for rule in counterexample.duty.rules),
    ):
        assert " ".join(said.split()) in text
    assert [words(each) for each in section.find_class("seen")[0]] == [
        " ".join(b.text.split()) for b in counterexample.breaches[:8]
    ]
    assert len(section.find_class("steps")[0]) == len(counterexample.scenario.steps) + 2
    assert len(section.find_class("timeline")) == 1
    assert "Where they differ, in the end" in text
    differing = [words(mark) for mark in section.iter("mark")]
    assert differing
    assert counterexample.scenario.to_yaml().split() == words(section.xpath(".//details/pre")[-1]).split()


def test_further_dialects_of_a_broken_duty_are_folded_away(made: Callable[..., Report]) -> None:
    report = made()
    both = replace(report, dialects=(report.dialects[0], replace(report.dialects[0], dialect="again")))
    first, second = page(reports.check_html(both)).find_class("failure")
    assert first[0].tag == "h2"
    assert second[0].tag == "details"


def test_the_page_of_a_replay(made: Callable[..., Report]) -> None:
    result = failed(made())
    kept = replace(result, outcome="KEPT", broken=(), file=Path("kept.yaml"))
    root = page(reports.replay_html([result, kept], "--client 'node my sync.js'"))
    rows = [[words(cell) for cell in row] for row in root.xpath("//table[1]/tbody/tr")][:2]
    assert [row[:2] for row in rows] == [["FAILED", "a <b>.yaml"], ["KEPT", "kept.yaml"]]
    assert "1 of 2 failed" in words(root)
    assert len(root.find_class("failure")) == 1
    assert "mockservers replay 'a <b>.yaml' --client 'node my sync.js'" in words(root)
    assert "2 played, none failed" in words(page(reports.replay_html([kept, kept], "--client mine.py:Client")))


# --- what no report shows ---------------------------------------------------------------------------------------------

MAKERS: dict[str, Callable[[Report], str]] = {
    "text": reports.check_text,
    "json": reports.check_json,
    "junit": reports.check_junit,
    "html": reports.check_html,
    "replay_text": lambda report: reports.replay_text([failed(report)]),
    "replay_json": lambda report: reports.replay_json([failed(report)], report.given),
    "replay_junit": lambda report: reports.replay_junit([failed(report)], report.given),
    "replay_html": lambda report: reports.replay_html([failed(report)], report.given),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_no_report_shows_a_secret(maker: str, made: Callable[..., Report]) -> None:
    text = MAKERS[maker](made())
    assert SECRET not in text
    assert "***" in text


def test_no_sentence_about_a_failure_on_a_page_shows_a_secret(made: Callable[..., Report]) -> None:
    report = made()
    (counterexample,) = report.counterexamples
    told = replace(counterexample, unsaved=f"no folder {SECRET}", file=Path(f"found/{SECRET}.yaml"))
    verdicts = (replace(report.dialects[0].verdicts[0], counterexample=told),)
    text = reports.check_html(replace(report, dialects=(replace(report.dialects[0], verdicts=verdicts),)))
    assert SECRET not in text
    assert "no folder ***" in text


@pytest.mark.parametrize("maker", MAKERS)
def test_no_report_shows_a_secret_in_any_spelling(maker: str, made: Callable[..., Report]) -> None:
    # A report shows few places of a history, so each of some reports has some of the secrets in all of them.
    known = secret_spellings.secrets(500)[:: 8 if "html" in maker or "json" in maker else 1]
    for first in range(0, len(known), 10):
        secrets = known[first : first + 10]
        forms = {name: form for n, each in enumerate(secrets) for name, form in spelt(each, first + n, 2).items()}
        report = made(" ".join(f"|{form}|" for form in forms.values()), secrets=tuple(secrets))
        text = MAKERS[maker](replace(report, client="c", given="c.py", dialects=_uncomplaining(report)))
        assert "***" in text
        for name, form in forms.items():
            assert form not in text, name


def _uncomplaining(report: Report) -> tuple[DialectReport, ...]:
    """The dialects without what a check said of them, which it had cleaned itself."""
    return tuple(replace(each, complaints=()) for each in report.dialects)


@pytest.mark.parametrize("maker", [name for name in MAKERS if "json" not in name])
def test_no_text_of_others_breaks_a_report(maker: str, made: Callable[..., Report]) -> None:
    text = MAKERS[maker](made(HOSTILE))
    text.encode("utf-8")
    assert not {letter for letter in text if letter in "\x00\x1b\u202e" or "\ud800" <= letter <= "\udfff"}
    if "html" in maker:
        root = page(text)
        assert "<script" not in text
        assert "</title><script>alert('x')</script>" in root.text_content()
    if "junit" in maker:
        assert next(suites(text)) is not None


def test_a_control_character_is_shown_and_text_is_left_alone() -> None:
    assert visible("a\x00b\x1b[1m\u202e\ud800\U000e0001") == "a\\x00b\\x1b[1m\\u202e\\ud800\\U000e0001"
    for text in ("Müller 🚧 шалом שלום", "👩‍🔧", "a & b <c>", "日本語"):
        assert visible(text) == text
    assert visible("one\ntwo\t", keep="\n") == "one\ntwo\\t"


def test_secrets_go_before_anything_is_cut_or_escaped() -> None:
    assert clean("my\nSECRET-CODE", [SECRET]) == "my\\n***"
    assert cleaned({"a SECRET-CODE": [("SECRET-CODE",), 1.5, float("inf")]}, [SECRET]) == {
        "a ***": [["***"], 1.5, "inf"]
    }
    assert (cut("abcdef", 4), cut("日本語", 4), cut("日本", 4), cut("", 4)) == ("abc…", "日…", "日本", "")


# --- a check that was stopped -----------------------------------------------------------------------------------------

DYING = """
from mockservers.harness.clients import reference

class Client(reference("get_tickets")):
    resets = 0

    def reset(self, **message):
        Client.resets += 1
        return super().reset(**message)

    def sync(self, **message):
        if Client.resets == 3:
            print("<giving up>")
            raise SystemExit("enough")
        return super().sync(**message)
"""


def written(words: list[str], folder: Path) -> tuple[dict[str, Any], Any, str]:
    """The three reports that a check by the command line leaves when its client fails as a program."""
    files = {name: folder / f"report.{name}" for name in ("json", "junit", "html")}
    asked = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    done = CliRunner().invoke(main, ["check", "get_tickets", *words, "--save", str(folder / "found"), *asked])
    assert done.exit_code == 4, done.output
    assert "the client failed as a program, so there is no verdict" in done.output
    raw = json.loads(files["json"].read_text("utf-8"))
    conforms(raw, json_report.CheckJson)
    assert raw["exit_code"] == 4
    assert raw["says"].startswith("STOPPED ")
    assert (raw["dialects"], raw["duties"]) == ([], [])
    (suite,) = suites(files["junit"].read_text("utf-8"))
    return raw["stopped"], suite, files["html"].read_text("utf-8")


def test_a_check_that_is_stopped_in_an_example_is_reported(tmp_path: Path) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    stopped, suite, page = written(["--client", f"{tmp_path / 'dying.py'}:Client"], tmp_path)
    assert (stopped["dialect"], stopped["doing"]) == ("default", "example 3 of 180")
    assert "ended the process while at 'sync'" in stopped["what"]
    assert "<giving up>" in stopped["printed"]
    played = from_dict(stopped["scenario"])  # what stopped it can be played again
    assert (played.vendor, len(played.steps)) == ("get_tickets", len(stopped["scenario"]["steps"]))
    (error,) = suite.findall("testcase/error")
    assert error.get("message").startswith("stopped in example 3 of 180, dialect default: the client ended the process")
    assert "<giving up>" in error.text
    assert "Stopped in example 3 of 180, dialect default" in page
    assert "&lt;giving up&gt;" in page
    assert "<h2>Verdicts</h2>" not in page


def test_a_check_that_is_stopped_before_the_first_example_is_reported(tmp_path: Path) -> None:
    client = f"{sys.executable} -c 'import sys; sys.exit(5)'"
    stopped, suite, page = written(["--client", client], tmp_path)
    assert (stopped["dialect"], stopped["doing"], stopped["scenario"]) == ("", "", None)
    assert "exit code 5" in stopped["what"]
    (error,) = suite.findall("testcase/error")
    assert error.get("message").startswith("stopped before the first example: ")
    assert "Stopped before the first example" in page


def test_dialects_that_were_done_before_a_stop_keep_their_verdicts(made: Callable[..., Report]) -> None:
    scenario = Scenario("get_tickets", (ClientStep("sync"),), START)
    stopped = replace(made(HOSTILE), stopped=Stop(f"died {HOSTILE}", HOSTILE, "json", "example 7 of 9", scenario))
    assert stopped.exit_code() == 4
    raw = json.loads(reports.check_json(stopped))
    conforms(raw, json_report.CheckJson)
    assert [each["dialect"] for each in raw["dialects"]] == ["default", "json"]
    *_, last = suites(reports.check_junit(stopped))
    assert [case.get("name") for case in last.iter("testcase")] == ["the client works"]
    page = reports.check_html(stopped)
    assert "<script>" not in page
    assert "<h2>Verdicts</h2>" in page
    text = reports.check_text(stopped)
    assert text.splitlines()[-1].startswith("STOPPED in example 7 of 9, dialect json: ")
    assert "client   sync" in text


def test_a_replay_that_is_stopped_tells_of_the_files_before(tmp_path: Path) -> None:
    (tmp_path / "dying.py").write_text(DYING.replace("resets == 3", "resets == 2"))
    scenarios = sorted((folder("scenarios") / "get_tickets").glob("*.yaml"))[:3]
    files = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html")}
    asked = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    words = ["replay", *map(str, scenarios), "--client", f"{tmp_path / 'dying.py'}:Client", *asked]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 4, done.output
    assert "the client failed as a program" in done.output
    raw = json.loads(files["json"].read_text("utf-8"))
    conforms(raw, json_report.ReplayJson)
    assert raw["exit_code"] == 4
    assert [each["outcome"] for each in raw["results"]] == [raw["results"][0]["outcome"], "STOPPED"]
    assert raw["results"][0]["outcome"] in ("KEPT", "FIXED")
    (suite,) = suites(files["junit"].read_text("utf-8"))
    assert suite.get("errors") == "1"
    (error,) = suite.findall("testcase/error")
    assert "ended the process while at 'sync'" in error.get("message")
    assert "<giving up>" in error.text
    assert "<giving up>" in raw["results"][1]["printed"]
    page = files["html"].read_text("utf-8")
    assert "stopped in file 2, for the client failed as a program; 0 of 1 before it failed" in page
    assert "&lt;giving up&gt;" in page
    assert f"STOPPED   {scenarios[1]}" in done.output


def test_the_proof_nearest_to_the_cause_leads(made: Callable[..., Report]) -> None:
    """The shortest scenario; duties that the same bug breaks have a line, and so has another bug."""
    report = made()
    (first,) = report.counterexamples
    longer = replace(first.scenario, steps=(*first.scenario.steps, ClientStep("sync")))
    others = [
        replace(first, duty=DUTIES[slug], scenario=longer, file=Path(f"found/{slug}.yaml"))
        for slug in ("all_pages", "once_only")
    ]
    first = replace(first, also=(DUTIES["all_pages"],))
    verdicts = [DutyVerdict(each.duty, "broken", 1, 1, 1, each) for each in (*others, first)]
    bugs = (("get_tickets.once_only",), ("get_tickets.all_pages", "get_tickets.decoded_once"))
    report = replace(report, dialects=(replace(report.dialects[0], verdicts=tuple(verdicts), causes=bugs),))
    text = reports.check_text(report)
    assert text.count("What was seen") == 1
    assert text.index("BROKEN get_tickets.decoded_once") < text.index("What was seen")
    same, other = (text.index(words) for words in ("Probably broken by the same bug", "Probably another bug, number 2"))
    assert text.index("What was seen") < same < text.index("BROKEN get_tickets.all_pages") < other
    assert other < text.index("BROKEN get_tickets.once_only") < text.index("[found/once_only.yaml]")
    assert reports.check_text(report, everything=True).count("What was seen") == 3
    assert "probably 2 bugs" in text
    raw = json.loads(reports.check_json(report))
    assert raw["lead"] == "get_tickets.decoded_once"
    assert raw["causes"] == [["get_tickets.decoded_once", "get_tickets.all_pages"], ["get_tickets.once_only"]]
    sections = page(reports.check_html(report)).find_class("failure")
    assert sections[0].get("id") == "d0-decoded_once"
    assert [len(each.findall("details/summary/h2")) for each in sections] == [0, 1, 1]
    (suite,) = suites(reports.check_junit(report))
    told = {case.get("name"): case[0].text for case in suite.iter("testcase")}
    assert told["all_pages"].startswith("Probably nearest to the cause is decoded_once")
    assert told["decoded_once"].startswith("BROKEN get_tickets.decoded_once")


def test_each_broken_duty_is_told_where_several_are_as_near_to_the_cause(made: Callable[..., Report]) -> None:
    """One play breaks three duties, as with --fail-fast: the one that leads is not listed again in place of another."""
    report = made()
    (first,) = report.counterexamples
    slugs = ("decoded_once", "all_pages", "once_only")
    proofs = [replace(first, duty=DUTIES[slug], file=None) for slug in slugs]
    for order in (proofs, proofs[::-1], [proofs[1], proofs[0], proofs[2]]):
        verdicts = tuple(DutyVerdict(each.duty, "broken", 1, 1, 1, each) for each in order)
        for bugs in ((tuple(each.duty.id for each in order[::-1]),), tuple((each.duty.id,) for each in order)):
            dialect = replace(report.dialects[0], verdicts=verdicts, causes=bugs)
            text = reports.check_text(replace(report, dialects=(dialect,)))
            for slug in slugs:
                assert text.count(f"BROKEN get_tickets.{slug}") == 1


def test_the_request_whose_answer_leaked_a_secret_decides(history: Callable[..., History]) -> None:
    answer = b"<error>401 Invalid API key SECRET-CODE</error>"
    one = [
        exchanged(1, 1, target="/API?tid=*&key=SECRET-CODE", status=401, received=answer),
        exchanged(2, 2, target="/API?tid=5", received=b"<tid>5</tid>"),
        exchanged(3, 3, target="/API?tid=6", received=b"<tid>6</tid>"),
    ]
    error = "Refused: status 401: Invalid API key SECRET-CODE"
    first = replace(sync(0, 2, 1), error_kind="refused", error=error)
    told = [first, replace(sync(2, 3, 3), index=1)]
    for facts in ({"tasks": told}, {"tasks": [replace(first, error=""), told[1]], "output": f"{error}\n"}):
        seen = history("get_tickets", exchanges=one, **facts)
        judgement = DUTIES["secret_kept"].judge(seen)
        assert judgement.breaches
        scenario = Scenario("get_tickets", (ClientStep("sync"),), START)
        failure = failures.Failure(scenario, seen, ((DUTIES["secret_kept"], judgement.breaches),))
        decided = deciding.deciding(failure)
        assert decided is not None
        assert decided.n == 1
        assert "SECRET-CODE" not in judgement.breaches[0].text


def test_a_switch_behind_the_deciding_answer_is_named_with_its_rule(history: Callable[..., History]) -> None:
    escaping, paging = "get_tickets.wire.json_escaping", "get_tickets.page.base"
    breach = Breach(f"request #1 at {instants.to_iso(at(1))} was answered with a page", {})
    duty = DUTIES["all_pages"]
    assert escaping not in duty.because

    def reported(dialect: Any) -> tuple[Report, failures.Failure]:
        answers = [exchanged(1, 1, received=b"[]", rules=(paging, escaping)), exchanged(2, 2, rules=(escaping,))]
        seen = history("get_tickets", dialect=dialect, exchanges=answers, tasks=[sync(0, 2, 1)])
        scenario = Scenario("get_tickets", (ClientStep("sync"),), START, dialect="hostile")
        proof = Counterexample(duty, scenario, (breach,), seen)
        one = DialectReport("hostile", (DutyVerdict(duty, "broken", 1, 1, 1, proof),), 1, 0, 1, 1.0)
        return Report("get_tickets", "c", "--client c", 1, (one,), 1.0), failures.of_counterexample(proof)

    report, failure = reported("hostile")
    assert [each.id for each in deciding.bearing(duty, failure)] == [escaping, paging]
    words = "switch json_escaping is naive in this play; the default is valid"
    text = " ".join(reports.check_text(report).split())
    assert text.index("Because:") < text.index(escaping) < text.index(words) < text.index(paging)
    assert words in " ".join(lxml_html.fromstring(reports.check_html(report)).text_content().split())
    raw = json.loads(reports.check_json(report))
    found = raw["dialects"][0]["verdicts"][0]["counterexample"]
    assert found["because"] == [escaping, paging]
    (switch,) = found["switches"]
    assert (switch["switch"], switch["value"], switch["default"]) == ("json_escaping", "naive", "valid")
    assert "(switch json_escaping is naive, not valid)" in " ".join(summary_text(raw).split())
    del found["switches"]  # as reports of older versions
    assert paging in summary_text(raw)
    _, failure = reported(None)
    assert [each.id for each in deciding.bearing(duty, failure)] == [paging]


@pytest.mark.parametrize("width", [40, 60, 80, 110, 200])
def test_text_is_as_wide_as_the_terminal_and_tears_no_word(width: int, made: Callable[..., Report]) -> None:
    text = reports.check_text(made("plain words that go on"), width=width)
    wide = reports.check_text(made("plain words that go on"), width=500)
    assert set(re.findall(r"[A-Za-z]{4,}", text)) <= set(re.findall(r"[A-Za-z]{4,}", wide))
    for line in text.splitlines():
        if len(line) > width:  # only what cannot be broken: a command to be copied, one long word
            assert "mockservers replay" in line or len(line.split()[-1]) > width // 2, line


def test_the_deciding_answer_is_shown_as_bytes_and_cut_with_a_count(history: Callable[..., History]) -> None:
    body = b"<old>" + b"x" * 5000 + b'<tid>77</tid>\xff "SECRET-CODE"' + b"y" * 5000
    exchange = exchanged(
        4, method="GET", target="/API?key=SECRET-CODE", received=body, reply_headers=(("Content-Type", "text/xml"),)
    )
    found = deciding.wire(exchange, ("SECRET-CODE",), ("77",))
    assert found.asked.startswith("GET /API?key=***")
    assert found.told.startswith("status 200\nContent-Type: text/xml\n\n<old>xxx")
    assert "<tid>77</tid>\\xff" in found.told
    assert "SECRET-CODE" not in found.told
    left = sum(int(n) for n in re.findall(r"\.\.\. (\d+) (?:of \d+ )?characters left out", found.told))
    assert abs(len(body) - left - deciding.MOST) < 10  # the mask and the escape are of other lengths
    assert deciding.shortened("z" * 9) == "z" * 9
