"""What the Dockerfile does, in a clean environment instead of a container, for each of its two images.

The copies and the commands are read from the Dockerfile; only the base image and its `/opt/mockservers` are another. The command
of the image is then run without rights to write there, asked for its health, and ended by SIGTERM. It takes minutes, and needs a
package index.

python tests/site/container_steps.py [serve] [whole] [--interpreter python3.13]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = "/opt/mockservers"
TOKEN = "secret"
HARNESS = ("hypothesis", "pytest", "requests")
"""Distributions that the small image must not hold."""


def stages() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Each stage of the Dockerfile by its name: what it begins from, and its instructions."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            origin, _, name = rest.partition(" AS ")
            found[name] = (origin, [])
        elif word:
            found[name][1].append((word, rest))
    return found


def instructions(stage: str) -> list[tuple[str, str]]:
    """All instructions of a stage, those of the stages that it begins from first."""
    known = stages()
    if stage not in known:
        return []
    origin, own = known[stage]
    return [*instructions(origin), *own]


def build(target: str, interpreter: str, work: Path) -> Path:
    """Make the environment of an image below `work` as the Dockerfile does, and return its folder."""
    (copied,) = (rest for word, rest in stages()[target][1] if word == "COPY")
    (stage,) = re.findall(r"--from=(\S+)", copied)
    source, environment, programs = work / "source", work / "opt", work / "programs"
    source.mkdir(parents=True)
    programs.mkdir()
    (programs / "python").symlink_to(shutil.which(interpreter) or interpreter)
    variables = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(work)}
    variables |= {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_INDEX", "PIP_EXTRA", "SSL_"))
    }
    for word, rest in instructions(stage):
        if word == "ENV":
            variables |= dict(pair.split("=", 1) for pair in shlex.split(rest) if not pair.startswith("PIP_NO_CACHE"))
        elif word == "COPY":
            *names, into = rest.split()
            for name in names:
                place = source / into / name if into == "./" else source / into
                if (ROOT / name).is_dir():
                    shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / name, place)
        elif word == "RUN":
            command = rest.replace(ENVIRONMENT, str(environment))
            done = subprocess.run(
                ["sh", "-ec", command], cwd=source, env=variables, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SystemExit(f"RUN {rest}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    shutil.rmtree(source)
    return environment


def megabytes(folder: Path) -> float:
    """What a folder takes on the disk, in MB of a million bytes."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink()) / 1e6


def run(target: str, environment: Path, home: Path) -> str:
    """Start what the image starts, ask for its health, end it; returns the health. Raises SystemExit where it does not come."""
    (said,) = (rest for word, rest in instructions(target) if word == "CMD")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = str(environment / "bin" / "mockservers")
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    variables["MOCKSERVERS_CONTROL_TOKEN"] = TOKEN
    server = subprocess.Popen(
        [program, *json.loads(said), "--port", str(port)], cwd=home, env=variables, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_mock/v1/health", timeout=2) as answer:
                    health = answer.read().decode()
                break
            except urllib.error.URLError:
                time.sleep(0.5)
        else:
            raise SystemExit("the server is not ready after a minute")
        check(target, program, home, variables)
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(30)
    if code:
        raise SystemExit(f"after SIGTERM the server ended with {code}")
    return health


def check(target: str, program: str, home: Path, variables: dict[str, str]) -> None:
    """A command of the harness: the whole image plays a check, the small one says in a sentence what it lacks."""
    says = (
        """sh -c 'echo "{\\"protocol\\": 1, \\"tasks\\": [\\"sync\\", \\"mirror\\"]}"'"""  # a job that copies nothing
    )
    words = ["check", "get_tickets", "--client-command", says, "--examples", "1"]
    done = subprocess.run([program, *words], cwd=home, env=variables, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if target == "serve" and not (done.returncode == 2 and "not installed here" in told and "Traceback" not in told):
        raise SystemExit(f"the small image must say in a sentence that it lacks the harness, got:\n{told}")
    if target == "whole" and not (done.returncode == 1 and "broken" in told):
        raise SystemExit(f"the whole image must play a check, and find that such a job copies nothing, got:\n{told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", default=["serve", "whole"])
    parser.add_argument("--interpreter", default=sys.executable)
    given = parser.parse_args()
    for target in given.targets:
        work = Path(tempfile.mkdtemp())
        try:
            environment, home = build(target, given.interpreter, work), work / "home"
            home.mkdir()
            size = megabytes(environment)
            subprocess.run(["chmod", "-R", "a-w", str(environment)], check=True)
            health = run(target, environment, home)
            (packages,) = environment.glob("lib/python*/site-packages")
            held = [name for name in HARNESS if list(packages.glob(f"{name}-*.dist-info"))]
            if held != ([] if target == "serve" else list(HARNESS)):
                raise SystemExit(f"{target} holds {held} of the harness")
            version = os.readlink(environment / "bin" / "python")
            print(f"{target}: {size:.0f} MB beside the base image; its command answers {health}; {version}")
        finally:
            subprocess.run(["chmod", "-R", "u+w", str(work)], check=False)
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
