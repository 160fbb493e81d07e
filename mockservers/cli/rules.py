"""`mockservers rules`: what the emulators do, with sources; and what is not proved."""

from __future__ import annotations

import click

from mockservers import registry
from mockservers.cli.errors import BROKEN, bold, reports_errors, stop


@click.command()
@click.argument("vendor", required=False, type=click.Choice(registry.names()))
@click.option("--find", metavar="TEXT", help="Only rules whose id or sentence contains this.")
@click.option(
    "--gaps", is_flag=True, help="Only rules without a test and duties without a mutant (needs the checkout)."
)
@reports_errors
def rules(vendor: str | None, find: str | None, gaps: bool) -> None:
    """List what the emulators do, rule by rule, each with its source."""
    chosen = [vendor] if vendor else list(registry.names())
    if gaps:
        raise SystemExit(show_gaps(chosen))
    count = 0
    for name in chosen:
        for rule in registry.emulator(name).rules.values():
            if find and find.lower() not in f"{rule.id} {rule.says}".lower():
                continue
            count += 1
            click.echo(bold(rule.id))
            click.echo(f"    {rule.says}")
            click.echo(click.style(f"    {rule.source}" + (f"; switch {rule.switch}" if rule.switch else ""), dim=True))
    if not count:
        stop(f"no rule contains {find!r}")


def show_gaps(chosen: list[str]) -> int:
    """Print rules without a test and duties without a mutant; returns the exit code."""
    from mockservers.harness import coverage

    folder = coverage.tests_folder()
    if folder is None:
        stop("--gaps reads the tests, which an installed package does not have; run it in a checkout")
    tests = coverage.marked_tests(folder)
    gaps = [
        f"rule {rule} has no test" for name in chosen for rule in registry.emulator(name).rules if rule not in tests
    ]
    for name in chosen:
        gaps += [
            f"duty {duty} has no mutant" for duty in set(coverage.duties_of(name)) - set(coverage.mutants_of(name))
        ]
    click.echo("\n".join(gaps) or "no gaps: every rule has a test, every duty a mutant")
    return BROKEN if gaps else 0
