"""Published clients of npm, installed once for all tests, each from the lock file beside the test's scripts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


def installed(folder: Path) -> Path:
    """A folder with what `package-lock.json` in a folder names; skips the test with the reason where it cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node or npm is not here; published clients need Node 18 or later")
    files = [folder / name for name in ("package.json", "package-lock.json")]
    mark = sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]
    there = ROOT / ".mockservers" / f"{folder.parent.name}-node-{mark}"
    if not there.is_dir():
        there.parent.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="node-", dir=there.parent))
        for each in files:
            shutil.copy(each, fresh)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            done = subprocess.run(npm, cwd=fresh, capture_output=True, text=True, timeout=240, check=False)
            told = done.stderr.strip() if done.returncode else ""
        except subprocess.TimeoutExpired:
            told = "npm took too long"
        if told or not (fresh / "node_modules").is_dir():
            shutil.rmtree(fresh, ignore_errors=True)
            wanted = ", ".join(json.loads(files[0].read_text("utf-8"))["dependencies"])
            pytest.skip(f"{wanted} cannot be had: {told[-200:]}")
        try:
            os.rename(fresh, there)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh, ignore_errors=True)
    return there


def run(packages: Path, script: Path, asked: Any) -> dict[str, Any]:
    """The object that a script of Node writes for the one that it is given; raises AssertionError with what it complains of."""
    done = subprocess.run(
        ["node", str(script), json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "NODE_PATH": str(packages / "node_modules")},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
