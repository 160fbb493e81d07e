"""`mockservers profile`: desk profiles, for `rehearse` and `serve --desk`: which there are, what one says, fitting one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockservers.cli.errors import bold, reports_errors
from mockservers.cli.recordings import DIALECT, FILE, opened

if TYPE_CHECKING:
    from mockservers.rehearsal.fitting import Observed

HEAD = 4096
"""Bytes in which a recording tells that it is one."""


@click.group()
def profile() -> None:
    """Desk profiles: how many tickets a desk gets and when, how they live, how the vendor behaves meanwhile."""


@profile.command("list")
@reports_errors
def list_() -> None:
    """List the profiles that come with mockservers."""
    from mockservers.rehearsal import profiles

    for name in profiles.shipped():
        desk = profiles.load(name)
        click.echo(f"  {bold(f'{name:16}')} {desk.tickets_per_day:>6g} tickets a day, {desk.zone}")
        click.echo(f"  {'':16} {desk.says}")


@profile.command()
@click.argument("source", metavar="NAME|FILE")
@reports_errors
def show(source: str) -> None:
    """Read a profile, and tell what a month of it holds; what is wrong with it is said in one sentence."""
    from mockservers.kernel import instants
    from mockservers.rehearsal import desk, profiles

    found = profiles.load(source)
    month = desk.expected(found, start=found.start, days=desk.MONTH)
    life = found.life
    acts = life.assigned + life.notes + life.worked + life.moves + life.changes
    lines = [
        f"{bold(found.name)}: {found.says}",
        f"  begins      {instants.to_iso(found.start)}, in {found.zone}",
        f"  tickets     about {month:,.0f} in {desk.MONTH} days, and about {month * (2 + acts):,.0f} things that happen to them",
        f"  back-file   {found.back_file:,}",
        f"  bulk days   {len(found.bulk)}",
        f"  weather     {', '.join(dict.fromkeys(each.kind for each in found.weather)) or 'none'}",
    ]
    click.echo("\n".join(lines))


@profile.command()
@reports_errors
def schema() -> None:
    """Print the JSON Schema of profiles, for editors and other programs."""
    from mockservers.rehearsal.profiles import schema_text

    click.echo(schema_text(), nl=False)


@profile.command()
@click.argument("source", type=FILE)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The profile; a new file. Default: printed."
)
@click.option("--name", help="What the profile is called. Default: as the source.")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="Where the desk works, such as Europe/Berlin: times without an offset are read in it, and the curve is by its clocks.",
)
@click.option(
    "--column",
    multiple=True,
    metavar="WHAT=HEADER",
    help="Of a CSV file: the header of created, closed, reopened or notes, where it is not found by itself. Repeatable.",
)
@click.option("--time-format", metavar="FORMAT", help="Of a CSV file: how times are written, such as '%d/%m/%Y %H:%M'.")
@DIALECT
@reports_errors
def fit(
    source: Path,
    out: Path | None,
    name: str | None,
    zone: str,
    column: tuple[str, ...],
    time_format: str | None,
    dialect: tuple[str, ...],
) -> None:
    """Fit a profile to your own desk: from a recording, or a CSV file of ticket times that your system exports.

    A CSV file needs a header and a column of when tickets were created; closed, reopened and notes are read where there are
    such columns. Tickets a day, the curve over hours and weekdays, holidays, bulk days and lives come from it.
    """
    from mockservers.kernel import instants
    from mockservers.rehearsal import fitting

    if out is not None and out.exists():
        raise ValueError(f"{out} exists already, and is not written over; name another file")
    instants.zone(zone)
    observed = _recorded(source, dialect) if _is_recording(source) else _exported(source, zone, column, time_format)
    fitted = fitting.fit(observed, zone, name or source.stem, source.name)
    if out is None:
        click.echo(fitted.to_yaml(), nl=False)
        return
    out.write_text(fitted.to_yaml(), "utf-8")
    click.echo("\n".join(fitted.notes))
    click.echo(f"  written     {out}")


def _is_recording(source: Path) -> bool:
    with source.open("rb") as file:
        head = file.read(HEAD)
    return head.lstrip(b"-\r\n ").startswith(b"mockservers:")


def _recorded(source: Path, dialect: tuple[str, ...]) -> Observed:
    from mockservers.rehearsal import fitting
    from mockservers.rehearsal.events import vendor_desk

    recording, chosen = opened(source, dialect)
    return fitting.recorded(recording, chosen, vendor_desk(recording.head.vendor))


def _exported(source: Path, zone: str, column: tuple[str, ...], time_format: str | None) -> Observed:
    from mockservers.kernel import instants
    from mockservers.rehearsal import exports, fitting

    columns: dict[str, str] = {}
    for text in column:
        what, equals, header = text.partition("=")
        if not equals or what not in exports.COLUMNS:
            raise ValueError(
                f"--column {text!r} is not understood: write {', '.join(exports.COLUMNS)}, each with =HEADER"
            )
        columns[what] = header
    return fitting.exported(exports.read(source, instants.zone(zone), columns, time_format))
