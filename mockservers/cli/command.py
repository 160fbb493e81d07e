"""The command that `serve -- COMMAND` runs while the emulators serve: its environment, its signals and its exit code."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from mockservers import __version__, registry
from mockservers.cli import calls
from mockservers.cli.errors import TOKEN, stop

if TYPE_CHECKING:
    from mockservers.server.http import Server
    from mockservers.server.workers import Workers

NOT_FOUND, NOT_STARTED = 127, 126
"""As shells have them."""
PASSED_ON = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
FROM_TERMINAL = ("SIGINT", "SIGHUP", "SIGQUIT")
"""Those that a terminal sends to the command itself."""


def variable(*words: str) -> str:
    """The name of a variable: `variable("acme", "ApiKey")` is MOCKSERVERS_ACME_API_KEY."""
    parts = [re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)).strip("_") for word in words]
    return "_".join(["MOCKSERVERS", *parts]).upper()


def environment(
    url: str,
    vendors: Iterable[str],
    *,
    credentials: bool = True,
    token: str | None = None,
    authority: Path | None = None,
) -> dict[str, str]:
    """What a command is told: where the emulators are, and who is let in. Demo credentials are nobody's secret."""
    told = {variable("url"): url}
    for name in vendors:
        emulator = registry.emulator(name)
        told[variable(name, "url")] = url + emulator.endpoint
        if emulator.description is not None:
            told[variable(name, "description")] = url + emulator.description
        for word, secret in emulator.demo_credential.items() if credentials else ():
            told[variable(name, word)] = secret
    if token is not None:
        told[TOKEN] = token
    if authority is not None:
        told[variable("ca")] = str(authority.absolute())
    return told


def ready_told(door: Server | Workers) -> dict[str, Any]:
    """That a server is ready, and what it goes on with, for a log."""
    reopened = door.worlds.default.reopened
    told = {"message": f"mockservers {__version__} is ready at {door.url}", "url": door.url}
    return {**told, "reopened": list(reopened)} if reopened else told


def accompany(
    door: Server | Workers, command: Sequence[str], recorded: str | None, authority: Path | None, as_json: bool = False
) -> int:
    """Serve as long as a command runs, and tell its exit code. `recorded` is the vendor that a recording answers for."""
    with door:
        if as_json:
            calls.write_json("ready", {**ready_told(door), "command": shlex.join(command)})
        else:
            click.echo(f"mockservers {__version__} is ready at {door.url}; running {shlex.join(command)}", err=True)
            for each in door.worlds.default.reopened:
                click.echo(f"  reopened    {each}", err=True)
        told = environment(
            door.url,
            registry.names() if recorded is None else (recorded,),
            credentials=recorded is None,
            token=door.control_token,
            authority=authority,
        )
        return run(command, told)


def absent(program: str) -> str:
    """What to say of a command whose program is not there."""
    return f"there is no program {program!r}; after -- serve takes a command, as in: serve -- npm test"


def run(command: Sequence[str], told: Mapping[str, str]) -> int:
    """Run a command to its end with these variables beside those of this process; its exit code as a shell tells it.

    Signals are passed on to it. What a terminal sends it has got already.
    """
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        if not running:
            early.append(number)
        elif not (signal.Signals(number).name in FROM_TERMINAL and _in_foreground()):
            running[0].send_signal(number)

    names = [name for name in PASSED_ON if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), pass_on) for name in names}
    try:
        try:
            running.append(subprocess.Popen(list(command), env={**os.environ, **told}))  # noqa: S603 - the user's own
        except FileNotFoundError:
            stop(absent(command[0]), NOT_FOUND)
        except OSError as error:
            stop(f"{command[0]!r} cannot be run: {error.strerror or error}", NOT_STARTED)
        for number in early:
            running[0].send_signal(number)
        code = running[0].wait()
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
    return code if code >= 0 else 128 - code


def _in_foreground() -> bool:
    """Whether a terminal's keys reach this process, and so the command too."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # no terminal, or a system without such groups
        return False
