"""pytest fixtures: `mock_server` (one a session), `mock_world` (fresh a test), `mock_client` (requests bound to the world); and
`--mockservers-check VENDOR`, a test for each duty of a client.

Loaded by every pytest run where mockservers is installed, so it imports next to nothing until a fixture is used. Under
pytest-xdist each worker has a server of its own, on a port of its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sized
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

if TYPE_CHECKING:
    import requests

    from mockservers.api import MockServer, MockWorld
    from mockservers.kernel.journal import Entry
    from mockservers.kernel.redaction import Redaction

_WATCH: pytest.StashKey[_Watch] = pytest.StashKey()
_SHOWN = 20
_OPTIONS = ("data", "start", "clock", "rate", "seed", "dialects", "lively", "desk")


class _Watch:
    """What must fail a test by itself: calls past its world, and calls without a meaning."""

    def __init__(self, world: MockWorld, shared: MockWorld, *, allow_unsupported: bool) -> None:
        self.world, self.shared = world, shared
        self.outcomes = ("error",) if allow_unsupported else ("error", "unsupported", "unmatched", "malformed")
        self._seen, self._seen_shared = 0, _last(shared)
        self._journal = world._world.journal
        self._own: list[str] = []
        world._before_reset.append(self.collect)

    def collect(self) -> None:
        """Keep what the journal has to tell: a reset empties it, and must not take trouble with it."""
        clean = self.world.redaction()
        while True:
            entries = [entry for entry in self._journal if entry.n > self._seen]
            self._own += ["  " + _line(entry, clean) for entry in entries if entry.outcome in self.outcomes]
            self._seen = entries[-1].n if entries else self._seen
            if self._journal is self.world._world.journal:
                return
            self._journal, self._seen = self.world._world.journal, 0  # reset by another way, such as the control API

    def trouble(self) -> str | None:
        """What was not told yet, in words."""
        self.collect()
        own, self._own = self._own, []
        astray = [entry for entry in self.shared.journal if entry.n > self._seen_shared and entry.actor == "client"]
        self._seen_shared = _last(self.shared)
        told = []
        if own:
            told.append(
                f"The client made {_calls(own)} that the emulators could not answer as the vendor would:\n"
                f"{chr(10).join(own[:5])}\n"
                "An answer that means nothing must not let a test pass. If the call is intended, mark the test with "
                "@pytest.mark.mock_world(allow_unsupported=True); a line 'error' is a bug of mockservers: please report it."
            )
        if astray:
            told.append(
                f"{_calls(astray)} went past the world of this test, to the shared world or to none:\n"
                f"{_shown(astray, self.shared.redaction())}\n"
                f"Nothing the test set up holds there. Every address must begin with mock_world.url, which is "
                f"{self.world.url}"
            )
        return "\n".join(told) or None


def _last(world: MockWorld) -> int:
    entries = world.journal
    return entries[-1].n if entries else 0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockservers")
    group.addoption(
        "--mockservers-check",
        action="append",
        default=[],
        metavar="VENDOR",
        help="add a test for each duty of a client of this vendor; --mockservers-client names the client. Repeatable",
    )
    for name, kind, what in (
        ("client", str, "the client under test, as `mockservers check --client` takes it"),
        ("client-command", str, "a job that runs once for each task and ends"),
        ("mirror-command", str, "prints what a client believes that does not show it itself"),
        ("mirror-file", str, "the file in which such a client keeps it"),
        ("dialect", str, "a named dialect of the vendor, or all"),
        ("examples", int, "scenarios to play"),
        ("seed", int, "same seed, same scenarios"),
        ("save", str, "folder for the scenario files of broken duties"),
    ):
        group.addoption(f"--mockservers-{name}", type=kind, default=None, help=what)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("mockservers_check"):
        from mockservers.contract_tests import asked_for

        items += asked_for(session)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "mock_world(data='demo', start='2026-03-02T10:00:00Z', clock='frozen', rate=1.0, seed=1, dialects={}, "
        "lively=False, desk=None, allow_unsupported=False): what the test's mock_world begins with",
    )


@pytest.fixture(scope="session")
def mock_server() -> Iterator[MockServer]:
    """The emulators on a free loopback port, one server for the whole session (one per worker under xdist)."""
    import mockservers

    with mockservers.start(clock="real", data="empty") as server:
        yield server


@pytest.fixture
def mock_world(request: pytest.FixtureRequest, mock_server: MockServer) -> Iterator[MockWorld]:
    """A fresh world for this test alone; the marker `mock_world(...)` says what it begins with."""
    options: dict[str, Any] = {"data": "demo", "clock": "frozen"}
    for mark in reversed(list(request.node.iter_markers("mock_world"))):
        if mark.args:
            told = f"mock_world takes its options by name, got {mark.args[0]!r} without one"
            pytest.fail(
                f"{told}; write @pytest.mark.mock_world(data={mark.args[0]!r}) if it is the data", pytrace=False
            )
        options.update(mark.kwargs)
    allow_unsupported = options.pop("allow_unsupported", False)
    unknown = sorted(options.keys() - set(_OPTIONS))
    if unknown:
        from mockservers.registry import did_you_mean

        near = did_you_mean(unknown[0], (*_OPTIONS, "allow_unsupported"))
        told = f"mock_world has no option {unknown[0]!r}{near or ';'} see pytest --markers"
        pytest.fail(told, pytrace=False)
    try:
        world = mock_server.world(**options)
    except ValueError as error:
        pytest.fail(f"mock_world: {error}", pytrace=False)
    watch = request.node.stash[_WATCH] = _Watch(world, mock_server.default, allow_unsupported=allow_unsupported)
    with world:
        yield world
        _fail_for(watch)  # for what fixtures did that were taken down before this one


@pytest.fixture
def mock_client(mock_world: MockWorld) -> Iterator[requests.Session]:
    """A `requests.Session` whose relative addresses are below the world's URL: `mock_client.get("/API/default.aspx")`."""
    import requests

    class Session(requests.Session):
        def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
            text = url.decode() if isinstance(url, bytes) else url
            whole = text if "://" in text else urljoin(mock_world.url + "/", text.lstrip("/"))
            return super().request(method, whole, *args, **kwargs)

    with Session() as session:
        session.trust_env = False
        yield session


