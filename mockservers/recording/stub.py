"""A stub: answers a vendor's requests from a recording, with neither vendor nor emulator behind it.

Requests are matched by meaning. Of answers to the same request each comes in its turn, and the last one stays. Only
where they stand in the file is held in memory.
"""

from __future__ import annotations

import json
import re
import threading
from array import array
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, BinaryIO

from mockservers.kernel.faults import KINDS, Fault
from mockservers.kernel.journal import Exchange, Headers
from mockservers.kernel.world import World
from mockservers.recording import matching
from mockservers.recording.adapter import Adapter, adapter
from mockservers.recording.codings import decoded
from mockservers.recording.exchanges import BASE, HOST, Recorded, bytes_of, text_of
from mockservers.recording.files import Recording, RecordingError
from mockservers.recording.matching import Meaning
from mockservers.recording.omissions import lacks_answer, lacks_request
from mockservers.recording.redaction import Redactor
from mockservers.registry import Mount

MOST_LOOKED_AT = 400
"""Recorded requests that a miss is compared with."""
LONGEST_SHOWN = 200


class Stub:
    """Answers from one recording; `respond` stands where an emulator's does."""

    def __init__(self, path: Path) -> None:
        """Reads the whole recording once. Raises RecordingError or OSError."""
        self.recording = Recording(path)
        self.adapter: Adapter = adapter(self.recording.head.vendor)
        self.places = array("Q")
        self._exact: dict[bytes, list[int]] = {}
        self._loose: dict[bytes, list[int]] = {}
        self._next: dict[bytes, int] = {}
        self._first, self._last = 1 << 62, -(1 << 62)
        self._lock = threading.Lock()
        self._read()
        self._file: BinaryIO = open(path, "rb")  # noqa: SIM115 - open as long as the stub answers

    @property
    def vendor(self) -> str:
        return self.recording.head.vendor

    def server_options(self) -> dict[str, Any]:
        """What a `Server` needs to answer from the recording, and from nothing else, at whatever addresses it has."""
        everywhere = Mount("(?s:.*)", "/", self.vendor)
        return {"mounts": [everywhere], "stubs": {self.vendor: self.respond}}

    def close(self) -> None:
        self._file.close()

    def _read(self) -> None:
        for place, line in self.recording.lines():
            exchange = self.recording.read(place, line)
            number = len(self.places)
            self.places.append(place)
            means = matching.of(self.adapter, exchange)
            self._exact.setdefault(means.key, []).append(number)
            at = exchange.moment
            self._loose.setdefault(matching.loose(means, [(at, at)]).key, []).append(number)
            self._first, self._last = min(self._first, at), max(self._last, at)
        if not self.places:
            raise RecordingError(f"{self.recording.path} holds no exchange, so nothing could be answered from it")

    # --- answering --------------------------------------------------------------------------------------------------

    def respond(self, world: World, vendor: str, wsgi: dict[str, Any], exchange: Exchange) -> Exchange:
        """Answer as was recorded, and file the exchange in the world's journal."""
        prefix = wsgi["SCRIPT_NAME"]
        base = f"{wsgi['wsgi.url_scheme']}://{wsgi.get('HTTP_HOST') or wsgi['SERVER_NAME']}{prefix}"
        query = wsgi["QUERY_STRING"]
        target = wsgi["RAW_PATH_INFO"] + (f"?{query}" if query else "")
        body, headers, _ = decoded(exchange.body, exchange.headers)
        asked = Recorded(0, world.clock.now(), exchange.method, target, headers, body)
        redactor = Redactor.of(self.vendor, self.recording.head.options)
        means = matching.of(self.adapter, redactor.redact(asked))
        with self._lock:
            found = self._answer(means, asked.at, base)
            if found is None:
                self._miss(means, exchange)
        if found is not None and lacks_answer(found):
            self._missing(found, exchange)
        elif found is not None:
            exchange.status, exchange.reply_headers, exchange.reply_body = (
                found.status,
                found.reply_headers,
                found.reply_body or b"",
            )
            exchange.verbatim = True
        exchange.secrets += redactor.secrets
        world.finish(vendor, exchange)
        if found is not None and found.fault is not None and exchange.fault is None:
            exchange.fault = _fault(found)
            exchange.reply_body += b"\0"  # the answer went on after what came of it
        return exchange

    def _answer(self, means: Meaning, at: int, base: str) -> Recorded | None:
        exact = means.key
        if exact in self._exact:
            return _based(self._turn(exact, self._exact[exact]), base, [])
        loosened = matching.loose(means, [(at, at), (self._first, self._last)])
        if loosened.key not in self._loose:
            return None
        found = self._turn(loosened.key, self._loose[loosened.key])
        return _based(found, base, matching.variables(matching.of(self.adapter, found), means))

    def _turn(self, key: bytes, numbers: list[int]) -> Recorded:
        turn = self._next.get(key, 0)
        self._next[key] = turn + 1
        return self._at(numbers[min(turn, len(numbers) - 1)])

    def _at(self, number: int) -> Recorded:
        return self.recording.at(self._file, self.places[number])

    # --- an answer that the recording lacks -------------------------------------------------------------------------

    def _missing(self, recorded: Recorded, exchange: Exchange) -> None:
        """Say that the body is not there. An answer that turns a client away does so by its status, which is kept."""
        says = {
            "error": f"The recording {self.recording.path.name} holds this call, and not the body of its answer.",
            "exchange": recorded.n,
            "recorded_status": recorded.status,
            "why": recorded.omitted,
            "do": "Record this call again, or export it with its content; nothing can be answered in its place.",
        }
        kept: Headers = []
        exchange.status = 501
        if recorded.status is not None and recorded.status >= 300:
            exchange.status = recorded.status
            kept = [each for each in recorded.reply_headers if each[0].lower() not in _OF_THE_BODY]
        exchange.reply_body = _json(says)
        exchange.reply_headers = [*kept, *_OURS, ("X-Mock-Recording", "omitted")]

    # --- a miss -----------------------------------------------------------------------------------------------------

    def _miss(self, means: Meaning, exchange: Exchange) -> None:
        says = {
            "error": f"The recording {self.recording.path.name} holds no answer to this {means.where[:300]}.",
            "nearest": list(self._nearest(means)),
            "do": "Compare the differences. Record that call too, or let the client ask as it did when it was recorded.",
        }
        exchange.status, exchange.reply_body = 404, _json(says)
        exchange.reply_headers = [*_OURS, ("X-Mock-Recording", "miss")]

    def _nearest(self, means: Meaning, most: int = 3) -> Iterator[dict[str, Any]]:
        ranked = []
        for numbers in list(self._loose.values())[:MOST_LOOKED_AT]:
            recorded = self._at(numbers[0])
            theirs = matching.of(self.adapter, recorded)
            parting = matching.differences(means, theirs)
            alike = 1.0 if means.where == theirs.where else SequenceMatcher(None, means.where, theirs.where).ratio()
            ranked.append((-alike, len(parting), recorded.n, parting, lacks_request(recorded) and recorded.omitted))
        for _, _, n, parting, lacks in sorted(ranked, key=lambda each: each[:3])[:most]:
            near: dict[str, Any] = {
                "exchange": n,
                "differences": [
                    {"place": each.place, "asked": _short(each.left), "recorded": _short(each.right)}
                    for each in parting[:10]
                ],
            }
            yield near | ({"lacks": lacks} if lacks else {})


