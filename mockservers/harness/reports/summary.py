"""A report of a check that was read from JSON, or merged, as text, JUnit XML and HTML: all but pictures, which need a play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from lxml import etree

from mockservers import __version__
from mockservers.harness.reports.characters import visible
from mockservers.harness.reports.json import CheckJson, DialectJson, DutyJson, FailureJson, VerdictJson
from mockservers.harness.reports.junit import add_case, add_suite, add_words, as_text, count_cases
from mockservers.harness.reports.merged import nothing_proven
from mockservers.harness.reports.text import ROLE, SHOULD, WIDTH, Style, plain, replay_command, wrap
from mockservers.wirekit import templates
from mockservers.wirekit.templates import counted


def failures(document: CheckJson) -> list[tuple[DutyJson, str, VerdictJson, FailureJson]]:
    """Duty, dialect, verdict and counterexample of what is broken, nearest to the cause first; of a duty its smallest first."""
    duties = {duty["id"]: duty for duty in document["duties"]}
    order = [duty for bug in document["causes"] for duty in bug]
    found = [
        (duties[verdict["duty"]], dialect["dialect"], verdict, verdict["counterexample"])
        for dialect in document["dialects"]
        for verdict in dialect["verdicts"]
        if verdict["counterexample"] is not None
    ]
    place = {duty: n for n, duty in enumerate(order)}
    return sorted(found, key=lambda each: (place.get(each[0]["id"], len(place)), len(each[3]["steps"])))


def role_of(document: CheckJson) -> str:
    """The role of the outcome's sentence."""
    return (
        "good"
        if document["exit_code"] == 0 and "unproven" not in _verdicts(document)
        else "warn"
        if document["exit_code"] == 0
        else "bad"
    )


def _verdicts(document: CheckJson) -> set[str | None]:
    return {duty["verdict"] for duty in document["duties"]}


def told(verdict: VerdictJson, duty: DutyJson) -> str:
    """What stands beside a verdict."""
    if verdict["verdict"] == "switched off":
        return f"switched off: {verdict['why']}"
    if verdict["verdict"] == "n/a":
        why = f"; {verdict['why']}" if verdict["why"] else ""
        return f"not applicable to this client here: needs {duty['exercised_by']}{why}"
    if verdict["verdict"] == "unproven":
        return f"not exercised: needs {duty['exercised_by']}; {verdict['why']}"
    times = f"exercised {counted(verdict['exercised'], 'time')} in {counted(verdict['exercised_in'], 'example')}"
    return times + (f", broken in {verdict['broken_in']}" if verdict["verdict"] == "broken" else "")


# --- text -------------------------------------------------------------------------------------------------------------


def summary_text(document: CheckJson, style: Style = plain, width: int = WIDTH) -> str:
    """A table for each dialect, what broke each duty, the outcome."""
    duties = {duty["id"]: duty for duty in document["duties"]}
    lines: list[str] = []
    for dialect in document["dialects"]:
        lines += _table(document, dialect, duties, style, width)
    for n, (duty, name, _, failure) in enumerate(failures(document)):
        lines += ["", *failure_lines(document, duty, name, failure, style, width, whole=n == 0)]
    stopped = document["stopped"]
    if stopped is not None:
        lines += ["", *(visible(line) for line in stopped["what"].splitlines())]
        lines += [f"  {visible(line)}" for line in stopped["steps"]]
    lines += ["", *(style(line, role_of(document)) for line in wrap(visible(document["says"]), "", width))]
    return "\n".join(lines)


def _table(
    document: CheckJson, dialect: DialectJson, duties: Mapping[str, DutyJson], style: Style, width: int
) -> list[str]:
    shard = document["shard"]
    parts = f", {counted(shard['of'], 'shard')}" if shard is not None else ""
    title = f"{document['vendor']}, dialect {dialect['dialect']}: {visible(document['client'])}"
    played = f"{counted(dialect['examples'], 'example')}, seed {document['seed']}{parts}, {dialect['seconds']:.1f} s"
    lines = [style(title, "strong"), style(f"  {played}", "soft")]
    if dialect["declined"]:
        lines.append(style(f"  not counted, for the client declined the dialect: {dialect['declined']}", "warn"))
    if dialect["out_of_time"]:
        lines.append(style("  stopped when the time was up: fewer examples than asked for", "warn"))
    for text in [*([f"slow: {dialect['slow']}"] if dialect["slow"] else []), *dialect["complaints"]]:
        lines += [style(line, "warn") for line in wrap(visible(text), "  ", width)]
    longest = max((len(_slug(verdict["duty"])) for verdict in dialect["verdicts"]), default=0)
    for verdict in dialect["verdicts"]:
        duty = duties[verdict["duty"]]
        advice = " (should)" if duty["severity"] == "should" else ""
        first, *more = wrap(visible(told(verdict, duty)) + advice, "", max(30, width - longest - 18))
        word = style(f"{verdict['verdict']:<12}", ROLE.get(verdict["verdict"], "soft"))
        lines.append(f"  {word}  {_slug(verdict['duty']):<{longest}}  {first}")
        lines += [" " * (longest + 18) + each for each in more]
    return lines


