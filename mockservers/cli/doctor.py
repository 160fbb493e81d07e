"""`mockservers doctor`: what of this machine is missing or odd, why it matters, and what to do."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import click

from mockservers.cli import distributions, running
from mockservers.cli.errors import PORT, reports_errors
from mockservers.kernel.cores import cores

OK, ODD, MISSING = "ok", "odd", "missing"
COLOURS = {OK: "green", ODD: "yellow", MISSING: "red"}
OLDEST, TOO_NEW = (3, 11), (3, 14)
FEW_FILES, ENOUGH_FILES = 128, 1024
LITTLE_ROOM = 200 * 2**20
EXTRAS = {
    "fast": (("uvloop",), "a faster event loop"),
    "codings": (("brotli", "backports.zstd"), "bodies in Brotli and Zstandard in HAR files"),
    "postgres": (("psycopg",), "worlds that many processes share, in PostgreSQL"),
    "cluster": (("distributed",), "checks on the machines of a Dask cluster"),
}


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it stands, why that matters, what to do. `missing` means that something would fail."""

    state: str
    what: str
    why: str = ""
    do: str = ""


def python() -> Iterator[Finding]:
    version, name = sys.version_info[:2], f"{platform.python_implementation()} {platform.python_version()}"
    if not OLDEST <= version < TOO_NEW:
        yield Finding(
            MISSING, name, "Python 3.11, 3.12 and 3.13 are supported", "install one of them, and mockservers in it"
        )
    elif platform.python_implementation() != "CPython":
        yield Finding(ODD, name, "only CPython is tested", "take CPython if something fails")
    else:
        yield Finding(OK, name)


def packages() -> Iterator[Finding]:
    try:
        lacking = [name for name in distributions.required() if not distributions.installed(name)]
    except metadata.PackageNotFoundError:
        yield Finding(
            MISSING, "the package mockservers is not installed", "its dependencies are unknown", "pip install it"
        )
        return
    needed = distributions.serving().intersection(lacking)
    if lacking and not needed:
        yield Finding(
            ODD,
            f"packages for serving alone, without {', '.join(lacking)}",
            "the harness (check, demo, campaign) and clients in Python need them; serve, world and record do not",
            distributions.WHOLE,
        )
    elif lacking:
        yield Finding(
            MISSING, f"packages {', '.join(lacking)}", "mockservers imports them", f"pip install {' '.join(lacking)}"
        )
    else:
        yield Finding(OK, f"mockservers {metadata.version('mockservers')} and the packages it needs")
    for extra, (names, use) in EXTRAS.items():
        there = [name for name in names if distributions.installed(name)]
        if len(there) == len(names):
            yield Finding(OK, f"extra {extra}: {', '.join(names)}")
        else:
            yield Finding(
                OK, f"extra {extra} is not installed; it gives {use}", do=f"pip install 'mockservers[{extra}]'"
            )


def data_folders() -> Iterator[Finding]:
    from mockservers.kernel import data

    try:
        for kind in data.KINDS:
            data.folder(kind)
    except FileNotFoundError as error:
        yield Finding(
            MISSING, str(error), "catalogues, clients and scenarios are read from there", "reinstall mockservers"
        )
    else:
        yield Finding(OK, "catalogues, contracts and scenarios")


def ports(port: int = PORT) -> Iterator[Finding]:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), 5).close()
    except OSError as error:
        yield Finding(
            MISSING,
            f"loopback: {error.strerror or error}",
            "emulators listen on 127.0.0.1",
            "bring the interface lo up",
        )
        return
    yield Finding(OK, "free ports on 127.0.0.1")
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        yield _taken(port)
    else:
        yield Finding(OK, f"port {port}, where `mockservers serve` listens")


def _taken(port: int) -> Finding:
    """What to say of a port that somebody has: `mockservers serve` left its address in a file, or is known by its health."""
    if running.answers("127.0.0.1", port):
        return Finding(OK, f"port {port}: `mockservers serve` runs there")
    return Finding(
        MISSING,
        f"port {port} is taken by another program",
        "`mockservers serve` would not start there",
        "mockservers serve --port 0 takes a free one",
    )


def fake_time() -> Iterator[Finding]:
    from mockservers.harness.drivers import WrongClient
    from mockservers.harness.drivers.fake_time import library

    try:
        yield Finding(OK, f"libfaketime: {library()}")
    except WrongClient:
        yield Finding(
            ODD,
            "libfaketime is not installed",
            "--fake-time, for programs that look at their own clock, would not start",
            "apt-get install libfaketime; without that option nothing is missing",
        )


