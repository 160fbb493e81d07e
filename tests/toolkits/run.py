"""Toolkits that make clients out of descriptions, against the emulators: `python tests/toolkits/run.py [NAME ...]`.

Each toolkit of toolkits.yaml that is installed reads the descriptions, logs in, reads, writes, and meets a refusal as an error
of its own. Nothing is timed. `--install` installs what is missing, outside the repository; `--write` writes docs/toolkits.md.
Exits 1 when a toolkit gets less far, or further, than toolkits.yaml says.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from tests.toolkits.tasks import READS, STEPS, Task  # noqa: E402  # run as a script, too

CLIENTS = HERE / "clients"
TABLE = ROOT / "docs" / "toolkits.md"
PACKAGES = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mockservers-toolkits"
"""Where packages of npm, pip and gem go."""
LONGEST = 300
"""Seconds for one program: a compiler on a busy machine takes a minute."""


@dataclass(frozen=True)
class Toolkit:
    """One entry of toolkits.yaml, which says what the members are."""

    name: str
    language: str
    reads: str
    needs: Mapping[str, Sequence[str]]
    version: Sequence[str]
    run: Sequence[str]
    remarks: str
    build: str | None = None
    slow: bool = False
    fails: Mapping[str, str] = field(default_factory=dict)
    vendors: Sequence[str] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The vendors whose description it reads."""
        return tuple(self.vendors) or READS[self.reads]

    @property
    def takes_long(self) -> bool:
        """Whether it takes ten seconds of a processor or more."""
        return self.slow or self.build is not None

    def installed(self) -> str | None:
        """Its version, or None where it is not installed."""
        try:
            done = subprocess.run(
                command(self.version),
                env=environment(self),
                capture_output=True,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else None


@dataclass(frozen=True)
class Outcome:
    """How far a toolkit got at one vendor: the steps that passed, and what ended it."""

    passed: tuple[str, ...]
    failed: str | None = None
    why: str = ""


def toolkits(*names: str) -> list[Toolkit]:
    """The toolkits of these names, or all; raises SystemExit for a name that is none."""
    entries = yaml.safe_load((HERE / "toolkits.yaml").read_text("utf-8"))
    unknown = [name for name in names if name not in entries]
    if unknown:
        raise SystemExit(f"unknown toolkit {unknown[0]!r}; expected one of: {', '.join(entries)}")
    return [Toolkit(name=name, **entry) for name, entry in entries.items() if not names or name in names]


def command(words: Sequence[str]) -> list[str]:
    """A command of toolkits.yaml with the Python of this process, and programs of clients/ by their whole path."""
    found = [str(CLIENTS / word) if (CLIENTS / word).is_file() else word for word in words]
    return [sys.executable if found[0] == "python" else found[0], *found[1:]]


def environment(toolkit: Toolkit) -> dict[str, str]:
    """The environment of its programs: where installed packages are, and UTF-8 for whatever looks at the locale."""
    found = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "PYTHON": sys.executable}
    found |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    found["NODE_PATH"] = os.pathsep.join(
        [*filter(None, [found.get("NODE_PATH")]), str(PACKAGES / "npm" / "node_modules")]
    )
    found.setdefault("GEM_HOME", str(PACKAGES / "gem"))
    if "pip" in toolkit.needs and (PACKAGES / "pip").is_dir():
        # Behind the packages of this Python, which PYTHONPATH is not: only what is missing there comes from here.
        found["PYTHONPATH"] = os.pathsep.join([*filter(os.path.isdir, sys.path[1:]), str(PACKAGES / "pip")])
    return found


# --- Installing -------------------------------------------------------------------------------------------------------


def install(missing: Sequence[Toolkit]) -> None:
    """Install what these need; what cannot be had is said, and the others go on."""
    wanted: dict[str, list[str]] = {}
    for toolkit in missing:
        for manager, packages in toolkit.needs.items():
            wanted.setdefault(manager, []).extend(name for name in packages if name not in wanted.get(manager, []))
    commands = {
        # A fresh machine has no lists of packages yet.
        "apt": ["sh", "-c", 'apt-get update && apt-get install --yes --no-install-recommends "$@"', "apt-get"],
        "npm": ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(PACKAGES / "npm")],
        "pip": [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PACKAGES / "pip")],
        "gem": ["gem", "install", "--no-document", "--install-dir", str(PACKAGES / "gem")],
    }
    for manager in (name for name in commands if name in wanted):
        PACKAGES.mkdir(parents=True, exist_ok=True, mode=0o700)
        print(f"installing {', '.join(wanted[manager])} with {manager} ...", flush=True)
        try:
            done = subprocess.run(
                [*commands[manager], *wanted[manager]],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                check=False,
            )
            trouble = done.stderr.strip().splitlines()[-1:] if done.returncode else []
        except OSError as error:
            trouble = [str(error)]
        for line in trouble:
            print(f"  that failed: {line}", flush=True)


