"""What came of a run, and the file that keeps it: a line of JSON for each, on the disk before the next run is told of."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

from mockservers.campaign.runs import Run, facts
from mockservers.harness.reports.json import CheckJson
from mockservers.harness.reports.summary import failures, rules, seen
from mockservers.harness.verdicts import Report

Status = Literal["kept", "broken", "nothing proven", "stopped"]


@dataclass(frozen=True)
class RunResult:
    """What came of a run. `broken` and `unproven` are slugs of duties, those unproven of severity `must`.

    `examples` were played. `proofs` has, by the slug of a broken duty, after how many examples it was broken for the first
    time, and the steps of its smallest counterexample. `bugs` is how many bugs the report tells of, `failure` the counterexample
    nearest to the cause.
    """

    key: str
    run: Mapping[str, Any]
    status: Status
    says: str
    broken: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    examples: int = 0
    dialects: int = 0
    proofs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    bugs: int = 0
    seconds: float = 0.0
    failure: Mapping[str, Any] | None = None
    printed: str = ""

    @property
    def expected(self) -> bool:
        """Whether it is what the campaign expects."""
        return bool(self.status == self.run["expect"])


def result_of(run: Run, key: str, report: Report, document: CheckJson, seconds: float) -> RunResult:
    """The result of a run whose check came to its end."""
    verdicts = [verdict for dialect in report.dialects for verdict in dialect.verdicts]
    lead = next(iter(failures(document)), None)
    failure = None
    if lead is not None:
        duty, dialect, _, found = lead
        failure = {
            "duty": duty["id"],
            "severity": duty["severity"],
            "says": duty["says"],
            "dialect": dialect,
            "seen": seen(duty, found)[:4],
            "steps": found["steps"],
            "deciding": found["deciding"],
            "because": [{"id": rule["id"], "says": rule["says"]} for rule in rules(duty, found)],
            "scenario": found["scenario"],
        }
    proofs: dict[str, tuple[int, int]] = {}
    for verdict in verdicts:
        if verdict.counterexample is not None:
            steps = len(verdict.counterexample.scenario.steps)
            proofs.setdefault(verdict.duty.slug, ((verdict.first or 0) + 1, steps))
    return RunResult(
        key,
        facts(run),
        "broken" if report.broken else "nothing proven" if report.nothing_proven else "kept",
        document["says"],
        tuple(duty.slug for duty in report.broken),
        tuple(duty.slug for duty in report.unproven if duty.severity == "must"),
        sum(dialect.examples for dialect in report.dialects),
        len(report.dialects),
        proofs,
        len(report.causes),
        round(seconds, 3),
        failure,
    )


@dataclass
class ResultsFile:
    """The results of a campaign by the keys of runs. Use it in a `with` block: while it is open, it is one campaign's alone."""

    path: Path
    known: dict[str, RunResult] = field(default_factory=dict)
    unread: int = 0
    """Lines that are no result: the last one of a campaign that was killed, or somebody's."""

    def __enter__(self) -> ResultsFile:
        self._file: IO[bytes] = open(self.path, "a+b")
        try:
            self._claim()
            self._file.seek(0)
            text = self._file.read()
            for line in text.splitlines():
                self._take(line)
            if text and not text.endswith(b"\n"):
                self._file.write(b"\n")
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _claim(self) -> None:
        try:
            import fcntl
        except ImportError:  # a system without such locks
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(
                f"another campaign writes to {self.path} now; wait for it, or name another file with --results"
            ) from error

    def _take(self, line: bytes) -> None:
        try:
            raw = json.loads(line)
            made = RunResult(**{**raw, "broken": tuple(raw["broken"]), "unproven": tuple(raw["unproven"])})
            made.run["expect"]
        except (ValueError, TypeError, KeyError):
            self.unread += 1
            return
        self.known[made.key] = made

    def over(self, key: str) -> bool:
        """Whether a run has come to its end; one whose client failed as a program has not, and is played again."""
        return key in self.known and self.known[key].status != "stopped"

    def keep(self, result: RunResult) -> None:
        """Write a result down, for good."""
        line = json.dumps(asdict(result), ensure_ascii=True) + "\n"
        self._file.write(line.encode())
        self._file.flush()
        with suppress(OSError):  # a pipe, or a file system that cannot
            os.fsync(self._file.fileno())
        self.known[result.key] = result
