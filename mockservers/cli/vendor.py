"""`mockservers vendor`: which vendors there are, who is in their demos, and a skeleton for one of your own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from mockservers import registry
from mockservers.cli.errors import bold, columns, reports_errors, stop
from mockservers.cli.parameters import VendorName

_LEFT_OUT = {"__pycache__", ".pytest_cache", ".hypothesis", "scenarios-found", "dist"}


@click.group(short_help="List the vendors, show one; begin one of your own.")
def vendor() -> None:
    """List the vendors that are installed, show one, or write the skeleton of one of your own."""


@vendor.command("list")
@reports_errors
def list_() -> None:
    """List the installed vendors: what each is, and the package that it comes in."""
    for name, found in registry.vendors().items():
        lacks = [part for part in ("contract", "recording") if getattr(found, part) is None]
        click.echo(
            f"{bold(name)}  {found.title}, from {found.package}" + (f"; without {', '.join(lacks)}" if lacks else "")
        )


@vendor.command("show")
@click.argument("name", type=VendorName())
@reports_errors
def show(name: str) -> None:
    """Show who is in the demo of a vendor, what they may do, and what an administrator can do there."""
    from mockservers.kernel.people import people
    from mockservers.server.control import administration

    here, width = registry.emulator(name), columns()

    def row(head: str, says: str) -> None:
        indent = " " * 6
        text = textwrap.fill(says, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
        click.echo(f"  {bold(head)}\n{text}")

    click.echo(bold(here.title) + "\n\nWho is in the demo:")
    for person in people(here):
        who = f"{person.name}, secret {person.secret}" if person.name else person.secret
        row(f"{person.kind} {who}", f"tenant {person.tenant}; may: {person.may}")
    for title, names in administration.parts(here):
        click.echo(f"\n{title}:")
        for action, says in names.items():
            row(action, administration.plain(says))
    click.echo(f"\nAct by: mockservers world records {name} act ID --action NAME --with ARGUMENT=VALUE")


@vendor.command("new")
@click.argument("name")
@click.option("--title", help="How people call it. Default: the name, capitalised.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to make. Default: mockservers-NAME.")
@reports_errors
def new(name: str, title: str | None, into: Path | None) -> None:
    """Write a package that adds the vendor NAME: a small emulator, contract and adapter, with tests that pass.

    Example: mockservers vendor new acme
    """
    if not registry.NAME.fullmatch(name):
        stop(f"a vendor's name must be lower-case letters, digits and underscores, a letter first; got {name!r}")
    if name in registry.vendors():
        stop(f"there is a vendor {name!r} already, in the package {registry.vendor(name).package}; choose another name")
    folder = into or Path(f"mockservers-{name}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        stop(f"{folder} exists already and is not empty; name another folder with --into")
    written = write_skeleton(name, title or name.replace("_", " ").capitalize(), folder)
    click.echo(f"wrote {written} files into {folder}; go on with:\n")
    click.echo(f"    cd {folder}\n    pip install --editable . pytest\n    python -m pytest\n    mockservers serve")


def write_skeleton(name: str, title: str, folder: Path) -> int:
    """Write the skeleton of a vendor's package; returns how many files it has."""
    from mockservers.kernel import data

    source, count = data.skeleton(), 0
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_dir() or _LEFT_OUT & set(inside.parts):
            continue
        target = folder / inside.as_posix().replace("toy", name)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8").replace("toy", name).replace("Toy", title)
        target.write_text(text, "utf-8")
        count += 1
    return count
