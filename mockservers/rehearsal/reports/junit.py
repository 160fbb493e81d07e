"""A rehearsal as JUnit XML, which every CI system reads: a case for each objective. No secret stands in it."""

from __future__ import annotations

from lxml import etree

from mockservers.harness.reports.characters import clean
from mockservers.harness.reports.junit import add_case, add_suite, add_words, as_text, count_cases
from mockservers.rehearsal.objectives import shown
from mockservers.rehearsal.report import RehearsalReport
from mockservers.rehearsal.reports.text import rehearsal_text


def rehearsal_junit(report: RehearsalReport) -> str:
    """An objective that is missed is a failure with its reasons; a rehearsal that ended too soon is an error."""
    root = etree.Element("testsuites", name=f"mockservers rehearse {report.vendor}")
    name = f"mockservers.rehearse.{report.vendor}"

    def show(text: str) -> str:
        return clean(text, report.secrets, "\n")

    known = {
        "vendor": report.vendor,
        "client": show(report.client),
        "started as": show(report.given),
        "profile": report.profile,
        "days": str(report.days),
        "scale": f"{report.scale:g}",
        "seed": str(report.seed),
        "verdict": report.verdict,
    }
    suite = add_suite(root, name, report.seconds, known)
    for each in report.objectives:
        unit = each.objective.metric.unit
        case = add_case(suite, name, f"{each.objective.name} at most {shown(unit, each.objective.most)}")
        if each.met:
            continue
        told = [reason for reason in report.reasons if reason.objective == each.objective.name]
        lines = [
            line for reason in told for line in (reason.text, *reason.details, *(rule for rule, _ in reason.rules))
        ]
        message = f"{each.objective.metric.says}: {shown(unit, each.value)}"
        first = told[0].text if told else message
        add_words(case, "failure", show(first), show("\n".join([message, *lines])), each.objective.name)
    if report.stopped is not None:
        case = add_case(suite, name, "the span was played to its end")
        add_words(case, "error", show(report.stopped.what), rehearsal_text(report), report.stopped.why)
    elif report.blind:
        add_words(add_case(suite, name, "the client shows its copy"), "error", show(report.blind))
    count_cases(root, suite)
    return as_text(root)
