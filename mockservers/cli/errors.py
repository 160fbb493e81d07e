"""What all commands share: exit codes, and how they say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from mockservers.cli.distributions import left_out
from mockservers.kernel.rules import Unwritable

BROKEN, USAGE, UNPROVEN, DRIVER_FAILURE, INTERRUPTED = 1, 2, 3, 4, 130
BROKEN_PIPE = 141
"""As a program that SIGPIPE ended."""
PORT = 8750
PAGE, NARROWEST = 110, 40
"""Columns of text that no terminal shows, and the fewest that text is wrapped at."""
TOKEN = "MOCKSERVERS_CONTROL_TOKEN"  # noqa: S105 - the name of a variable

Command = TypeVar("Command", bound=Callable[..., Any])


def stop(message: str, code: int = USAGE) -> NoReturn:
    """Say what is wrong, and end."""
    click.echo(f"mockservers: {message}", err=True)
    raise SystemExit(code)


def reports_errors(command: Command) -> Command:
    """Turn the ValueErrors of settings and kernel, and files that cannot be used, into one clear sentence and exit code 2.

    So is a distribution that an environment for serving alone does without.
    """

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ValueError as error:
            stop(str(error))
        except ModuleNotFoundError as error:
            lacks = left_out(error)
            if lacks is None:
                raise
            stop(lacks)
        except Unwritable as error:
            stop(str(error))
        except BrokenPipeError:  # whoever reads has enough, as `head` has
            with suppress(OSError, ValueError):
                os.dup2(
                    os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
                )  # what is flushed at the end goes nowhere
            raise SystemExit(BROKEN_PIPE) from None
        except OSError as error:
            stop(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        except KeyboardInterrupt:  # not left to click, whose code for it would say that a duty is broken
            stop(
                "interrupted before the end, so there is no verdict and no report; run it again to have one",
                INTERRUPTED,
            )

    return wrapped  # type: ignore[return-value]


def tls_options(command: Command) -> Command:
    """The options of whatever serves HTTPS."""
    for option in (
        click.option(
            "--tls-name", multiple=True, help="A further host name or address in the certificate. Repeatable."
        ),
        click.option(
            "--tls-ca",
            default="mockservers-ca.pem",
            show_default=True,
            type=click.Path(path_type=Path, dir_okay=False),
            help="Where the authority's certificate is written, for clients to trust.",
        ),
        click.option(
            "--tls", is_flag=True, help="Serve HTTPS with a certificate of a local authority made for this run."
        ),
    ):
        command = option(command)
    return command


def columns(err: bool = False) -> int:
    """The width for text on standard output (or error): the terminal's, and that of a page where there is none."""
    stream = sys.stderr if err else sys.stdout
    try:
        return max(NARROWEST, os.get_terminal_size(stream.fileno()).columns - 1) if stream.isatty() else PAGE
    except (OSError, ValueError):
        return PAGE


def bold(text: str) -> str:
    return click.style(text, bold=True)
