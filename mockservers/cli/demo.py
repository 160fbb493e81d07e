"""`mockservers demo`: half a minute: an emulator, a correct client with its verdict, and a wrong one caught, told and replayed.

Every step is a command that can be typed as it stands. What is shown is data: `demo` in `contracts/<vendor>/start.yaml`.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from mockservers import registry
from mockservers.cli.errors import bold, reports_errors, stop
from mockservers.cli.init import started
from mockservers.cli.parameters import VendorName

EXAMPLES = "24"
QUIET = ("--no-library", "--no-config")


def shown() -> list[str]:
    """The vendors that have a demo."""
    return [name for name in registry.names() if "demo" in started(name)]


def _say(number: int, text: str) -> None:
    click.echo("\n" + click.style(f"{number}. {text}", fg="cyan", bold=True))


def _run(words: Iterable[str], typed: Iterable[str], expected: int, most: int | None = None, since: str = "") -> None:
    """Run a command as it is typed, show some of its lines, and end the demo when its exit code is another one."""
    click.echo("$ " + shlex.join(["mockservers", *typed]))
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mockservers", *words], check=False, stdout=subprocess.PIPE, text=True
    )
    lines = done.stdout.splitlines()
    if since and any(line.startswith(since) for line in lines):
        lines = lines[next(n for n, line in enumerate(lines) if line.startswith(since)) :]
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 2], f"    ... {len(lines) - most + 1} more lines ...", lines[-1]]
    click.echo("\n".join(lines))
    if done.returncode != expected:
        stop(
            f"the demo expected exit code {expected} of this command, got {done.returncode}; `mockservers doctor` says what is "
            "odd here"
        )


@click.command(short_help="See it work: half a minute, from an emulator to a caught bug.")
@click.argument("vendor", required=False, type=VendorName("contract"))
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for what the demo finds: the scenario file and the HTML report. Default: one that is removed.",
)
@reports_errors
def demo(vendor: str | None, keep: Path | None) -> None:
    """Show what mockservers does: an emulator answers, a correct client is kept, a wrong one is caught and told well.

    Needs nothing but the package, and listens on loopback alone.

    Example: mockservers demo --keep found
    """
    known = shown()
    if vendor is not None and vendor not in known:
        stop(f"{vendor!r} has no demo; expected one of: {', '.join(known)}")
    if not known:
        stop("no installed vendor has a demo")
    chosen = vendor or known[0]
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        play(chosen, started(chosen)["demo"], keep)
        return
    with tempfile.TemporaryDirectory(prefix="mockservers-demo-") as folder:
        play(chosen, started(chosen)["demo"], Path(folder))


def ask(vendor: str, question: str) -> None:
    """Serve the vendor for a moment, ask one question as a client would, and show the beginning of the answer."""
    import requests

    import mockservers

    with mockservers.start(vendor) as server:
        desk = server.default[vendor]
        query = "&".join([*(f"{name}={value}" for name, value in desk.credentials.items()), question])
        click.echo("$ mockservers serve &")
        click.echo(f"$ curl '{desk.url}?{query}'")
        answer = requests.Session()
        answer.trust_env = False
        click.echo(answer.get(f"{desk.url}?{query}", timeout=20).text[:300] + " ...")


def play(vendor: str, told: dict[str, Any], folder: Path) -> None:
    """The demo of one vendor; what it finds is left in the folder."""
    from mockservers.kernel import data

    ours = data.of_vendor("contracts", vendor)
    correct, wrong = (str(ours / told[name]) for name in ("correct", "wrong"))
    title = registry.vendor(vendor).title
    _say(1, f"{title}, emulated on a port of this machine")
    ask(vendor, told["question"])
    _say(2, "A correct client: others act, clocks move, lines break, and it keeps every duty")
    check = ["check", vendor, "--examples", EXAMPLES, *QUIET]
    _run([*check, "--client", correct], [*check, "--client", _short(correct)], 0, most=5)
    _say(3, f"The same client with one bug: {told['bug']}")
    outcome = ["--fail-fast", "--save", str(folder), "--html", str(folder / "report.html")]
    _run(
        [*check, "--client", wrong, *outcome], [*check, "--client", _short(wrong), *outcome], 1, since="BROKEN", most=36
    )
    files = [str(path) for path in sorted(folder.glob("*.yaml"))]
    _say(4, "The shortest failing scenario is a file: whoever gets it sees the same, and sees when it is mended")
    _run(["replay", *files, "--client", wrong], ["replay", *files, "--client", _short(wrong)], 1, most=4)
    _run(["replay", *files, "--client", correct], ["replay", *files, "--client", _short(correct)], 0, most=4)
    click.echo("\n" + bold("Next: a client of your own, with a verdict in a minute"))
    click.echo(f"\n    mockservers init {vendor} --lang python     (or node, php, java, csharp, go, shell)")
    click.echo("    mockservers serve")


def _short(client: str) -> str:
    """A client as it is shown: the file alone, for where a package lies tells nobody anything."""
    return Path(client).name
