"""`mockservers report`: what several machines found, as one report."""

from __future__ import annotations

from pathlib import Path

import click

from mockservers.cli.check import style
from mockservers.cli.errors import columns, reports_errors
from mockservers.cli.github import github_option, told_to_github
from mockservers.cli.reporting import Outputs, reporting


@click.group()
def report() -> None:
    """Reports of checks, read back from JSON."""


@report.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path, dir_okay=False))
@reporting
@github_option
@click.option("--strict", is_flag=True, help="Exit with 3 when a duty stays unproven.")
@reports_errors
def merge(
    files: tuple[Path, ...], json: Path | None, junit: Path | None, html: Path | None, github: bool, strict: bool
) -> None:
    """Join the reports of all shards of a check, which `check --shard N/OF --json` wrote, into that of the whole.

    A duty is broken if a shard broke it, kept if one exercised it and none broke it, and unproven else. Reports of other
    checks, missing shards and shards that are there twice are refused.

    \b
    mockservers report merge shard-*.json --html report.html --junit report.xml

    Exit codes: those of `check` for the whole.
    """
    from mockservers.harness.reports import merged, summary
    from mockservers.harness.reports.json import json_text

    outputs = Outputs(json=json, junit=junit, html=html)
    document = merged.merge(files)
    text = summary.summary_text(document, style, columns(err=outputs.to_stdout))
    try:
        if github:
            told_to_github(document, text, err=outputs.to_stdout)
        else:
            click.echo(text, err=outputs.to_stdout)
    finally:  # a summary that could not be written costs no report
        outputs.save(
            {
                "json": lambda: json_text(document),
                "junit": lambda: summary.summary_junit(document),
                "html": lambda: summary.summary_html(document),
            }
        )
    raise SystemExit(merged.exit_code(document, strict=strict))
