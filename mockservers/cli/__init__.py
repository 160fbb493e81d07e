"""The command `mockservers`: demo, init, serve, check, replay, rehearse, record, world and the others that are added below.

Exit codes: 0 kept, 1 broken, 2 usage, 3 unproven under --strict, 4 the client under test failed as a program, 130
interrupted. Heavy modules are imported inside the commands, since `serve` is judged by how fast it is ready.
"""

from __future__ import annotations

import io
import sys

import click

from mockservers import __version__
from mockservers.cli.cache import cache
from mockservers.cli.campaign import campaign
from mockservers.cli.check import check, replay
from mockservers.cli.completion import completion
from mockservers.cli.demo import demo
from mockservers.cli.doctor import doctor
from mockservers.cli.examples import show as show_examples
from mockservers.cli.glue import glue
from mockservers.cli.init import init
from mockservers.cli.observe import observe
from mockservers.cli.profile import profile
from mockservers.cli.record import record, recover
from mockservers.cli.recordings import drift, har, judge, load
from mockservers.cli.rehearse import rehearse
from mockservers.cli.report import report
from mockservers.cli.rules import rules
from mockservers.cli.scenarios import scenarios
from mockservers.cli.serve import serve
from mockservers.cli.vendor import vendor
from mockservers.cli.world import world


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", message="mockservers %(version)s")
def main() -> None:
    """Emulators of ticketing systems on your own machine, and a harness that hunts for bugs in your client."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a character that the terminal has no code for must not cost a verdict
            stream.reconfigure(errors="backslashreplace")


for command in (
    demo,
    init,
    doctor,
    completion,
    serve,
    record,
    recover,
    load,
    drift,
    judge,
    har,
    check,
    replay,
    report,
    campaign,
    rehearse,
    glue,
    scenarios,
    profile,
    observe,
    rules,
    vendor,
    world,
    cache,
):
    main.add_command(command)
show_examples(main)
