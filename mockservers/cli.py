"""The command `mockservers`: serve, check, replay, rules, world.

Exit codes: 0 kept, 1 broken, 2 usage, 3 unproven under --strict, 4 the client under test failed as a program. Heavy
modules are imported inside the commands, since `serve` is judged by how fast it is ready.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from mockservers import __version__, vendors

if TYPE_CHECKING:
    from mockservers.kernel.world import World

BROKEN, USAGE, UNPROVEN, DRIVER_FAILURE = 1, 2, 3, 4
PORT = 8750
TOKEN = "MOCKSERVERS_CONTROL_TOKEN"  # noqa: S105 - the name of a variable

Command = TypeVar("Command", bound=Callable[..., Any])


def stop(message: str, code: int = USAGE) -> NoReturn:
    """Say what is wrong, and end."""
    click.echo(f"mockservers: {message}", err=True)
    raise SystemExit(code)


def teaching(command: Command) -> Command:
    """Turn the ValueErrors of settings and kernel into one clear sentence and exit code 2."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ValueError as error:
            stop(str(error))

    return wrapped  # type: ignore[return-value]


def bold(text: str) -> str:
    return click.style(text, bold=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", message="mockservers %(version)s")
def main() -> None:
    """Emulators of ticketing systems on your own machine, and a harness that hunts for bugs in your client."""


# --- serve ------------------------------------------------------------------------------------------------------------


@main.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; outside loopback a control token is demanded.",
)
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one and prints it.",
)
@click.option(
    "--data",
    "data",
    multiple=True,
    metavar="RECIPE",
    help="demo, empty, demo:1000, or VENDOR:ROWS. Repeatable. Default: demo.",
)
@click.option(
    "--dialect", "dialect", multiple=True, metavar="CHOICE", help="VENDOR=NAME or VENDOR.SWITCH=VALUE. Repeatable."
)
@click.option("--seed", default=1, show_default=True, help="Seed of ids and generated data.")
@click.option("--clock", default="real", show_default=True, metavar="MODE", help="real, frozen or scaled:RATE.")
@click.option(
    "--start", metavar="TIME", help="ISO 8601 instant at which the world begins. Default: the machine's time."
)
@click.option(
    "--store",
    metavar="URL",
    help="sqlite:///file.db keeps the data in files, one per world and vendor. Default: memory.",
)
@click.option("--tls", is_flag=True, help="Serve HTTPS with a certificate of a local authority made for this run.")
@click.option(
    "--tls-ca",
    default="mockservers-ca.pem",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the authority's certificate is written, for clients to trust.",
)
@click.option("--tls-name", multiple=True, help="A further host name or address in the certificate. Repeatable.")
@click.option("--control-token", envvar=TOKEN, help=f"Token that the control API demands. Also from {TOKEN}.")
@click.option(
    "--most-body",
    default=16 << 20,
    show_default=True,
    type=click.IntRange(1),
    help="Bytes of a request body that are accepted.",
)
@teaching
def serve(
    host: str, port: int, data: tuple[str, ...], dialect: tuple[str, ...], seed: int, clock: str, start: str | None,
    store: str | None, tls: bool, tls_ca: Path, tls_name: tuple[str, ...], control_token: str | None, most_body: int,
) -> None:  # fmt: skip
    """Run the emulators until Ctrl-C or SIGTERM."""
    from mockservers import settings
    from mockservers.kernel.world import Worlds
    from mockservers.server.door import FrontDoor

    config = settings.world(
        seed=seed, clock_text=clock, start=start, data_texts=("demo", *data), dialect_texts=dialect, store_url=store
    )
    context = None
    if tls:
        from mockservers.server.tls import server_context

        context = server_context(tls_ca, tls_name)
    worlds = Worlds(vendors.emulator, config)
    door = FrontDoor(worlds, host, port, tls=context, control_token=control_token, most_body=most_body)
    for vendor, recipe in config.data.items():
        if recipe.rows is not None:
            load(worlds.default, vendor)
    try:
        door.run(lambda: announce(door.url, tls_ca if tls else None))
    except OSError as error:
        stop(
            f"cannot listen on {host} port {port}: {error.strerror or error}. Take another port, or --port 0 for a free one."
        )
    finally:
        worlds.close()


def load(world: World, vendor: str) -> None:
    """Seed a vendor now, with a progress bar on a terminal; otherwise it would happen at the first request."""
    from rich.console import Console
    from rich.progress import Progress

    rows = world.config.data[vendor].rows
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(f"{vendor}: {rows} tickets", total=rows)
        world.installation(vendor, lambda done, total: progress.update(task, completed=done, total=total))


def announce(url: str, tls_ca: Path | None) -> None:
    lines = [f"{bold('mockservers')} {__version__} is ready at {bold(url)}", ""]
    for name in vendors.NAMES:
        emulator = vendors.emulator(name)
        lines.append(f"  {bold(f'{name:15}')} {emulator.title}")
        lines.append(f"      URL         {url}{emulator.endpoint}")
        if emulator.description:
            lines.append(f"      WSDL        {url}{emulator.description}")
        lines.extend(f"      {word:11} {secret}" for word, secret in emulator.demo_credential.items())
    lines.append("")
    if tls_ca is not None:
        lines.append(f"  trust       {tls_ca}  (certificate of the local authority, made for this run)")
    lines.append(f"  start page  {url}/_mock/")
    lines.append("  stop        Ctrl-C")
    click.echo("\n".join(lines))
    sys.stdout.flush()


# --- check and replay -------------------------------------------------------------------------------------------------


# --- rules ------------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("vendor", required=False, type=click.Choice(vendors.NAMES))
@click.option("--find", metavar="TEXT", help="Only rules whose id or sentence contains this.")
@click.option(
    "--gaps", is_flag=True, help="Only rules without a test and duties without a mutant (needs the checkout)."
)
@teaching
def rules(vendor: str | None, find: str | None, gaps: bool) -> None:
    """List what the emulators do, rule by rule, each with its source."""
    chosen = [vendor] if vendor else list(vendors.NAMES)
    if gaps:
        raise SystemExit(show_gaps(chosen))
    count = 0
    for name in chosen:
        for rule in vendors.emulator(name).rules.values():
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
    gaps = [f"rule {rule} has no test" for name in chosen for rule in vendors.emulator(name).rules if rule not in tests]
    for name in chosen:
        gaps += [
            f"duty {duty} has no mutant" for duty in set(coverage.duties_of(name)) - set(coverage.mutants_of(name))
        ]
    click.echo("\n".join(gaps) or "no gaps: every rule has a test, every duty a mutant")
    return BROKEN if gaps else 0
