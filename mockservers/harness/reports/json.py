"""Checks and replays as JSON: everything that was found, for programs. The types below document every key.

`format` and `version` say what a document is; within a version keys are added, never taken away or changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypedDict

from mockservers import __version__
from mockservers.harness.duties import Breach, Duty
from mockservers.harness.replay import ReplayResult, exit_code
from mockservers.harness.reports.characters import cleaned
from mockservers.harness.reports.deciding import bearing, causes, deciding_wire, lead, switched
from mockservers.harness.reports.events import Event, events
from mockservers.harness.reports.failures import Failure, State, of_counterexample, of_result
from mockservers.harness.reports.program import program
from mockservers.harness.reports.text import SHOULD, sum_words, switched_off
from mockservers.harness.verdicts import DutyVerdict, Report, Stop
from mockservers.kernel import instants

VERSION = 1


class RuleJson(TypedDict):
    """What the vendor does, and where that was read."""

    id: str
    says: str
    page: str
    place: str
    certainty: str
    checked: str


class DutyJson(TypedDict):
    """A duty. `exercised_by`: what it takes to put it to the test. `verdict`: over all dialects (null in a replay)."""

    id: str
    says: str
    severity: str
    exercised_by: str
    rules: list[RuleJson]
    verdict: str | None


class BreachJson(TypedDict):
    """One proof that a duty was broken: a sentence, and the facts it rests on."""

    duty: str
    text: str
    facts: dict[str, Any]


class StateJson(TypedDict):
    """A ticket after a task: `same`, `differs`, `missing` (not in the mirror), `kept` (though gone) or `invented`."""

    ticket: str
    label: str | None
    kind: str
    fields: list[DifferenceJson]


class DifferenceJson(TypedDict):
    """A field where the mirror is not the truth; `stale` if its value was true earlier, else `misread`."""

    field: str
    type: str
    truth: Any
    mirror: Any
    kind: str


class EventJson(TypedDict):
    """One event of the play. `kind`: others, clock, fault, settle, task, request, written (what a task
    changed at the vendor), or mirror (the end of a task).

    `at` is virtual time, `n` the journal's number, `step` the number of the scenario's step. `asked` says what happened
    or was asked, `told` what a request was answered. `named`: a breach speaks of it. `mirror` is the copy after a
    task against the truth, `parts` the tickets that from there on disagree.
    """

    kind: str
    at: str | None
    n: int | None
    step: int | None
    asked: str
    told: str
    faults: list[str]
    named: bool
    mirror: list[StateJson] | None
    parts: list[str]


class WireJson(TypedDict):
    """The request that decides a failure, by the journal's number, and its answer, as they went over the wire; long bodies are
    cut, and say how much."""

    n: int
    at: str
    asked: str
    told: str


class SwitchJson(TypedDict):
    """A dialect switch at another value than the default, and the rule by which it shaped an answer."""

    switch: str
    value: Any
    default: Any
    rule: str
    says: str


class FailureJson(TypedDict):
    """A play that broke duties. `scenario` is what the file holds, `steps` the same in words; `because` are the rules that
    bear on it, `switches` those of the dialect's switches behind the deciding answer that are not at their default."""

    file: str | None
    unsaved: str
    breaches: list[BreachJson]
    scenario: dict[str, Any]
    steps: list[str]
    deciding: WireJson | None
    because: list[str]
    switches: list[SwitchJson]
    events: list[EventJson]
    output: str


class VerdictJson(TypedDict):
    """One duty in one dialect: `kept`, `broken`, `unproven`, `n/a` or `switched off`. `exercised_in` and `broken_in` count
    examples. `why`: the reason for which it is switched off; of one that is unproven or n/a, what it lacked, and which option
    gives it."""

    duty: str
    verdict: str
    why: str
    exercised: int
    exercised_in: int
    broken_in: int
    counterexample: FailureJson | None


class DialectJson(TypedDict):
    """One dialect. `planned` examples were asked for, `declined` counts those that the client declined; `blind`: it never
    showed its mirror. `slow`: why an example took long, and what would be faster."""

    dialect: str
    examples: int
    planned: int
    slow: str
    declined: int
    plays: int
    seconds: float
    out_of_time: bool
    blind: bool
    complaints: list[str]
    verdicts: list[VerdictJson]


class SwitchedOffJson(TypedDict):
    """A duty that judged nothing, for the user wants it so, and why."""

    duty: str
    reason: str


