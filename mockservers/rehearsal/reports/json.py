"""A rehearsal as JSON: everything that was measured, for programs. The types below document every key.

Instants are ISO 8601 in UTC, lengths of time are seconds. `format` and `version` say what the document is; within a version
keys are added, never taken away or changed.
"""

from __future__ import annotations

import json
from typing import Any, TypedDict

from mockservers import __version__
from mockservers.harness.reports.characters import cleaned
from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.rehearsal.objectives import METRICS, Judged, Unit
from mockservers.rehearsal.report import Explanation, Loss, LossGroup, Reason, RehearsalReport, Slow

VERSION = 1


class ObjectiveJson(TypedDict):
    """An objective: the most that is asked for, by whom (given, profile, vendor, always), and what was measured."""

    name: str
    says: str
    unit: str
    most: float
    value: float | None
    met: bool
    source: str
    rule: str | None


class ReasonJson(TypedDict):
    """Why it is no go, nearest to the cause first."""

    objective: str
    text: str
    details: list[str]
    duty: str | None
    rules: list[str]
    file: str | None


class LossJson(TypedDict):
    """A change that the copy does not show in the end, or a record of it that is wrong."""

    kind: str
    ticket: str
    number: int
    event: str
    at: str
    visible: str
    text: str
    weather: str | None
    fields: list[str]


class BrokenJson(TypedDict):
    """A duty that the play of a loss breaks, and in how many places."""

    duty: str
    breaches: int


class ExplanationJson(TypedDict):
    """What a group of losses comes from. `scenario` reproduces just it; null where none does, and `facts` tell what is known.
    `broken` are all duties that its play breaks, the named one first."""

    text: str
    duty: str | None
    rules: list[dict[str, str]]
    witness: list[str]
    facts: list[str]
    file: str | None
    scenario: dict[str, Any] | None
    broken: list[BrokenJson]


class GroupJson(TypedDict):
    kind: str
    count: int
    title: str
    examples: list[LossJson]
    explanation: ExplanationJson


class SlowJson(TypedDict):
    ticket: str
    number: int
    event: str
    visible: str
    shown: str
    seconds: float
    why: str


class RehearsalJson(TypedDict):
    """The document. `hours` has a list for each series, with a value for each hour from `start` on; `distribution` counts the
    changes that took up to so many seconds (null: longer than the longest), and longer than the bound before."""

    format: str
    version: int
    mockservers: str
    verdict: str
    exit_code: int
    vendor: str
    client: str
    given: str
    dialect: str
    profile: str
    zone: str
    seed: int
    scale: float
    days: int
    every: float
    start: str
    end: str
    stopped: dict[str, Any] | None
    blind: str | None
    first_failed: str | None
    beside: list[str]
    objectives: list[ObjectiveJson]
    reasons: list[ReasonJson]
    values: dict[str, float | None]
    counts: dict[str, int]
    operations: dict[str, int]
    outcomes: dict[str, int]
    kinds: dict[str, int]
    impossible: dict[str, int]
    staleness: dict[str, float | None]
    distribution: list[dict[str, float | int | None]]
    slowest: list[SlowJson]
    losses: list[LossJson]
    groups: list[GroupJson]
    outages: list[dict[str, Any]]
    episodes: list[dict[str, Any]]
    hours: dict[str, list[float | None]]
    seconds: float


_TIMES = frozenset({"staleness_p95", "staleness_worst"})
"""Series of lengths of time in microseconds."""


def rehearsal_json(report: RehearsalReport) -> str:
    """The document as text."""
    return json.dumps(cleaned(document(report), report.secrets), indent=1, ensure_ascii=False) + "\n"


