"""A worker of `serve --workers`: how its process is started, what it is told, and what it does.

It is a program of its own, which is told on its input what `serve` has read of its options, secrets too: they stand in no command
line and in no variable.
"""

from __future__ import annotations

import json
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from mockservers.kernel.cores import cores
from mockservers.kernel.rules import Unwritable

if TYPE_CHECKING:
    from mockservers.cli.serve import Setup
    from mockservers.kernel.world import Worlds

AUTO = "auto"
MOST = 64
FEWEST_CONNECTIONS, MOST_THREADS = 4, 28
"""To the database that a worker needs, and threads in which one waits for worlds at most, each with a connection."""


class Count(click.IntRange):
    """A number of workers, or `auto`, which is left as it is until it is known where worlds are kept."""

    def __init__(self) -> None:
        super().__init__(1, MOST)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == AUTO:
            return AUTO
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            return self.fail(f"must be a whole number from 1 to {MOST}, or {AUTO}, got {value!r}", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        return f"N|{AUTO}"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(text) for text in (AUTO, *map(str, range(1, cores() + 1))) if text.startswith(incomplete)
        ]


def count_of(asked: int | str, shared: bool, recorded: bool) -> int:
    """How many workers are meant. Raises ValueError where worlds cannot be served by several."""
    if asked == 1:
        return 1
    from mockservers.server.channel import POSSIBLE

    if recorded:
        raise ValueError(
            f"--workers {asked} is not possible with --from: what was answered already is remembered in one process. Leave "
            "--workers out"
        )
    if not shared:
        raise ValueError(
            f"--workers {asked} is not possible here: a world in memory or in a file lives in one process, and another "
            "would answer from other data. Keep worlds in a database that workers share, with "
            "--store postgresql://user@host/database, or leave --workers out"
        )
    if not POSSIBLE:
        raise ValueError(
            f"--workers {asked} is not possible on this system, where no process can hand a connection to another. Start "
            "several servers with the same --store and a port each, and put a load balancer before them"
        )
    return min(cores(), MOST) if asked == AUTO else int(asked)


def threads_of(connections: int | None, count: int) -> int:
    """How many threads of a worker may wait for worlds, so that the database has connections for all.

    A quarter of those that it takes is left to others. Raises ValueError where they are too few.
    """
    if connections is None:
        return MOST_THREADS
    found = connections * 3 // 4 // count
    if found < FEWEST_CONNECTIONS:
        raise ValueError(
            f"the database takes {connections} connections, too few for {count} workers, each of which needs "
            f"{FEWEST_CONNECTIONS}, with a quarter left to others. Raise its max_connections, or take "
            f"--workers {max(1, connections * 3 // 4 // FEWEST_CONNECTIONS)}"
        )
    return min(found, MOST_THREADS)


@dataclass(frozen=True)
class Order:
    """What a worker is told."""

    setup: Setup
    number: int
    count: int
    threads: int
    channel: int
    """Descriptor of the worker's end."""
    lock: int | None
    """Descriptor of the file by which workers that write one journal take turns."""


def starter(
    setup: Setup, count: int, threads: int, lock: int | None
) -> Callable[[int, socket.socket], subprocess.Popen[bytes]]:
    """What starts the worker of a number, given its end of the channel; `lock` as in `Order`."""
    setup = replace(setup, most_memory=max(1, setup.most_memory // count))  # is of all worlds, whoever serves them
    here = [str(each) for each in sys.path]

    def start(number: int, end: socket.socket) -> subprocess.Popen[bytes]:
        passed = [end.fileno()] + ([] if lock is None else [lock])
        order = Order(setup, number, count, threads, end.fileno(), lock)
        # In a session of its own: a terminal's Ctrl-C reaches the one with the port alone, which ends the workers.
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", f"import sys; sys.path[:] = {here!r}; from {__name__} import work; work()"],
            stdin=subprocess.PIPE,
            pass_fds=passed,
            start_new_session=True,
        )
        assert process.stdin is not None
        try:
            process.stdin.write(pickle.dumps(order))
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended already, which its channel tells
        return process

    return start


def work() -> None:
    """Be a worker until the process that has the port says so, or ends."""
    order: Order = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - of the process that started this one
    os.close(0)
    os.open(os.devnull, os.O_RDONLY)
    end = socket.socket(fileno=order.channel)
    try:
        _serve(order, end)
    except (ValueError, Unwritable, OSError) as error:
        why = f"worker {order.number} cannot serve: {error}"
        try:
            end.setblocking(True)
            end.sendall(json.dumps({"say": "failed", "why": why}).encode() + b"\n")
        except OSError:
            sys.stderr.write(f"mockservers: {why}\n")
        raise SystemExit(2) from None


def _serve(order: Order, end: socket.socket) -> None:
    from mockservers import registry
    from mockservers.cli.serve import door_of, listening
    from mockservers.kernel.world import Worlds
    from mockservers.server.collector import paced
    from mockservers.server.link import Link

    setup = order.setup
    context = None
    if setup.authority is not None:
        from mockservers.server.tls import context_of

        context = context_of(setup.authority)
    worlds: Worlds = Worlds(registry.emulator, setup.config, setup.most_memory)
    try:
        with listening(setup, worlds, order.lock), paced():
            link = Link(end, order.number, order.count)
            door = door_of(setup, worlds, tls=context, link=link, most_threads=order.threads)
            door.run(lambda: None)
    finally:
        worlds.close()
