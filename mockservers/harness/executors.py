"""Where plays and whole checks are carried out: `concurrent.futures.Executor`, on this machine or on a cluster.

What is submitted is a function whose first argument is an `Order`, which says what process of ours may carry it out. Nobody who
submits knows on which machine that is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from mockservers.harness.worker_processes import WorkerProcesses, message_of, result_of


class PlaceExecutor(Executor):
    """An executor that knows how many orders it can carry out at once."""

    places: int


class LocalExecutor(PlaceExecutor):
    """So many processes on this machine."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._processes = WorkerProcesses()
        # A thread for each process, which waits for it.
        self._threads = ThreadPoolExecutor(places, "mockservers worker")
        self._closing = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._threads.submit(self._carried_out, *message_of(fn, *args, **kwargs))

    def _carried_out(self, message: bytes, home: str, folder: str) -> Any:
        return result_of(self._processes.carry_out(message, home, folder))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, and what they are doing, unless `wait` is to be without `cancel_futures`."""
        if wait and not cancel_futures:
            self._threads.shutdown()
        with self._closing:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._processes.end()
            self._threads.shutdown()
            self._processes.close()


def executor(on: str | None, places: int, vendors: Iterable[str]) -> PlaceExecutor:
    """An executor at an address such as `dask://scheduler:8786`; with None, so many places on this machine. `vendors` are those
    whose clients it judges.

    Raises ClusterFailure where the cluster cannot be used, ValueError for an address that is none.
    """
    if on is None:
        return LocalExecutor(places)
    from mockservers.harness.cluster import ClusterExecutor

    return ClusterExecutor(on, vendors)