def document(report: RehearsalReport) -> RehearsalJson:
    """The document as plain data."""
    units = {each.objective.name: each.objective.metric.unit for each in report.objectives}
    stopped = report.stopped
    return {
        "format": "mockservers rehearsal",
        "version": VERSION,
        "mockservers": __version__,
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "vendor": report.vendor,
        "client": report.client,
        "given": report.given,
        "dialect": report.dialect,
        "profile": report.profile,
        "zone": report.zone,
        "seed": report.seed,
        "scale": report.scale,
        "days": report.days,
        "every": report.every / SECOND,
        "start": instants.to_iso(report.start),
        "end": instants.to_iso(report.end),
        "stopped": None
        if stopped is None
        else {"why": stopped.why, "what": stopped.what, "at": instants.to_iso(stopped.at), "printed": stopped.printed},
        "blind": report.blind or None,
        "first_failed": report.first_failed or None,
        "beside": list(report.beside),
        "objectives": [_objective(each) for each in report.objectives],
        "reasons": [_reason(each) for each in report.reasons],
        "values": {name: _value(_unit(name, units), value) for name, value in report.values.items()},
        "counts": dict(report.counts),
        "operations": dict(report.operations),
        "outcomes": dict(report.outcomes),
        "kinds": dict(report.kinds),
        "impossible": dict(report.impossible),
        "staleness": {name: _value("time", value) for name, value in report.staleness.items()},
        "distribution": [
            {"seconds": None if bound is None else bound / SECOND, "changes": count}
            for bound, count in report.distribution
        ],
        "slowest": [_slow(each) for each in report.slowest],
        "losses": [_loss(each) for each in report.losses],
        "groups": [_group(each) for each in report.groups],
        "outages": [
            {
                "kind": each.kind,
                "begun": instants.to_iso(each.begun),
                "until": instants.to_iso(each.until),
                "backlog": each.backlog,
                "drained": None if each.drained is None else instants.to_iso(each.drained),
                "drain": _value("time", each.drain),
            }
            for each in report.outages
        ],
        "episodes": [
            {
                "begun": instants.to_iso(each.begun),
                "failures": each.failures,
                "ended": None if each.ended is None else instants.to_iso(each.ended),
                "recovery": _value("time", each.recovery),
            }
            for each in report.episodes
        ],
        "hours": {name: _series(name, values) for name, values in report.hours.items()},
        "seconds": report.seconds,
    }


def _unit(name: str, units: dict[str, Unit]) -> Unit:
    return units.get(name) or METRICS[name].unit


def _value(unit: Unit, value: float | None) -> float | None:
    return None if value is None else value / SECOND if unit == "time" else value


def _series(name: str, values: tuple[float | None, ...]) -> list[float | None]:
    if name in _TIMES:
        return [None if each is None else each / SECOND for each in values]
    return [None if each is None else int(each) if each == int(each) else each for each in values]


def _objective(each: Judged) -> ObjectiveJson:
    metric = each.objective.metric
    most = _value(metric.unit, each.objective.most)
    assert most is not None
    return {
        "name": metric.name,
        "says": metric.says,
        "unit": {"time": "seconds", "count": "number", "share": "share"}[metric.unit],
        "most": most,
        "value": _value(metric.unit, each.value),
        "met": each.met,
        "source": each.objective.source,
        "rule": each.objective.because or None,
    }


def _reason(each: Reason) -> ReasonJson:
    return {
        "objective": each.objective,
        "text": each.text,
        "details": list(each.details),
        "duty": each.duty or None,
        "rules": [id_ for id_, _ in each.rules],
        "file": None if each.file is None else str(each.file),
    }


def _loss(each: Loss) -> LossJson:
    return {
        "kind": each.kind,
        "ticket": each.ticket,
        "number": each.number,
        "event": each.event,
        "at": instants.to_iso(each.at),
        "visible": instants.to_iso(each.due),
        "text": each.text,
        "weather": each.weather or None,
        "fields": list(each.fields),
    }


def _group(each: LossGroup) -> GroupJson:
    return {
        "kind": each.kind,
        "count": each.count,
        "title": each.title,
        "examples": [_loss(one) for one in each.examples],
        "explanation": _explanation(each.explanation),
    }


def _explanation(each: Explanation) -> ExplanationJson:
    return {
        "text": each.text,
        "duty": each.duty or None,
        "rules": [{"id": id_, "says": says} for id_, says in each.rules],
        "witness": list(each.witness),
        "facts": list(each.facts),
        "file": None if each.file is None else str(each.file),
        "scenario": None if each.scenario is None else each.scenario.to_dict(),
        "broken": [{"duty": id_, "breaches": count} for id_, count in each.broken],
    }


def _slow(each: Slow) -> SlowJson:
    return {
        "ticket": each.ticket,
        "number": each.number,
        "event": each.event,
        "visible": instants.to_iso(each.due),
        "shown": instants.to_iso(each.shown),
        "seconds": each.taken / SECOND,
        "why": each.why,
    }
