"""Prints the tests of what changed since the last commit, for `make quick`: `python tests/affected.py [VENDOR]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mockservers import registry

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = ("tests/test_rules.py", "tests/test_house.py")
"""Quick, and about the whole."""


def tests_of(changed: str) -> list[str]:
    """The test files and folders that a changed file concerns."""
    path = Path(changed)
    named = [name for name in registry.names() if name in path.parts]
    if named:
        return [f"tests/vendors/{name}" for name in named]
    if path.parts[0] == "tests" and path.name.startswith("test_"):
        return [changed]
    if path.parts[0] in ("mockservers", "tests") and len(path.parts) > 1:
        folder, module = ROOT / "tests" / path.parts[1], ROOT / "tests" / f"test_{Path(path.parts[1]).stem}.py"
        return [each.relative_to(ROOT).as_posix() for each in (folder, module) if each.exists()]
    return []


def changed() -> list[str]:
    """The files that differ from the last commit, new ones included."""
    commands = (["git", "diff", "--name-only", "HEAD"], ["git", "ls-files", "--others", "--exclude-standard"])
    return [
        line
        for command in commands
        for line in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ]


def main(vendors: list[str]) -> None:
    if vendors:
        print(*(f"tests/vendors/{registry.vendor(name).name}" for name in vendors))
        return
    found = [test for path in changed() for test in tests_of(path) if (ROOT / test).exists()]
    if not found:
        print("nothing changed since the last commit; running what is about the whole", file=sys.stderr)
    print(*dict.fromkeys([*ALWAYS, *found]))


if __name__ == "__main__":
    main(sys.argv[1:])
