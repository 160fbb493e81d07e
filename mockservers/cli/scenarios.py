"""`mockservers scenarios`: the library of scenario files, and what there is to know about their form."""

from __future__ import annotations

from pathlib import Path

import click

from mockservers import registry
from mockservers.cli.errors import bold, reports_errors, stop
from mockservers.cli.parameters import VendorName
from mockservers.registry import did_you_mean


@click.group()
def scenarios() -> None:
    """Scenario files: what happens to a client, for `mockservers replay`."""


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    from mockservers.harness.scenario_format import schema_text

    click.echo(schema_text(), nl=False)


@scenarios.command("list")
@click.argument("vendor", required=False, type=VendorName("contract"))
@reports_errors
def list_(vendor: str | None) -> None:
    """List the library's scenarios, which a check plays first: of one VENDOR, or of all."""
    from mockservers.harness.profile import contracted

    for name in (vendor,) if vendor is not None else contracted():
        click.echo(bold(registry.vendor(name).title))
        for path in library(name):
            click.echo(f"  {name}/{path.stem}")
            note = _note(path)
            if note:
                click.echo(click.style(f"      {note}", dim=True))
    click.echo("\nmockservers scenarios show NAME prints one, to be saved, changed and given to `mockservers replay`.")


@scenarios.command()
@click.argument("name", metavar="NAME")
@reports_errors
def show(name: str) -> None:
    """Print a scenario of the library as its file has it. NAME is as `list` prints it; the vendor may be left out."""
    from mockservers.harness.profile import contracted

    files = {f"{vendor}/{path.stem}": path for vendor in contracted() for path in library(vendor)}
    wanted = name.removesuffix(".yaml")
    found = [key for key in files if wanted in (key, key.partition("/")[2])]
    if len(found) > 1:
        stop(f"{name!r} is the name of several scenarios; say which: {', '.join(found)}")
    if not found:
        near = did_you_mean(wanted, files) or did_you_mean(wanted, [key.partition("/")[2] for key in files])
        stop(f"the library has no scenario {name!r}{near or '; `mockservers scenarios list` prints the names'}")
    click.echo(files[found[0]].read_text("utf-8"), nl=False)


def library(vendor: str) -> list[Path]:
    """The files of a vendor's library, in the order in which a check plays them."""
    from mockservers.kernel import data

    return sorted(data.of_vendor("scenarios", vendor).glob("*.yaml"))


def _note(path: Path) -> str:
    """What a scenario is about, as its file says; empty where it cannot be read."""
    from mockservers.harness.scenario_files import load
    from mockservers.harness.scenarios import ScenarioError

    try:
        return load(path).note.partition("\n")[0]
    except (ScenarioError, OSError):
        return ""
