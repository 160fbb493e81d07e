"""The data that a served world begins with, made before the port is told where that takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mockservers.kernel.world import World


def begin(world: World, loaded: Path | None) -> None:
    """Make the data that the world begins with now, where that is asked for or takes long."""
    if loaded is not None:
        take_over(loaded, world)
    for vendor, recipe in world.config.data.items():
        # A shared one is made by whichever process is asked first.
        if recipe.rows is not None or (world.config.store is not None and not world.keeping.shared):
            load(world, vendor)


def vendor_of(file: Path) -> str:
    from mockservers.recording.files import Recording

    return Recording(file).head.vendor


def take_over(file: Path, world: World) -> None:
    """Let the world begin with what a recording tells."""
    from mockservers.cli.recordings import tell_loaded
    from mockservers.recording.files import Recording
    from mockservers.recording.loading import load as load_recording

    recording = Recording(file)
    tell_loaded(recording.head.vendor, load_recording(recording, world))


def load(world: World, vendor: str) -> None:
    """Seed a vendor now, with a progress bar on a terminal; otherwise it would happen at the first request."""
    from mockservers.kernel import back_file
    from mockservers.kernel.installation import no_progress

    if not sys.stderr.isatty():
        world.installation(vendor, _tenths(vendor) if back_file.is_large(world.config.data[vendor]) else no_progress)
        return
    rows = world.config.data[vendor].rows
    label = vendor if rows is None else f"{vendor}: {rows} tickets"
    with click.progressbar(length=rows or 1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        world.installation(vendor, tell)


def _tenths(vendor: str) -> Callable[[int, int], None]:
    """A line for each tenth of what is made, where no bar can be drawn; none where an image is there."""
    from mockservers.kernel import back_file

    said = 0

    def tell(done: int, total: int) -> None:
        nonlocal said
        if total > back_file.LARGE and done * 10 // total > said:
            said = done * 10 // total
            click.echo(f"{vendor}: {done:,} of {total:,} tickets are made", err=True)

    return tell
