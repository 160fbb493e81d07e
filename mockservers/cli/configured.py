"""Commands whose options a project or a machine may set: by `mockservers.toml`, `pyproject.toml` and variables.

An option of the command line wins over its variable, that over `mockservers.toml`, that over `pyproject.toml`, and that over the
default; click has this order, and is told here what the variables are called and what the files say.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from datetime import date, time
from typing import TYPE_CHECKING, Any

import click

from mockservers.cli.errors import stop
from mockservers.registry import did_you_mean

if TYPE_CHECKING:
    from mockservers.configuration import Configuration, Said

PREFIX = "MOCKSERVERS"
IGNORING = "--no-config"


class Configured(click.Command):
    """A command that looks for what its command line leaves out: `MOCKSERVERS_<COMMAND>_<OPTION>`, then the project's files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(IGNORING in each.opts for each in self.params):
            help_text = "Ignore mockservers.toml, and [tool.mockservers] in pyproject.toml."
            self.params.append(click.Option([IGNORING], is_flag=True, expose_value=False, help=help_text))
        for key, option in self.keys().items():
            own = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
            option.envvar = [*own, self._variable(key)]

    def keys(self) -> dict[str, click.Option]:
        """The options by the names that they have in a file: `max-seconds` for `--max-seconds`."""
        named = {
            next(opt for opt in each.opts if opt.startswith("--"))[2:]: each for each in self.params if _long(each)
        }
        return {key: each for key, each in named.items() if isinstance(each, click.Option)}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            before = args[: args.index("--")] if "--" in args else args
            self._check_variables()
            if not {IGNORING, *ctx.help_option_names} & set(before) and not self._ignored():
                try:
                    ctx.default_map = self._said(ctx)
                except ValueError as error:
                    stop(str(error))
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(
            f"Each option also from the variable {self._variable('')}<OPTION>, and from [{self.name}] of mockservers.toml."
        )

    def _variable(self, key: str) -> str:
        return f"{PREFIX}_{self.name}_{key}".upper().replace("-", "_")

    def _check_variables(self) -> None:
        """End the command for a variable that looks like one of ours and sets nothing: a slip must not go unseen."""
        known = [self._variable(key) for key in self.keys()]
        for name in sorted(os.environ):
            if name.startswith(self._variable("")) and name not in known:
                told = f"the variable {name} sets no option of {self.name}; expected one of: {', '.join(known)}"
                stop(told + did_you_mean(name, known))

    def _ignored(self) -> bool:
        said = os.environ.get(self._variable(IGNORING[2:]), "")
        return said.strip().lower() in ("1", "true", "t", "yes", "y", "on")

    def _said(self, ctx: click.Context) -> dict[str, Any]:
        """What the files say, by the names of parameters. Raises ValueError for what the command line would not take."""
        said = load().options.get(self.name or "", {})
        return {option.name or "": _value(ctx, option, said[key]) for key, option in self.keys().items() if key in said}


def _long(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and any(opt.startswith("--") for opt in parameter.opts)


def load() -> Configuration:
    """What the project's files say, with every option that may stand there known."""
    from mockservers import configuration

    return configuration.load(options=options)


def options() -> Mapping[str, Collection[str]]:
    """The keys of the files' tables, by command."""
    from mockservers.cli import main

    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {
        name: [key for key in command.keys() if key != IGNORING[2:]]  # noqa: SIM118 - a command is no dict
        for name, command in commands.items()
        if isinstance(command, Configured)
    }


def _value(ctx: click.Context, option: click.Option, said: Said) -> Any:
    """A value of a file as the command line would have it: text, several texts, or whether a flag is set."""
    value = said.value
    if option.is_flag:
        if not isinstance(value, bool):
            raise said.wrong(f"must be true or false, got {value!r}")
        return value
    many = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not option.multiple:
        raise said.wrong(f"must be one value, got {value!r}")
    texts = [_text(said, each) for each in many]
    found = texts if option.multiple else texts[0]
    try:
        option.type_cast_value(ctx, found)
    except click.BadParameter as error:
        raise said.wrong(f"cannot be used: {error.message}") from error
    return found


def _text(said: Said, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date, time)):
        raise said.wrong(f"must be a text or a number, got {value!r}")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
