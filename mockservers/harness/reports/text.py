"""Verdicts, proofs and replays as plain text. Colour is the caller's affair, by a style function."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from mockservers.harness.duties import Breach, Duty
from mockservers.harness.duties.selection import NOT_AMONG, SwitchedOff
from mockservers.harness.replay import ReplayResult
from mockservers.harness.reports.characters import clean, visible
from mockservers.harness.reports.conversation import conversation, time_of_day
from mockservers.harness.reports.deciding import bearing, causes, deciding_wire, lead, switched
from mockservers.harness.reports.failures import Failure, of_counterexample
from mockservers.harness.reports.program import dialect_words, program
from mockservers.harness.stimuli import unnamed
from mockservers.harness.verdicts import Counterexample, DialectReport, DutyVerdict, Report, Stop
from mockservers.kernel.rules import Rule
from mockservers.wirekit.templates import counted

WIDTH, BESIDE = 110, 36
"""Columns of a line where nobody says, and the fewest that are worth standing beside something."""
Style = Callable[[str, str], str]
"""Gets a text and its role (`good`, `bad`, `warn`, `soft`, `strong`) and returns it, coloured or not."""


def plain(text: str, role: str) -> str:
    """No colour."""
    return text


ROLE = {"kept": "good", "broken": "bad", "unproven": "warn", "n/a": "soft", "switched off": "soft"}
OUTCOME = {
    "FAILED": "bad",
    "FIXED": "good",
    "KEPT": "good",
    "UNPROVEN": "warn",
    "OFF": "soft",
    "MISTAKEN": "bad",
    "STOPPED": "bad",
}
SHOULD = (
    "should: an advice that rests on a guess about what the client is meant to do; --without DUTY switches one off, with a "
    "reason (DUTY=REASON, or in mockservers.toml)"
)
"""What the severity means, in a line."""


def wrap(text: str, indent: str, width: int, hang: int = 0) -> list[str]:
    """`text` in lines of a width, words whole; what goes on is indented by `hang` more."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    ) or [indent]


def _wrapped(lines: Iterable[str], indent: str, width: int, hang: int) -> list[str]:
    """Each of some lines in the width."""
    return [each for line in lines for each in wrap(line.rstrip(), indent, width, hang)]


# --- a check --------------------------------------------------------------------------------------------------------


def check_text(report: Report, style: Style = plain, width: int = WIDTH, *, everything: bool = False) -> str:
    """The whole report of a check: a table for each dialect, the proof nearest to the cause, what else is broken, the sum.

    `width` is that of the lines; with `everything` the proof of each broken duty stands there whole.
    """
    lines: list[str] = []
    for dialect in report.dialects:
        lines += _table(report, dialect, style, width)
    if advised(report):
        lines += [style(line, "soft") for line in wrap(SHOULD, "  ", width)]
    first = lead(report)
    if first is not None:
        lines += ["", *counterexample_lines(first, report.given, style, width, everything=everything)]
        if everything:
            for each in report.counterexamples:
                if each is not first:
                    lines += ["", *counterexample_lines(each, report.given, style, width, everything=True)]
        elif len(report.counterexamples) > 1:
            lines += _others(causes(report), style, width)
    if report.stopped is not None and not report.stopped.interrupted:
        lines += ["", *stop_lines(report.stopped)]
    words, role = sum_words(report)
    lines += ["", *(style(line, role) for line in wrap(words, "", width))]
    return "\n".join(lines)


def _others(bugs: list[list[Counterexample]], style: Style, width: int) -> list[str]:
    """A line for each of the other broken duties: those that are probably broken by the same bug, and each further bug."""
    lines: list[str] = []
    for n, (first, *others) in enumerate(bugs, 1):
        if n > 1:
            title = f"Probably another bug, number {n}: {clean(first.breaches[0].text, first.history.secrets)}"
            lines += ["", *wrap(title, "", width), *_line_of(first, style, width)]
        if others:
            which = "that bug" if n > 1 else "the same bug"
            lines += ["", *wrap(f"Probably broken by {which}, for they break together:", "", width)]
        for each in others:
            lines += _line_of(each, style, width)
    return [*lines, "", *wrap("--all prints the proof of each, --html a page with pictures of them.", "", width)]


