"""What somebody waits for who has just cloned the repository: the demo with its set-up, the tests, and the slowest wrong client.

A clone is made into a temporary folder, and has an environment of its own, so the time of downloads counts. The tests and
the wrong clients take a quarter of an hour, and a short run leaves them out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Row = tuple[str, str, str]
ROOT = Path(__file__).resolve().parents[2]
DEMO_GOAL, TESTS_GOAL, SLOWEST_GOAL = "90 s", "15 minutes", "10 s"
LEFT_OUT = "not measured in a short run"


def timed(command: list[str], folder: Path) -> float:
    """Seconds of a command that must end well, in a folder and without this environment's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKSERVERS_", "MAKE"))}
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(
            f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
    return time.perf_counter() - began


def slowest(lines: list[str]) -> str:
    """The wrong client that took longest until it was caught and shrunk, of the lines of a file of results."""
    found = [each for each in map(json.loads, lines) if each["run"]["expect"] == "broken"]
    seconds, name = max((each["seconds"], f"{each['run']['vendor']} {each['run']['name']}") for each in found)
    return f"{seconds:.1f} s ({name}, of {len(found)})"


def figures(quick: bool) -> list[Row]:
    """The demo, the tests, and the slowest wrong client, in a fresh clone."""
    with tempfile.TemporaryDirectory(prefix="mockservers-fresh-") as folder:
        clone = Path(folder, "mockservers")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        rows = [("`make demo` in a fresh clone, with set-up", DEMO_GOAL, f"{timed(['make', 'demo'], clone):.0f} s")]
        tests = mutants = LEFT_OUT
        if not quick:
            tests = f"{timed(['make', 'test'], clone) / 60:.1f} minutes"
            results = Path(folder, "mutants.jsonl")
            timed(
                [".venv/bin/python", "-m", "tests.mutation.clients", "--seeds", "0", "--results", str(results)], clone
            )
            mutants = slowest(results.read_text("utf-8").splitlines())
    rows.append(("`make test` there, with what it installs", TESTS_GOAL, tests))
    rows.append(("the slowest mutant of a reference client, until it is caught and shrunk", SLOWEST_GOAL, mutants))
    return rows


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
