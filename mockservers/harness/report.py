"""Reports: verdicts, proofs and replays as plain text. Colour is the caller's affair, by a style function."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

from mockservers.harness.check import DialectReport, Proof, Report
from mockservers.harness.duties import Breach, Duty
from mockservers.harness.history import Exchanged, History
from mockservers.harness.machines import machine
from mockservers.harness.readers import get_tickets, querydata
from mockservers.harness.replay import ReplayResult
from mockservers.harness.scenarios import Clock, Other, Scenario, Step, Trouble, Work, births, span
from mockservers.kernel import instants
from mockservers.kernel.secrets import mask

WIDTH = 110
Style = Callable[[str, str], str]
"""Gets a text and its role (`good`, `bad`, `warn`, `soft`, `strong`) and returns it, coloured or not."""


def plain(text: str, role: str) -> str:
    """No colour."""
    return text


_ROLE = {"kept": "good", "broken": "bad", "unproven": "warn", "n/a": "soft"}
_OUTCOME = {"FAILED": "bad", "FIXED": "good", "KEPT": "good", "UNPROVEN": "warn", "MISTAKEN": "bad"}


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
            if verdict.proof is not None:
                lines += ["", *proof_lines(verdict.proof, report.given, style)]
    lines += ["", _sum(report, style)]
    return "\n".join(lines)


def _table(report: Report, dialect: DialectReport, style: Style) -> list[str]:
    rate = dialect.plays / dialect.seconds if dialect.seconds else 0
    lines = [
        style(f"{report.vendor}, dialect {dialect.dialect}: {report.client}", "strong"),
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
        lines += [style(line, "warn") for line in _wrap(complaint, "  ")]
    width = max(len(verdict.duty.slug) for verdict in dialect.verdicts)
    for verdict in dialect.verdicts:
        times = f"provoked {verdict.provoked} times in {verdict.provoked_in} examples"
        if verdict.verdict == "broken":
            times += f", broken in {verdict.broken_in}"
        elif verdict.verdict == "unproven":
            times = f"never provoked; it takes {verdict.duty.provoke}"
        elif verdict.verdict == "n/a":
            times = f"not applicable to this installation; it takes {verdict.duty.provoke}"
        severity = "" if verdict.duty.severity == "must" else " (should)"
        word = style(f"{verdict.verdict:<8}", _ROLE[verdict.verdict])
        lines.append(f"  {word}  {verdict.duty.slug:<{width}}  {times}{severity}")
    return lines


def _sum(report: Report, style: Style) -> str:
    broken, unproven = report.broken, report.unproven
    if broken:
        names = ", ".join(duty.slug for duty in broken)
        return style(f"BROKEN: {len(broken)} {'duty' if len(broken) == 1 else 'duties'} ({names})", "bad")
    if report.nothing_proven:
        return style(f"NOTHING PROVEN: {report.nothing_proven}", "bad")
    if unproven:
        names = ", ".join(duty.slug for duty in unproven)
        return style(f"KEPT, but {len(unproven)} unproven ({names})", "warn")
    which = "every duty that applies" if report.inapplicable else "every duty"
    return style(f"KEPT: {which} was put to the test, and kept", "good")


def proof_lines(proof: Proof, client: str, style: Style = plain) -> list[str]:
    """One broken duty: what happened, which duty, on which rules it rests, what was seen, and where it was saved."""
    lines = [style(f"BROKEN {proof.duty.id} ({proof.duty.severity})", "bad")]
    lines += _wrap(proof.duty.says, "  ")
    count = len(proof.scenario.steps)
    steps = "1 step" if count == 1 else f"{count} steps"
    lines += ["", f"  What happened ({steps}, {_dialect(proof.scenario)}):"]
    lines += [f"    {line}" for line in program(proof.scenario)]
    lines += ["", "  What was seen:"]
    lines += _witness(proof.breaches)
    lines += ["", "  What the client asked and was told:"]
    lines += [f"    {line}" for line in conversation(proof.history)]
    lines += ["", "  Because:"]
    lines += _because(proof.duty, style)
    if proof.history.output.strip():
        lines += ["", "  What the client printed (the end of it):"]
        lines += [f"    {line}" for line in _masked(proof.history).splitlines()[-8:]]
    if proof.unsaved:
        lines += ["", style(f"  {proof.unsaved}", "warn")]
    if proof.file is not None:
        lines += ["", f"  Saved as {proof.file}; play it again with", f"    {replay_command(proof.file, client)}"]
    return lines


def replay_command(file: Path, client: str) -> str:
    """The command that plays a file again; `client` are the options that name the client."""
    return f"mockservers replay {file} {client}"


def _dialect(scenario: Scenario) -> str:
    if isinstance(scenario.dialect, str):
        return f"dialect {scenario.dialect}"
    return "dialect default with " + ", ".join(f"{name} {value}" for name, value in scenario.dialect.items())


def _witness(breaches: Iterable[Breach], most: int = 4) -> list[str]:
    found = list(breaches)
    lines = [line for breach in found[:most] for line in _wrap(breach.text, "    ")]
    if len(found) > most:
        lines.append(f"    and {len(found) - most} more")
    return lines


def _because(duty: Duty, style: Style) -> list[str]:
    lines = []
    for rule in duty.rules:
        lines += _wrap(f"{rule.id}: {rule.says}", "    ")
        lines += [style(line, "soft") for line in _wrap(str(rule.source), "      ")]
    return lines


def _masked(history: History) -> str:
    return mask(history.output, history.secrets)


# --- a scenario as a small program ------------------------------------------------------------------------------------


def program(scenario: Scenario) -> list[str]:
    """The steps of a scenario, one line each, and how the world settles after them."""
    here = machine(scenario.vendor)
    lines = [f"     {'begins':<9}at {instants.to_iso(scenario.start)}, data {scenario.data}"]
    count = 0

    def born(step: Other | Work) -> str:
        nonlocal count
        times = births(here, step)
        first, count = count + 1, count + times
        return "" if not times else f"T{first}" if times == 1 else f"T{first} to T{count}"

    for n, step in enumerate(scenario.steps, 1):
        meanwhile = getattr(step, "meanwhile", None)
        inside: list[str] = []
        if meanwhile is not None:  # what others make inside a task has its labels before what the task makes
            when = f"     after its request {meanwhile.after_request}: "
            inside = [f"{when}{_line(inner, born)}" for inner in meanwhile.steps]
        lines += [f"{n:>3}. {_line(step, born)}", *inside]
    settle = span(here.settle)
    lines.append(f"     {'settles':<9}faults cleared, {settle} pass, the client syncs, 5m pass, it syncs again")
    return lines


def _line(step: Step, born: Callable[[Other | Work], str]) -> str:
    if isinstance(step, Clock):
        return f"{'clock':<9}{span(step.by)} pass"
    if isinstance(step, Trouble):
        settings = "".join(f", {name} {value}" for name, value in step.settings.items())
        at = "the next request" if not step.after else f"the request after {step.after} more"
        times = "" if step.times == 1 else f" and {step.times - 1} after it"
        return f"{'fault':<9}{step.kind}{settings}: hits {at}{times}"
    if isinstance(step, Other):
        made = born(step)
        fields = ", ".join(f"{name}={value!r}" for name, value in {**step.more, **step.fields}.items())
        words = {
            "create": f"create {made}",
            "act": f"{step.action} on {step.ticket}" + (f", which makes {made}" if made else ""),
            "change": f"change {step.ticket}",
            "delete": f"delete {step.ticket}",
            "revoke": "revoke the client's credential",
            "restore": "give the credential back",
        }[step.operation]
        late = f" (visible {span(step.delay)} later)" if step.delay else ""
        return f"{'others':<9}{words}{': ' + fields if fields else ''}{late}"
    made = born(step)
    fields = ", ".join(f"{name}={value!r}" for name, value in step.fields.items())
    about = f" {made or step.ticket}" if made or step.ticket else ""
    said = f" {step.text!r}" if step.text else ""
    return f"{'client':<9}{step.task}{about}{said}{': ' + fields if fields else ''}"


# --- the conversation -------------------------------------------------------------------------------------------------


def conversation(history: History, most: int = 14) -> list[str]:
    """The client's tasks and requests in order, a line each; the middle is left out when there are many."""
    lines: list[str] = []
    for task in history.tasks:
        end = "" if task.ok else f" -> error ({task.error_kind}): {task.error[:80]}"
        held = "" if task.after is None else f", mirror holds {len(task.after)}"
        lines.append(f"{_clock(task.at)} {task.do}{' (settling)' if task.settling else ''}{held}{end}")
        for exchange in history.within(task):
            fault = f"  [{', '.join(exchange.faults)}]" if exchange.faults else ""
            lines.append(f"{_clock(exchange.at)}   #{exchange.n} {_exchange(history, exchange)}{fault}")
    if len(lines) > most:
        half = most // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} lines left out ...", *lines[-half:]]
    return [mask(line, history.secrets) for line in lines]


