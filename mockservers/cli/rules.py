"""`mockservers rules`: what the emulators do, with sources; where a rule is applied and proved; and what is not proved."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click

from mockservers import registry
from mockservers.cli.errors import BROKEN, bold, reports_errors, stop
from mockservers.kernel.rules import Rule


@click.command(short_help="List what the emulators do, rule by rule.")
@click.argument("words", nargs=-1, metavar="[VENDOR] | show RULE")
@click.option("--find", metavar="TEXT", help="Only rules whose id or sentence contains this.")
@click.option(
    "--gaps", is_flag=True, help="Only rules without a test and duties without a mutant (needs the checkout)."
)
@reports_errors
def rules(words: tuple[str, ...], find: str | None, gaps: bool) -> None:
    """List what the emulators do, rule by rule, each with its source: of one VENDOR, or of all.

    `rules show RULE` prints everything about one rule: where it is applied, its tests, duties and mutants.
    """
    if words[:1] == ("show",):
        if len(words) != 2:
            stop("expected one rule, as in: mockservers rules show <vendor>.<topic>.<slug>")
        show(words[1])
        return
    if len(words) > 1:
        stop(f"expected one vendor, got {' '.join(words)}; list them all by leaving the name out")
    chosen = [registry.vendor(word).name for word in words] or list(registry.names())
    if gaps:
        raise SystemExit(show_gaps(chosen))
    count = 0
    for name in chosen:
        for rule in registry.emulator(name).rules.values():
            if find and find.lower() not in f"{rule.id} {rule.says}".lower():
                continue
            count += 1
            _head(rule)
    if not count:
        stop(f"no rule contains {find!r}")


def _head(rule: Rule) -> None:
    click.echo(bold(rule.id))
    click.echo(f"    {rule.says}")
    more = (f"; switch {rule.switch}" if rule.switch else "") + ("; always at work" if rule.always else "")
    click.echo(click.style(f"    {rule.source}{more}", dim=True))


def show(rule_id: str) -> None:
    """Print one rule: sentence, source, certainty, where it is applied, its tests, duties and mutants."""
    from mockservers.harness import coverage

    vendor = registry.vendor(rule_id.partition(".")[0]).name
    book = registry.emulator(vendor).rules
    if rule_id not in book:
        near = get_close_matches(rule_id, book, 3, 0.5)
        stop(f"there is no rule {rule_id!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    _head(book[rule_id])
    folder = coverage.tests_folder()
    tests = coverage.marked_tests(folder) if folder is not None else {}
    for what, found in (
        ("statements", book[rule_id].statements),
        ("applied at", coverage.applied_at(rule_id)),
        ("tests", tests.get(rule_id, ())),
        ("emulator mutants", coverage.bent(vendor).get(rule_id, ())),
        ("duties", [duty for duty, because in coverage.duties_of(vendor).items() if rule_id in because]),
        ("client mutants", coverage.broken_by(vendor).get(rule_id, ())),
    ):
        _section(what, found)
    if folder is None:
        click.echo("\nTests and mutants are in the repository; an installed package does not have them.")


def _section(what: str, found: Iterable[str]) -> None:
    lines = list(dict.fromkeys(found))
    click.echo(f"\n{what}: {len(lines) or 'none'}")
    for line in lines:
        click.echo(f"    {line}")


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