class StopJson(TypedDict):
    """Where a check ended because the client failed as a program, and how. `doing` and `dialect` are empty, and `scenario`
    is null, when no example was played by then. `interrupted`: somebody ended it, and `dialects` tell what was known by then."""

    what: str
    interrupted: bool
    printed: str
    dialect: str
    doing: str
    scenario: dict[str, Any] | None
    steps: list[str]


class AskedJson(TypedDict):
    """What decides which examples are played, beside vendor, client and seed. `first` is a digest of the known scenarios that are
    played first; empty where there are none."""

    dialect: str
    examples: int
    fail_fast: bool
    first: str


class ShardJson(TypedDict):
    """Which part of the examples was played: shard `number`, from 1, of so many. In a merged report `number` is 0."""

    number: int
    of: int


class CheckJson(TypedDict):
    """A check. `given` are the options that name the client, `exit_code` that of `mockservers check` without --strict.

    `stopped` is null unless the client failed as a program (then `dialects` are those that were done before) or somebody
    interrupted the check. `lead` is the duty whose counterexample is nearest to the cause. `causes` are the broken duties, those
    together that one bug probably breaks, and of each bug the duty to look at first in front. `should` says what that severity
    means.
    """

    format: str
    version: int
    mockservers: str
    vendor: str
    client: str
    given: str
    seed: int
    seconds: float
    exit_code: int
    says: str
    lead: str | None
    causes: list[list[str]]
    should: str
    switched_off: list[SwitchedOffJson]
    duties: list[DutyJson]
    dialects: list[DialectJson]
    stopped: StopJson | None
    asked: AskedJson
    shard: ShardJson | None


class ResultJson(TypedDict):
    """A replayed file: `FAILED`, `FIXED`, `KEPT`, `UNPROVEN`, `OFF`, `MISTAKEN` or `STOPPED`. `duty` is the one that it was
    found for."""

    file: str
    vendor: str
    outcome: str
    duty: str | None
    note: str
    reason: str
    printed: str
    broken: list[DutyJson]
    failure: FailureJson | None


class ReplayJson(TypedDict):
    """A replay of scenario files."""

    format: str
    version: int
    mockservers: str
    given: str
    exit_code: int
    switched_off: list[SwitchedOffJson]
    results: list[ResultJson]


def check_json(report: Report) -> str:
    """A check as JSON text."""
    return json_text(check_document(report))


def check_document(report: Report) -> CheckJson:
    """A check as plain data."""
    words, _ = sum_words(report)
    first = lead(report)
    duties = {verdict.duty.id: verdict.duty for dialect in report.dialects for verdict in dialect.verdicts}
    made: CheckJson = {
        "format": "mockservers-check",
        "version": VERSION,
        "mockservers": __version__,
        "vendor": report.vendor,
        "client": report.client,
        "given": report.given,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "exit_code": report.exit_code(),
        "says": words,
        "lead": None if first is None else first.duty.id,
        "causes": [[each.duty.id for each in bug] for bug in causes(report)],
        "should": SHOULD,
        "switched_off": [{"duty": each.duty.id, "reason": each.why} for each in report.switched_off],
        "duties": [_duty(duty, report.verdict(duty.id)) for duty in duties.values()],
        "dialects": [
            {
                "dialect": dialect.dialect,
                "examples": dialect.examples,
                "planned": dialect.planned,
                "slow": dialect.slow,
                "declined": dialect.declined,
                "plays": dialect.plays,
                "seconds": round(dialect.seconds, 3),
                "out_of_time": dialect.out_of_time,
                "blind": dialect.blind,
                "complaints": list(dialect.complaints),
                "verdicts": [_verdict(verdict) for verdict in dialect.verdicts],
            }
            for dialect in report.dialects
        ],
        "stopped": None if report.stopped is None else _stop(report.stopped),
        "asked": {
            "dialect": report.asked.get("dialect", ""),
            "examples": report.asked.get("examples", 0),
            "fail_fast": report.asked.get("fail_fast", False),
            "first": report.asked.get("first", ""),
        },
        "shard": None if report.shard is None else {"number": report.shard.number, "of": report.shard.of},
    }
    return made


