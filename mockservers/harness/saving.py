"""Failures as scenario files, to be replayed: what is written beside a scenario, and the writing."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from mockservers.harness.scenarios import Scenario
from mockservers.harness.verdicts import Counterexample
from mockservers.kernel.redaction import mask


def writable(folder: Path) -> None:
    """See that failures can be saved, before a hunt is spent on finding them; raises ValueError where not."""
    try:
        # The folder itself is made for the first failure: checks that run at once would trip over one made and taken away.
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise ValueError(
            f"failures cannot be saved in {folder}: {error.strerror or error}; name another folder with --save"
        ) from error


def found_of(counterexample: Counterexample) -> dict[str, Any]:
    """What is written beside a saved failure."""
    return {
        "duty": counterexample.duty.id,
        "verdict": "broken",
        "says": counterexample.duty.says,
        "rules": [{"id": rule.id, "says": rule.says, "source": str(rule.source)} for rule in counterexample.duty.rules],
        "witness": [mask(breach.text, counterexample.history.secrets) for breach in counterexample.breaches[:3]],
    }


def save(counterexample: Counterexample, folder: Path, dialect: str, seed: int) -> Path:
    """Write a failure as a scenario file; the same duty, dialect and seed overwrite the same file."""
    part = re.sub(r"[^a-z0-9]+", "-", dialect.lower()).strip("-")
    name = f"{counterexample.duty.vendor}-{counterexample.duty.slug}-{part}-{seed}"
    heading = f"# Found by mockservers check {counterexample.duty.vendor} --dialect {dialect} --seed {seed}\n"
    return write(counterexample.scenario, folder, name, heading)


def write(scenario: Scenario, folder: Path, name: str, heading: str) -> Path:
    """Write a scenario under a name in a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    fresh = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        fresh.write_text(heading + scenario.to_yaml(), "utf-8")
        fresh.replace(file)  # at once, for another check may write the same file, and a replay read it
    finally:
        fresh.unlink(missing_ok=True)
    return file
