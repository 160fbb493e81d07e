"""docs/demo.svg: a real run of `mockservers demo`, as the terminal shows it: `python tests/site/picture.py`.

What differs from run to run (ports, folders, seconds) is replaced by a word of its kind: a new picture shows new behaviour.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS, MOST = 112, 44
LEFT_OUT = re.compile(r"^    [<>]( |$)|^    10:0|^  What the client asked|^  The request that decides")
SAME = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:8750"),
    (r"/tmp/mockservers-demo-\w+", "found"),
    (r"[\d.]+ s \(\d+ plays? a second\)", "some seconds"),
)


def run() -> str:
    """What the demo prints, in colours."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    code = "import click, sys; from mockservers.cli import main; main(['demo'], color=True)"
    done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def shortened(text: str) -> str:
    """The lines of a run that a picture has room for."""
    for pattern, word in SAME:
        text = re.sub(pattern, word, text)
    plain = re.compile(r"\x1b\[[\d;]*m")
    lines = [line for line in text.splitlines() if not LEFT_OUT.search(plain.sub("", line))]
    kept: list[str] = []
    for line in lines:
        if plain.sub("", line).strip() or (kept and plain.sub("", kept[-1]).strip()):
            kept.append(line)
    return "\n".join(kept[:MOST])


def main() -> None:
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(shortened(run())), soft_wrap=False)
    svg = console.export_svg(title="mockservers demo", theme=DIMMED_MONOKAI, unique_id="demo")
    # The picture is shown where no font may be fetched from elsewhere; every system has one of its own.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code, ", "")
    (ROOT / "docs" / "demo.svg").write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
