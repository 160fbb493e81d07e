"""The report of a campaign: a matrix of clients by dialects, what is not as expected, and as JSON, JUnit XML and HTML."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from lxml import etree

from mockservers import __version__
from mockservers.campaign.results import RunResult
from mockservers.harness.reports.characters import visible
from mockservers.harness.reports.junit import add_case, add_suite, add_words, as_text, count_cases
from mockservers.harness.reports.text import WIDTH, Style, plain, wrap
from mockservers.harness.verdicts import CheckInterrupted, CheckStopped
from mockservers.wirekit import templates
from mockservers.wirekit.templates import counted

VERSION = 1
Row = tuple[str, str]
"""A client and a vendor."""


@dataclass(frozen=True)
class Cell:
    """The runs of one client against one vendor in one dialect, a seed each."""

    results: tuple[RunResult, ...] = ()

    @property
    def wrong(self) -> list[RunResult]:
        return [result for result in self.results if not result.expected]

    @property
    def role(self) -> str:
        return "bad" if self.wrong else "warn" if any(result.unproven for result in self.results) else "good"

    @property
    def words(self) -> str:
        """What came of them: how many are as expected, and the seeds of the others."""
        if not self.results:
            return ""
        done, wrong = len(self.results), self.wrong
        if not wrong:
            statuses = {"caught" if result.run["expect"] == "broken" else "kept" for result in self.results}
            some = sum(1 for result in self.results if result.unproven and result.status == "kept")
            return f"{' or '.join(sorted(statuses))} {done}/{done}" + (f", {some} with unproven" if some else "")
        named = ", ".join(str(result.run["seed"]) for result in wrong[:5]) + (" ..." if len(wrong) > 5 else "")
        told = sorted({_status(result) for result in wrong})
        return f"{' or '.join(told)} {len(wrong)}/{done} (seed {named})"


def _status(result: RunResult) -> str:
    """What came of a run, in words that say whether it was hoped for."""
    if result.run["expect"] == "broken" and result.status == "kept":
        return "NOT CAUGHT"
    return result.status.upper()


@dataclass(frozen=True)
class CampaignReport:
    """What is known of a campaign. `planned` runs were asked for; some of `results` may be of earlier days."""

    title: str
    results: tuple[RunResult, ...]
    planned: int
    again: int = 0
    """How many of the results were known already, and not played again."""
    seconds: float = 0.0
    interrupted: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    """Where counterexamples were saved, by the key of the run."""

    @property
    def wrong(self) -> list[RunResult]:
        """The runs that are not as expected."""
        return [result for result in self.results if not result.expected]

    @property
    def unproven(self) -> list[RunResult]:
        """The runs as expected in which a duty of severity `must` was not put to the test."""
        return [result for result in self.results if result.expected and result.status == "kept" and result.unproven]

    @property
    def rows(self) -> list[Row]:
        return list(dict.fromkeys((r.run["name"], r.run["vendor"]) for r in self.results))

    @property
    def dialects(self) -> list[str]:
        return list(dict.fromkeys(result.run["dialect"] for result in self.results))

    def cell(self, row: Row, dialect: str) -> Cell:
        """What came of a client in a dialect."""
        return self._cells.get((*row, dialect), Cell())

    @property
    def _cells(self) -> dict[tuple[str, str, str], Cell]:
        known: dict[tuple[str, str, str], Cell] | None = vars(self).get("_known")
        if known is None:
            groups: dict[tuple[str, str, str], list[RunResult]] = {}
            for result in self.results:
                groups.setdefault((result.run["name"], result.run["vendor"], result.run["dialect"]), []).append(result)
            known = {place: Cell(tuple(sorted(rs, key=lambda r: r.run["seed"]))) for place, rs in groups.items()}
            vars(self)["_known"] = known
        return known

    def exit_code(self, *, strict: bool = False) -> int:
        """0 as expected, 1 something is not, 3 nothing proven (or unproven when strict), 4 a client stopped, 130 interrupted."""
        if self.interrupted:
            return CheckInterrupted.exit_code
        found = {result.status for result in self.wrong}
        if "stopped" in found:
            return CheckStopped.exit_code
        if found - {"nothing proven"}:
            return 1
        return 3 if found or (strict and self.unproven) else 0

    @property
    def says(self) -> str:
        """The outcome in a sentence."""
        done = len(self.results)
        of = f"{done} of {counted(self.planned, 'run')}" if done != self.planned else counted(done, "run")
        known = f", {self.again} of them known from earlier" if self.again else ""
        told = self._told
        if self.interrupted:
            return f"INTERRUPTED after {of}{known}, {told} so far; the same command goes on"
        return f"{of}{known}: {told}"

    @property
    def _told(self) -> str:
        wrong = self.wrong
        if not wrong:
            unproven = f"; in {len(self.unproven)} of them a duty was not put to the test" if self.unproven else ""
            return f"all as expected{unproven}"
        which = {word: sum(1 for each in wrong if _status(each) == word) for word in dict.fromkeys(map(_status, wrong))}
        return f"{len(wrong)} not as expected ({', '.join(f'{n} {word.lower()}' for word, n in which.items())})"

    @property
    def role(self) -> str:
        return "bad" if self.wrong or self.interrupted else "warn" if self.unproven else "good"


# --- text -------------------------------------------------------------------------------------------------------------


def campaign_text(report: CampaignReport, style: Style = plain, width: int = WIDTH) -> str:
    """The matrix, a paragraph for each run that is not as expected, and the outcome."""
    lines = [style(visible(report.title), "strong"), *_matrix(report, style, width)]
    for result in report.wrong:
        lines += ["", *_wrong_lines(result, report.files.get(result.key), style, width)]
    return "\n".join([*lines, "", *(style(line, report.role) for line in wrap(report.says, "", width))])


def _matrix(report: CampaignReport, style: Style, width: int) -> list[str]:
    """Clients by dialects; where a terminal is too narrow for that, a line for each cell."""
    heads = ["client", "vendor", *report.dialects]
    rows = [(row, [report.cell(row, dialect) for dialect in report.dialects]) for row in report.rows]
    texts = [[visible(row[0])[:40], row[1], *(cell.words for cell in cells)] for row, cells in rows]
    widths = [max(len(line[n]) for line in [heads, *texts]) for n in range(len(heads))]
    if sum(widths) + 2 * len(widths) > width:
        return [
            "  " + style(f"{visible(row[0])[:40]}, {row[1]}, {dialect}: {cell.words}", cell.role)
            for row, cells in rows
            for dialect, cell in zip(report.dialects, cells, strict=True)
            if cell.results
        ]
    lines = ["  " + "  ".join(head.ljust(w) for head, w in zip(heads, widths, strict=True)).rstrip()]
    lines.append("  " + "  ".join("-" * w for w in widths))
    for (_, cells), line in zip(rows, texts, strict=True):
        padded = [text.ljust(w) for text, w in zip(line, widths, strict=True)]
        shown = [style(text, cell.role) if cell.results else text for text, cell in zip(padded[2:], cells, strict=True)]
        lines.append("  " + "  ".join([*padded[:2], *shown]).rstrip())
    return lines


def _wrong_lines(result: RunResult, file: str | None, style: Style, width: int) -> list[str]:
    run, failure = result.run, result.failure
    title = f"{_status(result)}: {run['name']} against {run['vendor']}, dialect {run['dialect']}, seed {run['seed']}"
    lines = [style(line, "bad") for line in wrap(visible(title), "", width)]
    lines += wrap(visible(result.says), "  ", width)
    if failure is not None:
        for text in failure["seen"][:2]:
            lines += wrap(visible(text), "    ", width)
    if result.printed.strip():
        lines += [f"    {visible(line)}" for line in result.printed.strip().splitlines()[-4:]]
    lines += ["  Check it alone with", f"    {check_command(result)}"]
    if file is not None:
        lines += ["  or play the counterexample again with", f"    {replay_command(result, file)}"]
    return lines


def check_command(result: RunResult) -> str:
    """What to type to check a run alone."""
    run = result.run
    words = f"mockservers check {run['vendor']} {run['client']} --dialect {run['dialect']} --seed {run['seed']}"
    return visible(f"{words} --examples {run['examples']} {run.get('options', '')}".rstrip())


def replay_command(result: RunResult, file: str) -> str:
    """What to type to play its counterexample again."""
    return visible(f"mockservers replay {shlex.quote(file)} {result.run['client']}")


# --- for programs -----------------------------------------------------------------------------------------------------


def campaign_json(report: CampaignReport) -> str:
    """Everything that is known, for programs; `results` are as in the results file, `file` is where one was saved."""
    made = {
        "format": "mockservers-campaign",
        "version": VERSION,
        "mockservers": __version__,
        "title": report.title,
        "says": report.says,
        "exit_code": report.exit_code(),
        "planned": report.planned,
        "known": report.again,
        "interrupted": report.interrupted,
        "seconds": round(report.seconds, 3),
        "matrix": [
            {
                "client": row[0],
                "vendor": row[1],
                "dialect": dialect,
                "runs": len(cell.results),
                "as_expected": len(cell.results) - len(cell.wrong),
                "wrong_seeds": [result.run["seed"] for result in cell.wrong],
            }
            for row in report.rows
            for dialect in report.dialects
            if (cell := report.cell(row, dialect)).results
        ],
        "results": [
            {**asdict(result), "expected": result.expected, "file": report.files.get(result.key)}
            for result in report.results
        ],
    }
    text = json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def campaign_junit(report: CampaignReport) -> str:
    """A suite for each client, vendor and dialect, a case for each seed."""
    root = etree.Element("testsuites", name=visible(f"mockservers campaign {report.title}"))
    for row in report.rows:
        for dialect in report.dialects:
            cell = report.cell(row, dialect)
            if not cell.results:
                continue
            place = ".".join(("mockservers", "campaign", row[1], dialect, row[0]))
            about = {
                "client": row[0],
                "vendor": row[1],
                "dialect": dialect,
                "started as": cell.results[0].run["client"],
            }
            suite = add_suite(root, place, sum(result.seconds for result in cell.results), about)
            for result in cell.results:
                _case(suite, place, result, report.files.get(result.key))
            count_cases(root, suite)
    if report.interrupted:
        suite = add_suite(root, "mockservers.campaign", report.seconds, {})
        add_words(
            add_case(suite, "mockservers.campaign", "played to its end"), "error", report.says, kind="interrupted"
        )
        count_cases(root, suite)
    return as_text(root)


def _case(suite: etree._Element, place: str, result: RunResult, file: str | None) -> None:
    case = add_case(suite, place, f"seed {result.run['seed']}")
    case.set("time", f"{result.seconds:.3f}")
    if result.expected:
        return
    text = "\n".join(_wrong_lines(result, file, plain, WIDTH))
    kind = "error" if result.status in ("stopped", "nothing proven") else "failure"
    add_words(case, kind, f"{_status(result)}: {result.says}", text, result.status)


def campaign_html(report: CampaignReport) -> str:
    """One self-contained page."""
    return templates.render(
        "campaign.html.j2",
        visible,
        version=__version__,
        report=report,
        status=_status,
        place={id(result): f"r{n}" for n, result in enumerate(report.results)},
        id=id,
        check=check_command,
        replay=replay_command,
    )
