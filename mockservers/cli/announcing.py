"""What `mockservers serve` says once its port answers: where everything is, and how to go on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockservers import __version__, registry
from mockservers.cli.errors import bold
from mockservers.wirekit.templates import counted

if TYPE_CHECKING:
    from mockservers.recording.stub import Stub


def tell_of_recording(url: str, stub: Stub, tls_ca: Path | None) -> None:
    """Say what answers, and where."""
    lines = [
        f"{bold('mockservers')} {__version__} is ready at {bold(url)}",
        f"  {bold(f'{stub.vendor:15}')} {counted(len(stub.places), 'exchange')} of {stub.recording.path}",
        f"      URL         {url}{registry.emulator(stub.vendor).endpoint}",
        "      any credential is let in where one was when it was recorded",
    ]
    if stub.recording.torn:
        lines.append("      the last line is incomplete and left out: the recorder was killed")
    if tls_ca is not None:
        lines.append(f"  trust       {tls_ca}  (certificate of the local authority, made for this run)")
    lines += [f"  start page  {url}/_mock/", "  stop        Ctrl-C"]
    click.echo("\n".join(lines))
    sys.stdout.flush()


def announce(
    url: str,
    tls_ca: Path | None,
    reopened: Sequence[str] = (),
    lively: bool = False,
    desk: str | None = None,
    count: int = 1,
) -> None:
    """Say at once that the port answers; then, from a thread, what is where, since that loads every vendor."""
    lines = [f"{bold('mockservers')} {__version__} is ready at {bold(url)}"]
    lines += [f"  reopened    {each}" for each in reopened]
    lines += [f"  workers     {count} processes answer at this port"] if count > 1 else []
    click.echo("\n".join(lines))
    sys.stdout.flush()
    threading.Thread(target=describe, args=(url, tls_ca, lively, desk), daemon=True).start()


def describe(url: str, tls_ca: Path | None, lively: bool = False, desk: str | None = None) -> None:
    """Print each vendor's address and documented credential, and how to go on."""
    lines = [""]
    for name in registry.names():
        emulator = registry.emulator(name)
        lines.append(f"  {bold(f'{name:15}')} {emulator.title}")
        lines.append(f"      URL         {url}{emulator.endpoint}")
        if emulator.description:
            kind = "WSDL" if emulator.description.lower().endswith("wsdl") else "OpenAPI"
            lines.append(f"      {kind:11} {url}{emulator.description}")
        lines.extend(f"      {word:11} {secret}" for word, secret in emulator.demo_credential.items())
    lines.append("")
    if tls_ca is not None:
        lines.append(f"  trust       {tls_ca}  (certificate of the local authority, made for this run)")
    lines.append(f"  start page  {url}/_mock/")
    if desk is not None:
        lines.append(
            f"  desk        {desk} lives here as the clock passes; mockservers observe {url} tells how a client keeps up"
        )
    elif lively:
        lines.append("  life        other people act on the demo data as time passes; --still leaves them alone")
    lines.append("  stop        Ctrl-C")
    click.echo("\n".join(lines))
    sys.stdout.flush()
