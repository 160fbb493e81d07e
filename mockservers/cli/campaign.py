"""`mockservers campaign`: many checks as one file, and one report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockservers.cli.check import driving, given, style
from mockservers.cli.errors import columns, reports_errors
from mockservers.cli.reporting import Outputs, reporting
from mockservers.wirekit.templates import counted

if TYPE_CHECKING:
    from mockservers.campaign.report import CampaignReport
    from mockservers.campaign.results import RunResult
    from mockservers.campaign.runs import Run


class _Campaigns(click.Group):
    """A group whose first word may be a campaign file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Campaigns)
def campaign() -> None:
    """Many checks as one file: clients by vendors by dialects by seeds, here or on a cluster, with one report.

    \b
    mockservers campaign release.yaml --html report.html
    mockservers campaign release.yaml --on dask://scheduler:8786
    mockservers campaign schema > campaign.schema.json
    """


@campaign.command()
@reports_errors
def schema() -> None:
    """Print the JSON Schema of campaign files, for editors and other programs."""
    from mockservers.campaign.model import schema_text

    click.echo(schema_text(), nl=False)


@campaign.command(short_help="Play a campaign; `campaign FILE` is short for it.")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="List the runs, and whether they are known, without playing any.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where each result is kept at once, and found by the next campaign, which does not play it again. Default: the "
    "campaign's name with .results.jsonl, beside it.",
)
@click.option("--again", is_flag=True, help="Play all runs, whatever is known of them.")
@click.option(
    "--jobs",
    envvar="MOCKSERVERS_JOBS",
    type=click.IntRange(1),
    help="Runs played at once, in as many processes. Default: the processor cores that the command may use, up to 8.",
)
@click.option(
    "--on",
    metavar="ADDRESS",
    help="Play the runs on the workers of a Dask cluster, such as dask://scheduler:8786, as many at once as they have threads.",
)
@click.option(
    "--save",
    default="scenarios-found",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the scenario files of broken duties, a folder in it for each client.",
)
@reporting
@click.option("--strict", is_flag=True, help="Exit with 3 when a duty of severity must stays unproven in a run.")
@reports_errors
def run(
    file: Path,
    dry_run: bool,
    results: Path | None,
    again: bool,
    jobs: int | None,
    on: str | None,
    save: Path,
    json: Path | None,
    junit: Path | None,
    html: Path | None,
    strict: bool,
) -> None:
    """Play the runs of a campaign file that are not known yet, and report on all of them.

    A run is known as long as the check, the client's own file and mockservers are the same. The results file is never
    shortened: of two results of one run the later one counts.

    Exit codes: 0 all as expected, 1 something is broken, or a bug was not caught, 2 usage, 3 nothing proven (with --strict: a
    duty unproven), 4 a client failed as a program, 130 interrupted; the same command then goes on.
    """
    from mockservers.campaign import model, report, runs

    if on is not None and given("jobs"):
        raise ValueError("--jobs is for this machine; with --on the cluster's workers say how much is played at once")
    outputs = Outputs(json=json, junit=junit, html=html)
    campaign = model.load(file)
    planned = runs.runs(campaign, file.absolute().parent)
    kept = results or file.with_name(f"{file.stem}.results.jsonl")
    if dry_run:
        _list(planned, kept, again)
        return
    made = _played(campaign.title, planned, kept, again, jobs, on, save)
    outputs.write(
        report.campaign_text(made, style, columns(err=outputs.to_stdout)),
        {
            "json": lambda: report.campaign_json(made),
            "junit": lambda: report.campaign_junit(made),
            "html": lambda: report.campaign_html(made),
        },
    )
    raise SystemExit(made.exit_code(strict=strict))


def _list(planned: list[Run], kept: Path, again: bool) -> None:
    from mockservers.campaign.results import ResultsFile

    known: dict[str, RunResult] = {}
    if kept.is_file() and not again:
        with ResultsFile(kept) as file:
            known = {key: result for key, result in file.known.items() if file.over(key)}
    for each in planned:
        result = known.get(each.key)
        told = f"known: {result.status}" if result is not None else "to be played"
        click.echo(f"{each}, {each.examples} examples: {told}")
    left = sum(1 for each in planned if each.key not in known)
    click.echo(f"{counted(len(planned), 'run')}, {left} to be played")


def _played(
    title: str, planned: list[Run], kept: Path, again: bool, jobs: int | None, on: str | None, save: Path
) -> CampaignReport:
    """What is known of a campaign when all of its runs are played, or somebody interrupted it."""
    from mockservers.campaign.playing import play

    def told(n: int, of: int, words: str) -> None:
        click.echo(f"{n} of {of}: {words}", err=True)

    with driving():
        return play(title, planned, kept, again=again, jobs=jobs, on=on, save=save, told=told)
