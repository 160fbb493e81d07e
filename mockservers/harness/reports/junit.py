"""Checks and replays as JUnit XML, which every CI system reads: a suite for each dialect, a case for each duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from mockservers.harness.duties import Duty
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports.characters import clean, visible
from mockservers.harness.reports.deciding import causes
from mockservers.harness.reports.text import (
    SHOULD,
    advised,
    counterexample_lines,
    replay_text,
    stop_lines,
    switched_off,
    told,
)
from mockservers.harness.verdicts import DialectReport, DutyVerdict, Report, Stop

_ERRORS = {"MISTAKEN": "mistaken file", "STOPPED": "the client failed as a program"}


def check_junit(report: Report) -> str:
    """A check: broken is a failure with the whole proof; unproven, not applicable and switched off are skipped; stopped is an
    error."""
    root = etree.Element("testsuites", name=_safe(f"mockservers check {report.vendor}"))
    nearest = {each.duty.id: bug[0].duty for bug in causes(report) for each in bug}
    for dialect in report.dialects:
        _dialect(root, report, dialect, nearest)
    if report.stopped is not None:
        _stop(root, report, report.stopped)
    return as_text(root)


def _stop(root: etree._Element, report: Report, stopped: Stop) -> None:
    """A case that is an error, so that a check that was stopped is never green."""
    name = ".".join(part for part in ("mockservers", report.vendor, stopped.dialect) if part)
    known = {"vendor": report.vendor, "client": report.client, "started as": report.given, "seed": str(report.seed)}
    suite = add_suite(root, name, report.seconds, known)
    case = add_case(suite, name, "the check was played to its end" if stopped.interrupted else "the client works")
    message = f"stopped {stopped.where}: {stopped.what}"
    kind = "interrupted" if stopped.interrupted else "client failed as a program"
    add_words(case, "error", message, "\n".join(stop_lines(stopped)), kind)
    count_cases(root, suite)


def _dialect(root: etree._Element, report: Report, dialect: DialectReport, nearest: Mapping[str, Duty]) -> None:
    """The suite of a dialect. `nearest` is, by the id of a broken duty, the one to look at first of those of its bug."""
    name = f"mockservers.{report.vendor}.{dialect.dialect}"
    suite = add_suite(
        root,
        name,
        dialect.seconds,
        {
            "vendor": report.vendor,
            "dialect": dialect.dialect,
            "client": report.client,
            "started as": report.given,
            "seed": str(report.seed),
            "examples": str(dialect.examples),
            "declined": str(dialect.declined),
            **({"severity": SHOULD} if advised(report) else {}),
        },
    )
    for verdict in dialect.verdicts:
        _duty(add_case(suite, name, verdict.duty.slug), verdict, report, nearest.get(verdict.duty.id, verdict.duty))
    if report.nothing_proven:
        # Else a client that was never put to the test would look green.
        case = add_case(suite, name, "anything proven")
        add_words(case, "error", f"nothing proven: {report.nothing_proven}", kind="nothing proven")
    if dialect.complaints:
        etree.SubElement(suite, "system-err").text = _safe("\n".join(dialect.complaints))
    count_cases(root, suite)


def _duty(case: etree._Element, verdict: DutyVerdict, report: Report, nearest: Duty) -> None:
    if verdict.verdict in ("n/a", "unproven", "switched off"):
        add_words(case, "skipped", told(verdict, report))
    elif verdict.verdict == "broken":
        counterexample = verdict.counterexample
        first = (
            counterexample.breaches[0].text
            if counterexample is not None and counterexample.breaches
            else verdict.duty.says
        )
        message = clean(first, () if counterexample is None else counterexample.history.secrets)
        lines = [verdict.duty.says] if counterexample is None else counterexample_lines(counterexample, report.given)
        if nearest.id != verdict.duty.id:
            lines[:0] = [
                f"Probably nearest to the cause is {nearest.slug}, which breaks together with this one; see there first.",
                "",
            ]
        add_words(case, "failure", message, "\n".join(lines), verdict.duty.id)


def replay_junit(results: Iterable[ReplayResult], client: str) -> str:
    """A replay: a case for each file. Failed is a failure, mistaken and stopped are errors, unproven is skipped,
    and so is a case for each duty that is switched off."""
    root = etree.Element("testsuites", name="mockservers replay")
    suite = add_suite(root, "mockservers.replay", 0, {"started as": client})
    results = list(results)
    for result in results:
        case = add_case(suite, f"mockservers.replay.{result.scenario.vendor}", str(result.file))
        if result.outcome == "FAILED":
            secrets = () if result.history is None else result.history.secrets
            duty, judgement = result.broken[0]
            message = clean(judgement.breaches[0].text, secrets)
            add_words(case, "failure", message, replay_text([result]), duty.id)
        elif result.outcome in _ERRORS:
            add_words(case, "error", result.reason, result.printed, _ERRORS[result.outcome])
        elif result.outcome in ("UNPROVEN", "OFF"):
            add_words(case, "skipped", result.reason)
    for off in switched_off(results):
        add_words(add_case(suite, f"mockservers.replay.{off.duty.vendor}", off.duty.slug), "skipped", off.words)
    count_cases(root, suite)
    return as_text(root)


def add_suite(root: etree._Element, name: str, seconds: float, properties: Mapping[str, str]) -> etree._Element:
    suite = etree.SubElement(root, "testsuite", name=_safe(name), time=f"{seconds:.3f}")
    listed = etree.SubElement(suite, "properties")
    for key, value in properties.items():
        etree.SubElement(listed, "property", name=key, value=_safe(value))
    return suite


def add_case(suite: etree._Element, place: str, name: str) -> etree._Element:
    return etree.SubElement(suite, "testcase", classname=_safe(place), name=_safe(name), time="0")


def add_words(case: etree._Element, what: str, message: str, text: str = "", kind: str = "") -> None:
    made = etree.SubElement(case, what, message=_safe(message))
    if kind:
        made.set("type", _safe(kind))
    if text:
        made.text = _safe(text)


def count_cases(root: etree._Element, suite: etree._Element) -> None:
    """Write how many cases of which kind a suite has, and add them up above it."""
    counts = {"tests": len(suite.findall("testcase"))}
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[plural] = len(suite.findall(f"testcase/{tag}"))
    for name, count in counts.items():
        suite.set(name, str(count))
        root.set(name, str(int(root.get(name, "0")) + count))


def _safe(text: str) -> str:
    return visible(text, keep="\n")


def as_text(root: etree._Element) -> str:
    etree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"