def _clock(instant: int) -> str:
    return instants.to_iso(instant)[11:19]


def _exchange(history: History, exchange: Exchanged) -> str:
    if history.vendor == "querydata":
        return _querydata(exchange)
    return _get_tickets(exchange)


def _querydata(exchange: Exchanged) -> str:
    want, said = querydata.asked(exchange), querydata.said(exchange)
    told = {"ids": f"ids {', '.join(said.ids) or 'none'}", "tickets": f"{len(said.tickets)} ticket(s)"}
    store = " (warehouse)" if want.warehouse else ""
    asked = f"{want.result} {want.value}{store}" if want.result else "a request"
    return f"{asked} -> {told.get(said.kind, said.kind + (f' {said.code}' if said.code else ''))}"


def _get_tickets(exchange: Exchanged) -> str:
    want, said = get_tickets.asked(exchange), get_tickets.said(exchange)
    shown = " ".join(f"{name}={value}" for name, value in want.items() if name not in ("key", "action"))
    told = {"tickets": f"{len(said.tickets)} ticket(s)", "count": f"count {said.text}", "error": f"error {said.text!r}"}
    return f"{shown or 'a request'} -> {told.get(said.kind, said.kind)}"


# --- a replay ---------------------------------------------------------------------------------------------------------


def replay_text(results: Iterable[ReplayResult], style: Style = plain) -> str:
    """A line for each file, and below what was seen in those that failed."""
    lines: list[str] = []
    for result in results:
        about = result.scenario.duty or result.scenario.note.split("\n")[0]
        lines.append(
            f"{style(f'{result.outcome:<8}', _OUTCOME[result.outcome])}  {result.file}  {style(about, 'quiet')}"
        )
        if result.reason:
            lines += _wrap(result.reason, "          ")
        for duty, judgement in result.broken:
            lines.append(f"          {style(duty.id, 'bad')}: {duty.says}")
            lines += [f"      {line}" for line in _witness(judgement.breaches, 2)]
    return "\n".join(lines)
