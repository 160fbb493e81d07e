"""A cluster of Dask: an executor that carries out orders in processes of ours beside its workers. All use of Dask is here.

Dask knows nothing of plays: it hands out calls, sends bytes back, and hands a call out again when the worker that had it is gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from typing import Any

from mockservers import __version__
from mockservers.harness.drivers import WrongClient
from mockservers.harness.executors import PlaceExecutor
from mockservers.harness.fingerprint import fingerprint
from mockservers.harness.worker_processes import IDLE, WorkerProcesses, failed, message_of, result_of
from mockservers.kernel import clock

PORT = 8786
"""That of Dask's scheduler where an address names none."""
SECONDS = 20.0
"""How long a scheduler may take to answer, and its first worker to come."""
_ADDRESS = re.compile(r"dask://(?P<host>\[[0-9a-fA-F:.]+\]|[^/:\s]+)(?::(?P<port>[0-9]{1,5}))?/?")


class ClusterFailure(Exception):
    """A cluster cannot be used, or is gone. Neither the client's fault nor a verdict; exit code 2."""

    exit_code = 2


class ClusterExecutor(PlaceExecutor):
    """The workers of a scheduler at an address such as `dask://scheduler:8786`; a place for each of their threads.

    `vendors` are those whose clients are judged. Raises ClusterFailure, and ValueError for an address that is none.
    """

    def __init__(self, on: str, vendors: Iterable[str]) -> None:
        self.on = on
        address = scheduler_of(on)
        self._judges = {vendor: fingerprint(vendor) for vendor in vendors}
        # Unique among all checks that a cluster has seen, wherever they run.
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{clock.wall()}"
        self._client = _client(on, address)
        try:
            self.places = _places(self._client, on, address)
            _same_version(self._client, on)
            self._inner = self._client.get_executor(pure=False)
        except BaseException:
            self._client.close(timeout=1)
            raise

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        outer: Future[Any] = Future()
        if self._client.status != "running":
            outer.set_exception(self._gone("it closed the connection"))
            return outer
        inner = self._inner.submit(carry_out_for, self._owner, self._judges, *message_of(fn, *args, **kwargs))
        inner.add_done_callback(lambda done: self._pass_on(done, outer))
        return outer

    def _pass_on(self, inner: Future[bytes], outer: Future[Any]) -> None:
        """What came of a call; bytes of ours, or what Dask says of it."""
        if not outer.set_running_or_notify_cancel():
            return
        try:
            outer.set_result(result_of(inner.result()))
        except WrongClient as wrong:
            told = f"{wrong}; so says a worker of {self.on}. The client must lie there at the same path, with what it imports"
            outer.set_exception(WrongClient(told))
        except CancelledError:
            outer.set_exception(self._gone("the connection is lost"))
        except BaseException as error:
            outer.set_exception(_killed(error, self.on) if type(error).__name__ == "KilledWorker" else error)

    def _gone(self, why: str) -> ClusterFailure:
        return ClusterFailure(
            f"the scheduler {self.on} is gone ({why}), so there is no verdict; start it and the check again"
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End what is carried out, and the processes beside the workers; the cluster itself goes on for others."""
        if self._client.status == "running":
            self._inner.shutdown(wait=wait and not cancel_futures)
            self._client.run(_end_of, self._owner, on_error="ignore")
        self._client.close(timeout=2)


def scheduler_of(on: str) -> str:
    """Dask's own address of a scheduler; raises ValueError for an address that is none."""
    found = _ADDRESS.fullmatch(on)
    port = int(found["port"] or PORT) if found is not None else 0
    if found is None or not 0 < port < 65536:
        raise ValueError(f"--on must be the address of a Dask scheduler, such as dask://scheduler:8786, got {on!r}")
    return f"tcp://{found['host']}:{port}"


def _client(on: str, address: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import distributed
    except ImportError as error:
        raise ClusterFailure(
            f"--on needs Dask, which is not installed here ({error}); pip install 'mockservers[cluster]'"
        ) from error
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado"):  # a loss is told in a sentence of our own
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other releases of Dask do no harm: calls and bytes are all that it moves
            connect: Any = distributed.Client
            return connect(address, timeout=SECONDS, set_as_default=False, name="mockservers")
    except (OSError, TimeoutError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise ClusterFailure(
            f"the scheduler {on} does not answer ({said}); start it with `dask scheduler`, and "
            f"workers with `dask worker {address}`"
        ) from error


def _places(client: Any, on: str, address: str) -> int:
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except (OSError, TimeoutError) as error:
        raise ClusterFailure(
            f"the scheduler {on} has no worker, and none came within {SECONDS:g} s; start one with "
            f"`dask worker {address}`"
        ) from error
    places: int = sum(client.nthreads().values())
    return max(1, places)


def _same_version(client: Any, on: str) -> None:
    told = client.get_versions(packages=["mockservers"])
    mine, *theirs = (
        (where, (found or {}).get("packages", {}).get("mockservers"))
        for where, found in (("here", told["client"]), *sorted(told["workers"].items()))
    )
    other = [(worker, version) for worker, version in theirs if version != mine[1]]
    if other:
        worker, version = other[0]
        has = "no mockservers" if version in (None, "MISSING") else f"mockservers {version}"
        more = f", and on {len(other) - 1} more" if len(other) > 1 else ""
        raise ClusterFailure(
            f"the worker {worker} of {on} has {has}, and this machine {mine[1]}; verdicts would "
            f"differ. Install {mine[1]} there{more}"
        )


def _killed(error: BaseException, on: str) -> ClusterFailure:
    return ClusterFailure(
        f"several workers of {on} were lost with the same example on them, so it is given up; their "
        f"logs say why: too little "
        f"memory, perhaps ({' '.join(str(error).split())[:200]})"
    )


# --- on a worker ------------------------------------------------------------------------------------------------------

_owners: dict[str, WorkerProcesses] = {}
_over: deque[str] = deque(maxlen=10_000)
"""Owners that are done: what Dask begins of them all the same is not carried out."""
_lock = threading.Lock()
_watching = False


def carry_out_for(owner: str, judges: Mapping[str, str], message: bytes, home: str, folder: str) -> bytes:
    """`WorkerProcesses.carry_out` for an owner who is far away, and may die without a word: idle processes end in a while.

    `judges` are the fingerprints of vendors where the owner is; a worker that came later may have others.
    """
    global _watching
    with _lock:
        fresh = owner not in _owners
    for vendor, wanted in judges.items() if fresh else ():
        try:
            found = fingerprint(vendor)
        except ValueError as unknown:
            found = str(unknown)
        if found != wanted:
            return failed(
                ClusterFailure(
                    f"a worker on {socket.gethostname()} has the check's version of mockservers, "
                    f"{__version__}, but other code or data for "
                    f"{vendor} ({found}, not {wanted}), so its verdicts would differ; install the same on both"
                )
            )
    with _lock:
        if owner in _over:
            return failed(ClusterFailure("the check is over"))
        processes = _owners.setdefault(owner, WorkerProcesses())
        if not _watching:
            _watching = True
            threading.Thread(target=_watch, name="mockservers idle", daemon=True).start()
    return processes.carry_out(message, home, folder)


async def _end_of(owner: str) -> None:
    """End the processes of an owner who is done, outside the worker's loop, which must not wait."""
    await asyncio.to_thread(end_of, owner)


def end_of(owner: str) -> None:
    """End the processes of an owner who is done."""
    with _lock:
        _over.append(owner)
        processes = _owners.pop(owner, None)
    if processes is not None:
        processes.end()
        processes.close()


def _watch() -> None:
    global _watching
    while True:
        threading.Event().wait(IDLE / 2)
        with _lock:
            for owner in [owner for owner, processes in _owners.items() if processes.rest()]:
                del _owners[owner]
            if not _owners:
                _watching = False
                return
