"""The options by which `check` and `replay` write reports to files, and the writing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = {"json": "JSON", "junit": "JUnit XML", "html": "one self-contained HTML page"}


def reporting(command: Command) -> Command:
    """Give a command an option for each format; `-` is standard output."""
    for name, what in reversed(FORMATS.items()):
        kind = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
        command = click.option(f"--{name}", type=kind, metavar="FILE", help=f"Also write {what}; - for stdout.")(
            command
        )
    return command


class Outputs:
    """The files that a command was asked to write. Made before the work, so that a wrong one costs nothing.

    Raises ValueError for a file that cannot be written, and for two reports in one place.
    """

    def __init__(self, **files: Path | None) -> None:
        self.files = {name: file for name, file in files.items() if file is not None}
        seen: dict[Path, str] = {}
        for name, file in self.files.items():
            where = file if str(file) == "-" else file.absolute()
            if where in seen:
                raise ValueError(f"--{seen[where]} and --{name} both write to {file}; name two places")
            seen[where] = name
            if str(file) != "-":
                _writable(name, file)

    @property
    def to_stdout(self) -> bool:
        """Whether a report goes to standard output; what is for people then goes to standard error."""
        return any(str(file) == "-" for file in self.files.values())

    def write(self, text: str, made: Mapping[str, Callable[[], str]]) -> None:
        """Write `text` for people, and each report that was asked for; see `save`."""
        click.echo(text, err=self.to_stdout)
        self.save(made)

    def save(self, made: Mapping[str, Callable[[], str]]) -> None:
        """Write each report that was asked for.

        Raises ValueError for files that could not be written after all, when the others are.
        """
        failed = []
        for name, file in self.files.items():
            report = made[name]()
            if str(file) == "-":
                click.echo(report, nl=False)
                continue
            try:
                file.write_bytes(report.encode("utf-8", "backslashreplace"))
            except OSError as error:
                failed.append(f"--{name} could not write {file}: {error.strerror or error}")
        if failed:
            raise ValueError(
                "; ".join(failed) + "; the verdict stands, so free the place and run it again for the report"
            )


def _writable(name: str, file: Path) -> None:
    """See that a file can be written, without leaving or changing one."""
    try:
        if file.exists():
            with file.open("ab"):
                pass
        else:
            with tempfile.TemporaryFile(dir=file.absolute().parent):
                pass
    except OSError as error:
        raise ValueError(
            f"--{name} cannot write {file}: {error.strerror or error}; name a file in a folder that is there"
        ) from error