def _stop(stopped: Stop) -> StopJson:
    played = stopped.scenario
    return {
        "what": stopped.what,
        "interrupted": stopped.interrupted,
        "printed": stopped.printed,
        "dialect": stopped.dialect,
        "doing": stopped.doing,
        "scenario": None if played is None else played.to_dict(),
        "steps": [] if played is None else program(played),
    }


def replay_json(results: Iterable[ReplayResult], client: str) -> str:
    """A replay as JSON text."""
    found = list(results)
    made: ReplayJson = {
        "format": "mockservers-replay",
        "version": VERSION,
        "mockservers": __version__,
        "given": client,
        "exit_code": exit_code(found),
        "switched_off": [{"duty": each.duty.id, "reason": each.reason} for each in switched_off(found)],
        "results": [_result(result) for result in found],
    }
    return json_text(made)


def json_text(made: CheckJson | ReplayJson) -> str:
    """A report as JSON text."""
    text = json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    # Half a character of UTF-16 has no bytes in UTF-8; written as an escape it is JSON all the same.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _duty(duty: Duty, verdict: str | None = None) -> DutyJson:
    return {
        "id": duty.id,
        "says": duty.says,
        "severity": duty.severity,
        "exercised_by": duty.exercised_by,
        "rules": [
            {
                "id": rule.id,
                "says": rule.says,
                "page": rule.source.page,
                "place": rule.source.place,
                "certainty": rule.source.certainty,
                "checked": rule.source.checked,
            }
            for rule in duty.rules
        ],
        "verdict": verdict,
    }


def _verdict(verdict: DutyVerdict) -> VerdictJson:
    return {
        "duty": verdict.duty.id,
        "verdict": verdict.verdict,
        "why": verdict.why,
        "exercised": verdict.exercised,
        "exercised_in": verdict.exercised_in,
        "broken_in": verdict.broken_in,
        "counterexample": None
        if verdict.counterexample is None
        else _failure(of_counterexample(verdict.counterexample)),
    }


def _result(result: ReplayResult) -> ResultJson:
    failure = of_result(result)
    made: ResultJson = {
        "file": str(result.file),
        "vendor": result.scenario.vendor,
        "outcome": result.outcome,
        "duty": result.scenario.duty,
        "note": cleaned(result.scenario.note, () if result.history is None else result.history.secrets),
        "reason": result.reason,
        "printed": result.printed,
        "broken": [_duty(duty, "broken") for duty, _ in result.broken],
        "failure": None if failure is None else _failure(failure),
    }
    return made


def _failure(failure: Failure) -> FailureJson:
    decided = deciding_wire(failure)
    made: FailureJson = {
        "file": None if failure.file is None else str(failure.file),
        "unsaved": failure.unsaved,
        "breaches": [_breach(duty, breach) for duty, breaches in failure.broken for breach in breaches],
        "scenario": failure.scenario.to_dict(),
        "steps": program(failure.scenario),
        "deciding": None
        if decided is None
        else {"n": decided.n, "at": instants.to_iso(decided.at), "asked": decided.asked, "told": decided.told},
        "because": list(dict.fromkeys(rule.id for duty, _ in failure.broken for rule in bearing(duty, failure))),
        "switches": [
            {
                "switch": each.name,
                "value": each.value,
                "default": each.default,
                "rule": each.rule.id,
                "says": each.rule.says,
            }
            for each in switched(failure)
        ],
        "events": [_event(failure, event) for event in events(failure)],
        "output": failure.history.output,
    }
    masked: FailureJson = cleaned(made, failure.history.secrets)
    return masked


def _breach(duty: Duty, breach: Breach) -> BreachJson:
    return {"duty": duty.id, "text": breach.text, "facts": dict(breach.facts)}


def _event(failure: Failure, event: Event) -> EventJson:
    return {
        "kind": event.kind,
        "at": None if event.at is None else instants.to_iso(event.at),
        "n": event.n,
        "step": event.step,
        "asked": event.words,
        "told": event.told,
        "faults": list(event.faults),
        "named": event.named,
        "mirror": None if event.states is None else [_state(failure, state) for state in event.states],
        "parts": [state.ticket for state in event.parts],
    }


def _state(failure: Failure, state: State) -> StateJson:
    return {
        "ticket": state.ticket,
        "label": failure.history.labels.get(state.ticket),
        "kind": state.kind,
        "fields": [
            {"field": each.field, "type": each.type, "truth": each.truth, "mirror": each.mirror, "kind": each.kind}
            for each in state.differences
        ],
    }