def _line_of(each: Counterexample, style: Style, width: int) -> list[str]:
    where = "" if each.file is None else f" [{visible(str(each.file))}]"
    text = f"BROKEN {each.duty.id} ({each.duty.severity}): {each.duty.says}{where}"
    return [style(line, "bad") for line in wrap(text, "  ", width, 2)]


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


def _table(report: Report, dialect: DialectReport, style: Style, columns: int) -> list[str]:
    rate = dialect.plays / dialect.seconds if dialect.seconds else 0
    title = f"{report.vendor}, dialect {dialect.dialect}: {visible(report.client)}"
    pace = f"{rate:.{0 if rate >= 1 else 2}f} plays a second"
    played = f"{counted(dialect.examples, 'example')}, seed {report.seed}, {dialect.seconds:.1f} s ({pace})"
    lines = [style(line, "strong") for line in wrap(title, "", columns)]
    lines += [style(line, "soft") for line in wrap(played, "  ", columns)]
    remarks = []
    if dialect.declined:
        do = "does" if dialect.declined == 1 else "do"
        remarks.append(f"{counted(dialect.declined, 'example')} {do} not count: the client declined their dialect")
    if dialect.out_of_time:
        remarks.append("stopped when the time was up: fewer examples than asked for")
    remarks += [f"slow: {dialect.slow}"] if dialect.slow else []
    for remark in (*remarks, *map(visible, dialect.complaints)):
        lines += [style(line, "warn") for line in wrap(remark, "  ", columns)]
    others = [each.duty.slug for each in dialect.verdicts if each.verdict == "switched off" and each.why == NOT_AMONG]
    listed = [each for each in dialect.verdicts if each.duty.slug not in others]
    width = max((len(verdict.duty.slug) for verdict in listed), default=0)
    verdicts = max((len(verdict.verdict) for verdict in dialect.verdicts), default=0)
    begin = max(verdicts, len("unproven")) + 4
    for verdict in listed:
        severity = "" if verdict.duty.severity == "must" else " (should)"
        word = style(f"{verdict.verdict:<{begin - 4}}", ROLE[verdict.verdict])
        beginning = f"{verdict.duty.slug:<{width}}  "
        room = columns - begin - len(beginning)
        text = visible(verdict.why if verdict.verdict == "switched off" else told(verdict, report)) + severity
        # Where there is no room beside the names, what is told of a duty stands below it.
        words = wrap(text, "", room) if room >= BESIDE else ["", *wrap(text, "", columns - begin - 2)]
        indent = " " * (begin + len(beginning) if room >= BESIDE else begin + 2)
        lines.append(f"  {word}  {beginning}{words[0]}".rstrip())
        lines += [indent + each for each in words[1:]]
    if others:
        for n, each in enumerate(wrap(f"{', '.join(others)}: {NOT_AMONG}", "", columns - begin)):
            lines.append(f"  {' ' * (begin - 4) if n else style('switched off', 'soft')}  {each}")
    return lines


def advised(report: Report) -> bool:
    """Whether a report tells of duties that are an advice."""
    return any(
        each.duty.severity == "should" and each.verdict != "switched off"
        for dialect in report.dialects
        for each in dialect.verdicts
    )


def told(verdict: DutyVerdict, report: Report | None = None) -> str:
    """What a report says beside a verdict; of one dialect among those of `report`."""
    if verdict.verdict == "switched off":
        return f"switched off: {verdict.why}"
    if verdict.verdict == "n/a":
        return inapplicable(verdict.duty, verdict.why)
    if verdict.verdict == "unproven":
        return f"not exercised: {lacking(verdict, report)}"
    times = f"exercised {counted(verdict.exercised, 'time')} in {counted(verdict.exercised_in, 'example')}"
    return times + (f", broken in {verdict.broken_in}" if verdict.verdict == "broken" else "")


