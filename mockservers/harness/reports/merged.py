"""The shards of a check joined into the report of the whole, from what they wrote as JSON.

A duty is broken if a shard broke it, kept if one exercised it and none broke it, unproven else. Of several counterexamples the
smallest stays. Nothing is played or judged here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mockservers.harness.reports.json import CheckJson, DialectJson, DutyJson, FailureJson, StopJson, VerdictJson
from mockservers.harness.reports.reading import ReportError, read
from mockservers.harness.verdicts import CheckInterrupted, CheckStopped
from mockservers.wirekit.templates import counted

Named = tuple[str, CheckJson]
"""A report, and the file from which it was read."""
WORST_FIRST = ("broken", "kept", "unproven", "n/a", "switched off")
SAME = (
    ("mockservers", "mockservers"),
    ("vendor", "vendor"),
    ("client", "client"),
    ("given", "--client"),
    ("seed", "--seed"),
)
"""What the shards of one check have in common, and what it is called."""
ASKED = (
    ("dialect", "--dialect"),
    ("examples", "--examples"),
    ("fail_fast", "--fail-fast"),
    ("first", "the library of known scenarios"),
)


def merge(paths: Sequence[Path]) -> CheckJson:
    """The report of the whole check. Raises ReportError where the files are not its shards, each once; OSError."""
    return joined([(str(path), read(path)) for path in paths])


def joined(shards: Sequence[Named]) -> CheckJson:
    """The same, of reports that were read."""
    _whole(shards)
    shards = sorted(shards, key=lambda each: _number(each[1]))
    reports = [report for _, report in shards]
    first = reports[0]
    dialects = [
        _dialect([d for report in reports for d in report["dialects"] if d["dialect"] == name])
        for name in _names(reports)
    ]
    duties: dict[str, DutyJson] = {duty["id"]: duty for report in reports for duty in report["duties"]}
    stopped = _stopped(shards)
    made: CheckJson = {
        **first,
        "seconds": max(report["seconds"] for report in reports),
        "dialects": dialects,
        "duties": [{**duty, "verdict": _over(dialects, id_)} for id_, duty in duties.items()],
        "stopped": stopped,
        "shard": {"number": 0, "of": len(shards)},
        "causes": [],
        "lead": None,
    }
    made["causes"] = _causes(reports, made)
    made["lead"] = made["causes"][0][0] if made["causes"] else None
    made["exit_code"] = exit_code(made)
    made["says"] = says(made)
    return made


def _number(report: CheckJson) -> int:
    shard = report["shard"]
    assert shard is not None
    return shard["number"]


# --- whether they belong together -------------------------------------------------------------------------------------


def _whole(shards: Sequence[Named]) -> None:
    """Raises ReportError unless these are all shards of one check, each once."""
    if not shards:
        raise ReportError("no report was given; name the JSON files that the shards wrote")
    by_number: dict[int, str] = {}
    first_file, first = shards[0]
    for file, report in shards:
        shard = report["shard"]
        if shard is None:
            raise ReportError(f"{file} is the report of a whole check; merge is for those of check --shard N/OF")
        if shard["number"] < 1:
            raise ReportError(f"{file} is a merged report already; merge those that the shards wrote")
        for mine, wanted, what in _common(report, first):
            if mine != wanted:
                raise ReportError(
                    f"{file} is of another check than {first_file}: {what} is {_told(mine)} there, "
                    f"and {_told(wanted)} here; merge the shards of "
                    "one check"
                )
        if shard["number"] in by_number:
            raise ReportError(
                f"shard {shard['number']}/{shard['of']} is there twice, in "
                f"{by_number[shard['number']]} and {file}; give each shard once"
            )
        by_number[shard["number"]] = file
    of = _of(first)
    missing = [f"{n}/{of}" for n in range(1, of + 1) if n not in by_number]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise ReportError(
            f"shard {', '.join(missing[:5])}{more} is missing, so this is not the whole check; give "
            f"the reports of all {of} shards"
        )


def _common(report: CheckJson, first: CheckJson) -> list[tuple[Any, Any, str]]:
    mine: dict[str, Any] = dict(report)
    other: dict[str, Any] = dict(first)
    found = [(mine[key], other[key], what) for key, what in SAME]
    found += [(mine["asked"][key], other["asked"][key], what) for key, what in ASKED]
    found.append((_of(report), _of(first), "the number of shards"))
    if report["dialects"] and first["dialects"]:
        found.append((_judging(report), _judging(first), "the choice of duties"))
    return found


def _of(report: CheckJson) -> int:
    shard = report["shard"]
    return 0 if shard is None else shard["of"]


def _judging(report: CheckJson) -> list[str]:
    off = {each["duty"] for each in report["switched_off"]}
    return sorted(duty["id"] for duty in report["duties"] if duty["id"] not in off)


def _told(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} duties"
    return json.dumps(value)[:80]


# --- the whole --------------------------------------------------------------------------------------------------------


def _names(reports: Sequence[CheckJson]) -> list[str]:
    return list(dict.fromkeys(dialect["dialect"] for report in reports for dialect in report["dialects"]))


def _dialect(parts: Sequence[DialectJson]) -> DialectJson:
    complaints = list(dict.fromkeys(text for part in parts for text in part["complaints"]))
    ids = dict.fromkeys(verdict["duty"] for part in parts for verdict in part["verdicts"])
    examples = sum(part["examples"] for part in parts)
    return {
        "dialect": parts[0]["dialect"],
        "examples": examples,
        "planned": parts[0]["planned"],
        "slow": next((part["slow"] for part in parts if part["slow"]), ""),
        "declined": sum(part["declined"] for part in parts),
        "plays": sum(part["plays"] for part in parts),
        "seconds": max(part["seconds"] for part in parts),
        "out_of_time": any(part["out_of_time"] for part in parts),
        "blind": all(part["blind"] for part in parts),
        "complaints": complaints,
        "verdicts": [
            _verdict([v for part in parts for v in part["verdicts"] if v["duty"] == id_], examples) for id_ in ids
        ],
    }


def _verdict(parts: Sequence[VerdictJson], examples: int) -> VerdictJson:
    found = {part["verdict"] for part in parts}
    verdict = next((each for each in WORST_FIRST if each in found), "unproven")
    failures = [part["counterexample"] for part in parts if part["counterexample"] is not None]
    why = parts[0]["why"] if verdict in ("switched off", "n/a") else ""
    if verdict == "unproven":
        why = (
            f"{counted(examples, 'example')} of {counted(len(parts), 'shard')} did not come to it; "
            f"a shard says: {parts[0]['why']}"
        )
    return {
        "duty": parts[0]["duty"],
        "verdict": verdict,
        "why": why,
        "exercised": sum(part["exercised"] for part in parts),
        "exercised_in": sum(part["exercised_in"] for part in parts),
        "broken_in": sum(part["broken_in"] for part in parts),
        "counterexample": min(failures, key=_size, default=None),
    }


def _size(failure: FailureJson) -> tuple[int, int]:
    """How long a scenario is to read, as a check takes it."""
    steps: list[Any] = failure["scenario"].get("steps") or []
    inner = sum(len((step.get("meanwhile") or {}).get("steps") or ()) for step in steps if isinstance(step, dict))
    return len(steps) + inner, len(json.dumps(failure["scenario"]))


def _over(dialects: Sequence[DialectJson], duty: str) -> str:
    found = {verdict["verdict"] for dialect in dialects for verdict in dialect["verdicts"] if verdict["duty"] == duty}
    return next((each for each in WORST_FIRST if each in found), "unproven")


def _causes(reports: Sequence[CheckJson], made: CheckJson) -> list[list[str]]:
    """The broken duties by the bug that is probably behind them, nearest to the cause first; as each shard grouped them."""
    merged: list[set[str]] = []
    for group in (set(bug) for report in reports for bug in report["causes"]):
        apart = [each for each in merged if not each & group]
        merged = [*apart, group.union(*(each for each in merged if each & group))]
    smallest: dict[str, tuple[int, bool, int]] = {}
    severity = {duty["id"]: duty["severity"] for duty in made["duties"]}
    for dialect in made["dialects"]:
        for verdict in dialect["verdicts"]:
            if verdict["counterexample"] is not None:
                steps, letters = _size(verdict["counterexample"])
                size = (steps, severity[verdict["duty"]] != "must", letters)
                smallest[verdict["duty"]] = min(size, smallest.get(verdict["duty"], size))
    # A shard's own lead knows best which of equally small ones was broken earliest.
    leads = [report["lead"] for report in reports]
    order = {duty: (size[0], size[1], duty not in leads, size[2], duty) for duty, size in smallest.items()}
    merged += [{duty} for duty in smallest if not any(duty in group for group in merged)]
    groups = [sorted((duty for duty in group if duty in order), key=lambda duty: order[duty]) for group in merged]
    return sorted((group for group in groups if group), key=lambda group: order[group[0]])


def _stopped(shards: Sequence[Named]) -> StopJson | None:
    for _, report in shards:
        stopped = report["stopped"]
        if stopped is not None:
            return {**stopped, "what": f"shard {_number(report)}/{_of(report)}: {stopped['what']}"}
    return None


# --- what it comes to -------------------------------------------------------------------------------------------------


def with_verdict(document: CheckJson, verdict: str) -> list[str]:
    """The slugs of the duties with a verdict over all dialects."""
    return [duty["id"].rpartition(".")[2] for duty in document["duties"] if duty["verdict"] == verdict]


def nothing_proven(document: CheckJson) -> bool:
    """Whether a report proves nothing, as `Report.nothing_proven` has it."""
    if with_verdict(document, "broken"):
        return False
    dialects = document["dialects"]
    return not with_verdict(document, "kept") or all(dialect["blind"] for dialect in dialects)


def exit_code(document: CheckJson, *, strict: bool = False) -> int:
    """That of the whole check."""
    if document["stopped"] is not None:
        return CheckInterrupted.exit_code if document["stopped"]["interrupted"] else CheckStopped.exit_code
    if with_verdict(document, "broken"):
        return 1
    return 3 if nothing_proven(document) or (strict and with_verdict(document, "unproven")) else 0


def says(document: CheckJson) -> str:
    """The outcome in a sentence."""
    broken, unproven = with_verdict(document, "broken"), with_verdict(document, "unproven")
    stopped = document["stopped"]
    if stopped is not None:
        why = "somebody interrupted it" if stopped["interrupted"] else "the client failed as a program"
        known = f"; broken in the other shards: {', '.join(broken)}" if broken else ""
        return f"STOPPED: {why} ({stopped['what']}), so there is no verdict{known}"
    if broken:
        bugs = f", probably {counted(len(document['causes']), 'bug')}" if len(broken) > 1 else ""
        return f"BROKEN: {len(broken)} {'duty' if len(broken) == 1 else 'duties'} ({', '.join(broken)}){bugs}"
    if nothing_proven(document):
        return "NOTHING PROVEN: no duty was put to the test in any shard, or the client never showed its mirror"
    off = len(document["switched_off"])
    if unproven:
        return f"KEPT, but {len(unproven)} unproven ({', '.join(unproven)})" + (
            f" and {off} switched off" if off else ""
        )
    which = "every duty that applies" if with_verdict(document, "n/a") else "every duty"
    told = f"; {off} {'duty is' if off == 1 else 'duties are'} switched off" if off else ""
    return f"KEPT: {which}{' that is left' if off else ''} was put to the test, and kept{told}"