# --- Running ----------------------------------------------------------------------------------------------------------


def build(toolkit: Toolkit, task: Task, folder: Path) -> str | None:
    """Generate and compile its client; what went wrong, or None."""
    if toolkit.build is None:
        return None
    words = ["sh", str(CLIENTS / toolkit.build), task.vendor, task.description]
    done = subprocess.run(
        words, cwd=folder, env=environment(toolkit), capture_output=True, timeout=LONGEST, check=False
    )
    return last_line(done.stderr or done.stdout) if done.returncode else None


def last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def said_in_steps(output: bytes) -> dict[str, str]:
    """What a client printed after each of its lines `== step`."""
    parts = re.split(r"^== (\w+)\r?\n", output.decode("utf-8", "replace"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (text.rstrip("\r\n") for text in parts[2::2]), strict=True))


def play(toolkit: Toolkit, task: Task) -> Outcome:
    """One toolkit at one vendor."""
    with tempfile.TemporaryDirectory(prefix="toolkit-") as name:
        try:
            trouble = build(toolkit, task, Path(name))
            if trouble is not None:
                return Outcome((), "description", trouble)
            done = subprocess.run(
                [*command(toolkit.run), task.vendor],
                cwd=name,
                env={**environment(toolkit), **task.facts},
                capture_output=True,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome((), "description", f"it took longer than {LONGEST} seconds")
    said = said_in_steps(done.stdout)
    if toolkit.build is not None:
        said.setdefault("description", task.vendor)  # it could be generated and compiled
    passed: list[str] = []
    for step in STEPS[task.vendor]:
        wrong = task.judge(step, said[step]) if step in said else last_line(done.stderr)
        if wrong:
            return Outcome(tuple(passed), step, wrong)
        passed.append(step)
    return Outcome(tuple(passed))


def play_all(toolkit: Toolkit, server: Any) -> dict[str, Outcome]:
    """One toolkit at every vendor that it is for, in a world of its own."""
    outcomes = {}
    with server.world() as world:
        for vendor in toolkit.tasks:
            outcomes[vendor] = play(toolkit, Task(vendor, world))
    return outcomes


def unexpected(toolkit: Toolkit, outcomes: Mapping[str, Outcome]) -> list[str]:
    """Where it got less far, or further, than toolkits.yaml says."""
    found = []
    for vendor, outcome in outcomes.items():
        known = toolkit.fails.get(vendor)
        if outcome.failed != known:
            end = f"failed at {outcome.failed}: {outcome.why}" if outcome.failed else "passed every step"
            found.append(f"{toolkit.name} at {vendor} {end}" + (f" (known to fail at {known})" if known else ""))
    return found


def report(toolkit: Toolkit, version: str, outcomes: Mapping[str, Outcome]) -> None:
    print(f"{toolkit.name} {version} ({toolkit.language})")
    for vendor, outcome in outcomes.items():
        ended = f"; failed at {outcome.failed}: {outcome.why}" if outcome.failed else ""
        print(f"  {vendor}: {' '.join(outcome.passed) or 'nothing'}{ended}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME", help="toolkits of toolkits.yaml; all without one")
    parser.add_argument("--install", action="store_true", help="install what is missing, outside the repository")
    parser.add_argument("--write", action="store_true", help="write docs/toolkits.md")
    options = parser.parse_args(arguments)
    from tests.toolkits import table, tasks

    chosen = toolkits(*options.names)
    if options.install:
        install([toolkit for toolkit in chosen if toolkit.installed() is None])
    rows, wrong = {}, []
    with tasks.emulators() as server:
        for toolkit in chosen:
            version = toolkit.installed()
            if version is None:
                print(f"{toolkit.name}: not installed; run.py --install tries to", flush=True)
                continue
            outcomes = play_all(toolkit, server)
            report(toolkit, version, outcomes)
            wrong += unexpected(toolkit, outcomes)
            rows[toolkit.name] = table.row(toolkit, version, outcomes)
    if options.write:
        table.write(TABLE, toolkits(), rows)
        print(f"wrote {TABLE.relative_to(ROOT)}")
    print(
        f"{len(rows)} of {len(chosen)} toolkits ran{', but:' if wrong else ', as toolkits.yaml says' if rows else ''}"
    )
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