def texts() -> Iterator[Finding]:
    coding = locale.getpreferredencoding(False)
    if coding.lower().replace("-", "") not in ("utf8", "utf8sig"):
        yield Finding(
            ODD, f"locale with {coding}", "letters of reports that it lacks are shown as escapes", "set LANG=C.UTF-8"
        )
    else:
        yield Finding(OK, f"locale with {coding}")
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        yield Finding(
            MISSING, "time zones", "vendors tell local times", "apt-get install tzdata, or pip install tzdata"
        )
    else:
        yield Finding(OK, "time zones")


def proxies(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    named = sorted(
        name for name in environment if name.upper() in ("HTTP_PROXY", "ALL_PROXY", "HTTPS_PROXY") and environment[name]
    )
    spared = {part.strip() for name in ("NO_PROXY", "no_proxy") for part in environment.get(name, "").split(",")}
    if named and not spared & {"*", "127.0.0.1", "127.0.0.0/8"}:
        yield Finding(
            ODD,
            f"{', '.join(named)} without 127.0.0.1 in NO_PROXY",
            "your client would ask the proxy for the emulators of this machine, and fail",
            "export NO_PROXY=127.0.0.1,localhost",
        )
    else:
        yield Finding(OK, "proxy variables" + (f": {', '.join(named)}, with 127.0.0.1 spared" if named else ": none"))


def descriptors() -> Iterator[Finding]:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY or soft >= ENOUGH_FILES:
        yield Finding(OK, "file descriptors: " + ("no limit" if soft == resource.RLIM_INFINITY else str(soft)))
        return
    yield Finding(
        MISSING if soft < FEW_FILES else ODD,
        f"file descriptors: {soft}",
        "each connection and each world takes some",
        f"ulimit -n {ENOUGH_FILES}",
    )


def processor() -> Iterator[Finding]:
    if not hasattr(socket, "send_fds"):
        yield Finding(
            ODD,
            f"cores: {cores()}, of which one server uses one",
            "a process of this system cannot hand a connection to another, so `serve --workers` would not start",
            "start several servers with the same --store postgresql://..., and put a load balancer before them",
        )
    else:
        yield Finding(OK, f"cores: {cores()}, which is what `serve --workers auto` takes")


def folders() -> Iterator[Finding]:
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "file").write_text("x")
            free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding(
            MISSING,
            f"no folder for temporary files: {error.strerror or error}",
            "a client's state lies there while it is checked",
            "export TMPDIR=/a/folder/that/can/be/written",
        )
    else:
        room = f"temporary files in {tempfile.gettempdir()}: {free // 2**20} MB free"
        if free < LITTLE_ROOM:
            yield Finding(ODD, room, "a long check or a recording may fill it", "make room, or name another by TMPDIR")
        else:
            yield Finding(OK, room)
    if os.access(".", os.W_OK):
        yield Finding(OK, "this folder, where `check` writes scenarios-found/")
    else:
        yield Finding(
            ODD,
            "this folder cannot be written",
            "`check` saves failures in scenarios-found/",
            "use --save, or another folder",
        )


def bytecode() -> Iterator[Finding]:
    if sys.dont_write_bytecode:
        yield Finding(
            ODD,
            "PYTHONDONTWRITEBYTECODE is set",
            "each start compiles the package anew, which takes seconds",
            "unset PYTHONDONTWRITEBYTECODE",
        )
        return
    cache = sys.pycache_prefix or str(Path(__file__).parent)
    if not os.access(cache, os.W_OK) and not (Path(__file__).parent / "__pycache__").is_dir():
        yield Finding(
            ODD,
            f"compiled files cannot be written to {cache}",
            "each start compiles the package anew",
            "python -m compileall, when the package is installed; or set PYTHONPYCACHEPREFIX",
        )
    else:
        yield Finding(OK, "cache of compiled files")


EXAMINED: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    packages,
    data_folders,
    ports,
    fake_time,
    texts,
    proxies,
    descriptors,
    processor,
    folders,
    bytecode,
)


@click.command(short_help="Say what of this machine is missing or odd.")
@reports_errors
def doctor() -> None:
    """Look at this machine: Python, packages, ports, locale, proxies, limits, folders. A line each: ok, odd or missing.

    Exit code 1 when something is missing, so that a command would fail; what is odd matters to some uses alone.

    Example: mockservers doctor
    """
    findings = [finding for examine in EXAMINED for finding in examine()]
    for finding in findings:
        click.echo(click.style(f"{finding.state:8}", fg=COLOURS[finding.state]) + finding.what)
        for text in (finding.why, finding.do and f"-> {finding.do}"):
            if text:
                click.echo(f"{'':8}{text}")
    counts = {state: sum(finding.state == state for finding in findings) for state in (MISSING, ODD)}
    click.echo(f"\n{counts[MISSING]} missing, {counts[ODD]} odd, of {len(findings)} looked at")
    raise SystemExit(1 if counts[MISSING] else 0)
