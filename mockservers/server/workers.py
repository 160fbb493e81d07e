"""One port, several processes: this one has the port and hands each connection to a worker in turn; workers answer.

Why the port is not open in every worker. With `SO_REUSEPORT` macOS does not spread connections, Linux drops those that wait at
a worker that dies, and any program of the user may join a port that is taken without a word. With one listening socket that all
inherit, whichever worker wakes first takes what is there, so that a client's few lasting connections often end at one of them;
and the fault that refuses connections needs one who can close the port. Here a port that is taken is told before anything
starts, workers get as many connections each, and a worker that ends takes none with it but its own. What it costs is some tens
of microseconds for each connection, not for each call.

Workers are programs of their own, not forks: a fork of a process with threads is unsafe, on macOS above all. Each has one end
of a channel; where this process ends, however that happens, the channel does, and so do the workers.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from mockservers.kernel import clock
from mockservers.kernel.world import Worlds
from mockservers.server import metrics
from mockservers.server.channel import Channel, Said
from mockservers.server.link import PATIENCE
from mockservers.server.listener import Listener

MOST_DEATHS, STEADY = 5, 5.0
"""So often in a row a worker may end before it is ready, or within so many seconds of that, before the server gives up."""
FIRST_PAUSE = 0.1
"""Seconds before a worker is started again that ended early; twice as many each time."""
BACKLOG = 1024
"""Connections that wait while every worker is being replaced."""
AT_ONCE = 64
"""Connections that are accepted before anything else is looked at."""

Start = Callable[[int, socket.socket], "subprocess.Popen[bytes]"]
"""Starts the worker of a number, with its end of the channel."""


def _nobody(number: int, end: socket.socket) -> subprocess.Popen[bytes]:
    raise NotImplementedError(f"nothing was said that starts worker {number} with {end}")


class WorkersFailed(ValueError):
    """No worker can serve: one could not start, or ended again and again."""


class _Worker:
    """A worker's process, seen from the one that has the port."""

    def __init__(self, number: int, process: subprocess.Popen[bytes]) -> None:
        self.number, self.process = number, process
        self.channel: Channel
        self.since: float | None = None
        """When it became ready."""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.serves = False
        self.failed = ""
        """Why it could not start, in its own words."""
        self.gone = asyncio.Event()
        self.figures: metrics.Figures | None = None
        """As it told them last."""

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"


