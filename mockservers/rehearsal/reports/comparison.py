"""Two rehearsals of one month side by side: before a fix and after it, a nightly full sync against an incremental one."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mockservers.harness.reports.characters import clean, cleaned
from mockservers.harness.reports.text import WIDTH, Style, plain, wrap
from mockservers.rehearsal.objectives import METRICS, shown
from mockservers.rehearsal.report import RehearsalReport
from mockservers.rehearsal.reports.json import document
from mockservers.wirekit.templates import counted

FIGURES = (
    "losses",
    "wrong",
    "storms",
    "staleness.p50",
    "staleness.p95",
    "staleness.worst",
    "calls.day",
    "calls.sync",
    "calls.hour",
    "bytes.day",
    "limit.peak",
    "limit.throttled",
    "errors",
    "recovery.worst",
    "backlog.drain",
)


def comparison_text(one: RehearsalReport, other: RehearsalReport, style: Style = plain, width: int = WIDTH) -> str:
    """A table with a column for each, and where the other one is better or worse by more than a tenth."""
    # Two states of one program have the same name: then it is told how each was started.
    names = [clean(each.given if one.client == other.client else each.client, each.secrets) for each in (one, other)]
    rows = [("", names[0], names[1], "")]
    rows.append(("", one.verdict, other.verdict, ""))
    asked = {each.objective.name: each for each in one.objectives}
    for name in dict.fromkeys((*asked, *FIGURES)):
        unit = METRICS[name].unit
        left, right = one.values.get(name), other.values.get(name)
        rows.append((name, shown(unit, left), shown(unit, right), _change(left, right)))
    sizes = [max(len(row[n]) for row in rows) for n in range(3)]
    room = max(8, (width - sizes[0] - 14) // 2)
    title = f"{one.vendor}, {counted(one.days, 'day')} of {one.profile}, seed {one.seed}"
    lines = [style(line, "strong") for line in wrap(title, "", width)]
    for n, row in enumerate(rows):
        cells = [text[:room].ljust(min(size, room)) for text, size in zip(row[1:3], sizes[1:], strict=True)]
        line = f"  {row[0].ljust(sizes[0])}  {cells[0]}  {cells[1]}  {row[3]}".rstrip()
        lines.append(style(line, "strong") if n == 0 else line)
    for name, report in zip(names, (one, other), strict=True):
        for reason in report.reasons[:1]:
            told = f"{name}: {clean(f'{reason.objective}: {reason.text}', report.secrets)}"
            lines += ["", *wrap(told, "", width, 2)]
    return "\n".join(lines)


@dataclass(frozen=True)
class Row:
    """A figure of both: what was wanted, and each value with whether it misses that."""

    name: str
    says: str
    wanted: str
    values: tuple[tuple[str, bool], ...]
    change: str


def comparison(one: RehearsalReport, other: RehearsalReport) -> list[Row]:
    """The figures of both, those that an objective asks for first."""
    asked = [{each.objective.name: each for each in report.objectives} for report in (one, other)]
    rows = []
    for name in dict.fromkeys((*asked[0], *FIGURES)):
        metric, objective = METRICS[name], asked[0].get(name)
        values = tuple(
            (shown(metric.unit, report.values.get(name)), name in judged and not judged[name].met)
            for report, judged in zip((one, other), asked, strict=True)
        )
        wanted = f"at most {shown(metric.unit, objective.objective.most)}" if objective else ""
        change = _change(one.values.get(name), other.values.get(name))
        rows.append(Row(name, metric.says[:1].upper() + metric.says[1:], wanted, values, change))
    return rows


def _change(left: float | None, right: float | None) -> str:
    """Whether the other one is better; less is better everywhere."""
    if left is None or right is None or abs(left - right) <= 0.1 * max(abs(left), abs(right)):
        return ""
    return "better" if right < left else "worse"


def comparison_json(one: RehearsalReport, other: RehearsalReport) -> str:
    """Both documents, in the order of the command line."""
    made = {"format": "mockservers rehearsal comparison", "version": 1, "rehearsals": [document(one), document(other)]}
    return json.dumps(cleaned(made, (*one.secrets, *other.secrets)), indent=1, ensure_ascii=False) + "\n"
