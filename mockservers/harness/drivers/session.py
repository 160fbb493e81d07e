"""The session carrier: a program in any language that reads one JSON object a line on stdin and answers on stdout.

Its stderr is kept, bounded, for the report. Everything that is not the protocol is a DriverFailure with one sentence.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any, NoReturn

from mockservers.harness.drivers import DEADLINE, Answer, Driver, DriverFailure, WrongClient, read_answer, shorten
from mockservers.kernel import clock

LONGEST_LINE = 32 << 20
MOST_QUESTIONS = 100_000


class SessionDriver(Driver):
    """One child process for all examples; `reset` begins each."""

    def __init__(self, command: Sequence[str], deadline: float = DEADLINE) -> None:
        super().__init__(command[0], deadline)
        self.command = list(command)
        self._lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
        self._lock = threading.Lock()
        self._stopped = False
        self._ended_group = False
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the user's client is the purpose
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # so that its children can be ended with it
            )
        except (OSError, ValueError) as error:
            raise WrongClient(f"the client {command[0]!r} cannot be started: {error}") from error
        self._threads = [
            threading.Thread(target=self._read_stdout, name="mockservers client stdout", daemon=True),
            threading.Thread(target=self._read_stderr, name="mockservers client stderr", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

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
                elif len(waiting) > LONGEST_LINE:
                    self._offer(bytes(waiting))
                    break
        if waiting and len(waiting) <= LONGEST_LINE:
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

    def _read_stderr(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), 1 << 16):
                with self._lock:
                    self.keep(chunk.decode("utf-8", "replace"))

    def take_output(self) -> str:
        with self._lock:
            return super().take_output()

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        self._id += 1
        wanted = self._id
        if not self._lines.empty():
            self._fail(
                f"the client wrote {shorten(repr(self._lines.get()))} before it was asked {do!r}; one answer a message"
            )
        self._write({"id": wanted, "do": do, **message}, do)
        until = clock.wall() + round(self.deadline * 1e6)
        for _ in range(MOST_QUESTIONS):
            line = self._line(do, until)
            try:
                raw = json.loads(line)
            except (ValueError, RecursionError):
                self._fail(
                    f"the client wrote {shorten(line.decode('utf-8', 'replace'))!r}, which is no JSON; "
                    "stdout carries the protocol only, print everything else to stderr"
                )
            if isinstance(raw, Mapping) and "ask" in raw:
                self._write(self._reply(raw), do)
                continue
            try:
                return read_answer(raw, wanted, line.decode("utf-8", "replace"))
            except DriverFailure as failure:
                self._fail(failure.what)
        return self._fail(f"the client asked over {MOST_QUESTIONS} questions in one task")

    def _reply(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        if raw["ask"] == "now":
            return {"answer": self.asking.now()}
        seconds = raw.get("seconds")
        if raw["ask"] == "sleep" and isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
            try:
                return {"answer": self.asking.sleep(float(seconds))}
            except (ValueError, OverflowError) as error:
                self._fail(f"the client asked to sleep {seconds!r} seconds: {error}")
        return self._fail(
            f"the client asked {shorten(repr(dict(raw)))}; it may ask now, or sleep with a number of seconds"
        )

    def _write(self, message: Mapping[str, Any], do: str) -> None:
        stream: IO[bytes] | None = self._process.stdin
        assert stream is not None
        data = (json.dumps(message) + "\n").encode()
        try:
            # A client that reads nothing lets the pipe fill up; the writer must not hang with it.
            if len(data) > 60_000:
                writer = threading.Thread(target=self._push, args=(stream, data), daemon=True)
                writer.start()
                writer.join(self.deadline)
                if writer.is_alive():
                    self._fail(f"the client does not read its input (message {do!r})")
            else:
                stream.write(data)
                stream.flush()
        except (OSError, ValueError):
            self._ended(do)

    @staticmethod
    def _push(stream: IO[bytes], data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            stream.write(data)

    def _line(self, do: str, until: int) -> bytes:
        try:
            line = self._lines.get(timeout=max((until - clock.wall()) / 1e6, 0.001))
        except queue.Empty:
            self._fail(
                f"the client has not answered {do!r} within {self.deadline:g} s; it hangs, or the deadline is too short"
            )
        if line is None:
            self._ended(do)
        if len(line) > LONGEST_LINE:
            self._fail(f"the client wrote a line of over {LONGEST_LINE} bytes")
        return line

    def _ended(self, do: str) -> NoReturn:
        try:
            code: int | None = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            code = None
        ended = "closed its output" if code is None else f"ended with exit code {code}"
        self._fail(f"the client {ended} instead of answering {do!r}")

    def _fail(self, what: str) -> NoReturn:
        self._kill()
        raise DriverFailure(what, self.output)

    def _kill(self) -> None:
        self._stopped = True
        self._kill_children()
        if self._process.poll() is None:
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        for thread in self._threads:
            thread.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _kill_children(self) -> None:
        """End the client's whole session: a shell or a launcher may have left the real client running."""
        if not self._ended_group and hasattr(os, "killpg"):
            self._ended_group = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        if not self._stopped and self._process.poll() is None:
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
        self._kill()
