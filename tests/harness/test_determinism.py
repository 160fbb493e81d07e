"""The same seed gives the same journals, byte for byte, whatever the hash seed, and on another Python.

`MOCKSERVERS_OTHER_PYTHON` names another interpreter that has mockservers installed; without it that test is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mockservers.harness.profile import contracted

PROGRAM = Path(__file__).parent / "journals.py"
OTHER = os.environ.get("MOCKSERVERS_OTHER_PYTHON", "")
EXAMPLES = os.environ.get("MOCKSERVERS_JOURNALS", "2")


def journals(vendor: str, python: str = sys.executable, hash_seed: str = "0") -> list[str]:
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [python, str(PROGRAM), vendor, EXAMPLES, "1"]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def differing(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    """The first lines that differ, for a message that can be read."""
    assert len(left) > 20
    pairs = [(a, b) for a, b in zip(left, right, strict=False) if a != b][:2]
    return pairs if pairs or len(left) == len(right) else [(f"{len(left)} lines", f"{len(right)} lines")]


@pytest.mark.parametrize("vendor", contracted())
def test_the_hash_seed_changes_nothing(vendor: str) -> None:
    assert differing(journals(vendor, hash_seed="1"), journals(vendor, hash_seed="2")) == []


@pytest.mark.skipif(not OTHER, reason="no other interpreter is named in MOCKSERVERS_OTHER_PYTHON")
@pytest.mark.parametrize("vendor", contracted())
def test_another_python_changes_nothing(vendor: str) -> None:
    assert differing(journals(vendor), journals(vendor, OTHER)) == []
