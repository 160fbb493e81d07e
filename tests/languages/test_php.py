"""The client for PHP: its example suite against a served world, and its own launcher."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import mockservers
from tests.languages.conftest import CLIENTS, Served, needed, run

PHP = CLIENTS / "php"


def test_the_example_runs_and_speaks_as_the_document_says(served: Served, tmp_path: Path) -> None:
    needed("php", "phpunit")
    told = served.run(["phpunit", "--cache-result-file", str(tmp_path / "cache"), "ExampleTest.php"], PHP)
    assert "OK (7 tests" in told


def test_it_starts_a_server_and_stops_it(tmp_path: Path) -> None:
    needed("php")
    script = tmp_path / "starts.php"
    script.write_text(
        f"<?php require '{PHP}/autoload.php'; use MockServers\\MockServer;\n"
        "function says($do) { try { $do(); } catch (MockServers\\MockServersException $e) { echo $e->getMessage(), PHP_EOL; } }\n"
        "$server = MockServer::start(['--most-memory', '1000000000']);\n"
        "echo $server->ask('GET', '/health')['status'], PHP_EOL;\n"
        "$server->stop();\n"
        "says(fn () => $server->ask('GET', '/health'));\n"
        "says(fn () => MockServer::start(command: ['no-such-program']));\n"
        "says(fn () => MockServer::start(command: [PHP_BINARY, '-r', 'fwrite(STDERR, \"it broke\"); exit(3);', '--']));\n"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = run(["php", str(script)], tmp_path, PATH=path).splitlines()
    assert told[0] == "ok"
    assert told[1].startswith("no server answers at http://127.0.0.1:")
    assert told[2].startswith("no mockservers to start, tried: no-such-program;")
    assert told[3].endswith("ended with 3 before it was ready: it broke")


def test_the_package_can_be_published() -> None:
    told = json.loads((PHP / "composer.json").read_text())
    assert told["version"] == mockservers.__version__
    assert told["autoload"]["psr-4"] == {"MockServers\\": "src/"}
