"""Verdicts, proofs and replays as plain text. Colour is the caller's affair, by a style function."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from mockservers.harness.duties import Breach, Duty
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports.characters import clean, visible
from mockservers.harness.reports.conversation import conversation
from mockservers.harness.reports.program import dialect_words, program
from mockservers.harness.verdicts import Counterexample, DialectReport, Report, Stop
from mockservers.wirekit.templates import counted

WIDTH = 110
Style = Callable[[str, str], str]
"""Gets a text and its role (`good`, `bad`, `warn`, `soft`, `strong`) and returns it, coloured or not."""


def plain(text: str, role: str) -> str:
    """No colour."""
    return text


_ROLE = {"kept": "good", "broken": "bad", "unproven": "warn", "n/a": "soft"}
OUTCOME = {"FAILED": "bad", "FIXED": "good", "KEPT": "good", "UNPROVEN": "warn", "MISTAKEN": "bad", "STOPPED": "bad"}


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [indent]


# --- a check --------------------------------------------------------------------------------------------------------


def check_text(report: Report, style: Style = plain) -> str:
    """The whole report of a check: a table for each dialect, the proofs of what is broken, and the sum."""
    lines: list[str] = []
    for dialect in report.dialects:
        lines += _table(report, dialect, style)
    for dialect in report.dialects:
        for verdict in dialect.verdicts:
            if verdict.counterexample is not None:
                lines += ["", *counterexample_lines(verdict.counterexample, report.given, style)]
    if report.stopped is not None:
        lines += ["", *stop_lines(report.stopped)]
    lines += ["", style(*sum_words(report))]
    return "\n".join(lines)


def stop_lines(stopped: Stop) -> list[str]:
    """How the client failed as a program, what was being played, and what it printed last."""
    lines = [visible(stopped.what, keep="\n")]
    if stopped.scenario is not None:
        lines += ["", f"What was being played ({dialect_words(stopped.scenario)}):"]
        lines += [f"  {line}" for line in program(stopped.scenario)]
    if stopped.printed.strip():
        lines += ["", "What the client printed last:"]
        lines += [f"  {line}" for line in visible(stopped.printed.strip()[-4000:], keep="\n").splitlines()]
    return lines


def _table(report: Report, dialect: DialectReport, style: Style) -> list[str]:
    rate = dialect.plays / dialect.seconds if dialect.seconds else 0
    lines = [
        style(f"{report.vendor}, dialect {dialect.dialect}: {visible(report.client)}", "strong"),
        style(
            f"  {dialect.examples} examples, seed {report.seed}, {dialect.seconds:.1f} s ({rate:.0f} plays a second)",
            "soft",
        ),
    ]
    if dialect.declined:
        lines.append(style(f"  {dialect.declined} examples do not count: the client declined their dialect", "warn"))
    if dialect.out_of_time:
        lines.append(style("  stopped when the time was up: fewer examples than asked for", "warn"))
    for complaint in dialect.complaints:
        lines += [style(line, "warn") for line in _wrap(visible(complaint), "  ")]
    width = max(len(verdict.duty.slug) for verdict in dialect.verdicts)
    for verdict in dialect.verdicts:
        times = f"exercised {counted(verdict.exercised, 'time')} in {counted(verdict.exercised_in, 'example')}"
        if verdict.verdict == "broken":
            times += f", broken in {verdict.broken_in}"
        elif verdict.verdict == "unproven":
            times = f"not exercised: needs {verdict.duty.exercised_by}"
        elif verdict.verdict == "n/a":
            times = f"not applicable to this installation: needs {verdict.duty.exercised_by}"
        severity = "" if verdict.duty.severity == "must" else " (should)"
        word = style(f"{verdict.verdict:<8}", _ROLE[verdict.verdict])
        lines.append(f"  {word}  {verdict.duty.slug:<{width}}  {times}{severity}")
    return lines


def sum_words(report: Report) -> tuple[str, str]:
    """The outcome in a sentence, and its role."""
    broken, unproven = report.broken, report.unproven
    if report.stopped is not None:
        return f"STOPPED {report.stopped.where}: the client failed as a program, so there is no verdict", "bad"
    if broken:
        names = ", ".join(duty.slug for duty in broken)
        return f"BROKEN: {len(broken)} {'duty' if len(broken) == 1 else 'duties'} ({names})", "bad"
    if report.nothing_proven:
        return f"NOTHING PROVEN: {report.nothing_proven}", "bad"
    if unproven:
        names = ", ".join(duty.slug for duty in unproven)
        return f"KEPT, but {len(unproven)} unproven ({names})", "warn"
    which = "every duty that applies" if report.inapplicable else "every duty"
    return f"KEPT: {which} was put to the test, and kept", "good"


def counterexample_lines(counterexample: Counterexample, client: str, style: Style = plain) -> list[str]:
    """One broken duty: what happened, which duty, on which rules it rests, what was seen, and where it was saved."""
    lines = [style(f"BROKEN {counterexample.duty.id} ({counterexample.duty.severity})", "bad")]
    lines += _wrap(counterexample.duty.says, "  ")
    count = len(counterexample.scenario.steps)
    steps = "1 step" if count == 1 else f"{count} steps"
    lines += ["", f"  What happened ({steps}, {dialect_words(counterexample.scenario)}):"]
    secrets = counterexample.history.secrets
    lines += [f"    {clean(line, secrets)}" for line in program(counterexample.scenario)]
    lines += ["", "  What was seen:"]
    lines += _witness(counterexample.breaches, secrets)
    lines += ["", "  What the client asked and was told:"]
    lines += [f"    {line}" for line in conversation(counterexample.history)]
    lines += ["", "  Because:"]
    lines += _because(counterexample.duty, style)
    if counterexample.history.output.strip():
        lines += ["", "  What the client printed (the end of it):"]
        printed = clean(counterexample.history.output, secrets, keep="\n")
        lines += [f"    {line}" for line in printed.splitlines()[-8:]]
    if counterexample.unsaved:
        lines += ["", style(f"  {clean(counterexample.unsaved, secrets)}", "warn")]
    if counterexample.file is not None:
        lines += [
            "",
            f"  Saved as {visible(str(counterexample.file))}; play it again with",
            f"    {replay_command(counterexample.file, client)}",
        ]
    return lines


def replay_command(file: Path, client: str) -> str:
    """What to type to play a file again; `client` are the options that name the client."""
    return visible(f"mockservers replay {shlex.quote(str(file))} {client}")


def _witness(breaches: Iterable[Breach], secrets: Iterable[str], most: int = 4) -> list[str]:
    found, known = list(breaches), tuple(secrets)
    lines = [line for breach in found[:most] for line in _wrap(clean(breach.text, known), "    ")]
    if len(found) > most:
        lines.append(f"    and {len(found) - most} more")
    return lines


def _because(duty: Duty, style: Style) -> list[str]:
    lines = []
    for rule in duty.rules:
        lines += _wrap(f"{rule.id}: {rule.says}", "    ")
        lines += [style(line, "soft") for line in _wrap(str(rule.source), "      ")]
    return lines


# --- a replay ---------------------------------------------------------------------------------------------------------


def replay_text(results: Iterable[ReplayResult], style: Style = plain) -> str:
    """A line for each file, and below what was seen in those that failed."""
    lines: list[str] = []
    for result in results:
        secrets = result.history.secrets if result.history is not None else ()
        about = clean(result.scenario.duty or result.scenario.note.split("\n")[0], secrets)
        lines.append(
            f"{style(f'{result.outcome:<8}', OUTCOME[result.outcome])}  {visible(str(result.file))}  {style(about, 'quiet')}"
        )
        if result.reason:
            lines += _wrap(visible(result.reason), "          ")
        for duty, judgement in result.broken:
            lines.append(f"          {style(duty.id, 'bad')}: {duty.says}")
            lines += [f"      {line}" for line in _witness(judgement.breaches, secrets, 2)]
    return "\n".join(lines)
