"""`serve --workers`: one port and several processes. Plumbing is tried with workers in threads, promises on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from mockservers.cli import main, worker
from mockservers.kernel import instants
from mockservers.kernel.cores import cores
from mockservers.kernel.world import WorldConfig
from mockservers.server import tls, workers
from mockservers.server.channel import Channel
from mockservers.server.http import Server
from mockservers.server.link import Link
from mockservers.server.workers import Workers, WorkersFailed
from tests.server import toy
from tests.stores import Postgresql

pytestmark = pytest.mark.skipif(not hasattr(socket, "send_fds"), reason="no process can hand over a connection here")

TOY = "/toy?key=demo-key-1&word=a"
READ = "/API/default.aspx?key=demo-key&action=get_tickets&tid=34"
START = "2026-03-02T10:00:00Z"
START_AT = instants.from_iso(START)
WAIT = 60


def until(true: Callable[[], Any]) -> Any:
    """What is true at last; fails where it never comes."""
    for _ in range(20 * WAIT):
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def get(url: str, **more: Any) -> requests.Response:
    """An answer over a connection of its own."""
    return requests.get(url, timeout=WAIT, headers={"Connection": "close"}, **more)


def figures(url: str) -> dict[str, float]:
    lines = [line for line in get(f"{url}/_mock/v1/metrics").text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


# --- the channel ----------------------------------------------------------------------------------------------------------


def test_messages_and_connections_come_in_their_order_whatever_their_size() -> None:
    """Long messages fill the socket, so that the rest waits until the other side reads."""
    came: list[Any] = []
    mine, yours = socket.socketpair()
    pipes = [socket.socketpair() for _ in range(20)]

    async def talk() -> None:
        ended = asyncio.Event()
        reader = Channel(yours, came.append, ended.set, came.append)
        writer = Channel(mine, came.append, ended.set)
        writer.open()
        for number, (connection, _) in enumerate(pipes):
            writer.say({"n": number, "text": "x" * 50_000})
            writer.hand_over(connection)
        assert writer.unsent
        reader.open()
        while writer.unsent or len(came) < 40:
            await asyncio.sleep(0)
        writer.close()
        await ended.wait()
        reader.close()

    asyncio.run(talk())
    assert [each["n"] for each in came[::2]] == list(range(20))
    for connection, (_, other) in zip(came[1::2], pipes, strict=True):
        connection.setblocking(True)
        connection.sendall(b"same")
        assert other.recv(4) == b"same"
        connection.close()
        other.close()


# --- plumbing, with workers in threads ------------------------------------------------------------------------------------


@dataclass
class InThread:
    """A worker as `Workers` sees a process, whose worlds are its own."""

    number: int
    end: socket.socket
    door: Workers
    options: dict[str, Any]
    returncode: int | None = None
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.pid = self.number
        link = Link(self.end.dup(), self.number, self.door.count)
        self.worlds = toy.worlds(WorldConfig(mode="frozen", start=START_AT))
        self.server = Server(
            self.worlds, port=self.door.port, mounts=toy.MOUNTS, link=link, tls=self.door.tls, **self.options
        )
        self.server.start()

    def wait(self, timeout: float | None = None) -> int:
        thread = self.server._thread
        assert thread is not None
        thread.join(timeout)
        self.worlds.close()
        self.returncode = 0
        return 0

    def terminate(self) -> None:
        self.server.stop()

    kill = terminate


@contextmanager
def threads(count: int = 2, tls: Any = None, **options: Any) -> Iterator[tuple[Workers, list[InThread]]]:
    made: list[InThread] = []
    with_worlds = toy.worlds()
    door = Workers(with_worlds, "127.0.0.1", 0, count=count, tls=tls)

    def started(number: int, end: socket.socket) -> Any:
        made.append(InThread(number, end, door, options))
        return made[-1]

    door.started = started
    try:
        with door:
            yield door, made
    finally:
        with_worlds.close()


def test_connections_go_to_workers_in_turn_and_figures_are_those_of_all() -> None:
    with threads(3) as (door, made):
        for _ in range(9):
            assert get(door.url + TOY).status_code == 200
        assert [sum(1 for _ in each.worlds.default.journal) for each in made] == [3, 3, 3]
        told = figures(door.url)
        assert told['mockservers_calls_total{vendor="toy",operation="Echo",actor="client",outcome="ok"}'] == 9
        assert [told[f'mockservers_worker_answers_total{{worker="{n}"}}'] for n in (1, 2, 3)] == [3, 3, 3]
        assert told['mockservers_answer_seconds_count{vendor="toy"}'] == 9
        assert told[f'mockservers_worker_info{{worker="2",process="{os.getpid()}"}}'] == 1
    with pytest.raises(requests.ConnectionError):
        get(door.url + TOY)


def test_counts_of_workers_that_ended_are_not_lost() -> None:
    with threads() as (door, made):
        for _ in range(4):
            get(door.url + TOY)
        counted = 'mockservers_calls_total{vendor="toy",operation="Echo",actor="client",outcome="ok"}'
        assert figures(door.url)[counted] == 4
        made[0].server.stop()
        until(lambda: len(made) == 3)
        until(lambda: len(door._serving()) == 2)
        assert figures(door.url)[counted] == 4


def test_an_answer_under_way_is_finished_when_the_server_stops() -> None:
    with ThreadPoolExecutor(1) as pool, threads() as (door, made):
        for each in made:
            each.worlds.default.faults.add("latency", {"seconds": 0.5})
        waiting = pool.submit(get, door.url + TOY)
        until(lambda: sum(each.server.answers for each in made))
        door.stop()
        assert waiting.result(WAIT).json()["word"] == "a"


def test_a_port_that_refuses_connections_does_so_for_all_workers() -> None:
    with threads() as (door, made):
        for each in made:
            each.worlds.default.faults.add("refuse_connections", {"seconds": 60})
        for _ in made:
            with pytest.raises(requests.ConnectionError):
                get(door.url + TOY)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", door.port), 5)
            reopen(door)
        assert get(door.url + TOY).status_code == 200


def reopen(door: Workers) -> None:
    """Let the time pass for which the port refuses connections."""

    async def pass_over() -> None:
        assert door._reopening is not None
        door._reopening.cancel()
        door._reopens_at = 0.0
        await door._reopen()

    assert door._loop is not None
    asyncio.run_coroutine_threadsafe(pass_over(), door._loop).result(WAIT)


def test_a_vendor_that_answers_nobody_does_so_at_each_worker() -> None:
    """As while it waits for a listener, who may ask it back."""
    with ThreadPoolExecutor(1) as pool, threads() as (door, made):
        one, other = made
        asyncio.run_coroutine_threadsafe(one.server.peers.hold(one.worlds.default, True), one.server._loop).result(WAIT)  # type: ignore[arg-type]
        assert (one.server.peers._held, list(other.server.peers._held)) == ({}, [(1, "default")])
        asked = [pool.submit(get, door.url + TOY) for _ in range(2)]
        until(lambda: other.server.peers._held == {(1, "default"): True})
        waited = asyncio.run_coroutine_threadsafe(one.server.peers.hold(one.worlds.default, False), one.server._loop)  # type: ignore[arg-type]
        assert waited.result(WAIT)
        assert [each.result(WAIT).status_code for each in asked] == [200, 200]
        asyncio.run_coroutine_threadsafe(one.server.peers.hold(one.worlds.default, True), one.server._loop).result(WAIT)  # type: ignore[arg-type]
        one.server.stop()  # whoever holds a world and ends holds it no longer
        until(lambda: not other.server.peers._held)


def test_workers_serve_https_with_certificates_of_one_authority(tmp_path: Path) -> None:
    made = tls.authority()
    context = tls.write(made, tmp_path / "ca.pem")
    assert "PRIVATE" not in repr(made)
    with threads(tls=context) as (door, _), requests.Session() as session:
        session.trust_env = False
        for _ in range(2):
            answer = session.get(door.url + TOY, verify=str(tmp_path / "ca.pem"), timeout=WAIT)
            assert answer.status_code == 200
            session.close()


# --- workers that do not start, or end ------------------------------------------------------------------------------------


def script(text: str) -> Callable[[int, socket.socket], subprocess.Popen[bytes]]:
    """Workers that are a few lines."""
    told = "import socket, sys, time\nend = socket.socket(fileno=int(sys.argv[1]))\nnumber = int(sys.argv[2])\n"

    def started(number: int, end: socket.socket) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-ISc", told + text, str(end.fileno()), str(number)]
        return subprocess.Popen(command, pass_fds=[end.fileno()], start_new_session=True)

    return started


@contextmanager
def scripted(text: str, count: int = 2) -> Iterator[Workers]:
    worlds = toy.worlds()
    door = Workers(worlds, "127.0.0.1", 0, count=count)
    door.started = script(text)
    try:
        yield door
    finally:
        worlds.close()


def runs(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_a_start_that_fails_is_one_sentence_and_nothing_runs_on() -> None:
    failing = 'number == 2 and end.sendall(b\'{"say": "failed", "why": "no luck today"}\\n\')\n'
    with scripted(failing + "time.sleep(600 if number == 1 else 0)") as door:
        with pytest.raises(WorkersFailed, match=r"^no luck today$"):
            door.start()
        assert not [pid for pid in door.processes if runs(pid)]
    with (
        scripted("sys.exit(7)") as door,
        pytest.raises(WorkersFailed, match=r"^worker \d .* ended with exit code 7 before"),
    ):
        door.start()


def test_a_worker_that_ends_again_and_again_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "MOST_DEATHS", 2)
    monkeypatch.setattr(workers, "FIRST_PAUSE", 0.0)
    ends = 'end.sendall(b\'{"say": "ready", "process": 1}\\n\')\nif number == 2: sys.exit(3)\n'
    ends += "while (told := end.recv(9999)) and b'stop' not in told: pass"
    with scripted(ends) as door:
        door.start()
        assert door._thread is not None
        door._thread.join(WAIT)
        with pytest.raises(
            WorkersFailed, match=r"ended with exit code 3, 3 times in a row .* nothing serves any longer"
        ):
            door.stop()
        assert not [pid for pid in door.processes if runs(pid)]
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert all("worker 2" in each and "another takes its place" in each for each in told)


# --- what is refused ------------------------------------------------------------------------------------------------------


def refused(*options: str) -> str:
    done = CliRunner().invoke(main, ["serve", "--port", "0", *options])
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return done.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", "2"), ("--workers 2 is not possible here", "one process", "--store postgresql://")),
        (("--workers", "auto", "--store", "sqlite:///kept.db"), ("--workers auto is not possible", "postgresql://")),
        (("--workers", "none"), ("must be a whole number from 1 to 64, or auto, got 'none'",)),
        (("--workers", "0"), ("must be a whole number from 1 to 64, or auto, got '0'",)),
    ],
)
def test_what_cannot_be_served_by_several_is_refused(options: tuple[str, ...], words: tuple[str, ...]) -> None:
    message = refused(*options)
    assert all(word in message for word in words), message


def test_a_database_that_cannot_be_used_and_a_port_that_is_taken_are_one_sentence_each(postgresql: Postgresql) -> None:
    nowhere = refused("--workers", "2", "--store", "postgresql://nobody@127.0.0.1:9/x")
    assert nowhere.startswith("mockservers: the database postgresql://nobody@127.0.0.1:9/x cannot be used")
    place = postgresql.fresh()
    store = ("--workers", "2", "--store", f"{place.url}&namespace={place.namespace}", "--still")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        message = refused("--port", port, *store)
    assert f"cannot listen on 127.0.0.1 port {port}" in message
    assert (nowhere.count("\n"), message.count("\n")) == (1, 1)
    assert "a desk lives in the memory of one process" in refused(*store[:-1], "--desk", "small_office")


def test_workers_are_as_many_as_there_are_cores_and_connections() -> None:
    assert worker.count_of("auto", True, False) == min(cores(), 64)
    assert (worker.count_of(1, False, True), worker.count_of(3, True, False)) == (1, 3)
    with pytest.raises(ValueError, match="with --from"):
        worker.count_of(2, False, True)
    assert [worker.threads_of(97, count) for count in (2, 4, 18)] == [28, 18, 4]
    assert worker.threads_of(None, 4) == 28
    with pytest.raises(ValueError, match=r"takes 97 connections, too few for 19 workers.* --workers 18$"):
        worker.threads_of(97, 19)


def test_what_happens_by_itself_is_told_of_all_workers() -> None:
    """Each deed is done at one of them."""
    deeds = [[START_AT + n, "create", {"fields": {"word": str(n)}}] for n in range(3)]
    courses = [SimpleNamespace(count=n + 1, passed_over=n, latest=deeds[2 - 2 * n : 3 - n]) for n in range(2)]
    with threads() as (door, made):
        for each, course in zip(made, courses, strict=True):
            each.worlds.default.courses = lambda course=course: {"toy": course}  # type: ignore[method-assign]
        for _ in made:
            told = get(f"{door.url}/_mock/v1/life").json()["vendors"]["toy"]
            assert (told["count"], told["days_passed_over"]) == (3, 1)
            assert [each["request"]["fields"]["word"] for each in told["latest"]] == ["0", "1", "2"]


# --- processes on PostgreSQL ----------------------------------------------------------------------------------------------


@dataclass
class Served:
    """A running `mockservers serve --workers 2`, and what it has said on standard error."""

    process: subprocess.Popen[str]
    url: str
    journal: Path
    errors: list[str] = field(default_factory=list)

    def workers(self) -> list[int]:
        """The processes of the workers that answer."""
        told = [re.search(r'worker_info\{worker="\d",process="(\d+)"\}', name) for name in figures(self.url)]
        return [int(each[1]) for each in told if each is not None]


@contextmanager
def serving(postgresql: Postgresql, folder: Path) -> Iterator[Served]:
    place, journal = postgresql.fresh(), folder / "calls.jsonl"
    command = [sys.executable, "-m", "mockservers", "serve", "--port", "0", "--workers", "2", "--journal", str(journal)]
    command += ["--store", f"{place.url}&namespace={place.namespace}", "--clock", "frozen", "--start", START, "--still"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    errors: list[str] = []
    with process.stdout as printed, process.stderr as said, ThreadPoolExecutor(2) as readers:
        try:
            line = printed.readline()
            readers.submit(errors.extend, said)
            readers.submit(printed.read)
            found = re.search(r"ready at (http://\S+)", line)
            assert found, line
            yield Served(process, found[1], journal, errors)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def served(postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(postgresql, tmp_path_factory.mktemp("workers")) as made:
        yield made


@pytest.mark.slow
def test_several_processes_answer_as_one(served: Served) -> None:
    before = requests.get(f"{served.url}/_mock/v1/journal", timeout=WAIT).json()["count"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: get(served.url + READ), range(20)))
    assert all("<tid>34</tid>" in each.text for each in answers)
    told = figures(served.url)
    assert len(served.workers()) == 2
    assert all(told[f'mockservers_worker_answers_total{{worker="{number}"}}'] > 0 for number in (1, 2))
    advanced = requests.post(f"{served.url}/_mock/v1/clock/advance", json={"by": 60}, timeout=WAIT)
    assert advanced.status_code == 200
    assert {get(f"{served.url}/_mock/v1/clock").json()["now"] for _ in range(4)} == {"2026-03-02T10:01:00Z"}
    for _ in range(2):  # whichever worker is asked
        journal = get(f"{served.url}/_mock/v1/journal?limit=1000&since={before}").json()
        assert journal["count"] - before == 20
        assert [entry["n"] for entry in journal["entries"]] == list(range(before + 1, before + 21))
    written = [json.loads(line)["n"] for line in served.journal.read_text().splitlines()]
    assert sorted(written)[-20:] == list(range(before + 1, before + 21))


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing_that_was_acknowledged_and_is_replaced(served: Served) -> None:
    victim, other = served.workers()
    acknowledged: list[str] = []
    left = iter(range(40))

    def write() -> None:
        while (number := next(left, None)) is not None:
            body = {"vendor": "get_tickets", "fields": {"subject": f"kept {number}"}}
            with suppress(requests.ConnectionError):
                said = requests.post(f"{served.url}/_mock/v1/records", json=body, timeout=WAIT)
                assert said.status_code == 201, said.text
                acknowledged.append(str(said.json()["id"]))
            if number == 10:
                os.kill(victim, signal.SIGKILL)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write) for _ in range(4)]:
            done.result(WAIT)
    assert len(acknowledged) > 30
    assert len(set(acknowledged)) == len(acknowledged)
    (replaced,) = until(lambda: set(found) - {other} if victim not in (found := served.workers()) else set())
    assert replaced != victim
    for ticket in acknowledged:
        found = get(f"{served.url}/API/default.aspx?key=demo-key&action=get_tickets&tid={ticket}")
        assert f"<tid>{ticket}</tid>" in found.text
    told = [line for line in served.errors if "worker" in line]
    assert len(told) == 1
    assert f"(process {victim}) was ended by SIGKILL, and another takes its place" in told[0]


@pytest.mark.slow
def test_workers_end_with_the_server_and_finish_their_answers(postgresql: Postgresql, tmp_path: Path) -> None:
    with serving(postgresql, tmp_path) as served, ThreadPoolExecutor(2) as pool:
        pids = served.workers()
        fault = {"kind": "latency", "times": 2, "settings": {"seconds": 0.5}}
        assert requests.post(f"{served.url}/_mock/v1/faults", json=fault, timeout=WAIT).status_code == 201
        asked = [pool.submit(get, served.url + READ) for _ in range(2)]
        until(lambda: get(f"{served.url}/_mock/v1/journal").json()["count"] == 2)
        served.process.send_signal(signal.SIGTERM)
        assert [each.result(WAIT).status_code for each in asked] == [200, 200]
        assert served.process.wait(WAIT) == 0
        assert not [pid for pid in pids if runs(pid)]
        assert served.errors == []


@pytest.mark.slow
def test_no_worker_outlives_a_server_that_is_killed(postgresql: Postgresql, tmp_path: Path) -> None:
    with serving(postgresql, tmp_path) as served:
        pids = served.workers()
        assert len(pids) == 2
        served.process.kill()
        until(lambda: not [pid for pid in pids if runs(pid)])