def lacking(verdict: DutyVerdict, report: Report | None = None) -> str:
    """What an unproven duty needs, and what is known of why it did not get it."""
    kept = [
        dialect.dialect
        for dialect in (() if report is None else report.dialects)
        for each in dialect.verdicts
        if each.duty.id == verdict.duty.id and each.verdict in ("kept", "broken")
    ]
    # What other dialects put to the test is not unproven in the end, so nobody need give more examples.
    why = f"it was exercised in dialect {', '.join(kept)}" if kept else verdict.why
    return f"needs {verdict.duty.exercised_by}" + (f"; {why}" if why else "")


def inapplicable(duty: Duty, why: str = "") -> str:
    """Why a duty does not apply, in the client's terms; `why` is what its verdict says."""
    if duty.choice is not None and why.startswith(duty.choice.words):
        return f"not applicable to this client: {why}"
    if duty.needs:
        told = f"not applicable to this client: its hello names {unnamed(duty.needs)}"
    else:
        told = (
            f"not applicable: this dialect, with the options that the client's hello lists, never provokes it; it needs "
            f"{duty.exercised_by}"
        )
    return told + (f"; {why}" if why else "")


def sum_words(report: Report) -> tuple[str, str]:
    """The outcome in a sentence, and its role."""
    broken, unproven = report.broken, report.unproven
    if report.stopped is not None and report.stopped.interrupted:
        kept = sum(1 for dialect in report.dialects for each in dialect.verdicts if each.verdict == "kept")
        names = ", ".join(duty.slug for duty in broken) or "none"
        return (
            f"INTERRUPTED {report.stopped.where}. Known by then: broken {names}; kept {kept}; all else unproven",
            "bad",
        )
    if report.stopped is not None:
        return f"STOPPED {report.stopped.where}: the client failed as a program, so there is no verdict", "bad"
    if broken:
        names = ", ".join(duty.slug for duty in broken)
        bugs = f", probably {counted(len(report.causes), 'bug')}" if len(broken) > 1 and report.causes else ""
        return f"BROKEN: {len(broken)} {'duty' if len(broken) == 1 else 'duties'} ({names}){bugs}", "bad"
    if report.nothing_proven:
        return f"NOTHING PROVEN: {report.nothing_proven}", "bad"
    if unproven:
        names = ", ".join(duty.slug for duty in unproven)
        off = f" and {len(report.switched_off)} switched off" if report.switched_off else ""
        return f"KEPT, but {len(unproven)} unproven ({names}){off}", "warn"
    which = "every duty that applies" if report.inapplicable else "every duty"
    count = len(report.switched_off)
    off = f"; {count} {'duty is' if count == 1 else 'duties are'} switched off" if count else ""
    return f"KEPT: {which}{' that is left' if off else ''} was put to the test, and kept{off}", "good"


def counterexample_lines(
    counterexample: Counterexample, client: str, style: Style = plain, width: int = WIDTH, *, everything: bool = False
) -> list[str]:
    """One broken duty: what happened, what was seen, the bytes that decide, the rules behind it, and where it was saved."""
    failure = of_counterexample(counterexample)
    lines = [style(f"BROKEN {counterexample.duty.id} ({counterexample.duty.severity})", "bad")]
    lines += wrap(counterexample.duty.says, "  ", width)
    steps = counted(len(counterexample.scenario.steps), "step")
    lines += ["", *wrap(f"What happened ({steps}, {dialect_words(counterexample.scenario)}):", "  ", width)]
    secrets = counterexample.history.secrets
    lines += _wrapped((clean(line, secrets) for line in program(counterexample.scenario)), "    ", width, 14)
    lines += ["", "  What was seen:"]
    lines += _witness(counterexample.breaches, secrets, width)
    lines += ["", "  What the client asked and was told:"]
    lines += _wrapped(conversation(counterexample.history), "    ", width, 11)
    lines += _wire(failure, width)
    lines += ["", "  Because:"]
    near, every = bearing(counterexample.duty, failure), counterexample.duty.rules
    lines += _because([*near, *(rule for rule in every if everything and rule not in near)], failure, style, width)
    if counterexample.history.output.strip():
        lines += ["", *wrap("What the client printed (the end of it):", "  ", width)]
        printed = clean(counterexample.history.output, secrets, keep="\n")
        lines += _wrapped(printed.splitlines()[-8:], "    ", width, 2)
    if counterexample.unsaved:
        lines += ["", *(style(x, "warn") for x in wrap(clean(counterexample.unsaved, secrets), "  ", width))]
    if counterexample.file is not None:
        lines += [
            "",
            *wrap(f"Saved as {visible(str(counterexample.file))}; play it again with", "  ", width),
            f"    {replay_command(counterexample.file, client)}",
        ]
    return lines


