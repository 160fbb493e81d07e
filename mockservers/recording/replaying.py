"""A recording's requests put to the emulator, in a world that holds at each moment what the recording tells of it.

The clock stands where the vendor's stood. Stand-ins of secrets become the emulator's own credentials, ids that the
emulator gives otherwise than the vendor did are bound to each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter, adapter
from mockservers.recording.answers import Bound, Comparison, Difference
from mockservers.recording.exchanges import BASE, Recorded, media_of, text_of
from mockservers.recording.files import Recording
from mockservers.recording.loading import Loaded, Timeline, take
from mockservers.recording.redaction import Redactor
from mockservers.recording.stand_ins import PLACEHOLDER
from mockservers.registry import emulator
from mockservers.server import wsgi
from mockservers.wirekit.headers import cookies

_SERVER = ("recorded.invalid", 443)
_ADDRESS = f"https://{_SERVER[0]}"


@dataclass(slots=True)
class Compared:
    """One recorded exchange beside what the emulator answers. `skipped` says why it was not put to it."""

    recorded: Recorded
    differences: list[Difference] = field(default_factory=list)
    rules: tuple[str, ...] = ()
    operation: str = ""
    outcome: str = ""
    skipped: str = ""
    refused_by: str | None = None


class Replay:
    """One run of a recording against a fresh world of a dialect. Use it once; iterate to the end, or `close`."""

    def __init__(self, recording: Recording, dialect: Dialect) -> None:
        self.recording = recording
        self.vendor = recording.head.vendor
        self.adapter: Adapter = adapter(self.vendor)
        self.dialect = dialect
        self.loaded = Loaded()
        config = WorldConfig(
            mode="frozen",
            start=recording.head.started,
            data={self.vendor: Recipe("empty")},
            dialects={self.vendor: dialect.changes()},
        )
        self.world = World("drift", config, emulator)
        self.bound = Bound()
        self._comparison = Comparison(self.adapter, self.bound)
        self._redactor = Redactor.of(self.vendor, recording.head.options)
        self._ours: dict[str, str] = {}
        """Recorded ids and stand-ins of tokens, with what the emulator gave instead."""
        self._credentials: Mapping[str, str] = self.adapter.credentials(emulator(self.vendor).demo_credential)

    def close(self) -> None:
        self.world.close()

    def __iter__(self) -> Iterator[Compared]:
        timeline = Timeline(self.recording, self.adapter, self.dialect)
        for kind in sorted(timeline.kinds):
            take(self.world, self.vendor, kind, (), self.loaded, clear=True)
        for order, recorded in enumerate(self.recording):
            self.world.clock.set(recorded.moment)
            self._come_to_be(timeline, order, recorded)
            yield self._compared(recorded)

    def _come_to_be(self, timeline: Timeline, order: int, recorded: Recorded) -> None:
        due: dict[str, list[Any]] = {}
        for version in timeline.due(order, recorded):
            due.setdefault(version.seen.kind, []).append(version.seen)
        for kind, seen in due.items():
            take(self.world, self.vendor, kind, seen, self.loaded)

    def _compared(self, recorded: Recorded) -> Compared:
        if recorded.fault is not None or recorded.status is None:
            return Compared(recorded, skipped=f"the upstream's answer was lost ({recorded.fault})")
        if recorded.omitted:
            return Compared(recorded, skipped=recorded.omitted)
        exchange = self._ask(recorded)
        said = self._told(recorded, exchange)
        writes = self.adapter.writes(recorded)
        kind = (
            next((seen.kind.lower() for seen in self.adapter.seen(recorded, self.dialect)), "record") if writes else ""
        )
        found = self._comparison.differences(recorded, said, kind)
        if writes:
            self._learn_ids()
        self._learn_tokens(recorded, exchange)
        entry = exchange.entry
        if entry is None:
            return Compared(recorded, found)
        return Compared(
            recorded, found, tuple(entry.rules), entry.operation or "", entry.outcome, refused_by=entry.refused_by
        )

    # --- asking -----------------------------------------------------------------------------------------------------

    def _ask(self, recorded: Recorded) -> Exchange:
        refused = self.adapter.refused(recorded)

        def ours(text: str) -> str:
            text = text.replace(BASE, _ADDRESS)
            if not refused and "__secret." in text:
                text = PLACEHOLDER.sub(self._credential, text)
            return self._with_our_ids(text)

        path, _, query = ours(recorded.target).partition("?")
        headers = [(name, self._login(name.lower(), refused) or ours(value)) for name, value in recorded.headers]
        text = ours((recorded.body or b"").decode("utf-8", "surrogateescape"))
        for name, part in self.adapter.logins.items() if not refused else ():
            login = quote_plus(emulator(self.vendor).demo_credential[part])
            text = re.sub(rf"(?<![^&]){name}=[^&]*", lambda _, name=name, login=login: f"{name}={login}", text)  # type: ignore[misc]
        body = text.encode("utf-8", "surrogateescape")
        exchange = Exchange(recorded.method, path + (f"?{query}" if query else ""), headers, body)
        environ = wsgi.environ(
            method=recorded.method,
            path=path,
            query=query,
            prefix="",
            scheme="https",
            server=_SERVER,
            headers=[("Host", _SERVER[0]), *headers],
            body=body,
            remote="127.0.0.1",
        )
        try:
            return wsgi.respond(self.world, self.vendor, environ, exchange)
        finally:
            exchange.leave()

    def _login(self, header: str, refused: bool) -> str | None:
        """Who logs in, where a header says so."""
        part = None if refused else self.adapter.logins.get(header)
        return None if part is None else emulator(self.vendor).demo_credential[part]

    def _credential(self, found: re.Match[str]) -> str:
        return self._ours.get(found[0]) or self._credentials.get(found[1]) or found[0]

    def _with_our_ids(self, text: str) -> str:
        for theirs, ours in self._ours.items():
            if theirs in text and not theirs.startswith("__"):
                text = re.sub(rf"(?<![\w.-]){re.escape(theirs)}(?![\w-]|\.[\w])", lambda _, ours=ours: ours, text)  # type: ignore[misc]
        return text

    # --- what came of it --------------------------------------------------------------------------------------------

    def _told(self, recorded: Recorded, exchange: Exchange) -> Recorded:
        """The emulator's answer in the form in which answers are recorded."""
        said = replace(
            recorded, status=exchange.status, reply_headers=list(exchange.reply_headers), reply_body=exchange.reply_body
        )
        masked = self._redactor.redact(said)

        def base(text: str) -> str:
            return text.replace(_ADDRESS, BASE)

        body = masked.reply_body
        if body and _ADDRESS.encode() in body:
            body = body.replace(_ADDRESS.encode(), BASE.encode())
        return replace(
            masked, reply_headers=[(name, base(value)) for name, value in masked.reply_headers], reply_body=body
        )

    def _learn_ids(self) -> None:
        theirs = {name: value for value, name in self.bound.right.items()}
        for value, name in self.bound.left.items():
            if value != theirs[name]:
                self._ours[value] = theirs[name]

    def _learn_tokens(self, recorded: Recorded, exchange: Exchange) -> None:
        """Tokens that were handed out stand in the recording under a stand-in; the emulator's own is used instead."""
        told = text_of(recorded.reply_body or b"", recorded.reply_headers)[0]
        if "__secret." in told:
            media = media_of(recorded.reply_headers)
            theirs = {leaf.path: leaf.value for leaf in leaves.leaves(told, media) or ()}
            ours = text_of(exchange.reply_body, exchange.reply_headers)[0]
            for leaf in leaves.leaves(ours, media) or ():
                if PLACEHOLDER.fullmatch(theirs.get(leaf.path, "")):
                    self._ours[theirs[leaf.path]] = leaf.value
        self._learn_cookies(recorded, exchange)

    def _learn_cookies(self, recorded: Recorded, exchange: Exchange) -> None:
        ours = dict(_cookies(exchange.reply_headers))
        for name, value in _cookies(recorded.reply_headers):
            if name in ours and PLACEHOLDER.fullmatch(value):
                self._ours[value] = ours[name]


def _cookies(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name.lower() == "set-cookie":
            yield from cookies(value, 1)
