"""`mockservers scenarios`: what there is to know about scenario files."""

from __future__ import annotations

import click


@click.group()
def scenarios() -> None:
    """Scenario files: what happens to a client, for `mockservers replay`."""


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors and other programs."""
    from mockservers.harness.scenario_format import schema_text

    click.echo(schema_text(), nl=False)
