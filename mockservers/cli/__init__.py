"""The command `mockservers`: demo, init, serve, check, replay, rehearse, record, world and the others that are listed below.

Exit codes: 0 kept, 1 broken, 2 usage, 3 unproven under --strict, 4 the client under test failed as a program, 130
interrupted. A command's module is imported when the command is asked for, and heavy modules inside it, since `serve` is
judged by how fast it is ready.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module

import click

from mockservers import __version__
from mockservers.cli import examples

COMMANDS = {
    "cache": "cache",
    "campaign": "campaign",
    "check": "check",
    "completion": "completion",
    "demo": "demo",
    "doctor": "doctor",
    "drift": "recordings",
    "glue": "glue",
    "har": "recordings",
    "init": "init",
    "judge": "recordings",
    "load": "recordings",
    "observe": "observe",
    "profile": "profile",
    "record": "record",
    "recover": "record",
    "rehearse": "rehearse",
    "replay": "check",
    "report": "report",
    "rules": "rules",
    "scenarios": "scenarios",
    "serve": "serve",
    "vendor": "vendor",
    "world": "world",
}
"""The commands, and the modules beside this file that have them."""


class Commands(click.Group):
    """The commands, each imported when it is asked for: help and completion ask for all of them."""

    def list_commands(self, ctx: click.Context | None = None) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module = import_module(f"{__name__}.{COMMANDS[cmd_name]}")
            command: click.Command = getattr(module, cmd_name)
            examples.show(command, cmd_name)
            self.add_command(command)
        return self.commands[cmd_name]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", message="mockservers %(version)s")
def main() -> None:
    """Emulators of ticketing systems on your own machine, and a harness that hunts for bugs in your client."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a character that the terminal has no code for must not cost a verdict
            stream.reconfigure(errors="backslashreplace")


main.epilog = examples.epilog("")
