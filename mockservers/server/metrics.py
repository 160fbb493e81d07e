"""Figures of a server in Prometheus' text format: calls by vendor, operation and outcome, how long answers took, worlds, memory.

They are counted as calls end and are never reset, whatever becomes of worlds and journals. Labels are names that the
emulators know, so that no client can make them many. Where a server is several workers, counts are those of all, and what a
process has now bears the number of its worker.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import mockservers
from mockservers.kernel import room
from mockservers.kernel.journal import Entry
from mockservers.kernel.world import World, Worlds

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which answers are counted together."""
UNKNOWN = "unknown"
"""Stands for an operation that the emulator does not know: a client chose that name."""

Figures = dict[str, Any]
"""What `Metrics.dump` tells of one process: what was counted (`calls`, `took`), and what it has now."""


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

    def dump(self, worlds: Worlds, waiting: int) -> Figures:
        """All figures of this process, as JSON can hold them."""
        with self._lock:
            calls = [[*names, count] for names, count in sorted(self._calls.items())]
            took = {vendor: [*counts, self._seconds[vendor]] for vendor, counts in sorted(self._took.items())}
        return {
            "process": os.getpid(),
            "calls": calls,
            "took": took,
            "journal": sum(len(each.journal) for each in worlds.here()),
            "held": worlds.room.held,
            "waiting": waiting,
            "memory": room.resident(),
        }


def summed(figures: Iterable[Figures]) -> Figures:
    """What was counted, over several processes. What a process has now is not summed."""
    calls: Counter[tuple[str, ...]] = Counter()
    took: dict[str, list[float]] = {}
    for each in figures:
        for *names, count in each["calls"]:
            calls[tuple(names)] += count
        for vendor, counts in each["took"].items():
            before = took.get(vendor, [0] * len(counts))
            took[vendor] = [one + other for one, other in zip(before, counts, strict=True)]
    return {"calls": [[*names, count] for names, count in sorted(calls.items())], "took": dict(sorted(took.items()))}


def text(worlds: int, figures: Figures) -> str:
    """The figures of a server that is one process, as Prometheus reads them."""
    lines = _counted(figures)
    lines += _family("mockservers_worlds", "gauge", _WORLDS, [({}, worlds)])
    for name, (key, says) in _GAUGES.items():
        lines += [] if figures[key] is None else _family(name, "gauge", says, [({}, figures[key])])
    return "\n".join(lines) + "\n"


def text_of_workers(worlds: int, figures: Mapping[int, Figures], past: Figures | None) -> str:
    """The figures of a server of several workers, by number: counts of all, with `past` those of workers that ended; and what
    each has now."""
    present = sorted(figures.items())
    lines = _counted(summed([each for _, each in present] + ([] if past is None else [past])))
    lines += _family("mockservers_worlds", "gauge", _WORLDS, [({}, worlds)])
    labels = [{"worker": str(number), "process": str(each["process"])} for number, each in present]
    lines += _family("mockservers_worker_info", "gauge", "The process of each worker.", [(each, 1) for each in labels])
    answers = [
        ({"worker": str(number)}, sum(sum(counts[:-1]) for counts in each["took"].values())) for number, each in present
    ]
    says = "Answers of each worker, since its process started."
    lines += _family("mockservers_worker_answers_total", "counter", says, answers)
    for name, (key, says) in _GAUGES.items():
        samples = [({"worker": str(number)}, each[key]) for number, each in present if each[key] is not None]
        lines += _family(name, "gauge", says, samples) if samples else []
    return "\n".join(lines) + "\n"


_WORLDS = "Worlds that there are."
_GAUGES = {
    "mockservers_journal_entries": ("journal", "Calls that the journals of all worlds hold."),
    "mockservers_held_bytes": ("held", "Memory that worlds hold by their own count."),
    "mockservers_waiting_calls": ("waiting", "Calls of the control API that wait for something."),
    "process_resident_memory_bytes": ("memory", "Memory of the process that is in use."),
}


def _counted(figures: Figures) -> list[str]:
    lines = [
        *_family("mockservers_info", "gauge", "The version.", [({"version": mockservers.__version__}, 1)]),
        *_family(
            "mockservers_calls_total",
            "counter",
            "Calls that ended since the server started.",
            [
                ({"vendor": vendor, "operation": operation, "actor": actor, "outcome": outcome}, count)
                for vendor, operation, actor, outcome, count in figures["calls"]
            ],
        ),
        "# HELP mockservers_answer_seconds Real seconds from the whole request to its answer.",
        "# TYPE mockservers_answer_seconds histogram",
    ]
    for vendor, (*counts, seconds) in figures["took"].items():
        lines += _histogram("mockservers_answer_seconds", {"vendor": vendor}, counts, seconds)
    return lines


def _family(name: str, kind: str, says: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    for labels, figure in samples:
        yield _sample(name, labels, figure)


def _histogram(name: str, labels: Mapping[str, str], counts: Sequence[int], total: float) -> Iterator[str]:
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
