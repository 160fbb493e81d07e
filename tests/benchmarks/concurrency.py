"""Many clients, several processes, one world: nothing that was acknowledged is lost, doubled or miscounted.

python tests/benchmarks/concurrency.py --calls 100000                      two processes on one PostgreSQL
python tests/benchmarks/concurrency.py --calls 20000 --kills 20            and one of them is killed twenty times meanwhile
python tests/benchmarks/concurrency.py --store file --processes 1 --kills 20
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote_plus, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.postgresql import cluster  # noqa: E402

API = "/TrackIt/WebApi"
START = "2026-03-02T10:00:00Z"
NOTE = {"Note Type": "Technician Note", "Activity Code": "Research"}
Say = Callable[[str], object]
TRYING = (OSError, http.client.HTTPException)


class Process:
    """One `mockservers serve`, which can be killed and started again at the same address."""

    def __init__(self, store: str) -> None:
        self._store, self._port = store, 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "mockservers", "serve", "--port", str(self._port), "--store", self._store]
        command += ["--data", "empty", "--data", "trackit:demo", "--still", "--clock", "frozen", "--start", START]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"http://\S+?(?=\x1b|\s|$)", line)
        assert found is not None, f"mockservers serve ended before it was ready: {line}"
        self._port = urlsplit(found[0]).port or 0
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


@dataclass
class Session:
    """A client that asks one process after the other, as behind a load balancer: the next one where one does not answer.

    It logs in once, for every process knows its token.
    """

    processes: list[Process]
    token: str = ""
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, media: str = "application/json") -> tuple[int, Any]:
        """Status and JSON of an answer; raises what `http.client` raises where there is none."""
        if self._connection is None:
            self._connection = self.processes[0].connect()
        headers = {"Content-Type": media} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        sent = body if isinstance(body, str) or body is None else json.dumps(body)
        try:
            self._connection.request(method, path, sent, headers)
            reply = self._connection.getresponse()
            text = reply.read()
        except TRYING:
            self._connection = None
            self.processes = [*self.processes[1:], self.processes[0]]
            raise
        return reply.status, json.loads(text) if text[:1] in (b"{", b"[") else text

    def login(self) -> None:
        form = f"grant_type=password&username={quote_plus('HELP DESK' + chr(92) + 'DEMO')}&password=demo-password"
        status, said = self.ask("POST", API + "/token", form, "application/x-www-form-urlencoded")
        assert status == 200, (status, said)
        self.token = said["access_token"]


@dataclass
class Told:
    """What clients were told."""

    statuses: Counter[int] = field(default_factory=Counter)
    tickets: dict[int, tuple[str, bool]] = field(default_factory=dict)
    """Text and state of each ticket as it was acknowledged last."""
    doubtful: set[int] = field(default_factory=set)
    """Tickets of which a call was not answered: it may have been done or not."""
    doubled: list[int] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    """Answers that say no."""
    unanswered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def values(said: Any) -> dict[str, Any]:
    """The values of a ticket by number, whatever key it stands under."""
    return {number: each["Value"] for number, each in said.get("Tickets", said.get("Ticket")).items()}


def work(session: Session, told: Told, taken: Callable[[], bool], mark: str) -> None:
    """Create, update and close one ticket after the other until all calls are taken."""
    ticket: int | None = None
    for n in itertools.count():
        if not taken():
            return
        text = f"{mark}-{n}"
        creates, closes = ticket is None, ticket is not None and n % 3 == 2
        if creates:
            path, body = "/tickets", {"Properties": {"22": text}}
        elif closes:
            path, body = f"/tickets/{ticket}/Close", {"Note": {**NOTE, "Note": text}}
        else:
            path, body = f"/tickets/{ticket}", {"Properties": {"22": text}}
        try:
            if not session.token:
                session.login()
            status, said = session.ask("POST", API + path, body)
        except TRYING:
            with told.lock:
                told.unanswered += 1
                told.doubtful |= {ticket} if ticket is not None else set()
            ticket = None
            time.sleep(0.2)
            continue
        with told.lock:
            told.statuses[status] += 1
            if status != 200:
                told.odd.append(f"{status}: {str(said)[:300]}")
                ticket = None
                continue
            if creates:
                ticket = int(values(said)["1"])
                told.doubled += [ticket] if ticket in told.tickets else []
            assert ticket is not None
            told.tickets[ticket] = (told.tickets[ticket][0] if closes else text, closes)
            ticket = None if closes else ticket


@contextmanager
def store_of(kind: str) -> Iterator[str]:
    """The URL of an empty store."""
    with ExitStack() as stack:
        if kind == "postgresql":
            yield stack.enter_context(cluster()).create("concurrency")
        else:
            yield f"sqlite:///{stack.enter_context(TemporaryDirectory())}/base.db"


def run(processes: int, clients: int, calls: int, kills: int, store: str, again: bool = True, say: Say = print) -> Told:
    """Do it all on the store of that URL; raises AssertionError that says what was lost. `again` starts what was killed."""
    serving: list[Process] = []
    try:
        serving += [Process(store) for _ in range(processes)]
        begun = time.perf_counter()
        told = load(serving, clients, calls, kills, again)
        seconds = time.perf_counter() - begun
        say(f"{sum(told.statuses.values())} calls in {seconds:.1f} s over {processes} processes: {dict(told.statuses)}")
        check([process for process in serving if process.running], told, calls, kills)
        say(
            f"{len(told.tickets)} tickets, {kills} kills, {told.unanswered} calls unanswered: nothing acknowledged is lost"
        )
        return told
    finally:
        for process in serving:
            process.stop()


def load(serving: list[Process], clients: int, calls: int, kills: int, again: bool) -> Told:
    told, left = Told(), iter(range(calls))  # `next` of a range is one step, whatever threads ask

    def taken() -> bool:
        return next(left, None) is not None

    threads = [
        threading.Thread(
            target=work,
            args=(Session([*serving[n % len(serving) :], *serving[: n % len(serving)]]), told, taken, f"c{n}"),
        )
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(1)
    for n in range(kills):
        until = calls * (n + 1) // (kills + 1)
        while sum(told.statuses.values()) + told.unanswered < until and any(each.is_alive() for each in threads):
            time.sleep(0.01)
        victim = serving[chance.randrange(len(serving))]
        victim.kill()
        if again:
            victim.start()
    for thread in threads:
        thread.join()
    return told


def check(serving: list[Process], told: Told, calls: int, kills: int) -> None:
    """Compare what clients were told with what every process tells now."""
    assert not told.doubled, f"numbers given twice: {told.doubled[:10]}"
    assert set(told.statuses) == {200}, (told.statuses, told.odd[:5])
    sure = [each for each in told.tickets if each not in told.doubtful]
    for process in serving:
        session = Session([process])
        session.login()
        for ticket in random.Random(2).sample(sure, min(len(sure), 2000)):
            status, said = session.ask("GET", f"{API}/tickets/{ticket}")
            assert status == 200, f"ticket {ticket} was acknowledged and is lost: {status} {said}"
            text, closed = told.tickets[ticket]
            found = values(said)
            assert found["22"] == text, f"an update of ticket {ticket} is lost: {found['22']} != {text}"
            assert (found["96"] != "Open") == closed, f"ticket {ticket} is {found['96']}, though closed is {closed}"
    counts = {
        json.dumps(Session([process]).ask("GET", "/_mock/v1/worlds/default")[1]["journal"]) for process in serving
    }
    assert len(counts) == 1, f"the processes disagree about the journal: {counts}"
    if not kills and not told.unanswered:
        assert sum(told.statuses.values()) == calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--store", choices=["postgresql", "file"], default="postgresql")
    asked = parser.parse_args()
    with store_of(asked.store) as store:
        run(asked.processes, asked.clients, asked.calls, asked.kills, store)


if __name__ == "__main__":
    main()
