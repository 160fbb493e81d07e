"""The session carrier: a program in any language that reads one JSON object a line on stdin and answers on stdout.

Its stderr is kept, bounded, for the report. Everything that is not the protocol is a DriverFailure with one sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any, NoReturn

from mockservers.harness.drivers import (
    DEADLINE,
    LONGEST_ANSWER,
    MOST_QUESTIONS,
    Answer,
    Driver,
    DriverFailure,
    process,
    read_answer,
    reply,
    shorten,
)
from mockservers.harness.drivers.fake_time import FakeTime
from mockservers.kernel import clock

GLUE = (
    ". A program given with --client stays, reads messages on stdin, a JSON object a line, and answers each on stdout. Glue does "
    "that for a class in Python or Node: `mockservers glue` lists it. One that does its work once and ends is given with "
    "--client-command"
)


class SessionDriver(Driver):
    """One child process for all examples; `reset` begins each."""

    def __init__(self, command: Sequence[str], deadline: float = DEADLINE, fake_time: FakeTime | None = None) -> None:
        super().__init__(command[0], deadline)
        self.command = list(command)
        self.fake_time = fake_time
        self._busy = False
        """Whether it was told something that it has not answered; then no good-bye reaches it."""
        self._start()

    def _start(self) -> None:
        self._lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
        self._stopped = False
        self._process = process.start(
            self.command, None if self.fake_time is None else {**os.environ, **self.fake_time.environment}
        )
        self._threads = [
            threading.Thread(target=self._read_stdout, name="mockservers client stdout", daemon=True),
            process.listen(self._process.stderr, process.as_text(self.keep)),
        ]
        self._threads[0].start()

    def restart(self) -> None:
        self._end()
        self._start()
        self._hello, said = None, self.hello()
        if self.hello() != said:
            self._fail(
                f"the client says something else of itself after a restart: {self.hello()}; before it was {said}"
            )

    def kill(self) -> bool:
        process.strike(self._process)
        return True

    def _read_stdout(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        waiting = bytearray()
        with contextlib.suppress(OSError, ValueError):
            while not self._stopped and (chunk := os.read(stream.fileno(), 1 << 16)):
                waiting += chunk
                if b"\n" in chunk:
                    *lines, rest = bytes(waiting).split(b"\n")
                    waiting = bytearray(rest)
                    for line in lines:
                        self._offer(line)
                elif len(waiting) > LONGEST_ANSWER:
                    self._offer(bytes(waiting))
                    break
        if waiting and len(waiting) <= LONGEST_ANSWER:
            self._offer(bytes(waiting))
        self._offer(None)

    def _offer(self, line: bytes | None) -> None:
        # A client that floods stdout fills the queue and is then held up by its own pipe.
        while not self._stopped:
            try:
                self._lines.put(line, timeout=0.2)
                return
            except queue.Full:
                continue

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        self._id += 1
        wanted = self._id
        if not self._lines.empty():
            early = self._lines.get()
            if early is None:
                self._ended(do)
            self._fail(f"the client wrote {shorten(repr(early))} before it was asked {do!r}; one answer a message")
        if do != "hello":
            self._show_time()
        self._busy = True
        self._write({"id": wanted, "do": do, **message}, do)
        until = clock.wall() + round(self.deadline * 1e6)
        for _ in range(MOST_QUESTIONS):
            line = self._line(do, until)
            try:
                raw = json.loads(line)
            except (ValueError, RecursionError):
                self._fail(
                    f"the client wrote {shorten(line.decode('utf-8', 'replace'))!r}, which is no JSON; "
                    f"stdout carries the protocol only, print everything else to stderr{GLUE if do == 'hello' else ''}"
                )
            if isinstance(raw, Mapping) and "ask" in raw:
                try:
                    answer = reply(self.asking, raw)
                except DriverFailure as failure:
                    self._fail(failure.what)
                self._show_time()
                self._write(answer, do)
                continue
            try:
                answered = read_answer(raw, wanted, line.decode("utf-8", "replace"))
            except DriverFailure as failure:
                self._fail(failure.what)
            self._busy = False
            return answered
        return self._fail(f"the client asked over {MOST_QUESTIONS} questions in one task")

    def _show_time(self) -> None:
        if self.fake_time is not None:
            self.fake_time.show(self.asking.now())

    def _write(self, message: Mapping[str, Any], do: str) -> None:
        stream: IO[bytes] | None = self._process.stdin
        assert stream is not None
        data = (json.dumps(message) + "\n").encode()

        def push() -> None:
            with contextlib.suppress(OSError, ValueError):  # its end is seen where the answer is waited for
                stream.write(data)

        # A client that reads nothing lets the pipe fill up; the harness must not hang with it.
        writer = threading.Thread(target=push, name="mockservers client stdin", daemon=True)
        writer.start()
        writer.join(self.deadline)
        if writer.is_alive():
            self._fail(f"the client does not read its input (message {do!r})")

    def _line(self, do: str, until: int) -> bytes:
        try:
            line = self._lines.get(timeout=max((until - clock.wall()) / 1e6, 0.001))
        except queue.Empty:
            if self._process.poll() is not None:
                self._ended(do, "; something that it started still holds its output")
            self._fail(
                f"the client has not answered {do!r} within {self.deadline:g} s; it hangs, or the deadline is too short"
            )
        if line is None:
            self._ended(do)
        if len(line) > LONGEST_ANSWER:
            self._fail(f"the client wrote a line of over {LONGEST_ANSWER} bytes")
        return line

    def _ended(self, do: str, more: str = "") -> NoReturn:
        try:
            code: int | None = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            code = None
        ended = "closed its output" if code is None else f"ended with {process.ending(code)}"
        # A class alone ends at once, and so does a script that does its work and is done.
        self._fail(f"the client {ended} instead of answering {do!r}{more}{GLUE if do == 'hello' and code == 0 else ''}")

    def _fail(self, what: str) -> NoReturn:
        self._kill()
        raise DriverFailure(what, self.output)

    def _kill(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        process.end(self._process)
        for thread in self._threads:
            thread.join(1.0)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _end(self) -> None:
        try:
            if not self._stopped and not self._busy and self._process.poll() is None:
                self._bye()
        finally:  # whoever is impatient and presses Ctrl-C again leaves nothing running either
            self._kill()

    def close(self) -> None:
        try:
            self._end()
        finally:
            if self.fake_time is not None:
                self.fake_time.close()

    def _bye(self) -> None:
        with contextlib.suppress(DriverFailure):
            deadline, self.deadline = self.deadline, min(self.deadline, 5.0)
            try:
                self.tell("bye", {})
            finally:
                self.deadline = deadline
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
