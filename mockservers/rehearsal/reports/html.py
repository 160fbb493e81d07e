"""A rehearsal as one HTML page that a manager reads first: go or no-go and why, objectives, pictures, losses.

It needs nothing else: no scripts, no links out, light or dark, printable. It is made of the report alone and without the time that the
rehearsal took, so the same month makes the same page. Clients and vendors choose much of what is shown; every text goes without
secrets and is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mockservers import __version__, registry
from mockservers.harness.reports.characters import clean
from mockservers.harness.reports.program import program
from mockservers.harness.reports.text import replay_command
from mockservers.harness.scenarios import span
from mockservers.kernel import instants
from mockservers.kernel.rules import Rule
from mockservers.rehearsal.objectives import Judged, Source, length, shown
from mockservers.rehearsal.play import when
from mockservers.rehearsal.reasons import WRONG
from mockservers.rehearsal.report import LossGroup, Reason, RehearsalReport
from mockservers.rehearsal.reports.pictures import pictures
from mockservers.wirekit import templates
from mockservers.wirekit.templates import counted

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
MOST_DETAILS = 4000
"""Characters of what a client printed."""
_MISSED: Mapping[str, Callable[[float], str]] = {
    "storms": lambda n: f"{counted(round(n), 'time')} the client repeated refused or failed calls on and on",
    "losses": lambda n: f"{_many(n, 'change')} never reached the client's copy",
    "wrong": lambda n: f"{_many(n, 'record')} in the client's copy {'is' if n == 1 else 'are'} wrong",
    "duplicates": lambda n: f"{_many(n, 'record')} {'was' if n == 1 else 'were'} there twice",
    "lost_writes": lambda n: f"{_many(n, 'write')} of the client never reached the vendor",
}


def rehearsal_html(report: RehearsalReport) -> str:
    """The whole page."""
    rules = registry.emulator(report.vendor).rules
    groups = [(f"loss{n}", group) for n, group in enumerate(report.groups, 1)]
    return templates.render(
        "rehearsal.html.j2",
        _show,
        version=__version__,
        report=report,
        role=ROLE[report.verdict],
        words=WORDS[report.verdict],
        why=why(report),
        objectives=sorted(report.objectives, key=lambda each: each.met),
        behind=lambda each: _behind(each, report, rules),
        asked=ASKED,
        groups=groups,
        reasons=[(reason, _place(reason, groups)) for reason in report.reasons],
        pictures=[(picture, templates.trusted(picture.svg), _closer(picture.closer)) for picture in pictures(report)],
        rules=rules,
        command=lambda file: _command(file, report),
        program=program,
        shown=shown,
        length=length,
        span=span,
        when=when,
        printed=_show(report.stopped.printed, "\n").strip()[-MOST_DETAILS:] if report.stopped is not None else "",
        day=lambda at: int((at - report.start) // instants.DAY) + 1,
    )


def _show(text: str, keep: str = "") -> str:
    return clean(text, (), keep)


def _closer(closer: tuple[tuple[str, str], ...]) -> list[tuple[str, object]]:
    return [(words, templates.trusted(svg)) for words, svg in closer]


# --- the sentence ----------------------------------------------------------------------------------------------------


def why(report: RehearsalReport) -> str:
    """In one sentence for people who read no further, why it is go or no-go."""
    over = f"Over {counted(report.days, 'day')} of this desk ({report.counts['tickets']:,} tickets, {report.counts['events']:,} events)"
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
    many = "the one objective is" if len(report.objectives) == 1 else f"{len(missed)} of {len(report.objectives)} objectives are"
    return f"{over}, {_phrase(missed[0])}{_because(report, missed[0])}; {many} missed."


def _phrase(judged: Judged) -> str:
    metric, value = judged.objective.metric, judged.value
    if value is None:
        return f"{metric.says} could not be measured"
    if metric.name in _MISSED:
        return _MISSED[metric.name](value)
    return f"{metric.says} came to {shown(metric.unit, value)}, and {shown(metric.unit, judged.objective.most)} is the most"


def _because(report: RehearsalReport, judged: Judged) -> str:
    """What most of the losses have in common: the weather that they fell into."""
    if judged.objective.name not in ("losses", "wrong"):
        return ""
    of = [each for each in report.groups if (each.kind in WRONG) == (judged.objective.name == "wrong")]
    if not of or not (weather := of[0].examples[0].weather if of[0].examples else ""):
        return ""
    kind = weather.partition(" ")[0]
    return f", {'most of them' if len(of) > 1 else 'after'} {'after ' if len(of) > 1 else ''}a time of {kind}" if kind else ""


def _many(count: float, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,.0f} {what}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# --- what is behind --------------------------------------------------------------------------------------------------


def _behind(judged: Judged, report: RehearsalReport, rules: Mapping[str, Rule]) -> list[tuple[str, Rule | None]]:
    """The rules behind an objective: the one that it rests on, or those of the duty whose breach made it missed."""
    if judged.objective.because:
        ids = [judged.objective.because]
    else:
        ids = [id_ for reason in report.reasons if reason.objective == judged.objective.name for id_, _ in reason.rules][:1]
    return [(id_, rules.get(id_)) for id_ in ids]


def _place(reason: Reason, groups: list[tuple[str, LossGroup]]) -> str:
    """Where the page tells more of a reason: the losses that it stands for."""
    if reason.objective not in ("losses", "wrong"):
        return ""
    return next((place for place, group in groups if group.title == reason.text), "")


def _command(file: Path, report: RehearsalReport) -> str:
    return replay_command(file, report.given)
