"""Figures of a server in Prometheus' text format: calls by vendor, operation and outcome, how long answers took, worlds, memory.

They are counted as calls end and are never reset, whatever becomes of worlds and journals. Labels are names that the
emulators know, so that no client can make them many.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import mockservers
from mockservers.kernel import room
from mockservers.kernel.journal import Entry
from mockservers.kernel.world import World, Worlds

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which answers are counted together."""
UNKNOWN = "unknown"
"""Stands for an operation that the emulator does not know: a client chose that name."""


class Metrics:
    """What is counted while a server runs; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str, str, str]] = Counter()
        self._took: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def count(self, world: World, entry: Entry) -> None:
        """A call has ended."""
        operation = entry.operation or ""
        if entry.vendor and operation:
            emulator = world.emulator(entry.vendor)
            if operation not in emulator.operations and operation not in emulator.admin_operations:
                operation = UNKNOWN
        with self._lock:
            self._calls[entry.vendor, operation, entry.actor, entry.outcome] += 1

    def answered(self, vendor: str, seconds: float) -> None:
        """An answer left so long after its request had arrived whole."""
        with self._lock:
            found = self._took.setdefault(vendor, [0] * (len(BOUNDS) + 1))
            found[bisect_left(BOUNDS, seconds)] += 1
            self._seconds[vendor] = self._seconds.get(vendor, 0.0) + seconds

    def text(self, worlds: Worlds, waiting: int) -> str:
        """All figures as Prometheus reads them."""
        with self._lock:
            calls = sorted(self._calls.items())
            took = {vendor: (list(counts), self._seconds[vendor]) for vendor, counts in sorted(self._took.items())}
        lines = [
            *_family("mockservers_info", "gauge", "The version.", [({"version": mockservers.__version__}, 1)]),
            *_family(
                "mockservers_calls_total",
                "counter",
                "Calls that ended since the server started.",
                [
                    ({"vendor": vendor, "operation": operation, "actor": actor, "outcome": outcome}, count)
                    for (vendor, operation, actor, outcome), count in calls
                ],
            ),
            "# HELP mockservers_answer_seconds Real seconds from the whole request to its answer.",
            "# TYPE mockservers_answer_seconds histogram",
        ]
        for vendor, (counts, seconds) in took.items():
            lines += _histogram("mockservers_answer_seconds", {"vendor": vendor}, counts, seconds)
        kept = sum(len(each.journal) for each in list(worlds.values()))
        for name, says, figure in (
            ("mockservers_worlds", "Worlds that there are.", len(worlds)),
            ("mockservers_journal_entries", "Calls that the journals of all worlds hold.", kept),
            ("mockservers_held_bytes", "Memory that worlds hold by their own count.", worlds.room.held),
            ("mockservers_waiting_calls", "Calls of the control API that wait for something.", waiting),
            ("process_resident_memory_bytes", "Memory of the process that is in use.", room.resident()),
        ):
            lines += [] if figure is None else _family(name, "gauge", says, [({}, figure)])
        return "\n".join(lines) + "\n"


def _family(name: str, kind: str, says: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    for labels, figure in samples:
        yield _sample(name, labels, figure)


def _histogram(name: str, labels: Mapping[str, str], counts: list[int], total: float) -> Iterator[str]:
    so_far = 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
        so_far += count
        yield _sample(f"{name}_bucket", {**labels, "le": bound}, so_far)
    yield _sample(f"{name}_sum", labels, round(total, 6))
    yield _sample(f"{name}_count", labels, so_far)


def _sample(name: str, labels: Mapping[str, str], figure: float) -> str:
    told = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
    return f"{name}{{{told}}} {figure}" if told else f"{name} {figure}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