def _json(says: dict[str, Any]) -> bytes:
    return (json.dumps(says, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


_OURS: Headers = [("Content-Type", "application/json; charset=utf-8")]
_CONNECTION = frozenset({"content-length", "transfer-encoding", "connection"})
_OF_THE_BODY = frozenset(
    {"content-type", "content-encoding", "content-range", "content-disposition", "content-md5", "digest", "etag"}
)
"""Headers that tell of a body; they say nothing true of another one."""


_HOSTED = re.compile(rf"((?://[^/?#\s\"'<>]{{0,200}}|@|%40)?){HOST}")
_PORT = re.compile(r":[0-9]+\Z")
"""An e-mail's host has no port."""


def _based(recorded: Recorded, base: str, variables: list[tuple[str, str]]) -> Recorded:
    """The answer with this server's addresses, and with the caller's values of the variables."""

    authority = base.partition("://")[2].partition("/")[0]

    def hosted(found: re.Match[str]) -> str:
        return f"{found[1]}{_PORT.sub('', authority) if found[1] in ('@', '%40') else authority}"

    def said(text: str) -> str:
        for theirs, asked in variables:
            text = text.replace(theirs, asked)
        return _HOSTED.sub(hosted, text.replace(BASE, base))

    # An answer without its body tells the length of that body, which nothing else does.
    bare = recorded.method == "HEAD" or recorded.status == 304
    ours = _CONNECTION - {"content-length"} if bare else _CONNECTION
    headers: Headers = [(name, said(value)) for name, value in recorded.reply_headers if name.lower() not in ours]
    body = recorded.reply_body
    if body:
        text, codec = text_of(body, recorded.reply_headers)
        body = bytes_of(said(text), codec)
    recorded.reply_headers, recorded.reply_body = headers, body
    return recorded


def _fault(recorded: Recorded) -> Fault:
    """What happened on the wire then, as a fault that happens now."""
    if recorded.status is None:
        return Fault("recorded", KINDS["lost_answer"], {})
    kind = "cut" if recorded.fault == "cut" else "reset_midway"
    return Fault("recorded", KINDS[kind], {"after_bytes": len(recorded.reply_body or b"")})