def failure_lines(
    document: CheckJson,
    duty: DutyJson,
    dialect: str,
    failure: FailureJson,
    style: Style = plain,
    width: int = WIDTH,
    *,
    whole: bool = True,
) -> list[str]:
    """What broke a duty: a sentence, and with `whole` the steps, the bytes that decide, and the rules behind it."""
    lines = [style(f"BROKEN {duty['id']} ({duty['severity']}), dialect {dialect}", "bad")]
    lines += wrap(duty["says"], "  ", width)
    seen = [breach["text"] for breach in failure["breaches"] if breach["duty"] == duty["id"]]
    lines += ["  What was seen:"] + [line for text in seen[:4] for line in wrap(visible(text), "    ", width)]
    if whole:
        lines += ["", f"  What happened ({counted(len(failure['steps']), 'step')}):"]
        lines += [line for step in failure["steps"] for line in wrap(visible(step), "    ", width, 14)]
        decided = failure["deciding"]
        if decided is not None:
            lines += ["", f"  The request that decides, #{decided['n']} at {decided['at']}, and its answer:"]
            for mark, text in ((">", decided["asked"]), ("<", decided["told"])):
                lines += [f"    {mark} {visible(line)}"[: max(width, 40)] for line in text.split("\n")]
        lines += ["", "  Because:"]
        for rule in rules(duty, failure):
            lines += wrap(f"{rule['id']}: {rule['says']}", "    ", width)
    if failure["file"]:
        lines += [
            "",
            *wrap(f"Saved as {visible(failure['file'])} where it was found; play it again there with", "  ", width),
        ]
        lines.append(f"    {replay_of(document, failure)}")
    return lines


def replay_of(document: CheckJson, failure: FailureJson) -> str:
    """What to type to play the counterexample again."""
    from pathlib import Path

    return replay_command(Path(failure["file"] or ""), document["given"])


def _slug(duty: str) -> str:
    return duty.rpartition(".")[2]


# --- JUnit ------------------------------------------------------------------------------------------------------------


def summary_junit(document: CheckJson) -> str:
    """A suite for each dialect, a case for each duty; as `check --junit`."""
    root = etree.Element("testsuites", name=visible(f"mockservers check {document['vendor']}"))
    duties = {duty["id"]: duty for duty in document["duties"]}
    known = {
        "vendor": document["vendor"],
        "client": document["client"],
        "started as": document["given"],
        "seed": str(document["seed"]),
    }
    for dialect in document["dialects"]:
        name = f"mockservers.{document['vendor']}.{dialect['dialect']}"
        suite = add_suite(root, name, dialect["seconds"], {**known, "examples": str(dialect["examples"])})
        for verdict in dialect["verdicts"]:
            duty, case = duties[verdict["duty"]], add_case(suite, name, _slug(verdict["duty"]))
            failure = verdict["counterexample"]
            if verdict["verdict"] in ("unproven", "n/a", "switched off"):
                add_words(case, "skipped", told(verdict, duty))
            elif verdict["verdict"] == "broken":
                lines = [] if failure is None else failure_lines(document, duty, dialect["dialect"], failure)
                first = next((b["text"] for b in (failure or {"breaches": []})["breaches"]), duty["says"])
                add_words(case, "failure", first, "\n".join(lines), duty["id"])
        if nothing_proven(document):
            add_words(add_case(suite, name, "anything proven"), "error", document["says"], kind="nothing proven")
        count_cases(root, suite)
    stopped = document["stopped"]
    if stopped is not None:
        suite = add_suite(root, f"mockservers.{document['vendor']}", document["seconds"], known)
        case = add_case(suite, f"mockservers.{document['vendor']}", "the client works")
        add_words(case, "error", stopped["what"], stopped["printed"], "stopped")
        count_cases(root, suite)
    return as_text(root)


# --- HTML -------------------------------------------------------------------------------------------------------------


def summary_html(document: CheckJson) -> str:
    """One self-contained page."""
    duties = {duty["id"]: duty for duty in document["duties"]}
    return templates.render(
        "merged_report.html.j2",
        visible,
        version=__version__,
        document=document,
        role=role_of(document),
        duties=duties.values(),
        by_dialect=[{v["duty"]: v for v in dialect["verdicts"]} for dialect in document["dialects"]],
        failures=failures(document),
        told=told,
        slug=_slug,
        seen=seen,
        rules=rules,
        replay=lambda failure: replay_of(document, failure),
        should=SHOULD if any(duty["severity"] == "should" for duty in duties.values()) else "",
    )


def seen(duty: DutyJson, failure: FailureJson) -> list[str]:
    """The sentences of a counterexample about a duty."""
    return [breach["text"] for breach in failure["breaches"] if breach["duty"] == duty["id"]][:8]


def rules(duty: DutyJson, failure: FailureJson) -> Iterable[Mapping[str, str]]:
    """The rules that bear on it; those of the dialect's switches say what the switch was."""
    switches = failure.get("switches", ())  # reports of older versions have none
    first = [
        {
            "id": each["rule"],
            "says": f"{each['says']} (switch {each['switch']} is {each['value']}, not {each['default']})",
        }
        for each in switches
    ]
    known = {each["id"] for each in first}
    near = [rule for rule in duty["rules"] if rule["id"] in failure["because"] and rule["id"] not in known]
    return [*first, *(cast("Mapping[str, str]", rule) for rule in near)]
