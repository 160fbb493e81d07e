"""A rehearsal as plain text: GO or NO-GO, the objectives, why not, and the figures. Colour is the caller's affair.

Clients and vendors choose much of what is told; every text goes without secrets, and before it is wrapped or cut: half of a
secret is not known for what it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from mockservers.harness.declared import listed
from mockservers.harness.reports.characters import clean
from mockservers.harness.reports.text import WIDTH, Style, plain, wrap
from mockservers.harness.scenarios import span
from mockservers.kernel import instants
from mockservers.rehearsal.objectives import Judged, Unit, length, shown
from mockservers.rehearsal.play import when
from mockservers.rehearsal.report import Reason, RehearsalReport
from mockservers.wirekit.templates import counted

_ROLE = {"GO": "good", "NO-GO": "bad", "UNDECIDED": "warn"}
MOST_WEATHER = 6
"""Outages that are told one by one; of more, those that took longest."""


def rehearsal_text(report: RehearsalReport, style: Style = plain, width: int = WIDTH) -> str:
    """The whole report, in lines of a width."""
    lines = [style(report.verdict, _ROLE[report.verdict]) + f"  {_subject(report)}"]
    lines += wrap(_setting(report), "  ", width)
    if report.stopped is not None:
        what = f"Ended at {when(report.stopped.at)}, on day {_day(report)} of {report.days}: {report.stopped.what}"
        lines += [style(line, "warn") for line in wrap(clean(what, report.secrets), "  ", width)]
    if report.blind:
        lines += [style(line, "warn") for line in wrap(clean(report.blind, report.secrets), "  ", width)]
    lines += ["", *_objectives(report.objectives, style, width)]
    for n, reason in enumerate(report.reasons, 1):
        lines += ["", *_reason(n, reason, report, style, width)]
    lines += ["", *_figures(report, width)]
    lines += _weather(report, width)
    if report.stopped is not None and report.stopped.printed.strip():
        lines += ["", "What the client printed last:"]
        printed = clean(report.stopped.printed, report.secrets, "\n").strip()[-2000:]
        lines += [f"  {line}" for line in printed.splitlines()]
    lines += ["", *(style(line, _ROLE[report.verdict]) for line in wrap(sum_words(report), "", width))]
    return "\n".join(lines)


def _subject(report: RehearsalReport) -> str:
    return f"{report.vendor}, {counted(report.days, 'day')} of {report.profile}: {clean(report.client, report.secrets)}"


def _day(report: RehearsalReport) -> int:
    assert report.stopped is not None
    return int((report.stopped.at - report.start) // instants.DAY) + 1


def _setting(report: RehearsalReport) -> str:
    scale = "" if report.scale == 1 else f", {report.scale:g} times as much"
    return (
        f"from {when(report.start)[:10]}{scale}, every {span(report.every)}, dialect {report.dialect}, seed {report.seed}; "
        f"{report.counts['tickets']:,} tickets, {report.counts['events']:,} events, {report.counts['syncs']:,} syncs, "
        f"{report.counts['calls']:,} calls, in {report.seconds:.0f} s"
    )


# --- objectives ------------------------------------------------------------------------------------------------------


def _objectives(judged: Sequence[Judged], style: Style, width: int) -> list[str]:
    rows = [
        (
            "met" if each.met else "MISSED",
            each.objective.name,
            shown(each.objective.metric.unit, each.value),
            f"at most {shown(each.objective.metric.unit, each.objective.most)}",
            f"{each.objective.source}{': ' + each.objective.because if each.objective.because else ''}",
        )
        for each in judged
    ]
    sizes = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = []
    for row in rows:
        told = "  ".join(part.ljust(size) for part, size in zip(row[1:4], sizes[1:], strict=True))
        room = width - sizes[0] - len(told) - 6
        source = row[4] if len(row[4]) <= room else row[4][: max(0, room - 2)] + ".." if room > 8 else ""
        role = "good" if row[0] == "met" else "bad"
        lines.append(f"  {style(row[0].ljust(sizes[0]), role)}  {told}  {style(source, 'soft')}".rstrip())
    return lines


# --- reasons ---------------------------------------------------------------------------------------------------------


def _reason(n: int, reason: Reason, report: RehearsalReport, style: Style, width: int) -> list[str]:
    told = clean(reason.text, report.secrets)
    lines = [style(line, "bad") for line in wrap(f"{n}. {reason.objective}: {told}", "", width, 3)]
    for detail in reason.details:
        lines += wrap(clean(detail, report.secrets), "   ", width)
    if reason.duty:
        lines += wrap(f"breaks the duty {reason.duty}, because", "   ", width)
    for id_, says in reason.rules[:3]:
        lines += wrap(f"{id_}: {says}" if says else f"guidance: {id_}", "     ", width, 2)
    if reason.file is not None:
        lines += wrap("just it, to be played again:", "   ", width)
        file, given = (clean(each, report.secrets) for each in (shlex.quote(str(reason.file)), report.given))
        lines.append(f"     mockservers replay {file} {given}")
    return lines


# --- figures ---------------------------------------------------------------------------------------------------------


def _figures(report: RehearsalReport, width: int) -> list[str]:
    values = report.values

    def of(name: str, unit: Unit) -> str:
        return shown(unit, values.get(name))

    staleness = ", ".join(f"{name} {of(f'staleness.{name}', 'time')}" for name in ("p50", "p95", "p99", "worst"))
    unseen = report.counts.get("unseen", 0)
    more = (
        f"; {unseen:,} more of nothing that the client copies" if unseen else ""
    )  # else little compared looks like much
    lines = wrap(f"Staleness   {staleness} ({report.counts['shown']:,} changes{more})", "", width, 12)
    calls = (
        f"Calls       {of('calls.day', 'count')} a day, {of('calls.sync', 'count')} a sync, "
        f"{of('calls.hour', 'count')} in the busiest hour; {_bytes(values.get('bytes.day') or 0)} a day"
    )
    lines += wrap(calls, "", width, 12)
    if values.get("limit.peak") or report.counts["throttled"]:
        limit = (
            f"Limit       {of('limit.peak', 'share')} of it at most, {counted(report.counts['throttled'], 'call')} "
            f"throttled, {of('limit.latency', 'time')} of waiting"
        )
        lines += wrap(limit, "", width, 12)
    errors = (
        f"Failures    {counted(report.counts['errors'], 'request')} in {counted(len(report.episodes), 'episode')}, "
        f"{counted(report.counts['failed_syncs'], 'sync')} ended in an error; the longest recovery took "
        f"{of('recovery.worst', 'time')}"
    )
    if report.first_failed:
        errors += f"; the first error was at {clean(report.first_failed, report.secrets)}"
    lines += wrap(errors, "", width, 12)
    for slow in report.slowest[:1]:
        text = (
            f"Slowest     ticket {slow.ticket} ({slow.event} at {when(slow.due)}) took {length(slow.taken)}: {slow.why}"
        )
        lines += wrap(clean(text, report.secrets), "", width, 12)
    return lines


def _weather(report: RehearsalReport, width: int) -> list[str]:
    chosen = sorted(report.outages, key=lambda each: -(each.drain or 0) if each.drain is not None else -(1 << 62))
    lines: list[str] = []
    for each in sorted(chosen[:MOST_WEATHER], key=lambda each: each.begun):
        drained = "never caught up" if each.drain is None else f"caught up after {length(each.drain)}"
        text = (
            f"{each.kind} {when(each.begun)} for {length(each.until - each.begun)}: {counted(each.backlog, 'change')} "
            f"behind, {drained}"
        )
        text = clean(text, report.secrets)
        lines += wrap(("Weather     " if not lines else " " * 12) + text, "", width, 14)
    if len(chosen) > MOST_WEATHER:
        lines.append(" " * 12 + f"and {len(chosen) - MOST_WEATHER} more that took less")
    for word, what in untested(report):
        lines += wrap(f"{word:12}{what}", "", width, 12)
    return lines


def untested(report: RehearsalReport) -> list[tuple[str, str]]:
    """What this span did not put to the test, by a word for it; nothing where the report knows too little to say so."""
    if report.blind:
        return []
    told = []
    if not report.outages:
        told.append(
            ("Weather", "none came in this span, so what the client does when the vendor fails was not put to the test")
        )
    if not report.kinds.get("deleted"):
        told.append(
            (
                "Deletions",
                "none came in this span, so whether the copy drops what is gone at the vendor was not put to the test",
            )
        )
    if report.beside:
        told.append(
            (
                "Beside",
                f"the copy shows {listed(report.beside)} too; a rehearsal compares the fields of tickets alone, so whether these "
                "are whole was not put to the test, which `mockservers check` does",
            )
        )
    return told


def _bytes(count: float) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def sum_words(report: RehearsalReport) -> str:
    """The outcome in a sentence."""
    missed = [each.objective.name for each in report.objectives if not each.met]
    if report.go:
        return f"GO: all {counted(len(report.objectives), 'objective')} met over {counted(report.days, 'day')}"
    if report.verdict == "UNDECIDED":
        why = report.stopped.what if report.stopped is not None else report.blind
        return f"UNDECIDED: {clean(why, report.secrets)}"
    so_far = "" if report.stopped is None else ", so far"
    return f"NO-GO{so_far}: {', '.join(missed)} missed"
