"""A newcomer with the wheel alone: an empty environment outside the clone, and a tutorial's commands exactly: `make newcomer`.

python tests/site/newcomer.py [--language node] [--interpreter python3.13] [--wheel FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODES = (0, 0, 0, 1, 1)
"""The exit codes of a tutorial's blocks: demo, init, a kept check, a broken one, the replay of what broke. A last one serves."""
ADDRESS = "http://127.0.0.1:8750"
PATIENCE = 120
"""Seconds that `serve` may take to be ready."""


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "tutorial" / f"{language}.md").read_text("utf-8")
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def built(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def follow(language: str, programs: Path, home: Path) -> None:
    """Run the blocks one after another, each where the one before ended, and stop at a code that the page does not promise."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    where = home
    *worked, served = blocks(language)
    for block, expected in zip(worked, CODES, strict=True):
        print("\n".join(f"$ {line}" for line in block.splitlines()), flush=True)
        told = home / "where"
        script = f"trap 'pwd >{told}' EXIT\nset -e\n{block}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=where, env=environment, check=False, stdout=subprocess.PIPE, text=True
        )
        print("\n".join(done.stdout.splitlines()[-3:]), flush=True)
        if done.returncode != expected:
            raise SystemExit(f"expected exit code {expected}, got {done.returncode}:\n{done.stdout}")
        where = Path(told.read_text().strip())
    report = (where / "report.html").is_file()
    found = list((where / "scenarios-found").glob("*.yaml"))
    if not (report and found):
        raise SystemExit("the tutorial promises report.html and a file in scenarios-found/, and they are not there")
    serve(served, environment, where)


def serve(block: str, environment: dict[str, str], where: Path) -> None:
    """Start the server as the tutorial does, see that all vendors are there, and end it."""
    print(f"$ {block.strip()}", flush=True)
    server = subprocess.Popen(["bash", "-c", f"exec {block}"], cwd=where, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{ADDRESS}/_mock/v1/vendors", timeout=10) as answer:
                    vendors = json.load(answer)
                break
            except OSError as error:
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"`{block.strip()}` does not answer at {ADDRESS}: {error}") from error
                time.sleep(0.2)
    finally:
        server.terminate()
        code = server.wait(30)
    names = sorted(each["name"] for each in vendors["vendors"])
    if len(names) != 5 or code != 0:
        raise SystemExit(f"expected five vendors and exit code 0, got {', '.join(names)} and {code}")
    print(f"served: {', '.join(names)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    language = "node" if shutil.which("node") else "python"
    parser.add_argument(
        "--language", default=language, help="python, node, php or java. Default: node, where it is installed."
    )
    parser.add_argument("--interpreter", default=sys.executable, help="The Python of the empty environment.")
    parser.add_argument("--wheel", type=Path, help="A wheel that was built already.")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, environment = Path(folder, "home"), Path(folder, "environment")
        home.mkdir()
        wheel = told.wheel.resolve() if told.wheel else built(Path(folder, "wheel"))
        subprocess.run([told.interpreter, "-m", "venv", str(environment)], check=True)
        programs = next(path.parent for path in environment.rglob("python*") if path.parent.name in ("bin", "Scripts"))
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        assert shutil.which("mockservers", path=str(programs)), "the wheel installs no command"
        follow(told.language, programs, home)
    print(f"\nthe tutorial for {told.language} works with the wheel alone")


if __name__ == "__main__":
    main()
