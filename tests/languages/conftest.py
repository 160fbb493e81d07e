"""A served world for the clients in other languages, and what they said to the control API, held against its document."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

import mockservers
from mockservers.kernel.data import folder
from mockservers.registry import WsgiApplication
from mockservers.server.control import application
from tests.absent import absent
from tests.server.conftest import described

CLIENTS = folder("contracts") / "clients"
LONGEST = 120
"""Seconds that a suite may take on a machine that does much else."""

OPERATIONS = frozenset(
    (
        *("listVendors", "createWorld", "getWorld", "deleteWorld", "resetWorld", "checkpointWorld", "restoreWorld"),
        *("getClock", "setClock", "advanceClock", "addFault", "clearFaults", "addOverride", "clearOverrides"),
        *("listRecords", "createRecord", "getRecord", "changeRecord", "actOnRecord", "deleteRecord"),
        *("listCredentials", "addCredential", "revokeCredential", "setDialect", "verify", "getJournal", "listFindings"),
    )
)
"""What a client in any language can do; its example does all of it."""


@dataclass
class Traffic:
    """Which operations of the control API were called, and where a request or an answer was not as its document says."""

    operations: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def watched(self, inner: WsgiApplication) -> WsgiApplication:
        """The same application, with every call noted."""

        def outer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            asked = environ["wsgi.input"].getvalue()
            begun: list[int] = []

            def begin(status: str, headers: Any, *more: Any) -> Any:
                begun.append(int(status[:3]))
                return start_response(status, headers, *more)

            said = b"".join(inner(environ, begin))
            self.note(
                environ["REQUEST_METHOD"].lower(), environ["PATH_INFO"], environ["QUERY_STRING"], asked, said, begun
            )
            return [said]

        return outer

    def note(self, method: str, path: str, query: str, asked: bytes, said: bytes, begun: list[int]) -> None:
        document = described()
        patterns = {re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each)): each for each in document["paths"]}
        found = [patterns[pattern] for pattern in sorted(patterns, key=len) if re.fullmatch(pattern, path)]
        if not found or method not in document["paths"][found[0]]:
            self.wrong.append(f"{method} {path} is not in the document")
            return
        operation = document["paths"][found[0]][method]
        self.operations.add(operation["operationId"])
        known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        self.wrong += [f"{method} {path} has no parameter {name}" for name, _ in parse_qsl(query) if name not in known]
        if begun[0] >= 400:
            return  # a mistake that the example makes on purpose
        content = operation["responses"][str(begun[0])]["content"]["application/json"]["schema"]
        self._compare(f"answer of {method} {path}", content, said)
        if "requestBody" in operation:
            self._compare(
                f"{method} {path}", operation["requestBody"]["content"]["application/json"]["schema"], asked or b"{}"
            )

    def _compare(self, what: str, schema: dict[str, Any], told: bytes) -> None:
        whole = {**schema, "components": described()["components"]}
        errors = Draft202012Validator(whole).iter_errors(json.loads(told))
        self.wrong += [f"{what}: {each.json_path}: {each.message[:300]}" for each in errors]


@dataclass
class Served:
    """A running server for a suite in another language."""

    url: str
    traffic: Traffic
    ended: bool = False
    """Whether a suite ran to its end, and was not skipped."""

    def run(self, command: list[str], folder: Path, **variables: str) -> str:
        """Run a suite to its end against the server; what it printed. Fails where it fails."""
        told = run(command, folder, MOCKSERVERS_URL=self.url, **variables)
        self.ended = True
        return told


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Emulators on a free port; at the end every call that a suite made is as the document of the control API says."""
    traffic = Traffic()
    described()  # while the application is what it is
    watched = traffic.watched(application.application())
    monkeypatch.setattr(application, "application", lambda: watched)
    with mockservers.start() as server:
        given = Served(server.url, traffic)
        yield given
    assert traffic.wrong == []
    assert not given.ended or traffic.operations == OPERATIONS


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Run a program to its end; what it printed, which the failure shows where it does not end well."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    done = subprocess.run(
        command, cwd=folder, env={**environ, **variables}, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def needed(*programs: str) -> None:
    """Skip a test whose programs are not on this machine; in CI, where `.ci/install` brings them, fail."""
    missing = [each for each in programs if shutil.which(each) is None and not Path(each).is_file()]
    if not missing:
        return
    absent(f"not on this machine: {', '.join(missing)}; .ci/install brings it on Debian")
