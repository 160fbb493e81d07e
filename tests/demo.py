"""`make demo`: what the project is, in one go. Every step is a command that you can type yourself.

Starts the emulators, runs the two reference clients to a verdict, then a client with one seeded bug for each vendor: caught,
shrunk, saved, replayed (FAILED), and replayed against the correct client (FIXED). Exits 0 when all went as it should.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = {
    "querydata": (
        "contracts/querydata/clients/querydata_reader.py:Client",
        "tests/vendors/querydata/mutants/failed_window_repeated.py:Client",
    ),
    "get_tickets": (
        "contracts/get_tickets/clients/get_tickets_reader.py:Client",
        "tests/vendors/get_tickets/mutants/decoded_once.py:Client",
    ),
}
COLOUR = sys.stdout.isatty()


def say(text: str) -> None:
    print(f"\n\033[1;36m{text}\033[0m" if COLOUR else f"\n## {text}", flush=True)


def command(*words: str) -> list[str]:
    print("$ " + " ".join(["mockservers", *words]), flush=True)
    return [sys.executable, "-m", "mockservers", *words]


def run(*words: str, expected: int, most: int, since: str = "") -> None:
    """Run a command, show at most so many of its lines, and end the demo when its exit code is not the expected one.

    With `since` the table above the first line that begins so is left out. What it says of its progress goes to standard
    error, and is seen while it works.
    """
    done = subprocess.run(command(*words), cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    if since:
        lines[2:] = lines[next(n for n, line in enumerate([*lines[2:], since], 2) if line.startswith(since)) :]
    if len(lines) > most:
        lines[most - 2 : -1] = [f"... {len(lines) - most + 1} more lines; run it yourself to see them ..."]
    print("\n".join(lines))
    print(f"-> exit code {done.returncode}", flush=True)
    if done.returncode != expected:
        raise SystemExit(f"the demo expected exit code {expected}; something is wrong")


def serve_and_ask() -> None:
    """Start the emulators, show what they print, ask one question as a client would, and stop them with SIGTERM."""
    server = subprocess.Popen(command("serve", "--port", "0"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = ""
    for line in server.stdout:
        print(line, end="", flush=True)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        url = url or (found[0] if found else "")
        if "Ctrl-C" in line:
            break
    if not url:
        raise SystemExit("the emulators did not start; the lines above say why")
    asked = f"{url}/API/default.aspx?key=demo-key&action=get_tickets&tid=34&output=json"
    print(f"\n$ curl '{asked}'")
    with urllib.request.urlopen(asked) as answer:
        print(answer.read().decode()[:300] + " ...")
    server.terminate()
    if server.wait(30) != 0:
        raise SystemExit("the emulators did not stop cleanly")


def main() -> None:
    say("1. The emulators, on one local port")
    serve_and_ask()
    with tempfile.TemporaryDirectory() as found:
        for vendor, (correct, wrong) in CLIENTS.items():
            say(f"{vendor}: a correct client keeps every duty")
            run("check", vendor, "--client", correct, "--examples", "60", expected=0, most=5)
            say(f"{vendor}: a client with one bug is caught, and the failure shrunk and saved")
            run(
                "check",
                vendor,
                "--client",
                wrong,
                "--examples",
                "60",
                "--save",
                found,
                expected=1,
                most=34,
                since="BROKEN",
            )
            files = [str(path) for path in sorted(Path(found).glob(f"{vendor}-*.yaml"))]
            say(f"{vendor}: anybody can replay the file")
            run("replay", *files, "--client", wrong, expected=1, most=4)
            say(f"{vendor}: and see when it is fixed")
            run("replay", *files, "--client", correct, expected=0, most=4)
    say("Done. Next: `.venv/bin/mockservers serve`, then README.md.")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
