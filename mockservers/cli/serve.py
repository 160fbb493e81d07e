"""`mockservers serve`: run the emulators."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from mockservers import registry
from mockservers.cli import announcing, calls, running, seeding, worker
from mockservers.cli.command import NOT_FOUND, absent, accompany, ready_told
from mockservers.cli.configured import Configured
from mockservers.cli.errors import PORT, TOKEN, reports_errors, stop, tls_options

if TYPE_CHECKING:
    import ssl

    from mockservers.kernel.journal import Entry
    from mockservers.kernel.world import World, WorldConfig, Worlds
    from mockservers.recording.stub import Stub
    from mockservers.server.http import Server
    from mockservers.server.link import Link
    from mockservers.server.tls import Authority
    from mockservers.server.workers import Workers


@dataclass(frozen=True)
class Setup:
    """What has been read of the options: all that a process needs that serves."""

    config: WorldConfig
    host: str
    port: int
    most_body: int
    most_memory: int
    control_token: str | None = field(repr=False)
    allow_hosts: tuple[str, ...] | None
    """Where data of a real system are told (see `Server`)."""
    reports: Path | None
    log: bool
    as_json: bool
    journal: Path | None
    authority: Authority | None = None


@click.command(cls=Configured)
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
    "--from",
    "recording",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Answer from a recording, and nothing else: no emulator, no vendor behind it.",
)
@click.option(
    "--load",
    "loaded",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Begin with the records that a recording tells, instead of a recipe's.",
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
    help="sqlite:///file.db keeps the data in files, one per world and vendor; postgresql://user@host/database in a database "
    "that any number of servers share. Default: memory.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=worker.Count(),
    help="Processes that answer at the port; auto is as many as there are cores. More than one need --store postgresql://...",
)
@click.option(
    "--durability",
    type=click.Choice(["normal", "full"]),
    default="normal",
    show_default=True,
    help="What files outlive: normal the end of this process, even by kill -9; full a power cut too, at a sync a call.",
)
@click.option(
    "--allow-host",
    "allow_host",
    multiple=True,
    metavar="NAME",
    help="With --from and --load: answer to this host name too, beside loopback's own and --host. Repeatable; * for any.",
)
@click.option(
    "--listener-host",
    "listener_host",
    multiple=True,
    metavar="NAME",
    help="Vendors call listeners on this host too, beside this machine's own (webhooks). Repeatable.",
)
@click.option(
    "--still",
    is_flag=True,
    help="Nobody acts by himself: the demo data stay as they are until a client or a command changes them.",
)
@click.option(
    "--desk",
    metavar="PROFILE",
    help="A desk profile that lives in the default world on its clock: a shipped one by name, or a file.",
)
@tls_options
@click.option("--control-token", envvar=TOKEN, help=f"Token that the control API demands. Also from {TOKEN}.")
@click.option(
    "--most-body",
    default=16 << 20,
    show_default=True,
    type=click.IntRange(1),
    help="Bytes of a request body that are accepted.",
)
@click.option(
    "--most-memory",
    default=4 << 30,
    show_default=True,
    type=click.IntRange(1),
    help="Bytes of memory that all worlds may take together; then no further world is made.",
)
@click.option("--log", "log", is_flag=True, help="Print a line for each call on standard error, secrets masked.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    help="Print calls as --log does, in this form; with json the program's own messages too are lines of JSON on standard error.",
)
@click.option(
    "--journal",
    "journal",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep each call as a line of JSON at the end of a file that only you can read, secrets masked.",
)
@click.option(
    "--reports",
    "reports",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Let the page list and open the HTML reports of checks and rehearsals in this folder.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@reports_errors
def serve(
    host: str,
    port: int,
    data: tuple[str, ...],
    dialect: tuple[str, ...],
    seed: int,
    clock: str,
    start: str | None,
    store: str | None,
    workers: int | str,
    durability: Literal["normal", "full"],
    allow_host: tuple[str, ...],
    listener_host: tuple[str, ...],
    still: bool,
    desk: str | None,
    tls: bool,
    tls_ca: Path,
    tls_name: tuple[str, ...],
    control_token: str | None,
    most_body: int,
    most_memory: int,
    recording: Path | None,
    loaded: Path | None,
    log: bool,
    log_format: Literal["text", "json"] | None,
    journal: Path | None,
    reports: Path | None,
    command: tuple[str, ...],
) -> None:
    """Run the emulators until Ctrl-C or SIGTERM; with --from answer from a recording instead.

    With a command, as in `mockservers serve -- npm test`, they run as long as it does: it finds MOCKSERVERS_URL and, for each
    vendor, MOCKSERVERS_<VENDOR>_URL and the demo credentials (such as MOCKSERVERS_<VENDOR>_PASSWORD) in its environment, gets
    signals passed on, and its exit code is that of `serve`. The port is then a free one unless --port names it.
    """
    from mockservers import settings
    from mockservers.kernel.keeping import Database
    from mockservers.kernel.world import Worlds
    from mockservers.server.collector import paced

    if command:
        look_for(command)
    texts = ("demo", *data, *(() if loaded is None else (f"{seeding.vendor_of(loaded)}:empty",)))
    config = settings.world(
        seed=seed,
        clock_text=clock,
        start=start,
        data_texts=texts,
        dialect_texts=dialect,
        store_url=store,
        durability=durability,
        # What was recorded is to be found again as it was.
        lively=not still and recording is None and loaded is None,
        listener_hosts=listener_host,
    )
    if desk is not None:
        if recording is not None or loaded is not None or still:
            raise ValueError("--desk lets a desk live in emulators; leave --from, --load and --still out")
        config = with_desk(config, desk)
    if command and click.get_current_context().get_parameter_source("port") == ParameterSource.DEFAULT:
        port = 0
    if recording is not None and (data or dialect or store or loaded):
        raise ValueError("--from answers from the recording alone; leave --data, --dialect, --store and --load out")
    count = worker.count_of(workers, isinstance(config.store, Database), recording is not None)
    if allow_host and recording is None and loaded is None:
        raise ValueError(
            "--allow-host is for --from and --load; emulators with made-up data answer to every host name anyway"
        )
    context = authority = None
    if tls:
        from mockservers.server import tls as certificates

        authority = certificates.authority(tls_name)
        context = certificates.write(authority, tls_ca)
    setup = Setup(
        config,
        host,
        port,
        most_body,
        most_memory,
        control_token,
        None if recording is None and loaded is None else (*allow_host, *tls_name),
        reports,
        log,
        log_format == "json",
        journal,
        authority,
    )
    with contextlib.ExitStack() as open_:
        stub = stub_of(recording) if recording is not None else None
        if stub is not None:
            open_.callback(stub.close)
        worlds = Worlds(registry.emulator, config, most_memory)
        open_.callback(worlds.close)
        open_.enter_context(listening(setup, worlds))
        open_.enter_context(paced())
        door: Server | Workers = door_of(setup, worlds, stub, context)
        trusted = tls_ca if tls else None
        try:
            if count > 1:
                # Without a name, and inherited by each worker: those that write one file take turns by it.
                lock = None if journal is None else open_.enter_context(tempfile.TemporaryFile()).fileno()
                door = workers_of(setup, worlds, count, context, lock)
            if stub is None:
                seeding.begin(worlds.default, loaded)
            if count > 1:
                worlds.registry.disconnect()
            if command:
                vendor = None if stub is None else stub.vendor
                raise SystemExit(accompany(door, command, vendor, trusted, setup.as_json))
            attend(door, stub, trusted, desk, setup.as_json, count)
        except OSError as error:
            stop(f"cannot listen on {host} port {port}: {error.strerror or error}. {taken(error, host, port)}")


@contextlib.contextmanager
def listening(setup: Setup, worlds: Worlds, lock: int | None = None) -> Iterator[None]:
    """Tell of calls and of what the program has to say, as the options wish. `lock` is for workers that write one journal."""
    kept = None if setup.journal is None else calls.JournalFile(setup.journal, lock)
    told = [calls.log_json] if setup.as_json else [calls.log] if setup.log else []
    worlds.watchers += told + ([] if kept is None else [kept.write])
    try:
        with calls.messages_as_json() if setup.as_json else contextlib.nullcontext():
            yield
    finally:
        if kept is not None:
            kept.close()


def look_for(command: Sequence[str]) -> None:
    """Stop before anything is opened where the command cannot be meant, or is not there."""
    if shutil.which(command[0]) is not None or Path(command[0]).exists():
        return
    if command[0] in registry.names():
        stop(
            f"{command[0]} is a vendor, and `mockservers serve` serves all of them; leave the word out. A command to be run "
            "meanwhile stands after --, as in: mockservers serve -- npm test"
        )
    stop(absent(command[0]), NOT_FOUND)


def taken(error: OSError, host: str, port: int) -> str:
    """What to do about a port on which nobody else can listen."""
    if error.errno == errno.EADDRINUSE and running.answers("127.0.0.1" if host in ("", "0.0.0.0") else host, port):  # noqa: S104
        return (
            f"Another `mockservers serve` listens there: use it (http://{host}:{port}/_mock/ is its page), end it, or take a "
            "free port with --port 0."
        )
    return "Take another port, or --port 0 for a free one."


def door_of(
    setup: Setup,
    worlds: Worlds,
    stub: Stub | None = None,
    tls: ssl.SSLContext | None = None,
    link: Link | None = None,
    most_threads: int = worker.MOST_THREADS,
) -> Server:
    """The server of the worlds, in this process."""
    from mockservers.server.http import Server

    return Server(
        worlds,
        setup.host,
        setup.port,
        tls=tls,
        control_token=setup.control_token,
        most_body=setup.most_body,
        allow_hosts=setup.allow_hosts,
        tools={"export": export, "reports": setup.reports, **({"usage": usage} if stub is None else {})},
        link=link,
        most_threads=most_threads,
        **({"observe": observe} if stub is None else stub.server_options()),
    )


def workers_of(setup: Setup, worlds: Worlds, count: int, tls: ssl.SSLContext | None, lock: int | None) -> Workers:
    """The port of several processes, taken by now, so that who has it already is told before anything starts."""
    from mockservers.server.workers import Workers

    threads = worker.threads_of(worlds.registry.connections(), count)
    door = Workers(worlds, setup.host, setup.port, count=count, tls=tls, control_token=setup.control_token)
    door.bind()
    door.started = worker.starter(replace(setup, port=door.port), count, threads, lock)
    return door


def attend(
    door: Server | Workers, stub: Stub | None, authority: Path | None, desk: str | None, as_json: bool, count: int = 1
) -> None:
    """Serve until somebody ends it; meanwhile other commands of this user find the server by themselves."""
    world = door.worlds.default
    with contextlib.ExitStack() as until_the_end:

        def ready() -> None:
            until_the_end.enter_context(running.told(door.url, door.control_token))
            if as_json:
                calls.write_json("ready", ready_told(door) | ({"workers": count} if count > 1 else {}))
            elif stub is not None:
                announcing.tell_of_recording(door.url, stub, authority)
            else:
                announcing.announce(door.url, authority, world.reopened, world.config.lively, desk, count)

        door.run(ready)


def with_desk(config: WorldConfig, desk: str) -> WorldConfig:
    """The same, with a desk that lives."""
    from mockservers.rehearsal import living, profiles

    return replace(config, desk=living.living(profiles.load(desk)))


def observe(world: World, vendor: str | None) -> Mapping[str, Any]:
    """What can be said of the client of a world."""
    from mockservers.rehearsal import observing

    return observing.told(world, vendor)


def usage(world: World, vendor: str) -> Mapping[str, Any]:
    """What the calls to a vendor met of its limit."""
    from mockservers.rehearsal import observing

    return observing.usage(world, vendor)


def export(world: World, entries: Sequence[Entry], form: str) -> tuple[bytes, str]:
    """A file of calls, and its name."""
    from mockservers.recording import journalled

    return journalled.export(world, entries, form)


def stub_of(path: Path) -> Stub:
    from mockservers.recording.stub import Stub

    return Stub(path)
