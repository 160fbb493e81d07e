"""The client for Node: its example suite against a served world, its own launcher, its package."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import mockservers
from tests.languages.conftest import CLIENTS, Served, needed, run

NODE = CLIENTS / "node"


def test_the_example_runs_and_speaks_as_the_document_says(served: Served) -> None:
    needed("node")
    told = served.run(["node", "--test"], NODE)
    assert "# pass 7" in told


def test_it_starts_a_server_that_ends_with_the_program(tmp_path: Path) -> None:
    needed("node")
    script = tmp_path / "starts.mjs"
    script.write_text(
        f"import {{ start }} from '{NODE}/mockservers.mjs'\n"
        "await start({ command: 'no-such-program' }).catch((error) => console.log(error.message))\n"
        "const broken = [process.execPath, '-e', 'console.error(`it broke`); process.exit(3)', '--']\n"
        "await start({ command: broken }).catch((error) => console.log(error.message.slice(-60)))\n"
        "const server = await start({ args: ['--most-memory', '1000000000'] }) // and never stopped\n"
        "console.log((await fetch(`${server.url}/_mock/v1/health`)).status, server.url)\n"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = run(["node", str(script)], tmp_path, PATH=path).splitlines()
    assert told[0].startswith("no mockservers to start, tried: no-such-program;")
    assert told[1].endswith("ended with 3 before it was ready: it broke")
    status, url = told[2].split()
    assert status == "200"
    never = threading.Event()
    for _ in range(3000):
        try:
            socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), 5).close()
        except ConnectionError:
            return
        never.wait(0.02)
    raise AssertionError("the server goes on without the program that started it")


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
