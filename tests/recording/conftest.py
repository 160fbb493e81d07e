"""A vendor played by its emulator over TLS, a recorder before it, and clients that work through it."""

from __future__ import annotations

import importlib.util
import inspect
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mockservers import registry
from mockservers.harness.clients import reference_file, roles
from mockservers.harness.profile import contracted, profile
from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig, Worlds
from mockservers.recording.adapter import adapter
from mockservers.recording.addresses import Upstream
from mockservers.recording.files import Head, Writer
from mockservers.recording.proxy import Recorder
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize
from mockservers.recording.stub import Stub
from mockservers.server.http import Server
from mockservers.server.tls import server_context

ROOT = Path(__file__).resolve().parents[2]
START = instants.from_iso("2026-03-02T10:00:00Z")
FEWER = {"trackit": "demo:15"}  # its tickets are read one by one

READERS = [each for each in contracted() if "reader" in roles(each)]
"""The vendors whose reference reader works through the recorder in tests."""


@dataclass
class Authority:
    """A certificate authority of this run: how servers use it, and the file by which it is trusted."""

    context: ssl.SSLContext
    file: Path

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.file)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    return Authority(server_context(file), file)


@dataclass
class Taken:
    """A recording under way, and after the block the file."""

    recorder: Recorder
    path: Path
    redactor: Redactor
    complaints: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.recorder.url


def usual(vendor: str) -> str:
    """The recipe of what the vendor has, unless a test says otherwise."""
    return FEWER.get(vendor, "demo:40")


def worlds(vendor: str, *, data: str = "", dialect: str | Mapping[str, Any] = "default", start: int = START) -> Worlds:
    config = WorldConfig(
        mode="frozen",
        start=start,
        data={vendor: Recipe.parse(data or usual(vendor))},
        dialects={vendor: dialect},
        whole_bodies=True,
    )
    return Worlds(registry.emulator, config)


@contextmanager
def recording(
    vendor: str, upstream: str, path: Path, trust: ssl.SSLContext | None = None, *, sealed: bool = True, **options: Any
) -> Iterator[Taken]:
    """A recorder before `upstream`; the file is finished at the end of the block."""
    redactor = options.pop("redactor", None) or Redactor(
        adapter(vendor), keep_identity=options.pop("keep_identity", False)
    )
    writer = Writer(path, Head(vendor, START))
    complaints: list[str] = []
    recorder = Recorder(
        [Upstream.parse(upstream)], writer, redactor, trust=trust, complain=complaints.append, **options
    )
    try:
        with recorder:
            yield Taken(recorder, path, redactor, complaints)
    finally:
        writer.close()
    if recorder.failure is not None:
        raise recorder.failure
    if sealed:
        finalize(writer, redactor)
    else:
        writer.close()


@contextmanager
def stubbed(path: Path, start: int = START) -> Iterator[Server]:
    """A server that answers from a recording alone."""
    stub = Stub(path)
    played = Worlds(registry.emulator, WorldConfig(mode="frozen", start=start))
    try:
        with Server(played, **stub.server_options()) as door:
            yield door
    finally:
        played.close()
        stub.close()


def misses(world: World) -> list[bytes]:
    return [
        entry.exchange.reply_body
        for entry in world.journal
        if entry.exchange is not None and ("X-Mock-Recording", "miss") in entry.exchange.reply_headers
    ]


# --- clients --------------------------------------------------------------------------------------------------------


def _module(vendor: str) -> ModuleType:
    name = f"{vendor}_reader"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, reference_file(vendor))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


class _Ask:
    """The time as the vendor has it."""

    def __init__(self, now: int) -> None:
        self.at = now

    def now(self) -> str:
        return instants.to_iso(self.at)

    def sleep(self, seconds: float) -> str:
        self.at += round(seconds * instants.SECOND)
        return self.now()


@dataclass
class Working:
    """A reference client that was set up against an address."""

    client: Any
    ask: _Ask

    def sync(self) -> dict[str, Any]:
        """Let it work; gives what it believes, by id."""
        self.client.sync()
        return {record["id"]: record["fields"] for record in self.client.mirror()["records"]}


Clients = Callable[..., AbstractContextManager[Working]]


@pytest.fixture(scope="session")
def reference() -> Clients:
    """The reference client of a vendor, reset against a URL."""

    @contextmanager
    def working(
        vendor: str,
        url: str,
        now: int = START,
        dialect: str | Mapping[str, Any] = "default",
        credentials: Mapping[str, str] | None = None,
        data: str = "",
    ) -> Iterator[Working]:
        ask = _Ask(now)
        make = _module(vendor).Client
        client = make(ask) if "ask" in inspect.signature(make).parameters else make()
        emulator = registry.emulator(vendor)
        options = {
            **profile(vendor).options(emulator.dialects.dialect(dialect)),
            **profile(vendor).known(data or usual(vendor)),
        }
        client.reset(
            endpoint=url + emulator.endpoint,
            url=url,
            credentials=dict(credentials or emulator.demo_credential),
            options={**options, "since": instants.to_iso(now - 60 * instants.MINUTE)},
            now=ask.now(),
            vendor=vendor,
            state_dir="",
        )
        try:
            yield Working(client, ask)
        finally:
            client.bye()

    return working