class Workers(Listener):
    """The port of a server that is `count` workers, which serve the worlds. `started` makes their processes, once it is set."""

    def __init__(
        self,
        worlds: Worlds,
        host: str,
        port: int,
        *,
        count: int,
        tls: ssl.SSLContext | None = None,
        control_token: str | None = None,
    ) -> None:
        super().__init__(host, port, tls, 0)
        self.worlds, self.count, self.control_token = worlds, count, control_token
        self.started: Start = _nobody
        self._workers: dict[int, _Worker] = {}
        self._sockets: list[socket.socket] = []
        self._addresses: list[tuple[int, Any]] = []
        """Those of the host, each with its family."""
        self._turn = 0
        self._questions: dict[int, _Question] = {}
        self._asked = 0
        self._past: metrics.Figures | None = None
        """What workers that ended had counted."""
        self._deaths: dict[int, int] = {}
        """How often each worker ended soon after its start, in a row."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._given_up: WorkersFailed | None = None

    @property
    def processes(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.process.pid for _, worker in sorted(self._workers.items())]

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        raise NotImplementedError("workers answer")

    # --- life ---------------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self._stopping = asyncio.Event()
        self.bind()
        for number in range(1, self.count + 1):
            self._start(number)
        stopped = asyncio.ensure_future(self._stopping.wait())
        ready = asyncio.gather(*(worker.ready for worker in self._workers.values()))
        first: list[asyncio.Future[Any]] = [stopped, ready]
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                raise WorkersFailed("the server was stopped before it was ready")
            ready.result()
        finally:
            stopped.cancel()
            ready.cancel()
        self._listen_all()

    def bind(self) -> None:
        """Take the port, unless that was done; it opens once all workers are ready. Raises OSError where it cannot be had."""
        if self._sockets:
            return
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self._addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
        if sys.platform == "linux":
            # Bound and never listening: the port stays ours while a fault has it closed.
            self._holder = _bound(*self._addresses[0], self.port)
            self.port = self._holder.getsockname()[1]
        self._sockets = self._bound_sockets()
        self.port = self._sockets[0].getsockname()[1]

    def _bound_sockets(self) -> list[socket.socket]:
        """A socket for each address of the host; where it has several, one that this machine does not have is left out."""
        made: list[socket.socket] = []
        port, failure = self.port, OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        for family, address in self._addresses:
            try:
                made.append(_bound(family, address, port))
                port = made[0].getsockname()[1]
            except OSError as error:
                failure = error
                if error.errno != errno.EADDRNOTAVAIL:
                    for each in made:
                        each.close()
                    raise
        if not made:
            raise failure
        return made

    def _listen_all(self) -> None:
        """Open the port."""
        assert self._loop is not None
        for opened in self._sockets:
            opened.listen(BACKLOG)
            self._loop.add_reader(opened.fileno(), self._accept, opened)

    def _unlisten(self) -> None:
        """Close the port: the system refuses connections."""
        assert self._loop is not None
        for opened in self._sockets:
            self._loop.remove_reader(opened.fileno())
            opened.close()
        self._sockets = []

    async def _run(self, ready: Callable[[], None]) -> None:
        await super()._run(ready)
        if self._given_up is not None:
            raise self._given_up

    async def _close(self) -> None:
        if self._loop is None or self._stopping is None:
            return
        self._stopping.set()
        if self._reopening is not None:
            self._reopening.cancel()
        self._unlisten()
        await asyncio.gather(*(self._end(worker) for worker in self._workers.values()))
        for worker in self._workers.values():
            worker.channel.close()
        if self._holder is not None:
            self._holder.close()

    async def _end(self, worker: _Worker) -> None:
        """Let a worker finish its answers, and end it where it does not end by itself."""
        if worker.serves:
            worker.channel.say({"say": "stop"})  # after the connections that it was handed
        else:
            worker.process.terminate()
        try:
            async with asyncio.timeout(3 * self.grace + 5):
                await worker.gone.wait()
        except TimeoutError:
            worker.process.kill()
        await asyncio.to_thread(worker.process.wait)

    # --- connections ----------------------------------------------------------------------------------------------------

    def _accept(self, opened: socket.socket) -> None:
        """Take what waits at the port, and hand it over in turn."""
        for _ in range(AT_ONCE):
            serving = self._serving()
            if not serving:  # it waits at the port until somebody can answer
                self._loop_pause(0.05)
                return
            try:
                connection, _ = opened.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                assert self._loop is not None
                self._trouble(self._loop, {"exception": error, "message": "a connection could not be accepted"})
                self._loop_pause(1.0)
                return
            self._hand_over(connection, serving)

    def _serving(self) -> list[_Worker]:
        return [worker for _, worker in sorted(self._workers.items()) if worker.serves]

    def _hand_over(self, connection: socket.socket, serving: Sequence[_Worker]) -> None:
        self._turn += 1
        inturn = [serving[(self._turn + n) % len(serving)] for n in range(len(serving))]
        min(inturn, key=lambda worker: worker.channel.unsent).channel.hand_over(connection)

    def _loop_pause(self, seconds: float) -> None:
        """Accept nothing for a moment."""
        assert self._loop is not None
        paused = list(self._sockets)
        for opened in paused:
            self._loop.remove_reader(opened.fileno())

        def go_on() -> None:
            if paused == self._sockets:  # not closed meanwhile
                self._listen_all()

        self._loop.call_later(seconds, go_on)

    def _pause(self, seconds: float) -> None:
        """Close the port, for so many seconds from now at least."""
        assert self._loop is not None
        self._reopens_at = max(self._reopens_at, self._loop.time() + seconds)
        if self._sockets:
            self._unlisten()
            self._reopening = self._loop.create_task(self._reopen())

    async def _reopen(self) -> None:
        assert self._loop is not None
        while not self._sockets:
            wait = self._reopens_at - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
                continue
            try:
                self._sockets = self._bound_sockets()
                self._listen_all()
            except OSError:
                self._unlisten()
                await asyncio.sleep(0.05)  # somebody holds the port for a moment; it stays ours to take back

    # --- workers --------------------------------------------------------------------------------------------------------

    def _start(self, number: int) -> _Worker:
        """Start a worker. Raises WorkersFailed where the system has no process for it."""
        ends: list[socket.socket] = []
        try:
            ends += socket.socketpair()
            process = self.started(number, ends[1])
        except OSError as error:
            for end in ends[:1]:
                end.close()
            raise WorkersFailed(f"worker {number} cannot be started: {error.strerror or error}") from error
        finally:
            for end in ends[1:]:
                end.close()
        ours = ends[0]
        worker = self._workers[number] = _Worker(number, process)
        worker.channel = Channel(ours, lambda said: self._heard(worker, said), lambda: self._lost(worker))
        worker.channel.open()
        return worker

    def _heard(self, worker: _Worker, said: Said) -> None:
        if said["say"] == "ready":
            worker.serves, worker.since = True, clock.steady()
            if not worker.ready.done():
                worker.ready.set_result(None)
        elif said["say"] == "leaving":
            worker.serves = False
        elif said["say"] == "failed":
            worker.failed = said["why"]
        elif said["say"] == "ask":
            self._ask(worker, said)
        elif said["say"] == "answer" and said["id"] in self._questions:
            question = self._questions[said["id"]]
            if question.name == "figures":
                worker.figures = said["answer"]
            question.answers[worker.number] = said["answer"]
            if not question.open - question.answers.keys():
                self._answered(said["id"])

    def _lost(self, worker: _Worker) -> None:
        """A worker's channel has ended, and so will the worker."""
        worker.serves = False
        self._do(self._bury(worker))

    def _do(self, work: Any) -> None:
        assert self._loop is not None
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bury(self, worker: _Worker) -> None:
        """Wait for a worker's end, and replace it, unless everything ends."""
        assert self._stopping is not None
        try:
            await asyncio.to_thread(worker.process.wait, 2 * self.grace)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            await asyncio.to_thread(worker.process.wait)
        worker.gone.set()
        if worker.figures is not None:
            self._past = metrics.summed([worker.figures] + ([] if self._past is None else [self._past]))
        for number in [number for number, question in self._questions.items() if worker.number in question.open]:
            self._questions[number].open.discard(worker.number)
            self._questions[number].answers.pop(worker.number, None)  # its figures stand among those of the past by now
            if not self._questions[number].open - self._questions[number].answers.keys():
                self._answered(number)
        self._tell_all("gone", None, worker.number)
        if self._stopping.is_set():
            return
        why = worker.failed or f"worker {worker.number} (process {worker.process.pid}) {worker.ending}"
        if not worker.ready.done() and worker.number not in self._deaths:
            worker.ready.set_exception(WorkersFailed(worker.failed or f"{why} before it was ready"))
            return
        early = worker.since is None or clock.steady() - worker.since < STEADY
        deaths = self._deaths[worker.number] = self._deaths.get(worker.number, 0) + 1 if early else 1
        if deaths > MOST_DEATHS:
            self._give_up(f"{why}, {deaths} times in a row soon after its start, so nothing serves any longer")
            return
        logging.getLogger("mockservers").error(
            "%s, and another takes its place. What was acknowledged is kept; calls that it had not answered can be made again.",
            why,
        )
        left = list(worker.channel.left_over())
        worker.channel.close()
        for connection in left:
            serving = self._serving()
            if serving:
                self._hand_over(connection, serving)
            else:
                connection.close()
        await asyncio.sleep(0 if deaths == 1 else FIRST_PAUSE * 2**deaths)
        if not self._stopping.is_set():
            try:
                self._start(worker.number)
            except WorkersFailed as failure:
                self._give_up(str(failure))

    def _give_up(self, why: str) -> None:
        assert self._stopping is not None
        self._given_up = WorkersFailed(why)
        self._stopping.set()

    # --- questions ------------------------------------------------------------------------------------------------------

    def _ask(self, worker: _Worker, said: Said) -> None:
        """Put a worker's question to all of them, and to this process what is about the port."""
        if said["question"] == "pause":
            self._pause(float(said["value"]))
            worker.channel.say({"say": "answers", "id": said["id"], "answers": {}})
            return
        number = self._tell_all(said["question"], said["value"], worker.number)
        self._questions[number] = _Question(
            said["question"], worker, said["id"], {each.number for each in self._serving()}
        )
        assert self._loop is not None
        self._loop.call_later(PATIENCE, self._answered, number)

    def _tell_all(self, question: str, value: Any, asks: int) -> int:
        self._asked += 1
        for each in self._serving():
            each.channel.say({"say": "ask", "id": self._asked, "question": question, "value": value, "from": asks})
        return self._asked

    def _answered(self, number: int) -> None:
        """All have answered, or will not in time."""
        question = self._questions.pop(number, None)
        if question is None:
            return
        answers: dict[int, Any] = dict(question.answers)
        if question.name == "figures":  # counts must not fall because somebody is busy, or has ended
            late = [each for each in self._workers.values() if each.number not in answers and not each.gone.is_set()]
            answers |= {each.number: each.figures for each in late if each.figures is not None}
            answers |= {} if self._past is None else {0: self._past}
        question.asks.channel.say({"say": "answers", "id": question.id, "answers": answers})


class _Question:
    """What a worker asks all others: who has not answered yet, and what the others said."""

    def __init__(self, name: str, asks: _Worker, id_: int, open_: set[int]) -> None:
        self.name, self.asks, self.id, self.open = name, asks, id_, open_
        self.answers: dict[int, Any] = {}


def _bound(family: int, address: Any, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setblocking(False)
        made.bind((address[0], port, *address[2:]))
    except BaseException:
        made.close()
        raise
    return made
