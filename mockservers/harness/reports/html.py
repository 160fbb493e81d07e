"""Checks and replays as one HTML page that needs nothing else: no scripts, no links out, light or dark, printable.

How it looks is in `mockservers/templates/`. Clients and vendors choose much of what is shown, so every text in it is made
visible, and in a failure goes without the secrets of its play, wherever a template puts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mockservers import __version__
from mockservers.harness import side_by_side
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Duty
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports import timeline
from mockservers.harness.reports.characters import clean, visible
from mockservers.harness.reports.conversation import time_of_day
from mockservers.harness.reports.deciding import bearing, causes, deciding_wire, lead, switched, wire
from mockservers.harness.reports.events import events
from mockservers.harness.reports.failures import Failure, of_counterexample, of_result
from mockservers.harness.reports.program import dialect_words, lines, program
from mockservers.harness.reports.text import OUTCOME, SHOULD, advised, lacking, replay_command, sum_words, switched_off
from mockservers.harness.reports.text import told as told_of
from mockservers.harness.verdicts import Report
from mockservers.wirekit import templates

if TYPE_CHECKING:
    from markupsafe import Markup


def check_html(report: Report) -> str:
    """The page of a check: the verdicts, and a section for each broken duty."""
    words, role = sum_words(report)
    by_dialect = [{verdict.duty.id: verdict for verdict in dialect.verdicts} for dialect in report.dialects]
    duties = {duty_id: verdict.duty for verdicts in by_dialect for duty_id, verdict in verdicts.items()}
    first = lead(report)
    bugs = [[each.duty for each in bug] for bug in causes(report)]
    broken = [duty for bug in bugs for duty in bug]
    proofs = [
        [
            (n, report.dialects[n].dialect, verdict, _failure(of_counterexample(verdict.counterexample), report.given))
            for n, verdicts in enumerate(by_dialect)
            if (verdict := verdicts.get(duty.id)) is not None and verdict.counterexample is not None
        ]
        for duty in broken
    ]
    if first is not None:  # of the duty nearest to the cause, the dialect with the smallest scenario
        proofs[0].sort(key=lambda proof: proof[2].counterexample is not first)
    return templates.render(
        "check_report.html.j2",
        visible,
        version=__version__,
        report=report,
        words=words,
        role=role,
        duties=duties.values(),
        by_dialect=by_dialect,
        proofs_by_duty=proofs,
        bug_of={duty.id: n for n, bug in enumerate(bugs, 1) for duty in bug},
        open=lambda duty: _open(report, duty),
        program=program,
        told=lambda verdict: told_of(verdict, report),
        should=SHOULD if advised(report) else "",
    )


def replay_html(results: Iterable[ReplayResult], client: str) -> str:
    """The page of a replay: what became of each file, and a section for each that failed."""
    results = list(results)
    found = [(n, result, _result(result, client)) for n, result in enumerate(results, 1)]
    outcomes = [result.outcome for _, result, _ in found]
    failed = outcomes.count("FAILED")
    role = (
        "bad" if failed else "warn" if any(OUTCOME[outcome] not in ("good", "soft") for outcome in outcomes) else "good"
    )
    words = f"{failed} of {len(found)} failed" if failed else f"{len(found)} played, none failed"
    if outcomes[-1:] == ["STOPPED"]:
        before = f"{failed} of {len(found) - 1} before it failed"
        role, words = "bad", f"stopped in file {len(found)}, for the client failed as a program; {before}"
    secrets = tuple({secret for result in results if result.history is not None for secret in result.history.secrets})
    return templates.render(
        "replay_report.html.j2",
        lambda text, keep="": clean(text, secrets, keep),
        version=__version__,
        client=client,
        words=words,
        role=role,
        results=found,
        outcomes=OUTCOME,
        off=switched_off(results),
        should=SHOULD if any(duty.severity == "should" for each in results for duty, _ in each.broken) else "",
    )


def _open(report: Report, duty: Duty) -> list[str]:
    """What each dialect tells of a duty that none put to the test; where all tell the same, once and without its name."""
    told = {
        dialect.dialect: lacking(verdict, report) if verdict.verdict == "unproven" else told_of(verdict, report)
        for dialect in report.dialects
        for verdict in dialect.verdicts
        if verdict.duty.id == duty.id
    }
    if len(set(told.values())) == 1:
        return list(dict.fromkeys(told.values()))
    return [f"in dialect {dialect} {words}" for dialect, words in told.items()]


def _result(result: ReplayResult, client: str) -> Markup | None:
    failure = of_result(result)
    return None if failure is None else _failure(failure, client)


def _failure(failure: Failure, client: str) -> Markup:
    """What broke a duty, as a part of a page."""
    secrets = failure.history.secrets
    exchanges = {each.n: each for each in failure.history.exchanges}

    def show(text: str, keep: str = "") -> str:
        return clean(text, secrets, keep)

    def wired(n: int) -> tuple[str, str]:
        """A request and its answer as they went over the wire."""
        found = wire(exchanges[n], secrets, failure.tickets)
        return found.asked, found.told

    def marked(difference: Difference) -> tuple[list[tuple[str, str, str]], str]:
        """A field at the vendor and in the mirror, each in three parts: the one between is where they differ; and the
        place where they differ first, where no eye sees it."""
        both = side_by_side.sides(difference.truth, difference.mirror, 600, secrets)
        right, left = both.left, both.right
        most = min(len(right), len(left))
        start = next((n for n in range(most) if right[n] != left[n]), most)
        end = next((n for n in range(most - start) if right[-1 - n] != left[-1 - n]), most - start)
        parts = [(each[:start], each[start : len(each) - end], each[len(each) - end :]) for each in (right, left)]
        texts = [tuple(visible("".join(part)) for part in three) for three in parts]
        return [(before, between, after) for before, between, after in texts], both.place

    near = {rule.id: rule for duty, _ in failure.broken for rule in bearing(duty, failure)}
    return templates.part(
        "failure.html.j2",
        show,
        failure=failure,
        dialect=dialect_words(failure.scenario),
        steps=lines(failure.scenario),
        decided=deciding_wire(failure),
        rules=near.values(),
        switches={each.rule.id: each.words for each in switched(failure)},
        more_rules=[rule for duty, _ in failure.broken for rule in duty.rules if rule.id not in near],
        timeline=templates.trusted(timeline.timeline(failure)),
        events=events(failure),
        time_of_day=time_of_day,
        wire=wired,
        marked=marked,
        **_disagreement(failure),
        printed=show(failure.history.output, "\n").rstrip()[-4000:],
        command="" if failure.file is None else replay_command(failure.file, client),
    )


def _disagreement(failure: Failure) -> dict[str, Any]:
    """The mirror against the truth, field by field: in the end, or when they last disagreed."""
    snapshot = failure.disagreement
    if snapshot is None:
        return {"disagreeing": []}
    disagreeing = [state for state in snapshot.states if state.kind != "same"]
    disagreeing.sort(key=lambda state: state.ticket not in failure.tickets)
    last = snapshot is failure.snapshots[-1]
    when = "in the end" if last else f"after the {snapshot.task.do} at {time_of_day(snapshot.task.ended)}"
    return {"disagreeing": disagreeing, "when": when}
