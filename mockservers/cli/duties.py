"""The options by which `check`, `replay` and `judge` are told which duties judge, and the project's own word on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mockservers import configuration, registry
from mockservers.cli import configured

if TYPE_CHECKING:
    from mockservers.harness.duties import Duty

Command = TypeVar("Command", bound=Callable[..., Any])


def duty_options(command: Command) -> Command:
    """Give a command the options that choose duties: `only`, `without` and `no_config`, for `chosen`."""
    for option in reversed(
        (
            click.option(
                "--only",
                multiple=True,
                metavar="DUTY",
                help="Judge by this duty and by no other; its name or full id. Repeatable.",
            ),
            click.option(
                "--without",
                multiple=True,
                metavar="DUTY[=REASON]",
                help="Switch a duty off: it is reported as switched off, with the reason, and fails nothing. Repeatable. For "
                "good: the table [check.without] of mockservers.toml.",
            ),
            click.option(
                "--no-config", is_flag=True, help="Ignore mockservers.toml, and [tool.mockservers] in pyproject.toml."
            ),
        )
    ):
        command = option(command)
    return command


def chosen(only: tuple[str, ...], without: tuple[str, ...], no_config: bool) -> dict[str, Any]:
    """What the options and the project's files say of duties, as `CheckConfig`, `replay` and `judge_recording` take it.

    Raises ValueError for what is wrong with them.
    """
    return {"only": only, "without": _reasons(without), "agreed": {} if no_config else _agreed()}


def _reasons(texts: Iterable[str]) -> dict[str, str]:
    """The duties of `--without` with their reasons."""
    found = {}
    for text in texts:
        duty, equals, reason = (each.strip() for each in text.partition("="))
        if equals and not reason:
            raise ValueError(f"--without {text!r} gives an empty reason; write {duty} alone, or {duty}=REASON")
        found[duty] = f"{reason} (--without)" if reason else "by --without, with no reason given"
    return found


def _agreed() -> dict[str, str]:
    """The duties that the project's files switch off, by full id, with reason and file."""
    found = {}
    for duty, said in configured.load().without.items():
        _known(duty, said)
        found[duty] = f"{said.value} ({said.file})"
    return found


def _known(id_: str, said: configuration.Said) -> None:
    """Raises ValueError for an id of a duty that there is not."""
    from mockservers.harness.duties.selection import named
    from mockservers.harness.profile import contracted

    vendor, dot, _ = id_.partition(".")
    if not dot:
        ids = [f"{name}.{id_}" for name in contracted() if any(duty.slug == id_ for duty in _duties(name))]
        such = f", such as {ids[0]}" if ids else ""
        raise said.wrong(f"must name a duty by its full id, <vendor>.<duty>{such}; got {id_!r}")
    try:
        named(_duties(vendor), id_)
    except ValueError as error:
        raise said.wrong(f"names no duty: {error}") from error


def _duties(vendor: str) -> tuple[Duty, ...]:
    """The duties of a vendor; raises ValueError for a name that has none."""
    from mockservers.harness.duties import of

    if registry.vendor(vendor).contract is None:
        raise ValueError(f"{vendor!r} has no contract, so it has no duties")
    return of(vendor)
