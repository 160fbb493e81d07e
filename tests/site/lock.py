"""constraints.txt: the exact versions that developers install, as pip resolves them on this Python: `make lock`.

Versions alone: a lock file with addresses would name the index of whoever made it, and one with hashes fits one platform.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["docs"],
        *project["dependency-groups"]["bench"],
    ]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "pylock.toml")
        subprocess.run([sys.executable, "-m", "pip", "--quiet", "lock", "--output", str(out), *wanted], check=True)
        found = tomllib.loads(out.read_text("utf-8"))["packages"]
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    head = (
        f"# Made by `make lock` with Python {version}; do not edit. Use: pip install --constraint constraints.txt ..."
    )
    lines = [head, *sorted(f"{each['name']}=={each['version']}" for each in found)]
    (ROOT / "constraints.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
