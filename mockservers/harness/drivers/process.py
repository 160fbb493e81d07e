"""Processes: a client's program and the children of it, started, listened to and ended together.

Knows nothing of messages. What has left the program's session by itself (a daemon) is out of reach, and is let go.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from mockservers.harness.drivers import WrongClient

MOST_PRINTED = 64 << 20
"""Bytes that one run of a command may print to stdout."""


def start(
    command: Sequence[str], environment: Mapping[str, str] | None = None, stdin: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that its children can be ended with it."""
    try:
        return subprocess.Popen(  # noqa: S603 - running the user's client is the purpose
            list(command),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=None if environment is None else dict(environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise WrongClient(f"the client {command[0]!r} cannot be started: {error}") from error


def end(process: subprocess.Popen[bytes]) -> int | None:
    """End a program and its children at once; the exit code, None if it cannot be had. Call it once for each."""
    if hasattr(os, "killpg"):
        # A shell or a launcher may have left the real client running, so its session is ended even if it is gone itself.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5.0)
    return process.returncode


def strike(process: subprocess.Popen[bytes]) -> None:
    """Let a program and its children do nothing more; whoever waits for it calls `end` as ever."""
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def signal_name(code: int | None) -> str:
    """The signal of a negative exit code."""
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"signal {-code}" if code else "an unknown signal"


def ending(code: int) -> str:
    """How a program ended, in words: by which exit code, or which signal."""
    return f"exit code {code}" if code >= 0 else f"signal {signal_name(code).removeprefix('signal ')}"


def listen(stream: IO[bytes] | None, take: Callable[[bytes], Any]) -> threading.Thread:
    """Hand on what comes out of a pipe until it ends or `take` says False; the thread closes the pipe."""
    assert stream is not None

    def read() -> None:
        with contextlib.suppress(OSError, ValueError), stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                if take(chunk) is False:
                    break

    thread = threading.Thread(target=read, name="mockservers client output", daemon=True)
    thread.start()
    return thread


def as_text(keep: Callable[[str], None]) -> Callable[[bytes], None]:
    """A `take` for `listen` that keeps text, whatever bytes come."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return lambda chunk: keep(decoder.decode(chunk))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: `code` negative for a signal; `late` past the deadline, `flooded` by too much output.

    `complaint` is the last line of its stderr.
    """

    code: int | None
    printed: str
    complaint: str = ""
    late: bool = False
    flooded: bool = False


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    deadline: float,
    keep: Callable[[str], None],
    begun: Callable[[subprocess.Popen[bytes]], None] = lambda process: None,
) -> Ran:
    """Run a command to its end, or end it at the deadline; what it leaves running behind it ends too.

    `keep` gets what it prints to stderr, `begun` the process once it runs.
    """
    process = start(command, environment, subprocess.DEVNULL)
    begun(process)
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    printed = bytearray()
    complained = ""

    def complain(text: str) -> None:
        nonlocal complained
        complained = (complained + text)[-1000:]
        keep(text)

    def take(chunk: bytes) -> bool:
        printed.extend(chunk)
        if len(printed) > MOST_PRINTED:
            ended.put("flooded")
        return len(printed) <= MOST_PRINTED

    def wait() -> None:
        if hasattr(os, "waitid"):
            with contextlib.suppress(ChildProcessError):  # its number stays its own until it is ended for good
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        else:
            process.wait()
        ended.put("")

    threads = [listen(process.stdout, take), listen(process.stderr, as_text(complain))]
    waiting = threading.Thread(target=wait, name="mockservers client end", daemon=True)
    waiting.start()
    how = "late"
    try:
        with contextlib.suppress(queue.Empty):
            how = ended.get(timeout=deadline)
    finally:
        code = end(process)
    for thread in (*threads, waiting):
        thread.join(1.0)  # longer only where something that got away holds the pipe
    if len(printed) > MOST_PRINTED:
        how = "flooded"
    complaint = complained.rstrip().rpartition("\n")[2].strip()
    return Ran(code, printed.decode("utf-8", "replace"), complaint, how == "late", how == "flooded")