def replay_command(file: Path, client: str) -> str:
    """What to type to play a file again; `client` are the options that name the client."""
    return visible(f"mockservers replay {shlex.quote(str(file))} {client}")


def _wire(failure: Failure, width: int) -> list[str]:
    """The deciding request and its answer. Bytes are no words, so a long line of them is broken where it ends."""
    found = deciding_wire(failure)
    if found is None:
        return []
    title = f"The request that decides, #{found.n} at {time_of_day(found.at)}, and its answer:"
    lines = ["", *wrap(title, "  ", width)]
    for mark, text in ((">", found.asked), ("<", found.told)):
        for line in text.split("\n"):
            room = max(width - 6, 20)
            pieces = [line[n : n + room] for n in range(0, len(line), room)] or [""]
            lines += [f"    {mark} {piece}".rstrip() for piece in pieces]
    return lines


def _witness(breaches: Iterable[Breach], secrets: Iterable[str], width: int, most: int = 4) -> list[str]:
    found, known = list(breaches), tuple(secrets)
    lines = [line for breach in found[:most] for line in wrap(clean(breach.text, known), "    ", width)]
    if len(found) > most:
        lines.append(f"    and {len(found) - most} more")
    return lines


def _because(rules: Iterable[Rule], failure: Failure, style: Style, width: int) -> list[str]:
    lines = []
    switches = {each.rule.id: each.words for each in switched(failure)}
    for rule in rules:
        lines += wrap(f"{rule.id}: {rule.says}", "    ", width)
        lines += wrap(switches[rule.id], "      ", width) if rule.id in switches else []
        lines += [style(line, "soft") for line in wrap(str(rule.source), "      ", width)]
    return lines


# --- a replay ---------------------------------------------------------------------------------------------------------


def replay_text(results: Iterable[ReplayResult], style: Style = plain, width: int = WIDTH) -> str:
    """A line for each file, and below what was seen in those that failed; then the duties that are switched off."""
    lines: list[str] = []
    results = list(results)
    for result in results:
        secrets = result.history.secrets if result.history is not None else ()
        about = clean(result.scenario.duty or result.scenario.note.split("\n")[0], secrets)
        lines.append(
            f"{style(f'{result.outcome:<8}', OUTCOME[result.outcome])}  {visible(str(result.file))}  {style(about, 'quiet')}"
        )
        if result.reason:
            lines += wrap(visible(result.reason), "          ", width)
        for duty, judgement in result.broken:
            first, *more = wrap(f"{duty.id}: {duty.says}", "          ", width)
            lines += [first.replace(duty.id, style(duty.id, "bad"), 1), *more]
            lines += [f"      {line}" for line in _witness(judgement.breaches, secrets, width - 6, 2)]
    if any(duty.severity == "should" for result in results for duty, _ in result.broken):
        lines += [style(line, "soft") for line in wrap(SHOULD, "", width)]
    every = switched_off(results)
    others = [off.duty.id for off in every if off.reason == NOT_AMONG]
    if others:
        told = f"switched off, since {NOT_AMONG}: {', '.join(others)}"
        lines += [style(line, "soft") for line in wrap(told, "", width, 10)]
    for off in (each for each in every if each.reason != NOT_AMONG):
        lines += [style(line, "soft") for line in wrap(visible(f"{off.duty.id} {off.words}"), "", width, 10)]
    return "\n".join(lines)


def switched_off(results: Iterable[ReplayResult]) -> list[SwitchedOff]:
    """The duties that judged none of some files, each once."""
    return list({off.duty.id: off for result in results for off in result.off}.values())
