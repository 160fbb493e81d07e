"""`mockservers cache`: the images of large worlds that lie on the disk, so that a second start is fast."""

from __future__ import annotations

import click

from mockservers.cli.errors import bold, reports_errors
from mockservers.kernel import images


@click.group()
def cache() -> None:
    """Images of large demo data on this disk, which make a second start fast.

    They lie in $MOCKSERVERS_CACHE, or else in $XDG_CACHE_HOME/mockservers or ~/.cache/mockservers. MOCKSERVERS_CACHE=off
    keeps none, MOCKSERVERS_CACHE_BYTES bounds all of them together.
    """


@cache.command()
@reports_errors
def show() -> None:
    """List the images, the most recently used first, with their sizes."""
    where = images.folder()
    if where is None:
        click.echo(f"no images are kept: {images.FOLDER} is off")
        return
    found = images.listed(where)
    for image in found:
        click.echo(
            f"  {bold(f'{image.vendor:15}')} {image.rows:>12,} tickets  {image.size / 1e6:>10,.1f} MB  {image.path.name}"
        )
    total = sum(image.size for image in found)
    click.echo(f"{where}: {len(found)} images, {total / 1e6:,.1f} MB of at most {images.most_bytes() / 1e6:,.0f} MB")


@cache.command()
@reports_errors
def clear() -> None:
    """Take all images away. Worlds that run keep theirs."""
    where = images.folder()
    if where is None:
        click.echo(f"no images are kept: {images.FOLDER} is off")
        return
    click.echo(f"{where}: {images.clear(where) / 1e6:,.1f} MB are free again")
