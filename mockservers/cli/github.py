"""The option `--github`: annotations among what is printed, and the summary of the step in the file that GitHub names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mockservers.harness.reports.json import CheckJson

Command = TypeVar("Command", bound=Callable[..., Any])
SUMMARY, WORKSPACE = "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"


def github_option(command: Command) -> Command:
    """Give a command the option `--github`."""
    return click.option(
        "--github",
        is_flag=True,
        help="In GitHub Actions: print an annotation for each broken duty, and add a table to the summary of the step "
        f"(the file that {SUMMARY} names).",
    )(command)


def told_to_github(document: CheckJson, text: str, *, err: bool) -> None:
    """Print a report's text with annotations, and write the step's summary. Raises ValueError where that cannot be written."""
    from mockservers.harness.reports.github import commands, quoted, summary

    root = os.environ.get(WORKSPACE)
    for line in [*quoted(text), *commands(document, Path(root) if root else None)]:
        click.echo(line, err=err)
    file = os.environ.get(SUMMARY)
    if not file:
        click.echo(
            f"mockservers: {SUMMARY} names no file, as it does in GitHub Actions, so there is no summary", err=True
        )
        return
    try:
        with open(file, "a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(summary(document))
    except OSError as error:
        raise ValueError(
            f"the step's summary could not be written to {file} ({SUMMARY}): "
            f"{error.strerror or error}; the verdict stands"
        ) from error
