"""A rehearsal as one HTML page that a manager reads first: go or no-go and why, objectives, pictures, losses.

It needs nothing else: no scripts, no links out, light or dark, printable. It is made of the report alone and without the time
that the rehearsal took, so the same month makes the same page. Clients and vendors choose much of what is shown; every text
goes without secrets and is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockservers import __version__, registry
from mockservers.harness.reports.characters import clean, cut
from mockservers.harness.reports.program import program
from mockservers.harness.reports.text import replay_command
from mockservers.harness.scenarios import span
from mockservers.kernel import instants
from mockservers.kernel.rules import Rule
from mockservers.rehearsal.objectives import Judged, Source, length, shown
from mockservers.rehearsal.play import when
from mockservers.rehearsal.reasons import WRONG
from mockservers.rehearsal.report import Reason, RehearsalReport
from mockservers.rehearsal.reports.comparison import comparison
from mockservers.rehearsal.reports.pictures import pictures
from mockservers.rehearsal.reports.text import untested
from mockservers.wirekit import templates
from mockservers.wirekit.templates import counted

if TYPE_CHECKING:
    from mockservers.rehearsal.largest import Largest

ROLE: Mapping[str, str] = {"GO": "good", "NO-GO": "bad", "UNDECIDED": "warn"}
WORDS: Mapping[str, str] = {
    "GO": "ready to go live",
    "NO-GO": "not ready to go live",
    "UNDECIDED": "the rehearsal cannot tell",
}
ASKED: Mapping[Source, str] = {
    "given": "asked for on the command line",
    "profile": "asked for by the desk's profile",
    "vendor": "from the vendor's own guidance",
    "always": "every client must keep it",
}
AT_TIMES: Mapping[str, str] = {
    "outage": "an outage",
    "slow": "slow hours",
    "errors": "a burst of errors",
    "throttled": "a time in which the limit was used up",
    "password": "a time in which the password had expired",
    "tokens": "a time in which tokens ended",
}
"""A weather as it stands in a sentence."""
MOST_PRINTED = 4000
"""Characters of what a client printed."""
MOST_COLUMNS = 240
"""Of a step of a scenario in words; its file has all."""
_MISSED: Mapping[str, Callable[[float], str]] = {
    "storms": lambda n: f"{counted(round(n), 'time')} the client repeated refused or failed calls on and on",
    "habits": lambda n: f"{counted(round(n), 'time')} the client asked as the vendor asks its clients not to",
    "losses": lambda n: f"{_many(n, 'change')} never reached the client's copy",
    "wrong": lambda n: f"{_many(n, 'record')} in the client's copy {'is' if n == 1 else 'are'} wrong",
    "duplicates": lambda n: f"{_many(n, 'record')} {'was' if n == 1 else 'were'} there twice",
    "lost_writes": lambda n: f"{_many(n, 'write')} of the client never reached the vendor",
}


def rehearsal_html(report: RehearsalReport, largest: Largest | None = None) -> str:
    """The page of a rehearsal; of a search for the largest desk, with what it found."""
    return _page("rehearsal.html.j2", (report,), view=View(report), largest=largest, letter="")


def comparison_html(one: RehearsalReport, other: RehearsalReport) -> str:
    """The page of two rehearsals of one month: verdicts, figures and pictures beside each other."""
    views = (View(one, "A", other), View(other, "B", one))
    names = list(dict.fromkeys(picture.name.removeprefix("B-") for picture, _, _ in views[1].pictures))
    names = list(dict.fromkeys([*(picture.name.removeprefix("A-") for picture, _, _ in views[0].pictures), *names]))
    pairs = [
        [(view.letter, drawn) for view in views for drawn in view.pictures if drawn[0].name == f"{view.letter}-{name}"]
        for name in names
    ]
    rows = comparison(one, other)
    return _page("rehearsal_comparison.html.j2", (one, other), views=views, pairs=pairs, rows=rows)


def _page(template: str, reports: tuple[RehearsalReport, ...], **values: Any) -> str:
    secrets = tuple(secret for report in reports for secret in report.secrets)

    def show(text: str, keep: str = "") -> str:
        return clean(text, secrets, keep)

    return templates.render(
        template,
        show,
        version=__version__,
        asked=ASKED,
        rules=registry.emulator(reports[0].vendor).rules,
        program=lambda scenario: [cut(line, MOST_COLUMNS) for line in program(scenario)],
        shown=shown,
        length=length,
        span=span,
        when=when,
        **values,
    )


class View:
    """One rehearsal as a page shows it; `letter` tells it from the one that stands `beside` it."""

    def __init__(self, report: RehearsalReport, letter: str = "", beside: RehearsalReport | None = None) -> None:
        self.report, self.letter = report, letter
        self.role, self.words, self.why = ROLE[report.verdict], WORDS[report.verdict], why(report)
        self.every = span(report.every)
        self.objectives = sorted(report.objectives, key=lambda each: each.met)
        prefix = f"{letter}-" if letter else ""
        self.groups = [(f"{prefix}loss{n}", group) for n, group in enumerate(report.groups, 1)]
        self.reasons = [(reason, self._place(reason)) for reason in report.reasons]
        self.pictures = [
            (
                picture,
                templates.trusted(picture.svg),
                [(words, templates.trusted(svg)) for words, svg in picture.closer],
            )
            for picture in pictures(report, prefix, beside)
        ]
        self.untested = untested(report)
        printed = report.stopped.printed if report.stopped is not None else ""
        self.printed = clean(printed, report.secrets, "\n").strip()[-MOST_PRINTED:]

    def behind(self, judged: Judged) -> list[tuple[str, Rule | None]]:
        """The rules behind an objective: the one that it rests on, or those of the duty whose breach made it missed."""
        rules: Mapping[str, Rule] = registry.emulator(self.report.vendor).rules
        name, because = judged.objective.name, judged.objective.because
        told = [id_ for reason in self.report.reasons if reason.objective == name for id_, _ in reason.rules]
        return [(id_, rules.get(id_)) for id_ in ([because] if because else told[:1])]

    def command(self, file: Path) -> str:
        return replay_command(file, self.report.given)

    def day(self, at: int) -> int:
        return _day(self.report, at)

    def _place(self, reason: Reason) -> str:
        """Where the page tells more of a reason: the losses that it stands for."""
        if reason.objective not in ("losses", "wrong"):
            return ""
        return next((place for place, group in self.groups if group.title == reason.text), "")


# --- the sentence ----------------------------------------------------------------------------------------------------


def why(report: RehearsalReport) -> str:
    """In one sentence for people who read no further, why it is go or no-go."""
    desk = f"{report.counts['tickets']:,} tickets, {report.counts['events']:,} events"
    over = f"Over {counted(report.days, 'day')} of this desk ({desk})"
    if report.stopped is not None:
        over = f"Up to day {_day(report, report.stopped.at)} of {report.days} ({desk})"
    if report.go:
        told = ["the client's copy missed nothing" if report.values.get("losses") == 0 else "the client kept up"]
        if (stale := report.values.get("staleness.p95")) is not None:
            told.append(f"95 of 100 changes were in it within {length(stale)}")
        if peak := report.values.get("limit.peak"):
            told.append(f"at most {shown('share', peak)} of the vendor's limit was used")
        all_kept = f"all {len(report.objectives)} objectives are kept" if len(report.objectives) > 1 else ""
        return f"{over}, {_listed(told)}{': ' + all_kept if all_kept else ''}."
    if report.verdict == "UNDECIDED":
        what = report.stopped.what if report.stopped is not None else report.blind
        return f"{what[:1].upper()}{what[1:]}{'' if what.endswith('.') else '.'}"
    missed = [each for each in report.objectives if not each.met]
    if not missed:
        return f"{over}, the rehearsal did not come to its end."
    many = f"{len(missed)} of {len(report.objectives)} objectives {'is' if len(missed) == 1 else 'are'}"
    if len(report.objectives) == 1:
        many = "the one objective is"
    return f"{over}, {_phrase(missed[0])}{_because(report, missed[0])}; {many} missed."


def _day(report: RehearsalReport, at: int) -> int:
    """The number of the day, from 1, in which an instant lies."""
    return int((at - report.start) // instants.DAY) + 1


def _phrase(judged: Judged) -> str:
    metric, value = judged.objective.metric, judged.value
    if value is None:
        return f"{metric.says} could not be measured"
    if metric.name in _MISSED:
        return _MISSED[metric.name](value)
    return f"{metric.says} came to {shown(metric.unit, value)}, and {shown(metric.unit, judged.objective.most)} is the most"


def _because(report: RehearsalReport, judged: Judged) -> str:
    """The weather that more than half of the losses fell into, by the examples."""
    if judged.objective.name not in ("losses", "wrong"):
        return ""
    groups = [each for each in report.groups if (each.kind in WRONG) == (judged.objective.name == "wrong")]
    kind = groups[0].examples[0].weather.partition(" ")[0] if groups and groups[0].examples else ""
    if not kind or 2 * groups[0].count <= sum(each.count for each in groups):
        return ""
    return f", {'most of them ' if len(groups) > 1 else ''}in or after {AT_TIMES.get(kind, kind)}"


def _many(count: float, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,.0f} {what}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
