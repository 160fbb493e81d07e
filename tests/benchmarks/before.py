"""Examples a second of a check, of this code and of the code before it was made faster, in turns; and how long the demo takes.

The code before is a commit of this repository, taken from its history into a temporary folder and run with the packages
that are installed here. Each plays the reader that it ships as its reference client, by the command line and in an empty
folder. What counts is the check itself, without the start of Python; scenarios of the library, which today's check plays
first, cost it time and do not count.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mockservers.harness.profile import contracted

Row = tuple[str, str, str]
ROOT = Path(__file__).resolve().parents[2]
COMMIT = "d79bd9e3"
MANY = 10**9
"""More examples than any check has; the code before played what it had planned and nothing else."""
GOAL = "4x"
DEMO_GOAL = "25 s"
ABSENT = f"not measured: commit {COMMIT} is not in the history here; it needs a whole clone of the repository"


@dataclass(frozen=True)
class Speed:
    """Examples a second: by the clock on the wall, and of processor time."""

    wall: float
    processor: float


def processor_seconds() -> float:
    """What the processes that were started here and have ended used, with all that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Code:
    """One state of the project."""

    root: Path
    client: str
    """Where the reference reader of a vendor lies below the root."""

    def check(self, vendor: str, options: list[str]) -> Speed:
        """How fast a check is that keeps all duties."""
        client = f"{self.root / self.client.format(vendor=vendor)}:Client"
        with tempfile.TemporaryDirectory() as empty:
            command = [sys.executable, "-m", "mockservers", "check", vendor, "--client", client, *options]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
            used = processor_seconds()
            done = subprocess.run(
                [*command, "--json", "report.json"],
                cwd=empty,
                env={**environment, "PYTHONPATH": str(self.root)},
                capture_output=True,
                text=True,
                check=False,
            )
            used = processor_seconds() - used
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
            report = json.loads(Path(empty, "report.json").read_text("utf-8"))
        drawn = sum(min(found["examples"], found.get("planned", MANY)) for found in report["dialects"])
        return Speed(drawn / report["seconds"], drawn / used)


TODAY = Code(ROOT, "contracts/{vendor}/clients/{vendor}_reader.py")


def unpacked(folder: Path) -> Code | None:
    """The code before, from the history into a folder; None where the history is not there."""
    try:
        taken = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=BytesIO(taken)) as archive:
        archive.extractall(folder, filter="data")
    return Code(folder, "contracts/clients/{vendor}_reader.py")


def compiled(*codes: Code) -> None:
    """Have Python compile all modules, which else the first check does."""
    folders = [str(code.root / "mockservers") for code in codes]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=True)


def compared(before: Code, vendor: str, options: list[str], rounds: int) -> str:
    """How many times the examples a second before are played today, and both figures."""
    pairs = [(TODAY.check(vendor, options), before.check(vendor, options)) for _ in range(rounds)]
    wall = statistics.median(now.wall / then.wall for now, then in pairs)
    processor = statistics.median(now.processor / then.processor for now, then in pairs)
    now, then = (statistics.median(speed.wall for speed in side) for side in zip(*pairs, strict=True))
    return f"{wall:.2f}x ({now:.1f}, {then:.1f}); by processor time {processor:.2f}x"


def demo() -> float:
    """Seconds of `mockservers demo`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "mockservers", "demo"], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


def figures(quick: bool) -> list[Row]:
    """Today against before, at the default settings and with one job; and the demo."""
    rows: list[Row] = []
    few = ["--examples", "40"] if quick else []  # no fewer, or today's check does not take two jobs by itself
    with tempfile.TemporaryDirectory() as folder:
        before = unpacked(Path(folder))
        if before is None:
            rows.append(("examples a second of a check against the code before", GOAL, ABSENT))
        else:
            compiled(TODAY, before)
            for vendor in contracted():
                name = f"examples a second of a check, {vendor}, against commit {COMMIT}"
                rows.append((f"{name}: default settings", GOAL, compared(before, vendor, few, 1 if quick else 3)))
                rows.append(("  one job", "-", compared(before, vendor, [*few, "--jobs", "1"], 1)))
    seconds = statistics.median(demo() for _ in range(1 if quick else 3))
    return [*rows, ("`make demo`, without set-up", DEMO_GOAL, f"{seconds:.1f} s")]


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