def _line(entry: Entry, clean: Redaction) -> str:
    what = entry.operation or (entry.exchange.target if entry.exchange else "-")
    parts = [f"#{entry.n}", entry.vendor or "(no vendor)", entry.actor, what, entry.outcome]
    if entry.refusal:
        parts.append(entry.refusal + (f" by {entry.refused_by}" if entry.refused_by else ""))
    if entry.faults:
        parts.append("fault " + ",".join(entry.faults))
    text = "  ".join(parts)
    text += f"\n      rules {', '.join(entry.rules)}" if entry.rules else ""
    text += "".join(f"\n      finding {note.rule}: {note.text}" for note in entry.notes)
    error = clean(entry.error).strip().splitlines()[-1:] if entry.error else []  # cut off, half of a secret would stay
    return "\n      ".join([clean(text), *error])


def _calls(entries: Sized) -> str:
    return "1 call" if len(entries) == 1 else f"{len(entries)} calls"


def _shown(entries: list[Entry], clean: Redaction) -> str:
    return "\n".join("  " + _line(entry, clean) for entry in entries[:5])


def _fail_for(watch: _Watch) -> None:
    trouble = watch.trouble()
    if trouble is not None:
        pytest.fail(trouble, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        result = yield
    except BaseException:
        if _WATCH in item.stash:
            item.stash[_WATCH].trouble()  # the test has failed already, and its journal is shown
        raise
    if _WATCH in item.stash:
        _fail_for(item.stash[_WATCH])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    if _WATCH in item.stash:
        _fail_for(item.stash[_WATCH])  # for calls after the test's world was taken away
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    watch = item.stash.get(_WATCH, None)
    if watch is not None and report.when in ("setup", "call") and report.failed:
        entries = watch.world.journal
        clean = watch.world.redaction()
        lines = [_line(entry, clean) for entry in entries[-_SHOWN:]] or ["no call reached the emulators"]
        if len(entries) > _SHOWN:
            lines.insert(0, f"... {len(entries) - _SHOWN} earlier calls")
        report.sections.append(("mockservers journal", "\n".join(lines)))
    return report
