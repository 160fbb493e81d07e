"""The client for Node: its example suite against a served world, its own launcher, its package."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import mockservers
from tests.languages.conftest import CLIENTS, Served, needed, run

NODE = CLIENTS / "node"


def test_the_example_runs_and_speaks_as_the_document_says(served: Served) -> None:
    needed("node")
    told = served.run(["node", "--test"], NODE)
    assert "# pass 7" in told


def test_it_starts_a_server_and_stops_it_and_leaves_none_behind(tmp_path: Path) -> None:
    needed("node")
    script = tmp_path / "starts.mjs"
    script.write_text(
        f"import {{ connect, start }} from '{NODE}/mockservers.mjs'\n"
        "const server = await start({ args: ['--most-memory', '1000000000'] })\n"
        "console.log((await fetch(`${server.url}/_mock/v1/health`)).status)\n"
        "await server.stop()\n"
        "await fetch(server.url).catch((error) => console.log(error.cause.code))\n"
        "await start({ command: 'no-such-program' }).catch((error) => console.log(error.message))\n"
        "await start({ args: ['--clock', 'nonsense'] }).catch((error) => console.log(error.message))\n"
        "await start() // not stopped: it ends with this process\n"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = run(["node", str(script)], tmp_path, PATH=path).splitlines()
    assert told[:2] == ["200", "ECONNREFUSED"]
    assert told[2].startswith("no mockservers to start, tried: no-such-program;")
    assert "ended with 2 before it was ready: mockservers: --clock 'nonsense' is not understood" in told[3]


def test_the_package_can_be_published() -> None:
    told = json.loads((NODE / "package.json").read_text())
    assert told["version"] == mockservers.__version__
    assert all((NODE / name).is_file() for name in (*told["files"], told["types"], told["exports"]["."]["default"]))
    assert "dependencies" not in told


def test_every_method_has_its_type() -> None:
    """A name of a class that the types do not know cannot be used from TypeScript."""
    code, types = (NODE / "mockservers.mjs").read_text(), (NODE / "mockservers.d.ts").read_text()
    methods = set(re.findall(r"^  (?:async )?(\w+)\(.*\) \{$", code, re.MULTILINE)) - {"constructor", "of"}
    assert len(methods) > 25
    assert [name for name in sorted(methods) if not re.search(rf"^  {name}\(", types, re.MULTILINE)] == []
    exported = re.findall(r"^export (?:async )?(?:class|function) (\w+)", code, re.MULTILINE)
    assert [name for name in exported if not re.search(rf"export (?:class|function) {name}\b", types)] == []
