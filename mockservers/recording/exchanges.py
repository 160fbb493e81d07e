"""One recorded exchange: what it holds, and the one line of JSON (which is YAML) that it is in a file.

Knows no vendor and masks nothing: what comes here to be written was masked before.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry, Exchange, Headers
from mockservers.kernel.redaction import coding
from mockservers.wirekit.headers import media

BASE = "__base__"
"""Stands in recorded texts where the address of the upstream stood: scheme, host and port."""
HOST = "__host__"
"""Stands where the upstream's host stood alone."""

FAULTS = ("refused", "reset", "cut", "timeout")
"""What can become of an exchange at the upstream: no connection; a connection that ended before or in the answer with a
reset; a body that ended early; silence."""

MOST_RECORDED = 64 << 20
"""Bytes of a body that are kept; a longer one is left out."""

NO_TEXT = re.compile("[\udc80-\udcff]")
"""Bytes of a body that are no UTF-8, as `text_of` lets them through."""
_AWKWARD = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class Recorded:
    """One request and its answer. `at` is an instant, `took` in microseconds. `status` None: no answer began.

    A body is None where it was left out; `omitted` then says why. `fault` is one of FAULTS, and `received` tells how much
    of a body came before it.
    """

    n: int
    at: int
    method: str
    target: str
    headers: Headers = field(default_factory=list)
    body: bytes | None = b""
    status: int | None = None
    reply_headers: Headers = field(default_factory=list)
    reply_body: bytes | None = b""
    fault: str | None = None
    took: int = 0
    omitted: str = ""

    @classmethod
    def of(cls, entry: Entry, exchange: Exchange, fault: str | None) -> Recorded:
        """An exchange of the journal, all of it that the journal keeps."""
        return cls(
            entry.n,
            entry.at,
            exchange.method,
            exchange.target,
            exchange.headers,
            exchange.body,
            exchange.status,
            exchange.reply_headers,
            exchange.reply_body,
            fault,
        )

    def header(self, name: str) -> str:
        return value_of(self.headers, name)

    @property
    def moment(self) -> int:
        """The vendor's own time of the answer: its `Date` where that differs from the recorder's clock."""
        try:
            told = instants.from_datetime(parsedate_to_datetime(self.reply_header("date")))
        except (ValueError, TypeError):
            return self.at
        return self.at if abs(told - self.at) <= 2 * instants.SECOND else told

    def reply_header(self, name: str) -> str:
        return value_of(self.reply_headers, name)


def value_of(headers: Headers, name: str) -> str:
    """The first header of that name, or empty text."""
    return next((value for key, value in headers if key.lower() == name), "")


def media_of(headers: Headers) -> str:
    """The media type of a body in lower case, without parameters; empty where none is named."""
    return media(value_of(headers, "content-type"))


def text_of(body: bytes, headers: Headers) -> tuple[str, str]:
    """A body as text, and the codec that turns it back into the same bytes."""
    named = coding(body, value_of(headers, "content-type"))
    if named is not None:
        try:
            text = body.decode(named)
            if text.encode(named) == body:
                return text, named
        except (UnicodeError, LookupError):
            pass
    return body.decode("utf-8", "surrogateescape"), "utf-8"


def bytes_of(text: str, codec: str) -> bytes:
    return text.encode(codec, "surrogateescape" if codec == "utf-8" else "replace")


def _message(start: dict[str, Any], headers: Headers, body: bytes | None) -> dict[str, Any]:
    start["headers"] = headers
    if body:
        text, codec = text_of(body, headers)
        if codec == "utf-8" and NO_TEXT.search(text):
            start["body64"] = base64.b64encode(body).decode()
        else:
            start["body"] = text
            if codec != "utf-8":
                start["charset"] = codec
    return start


def to_dict(exchange: Recorded) -> dict[str, Any]:
    """An exchange as plain data, keys in reading order."""
    made: dict[str, Any] = {"exchange": exchange.n, "at": instants.to_iso(exchange.at), "took_ms": exchange.took / 1000}
    made["request"] = _message({"method": exchange.method, "target": exchange.target}, exchange.headers, exchange.body)
    if exchange.status is not None:
        made["answer"] = _message({"status": exchange.status}, exchange.reply_headers, exchange.reply_body)
    if exchange.fault is not None:
        made["fault"] = exchange.fault
    if exchange.omitted:
        made["omitted"] = exchange.omitted
    return made


def to_line(exchange: Recorded) -> str:
    """An exchange as a document of a YAML stream, on one line."""
    text = json.dumps(to_dict(exchange), ensure_ascii=False)
    return "--- " + _AWKWARD.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


class NotAnExchange(ValueError):
    """A document of a recording that is no exchange; the message says what is wrong with it."""


def from_line(line: str) -> Recorded:
    """Read one document; raises NotAnExchange."""
    try:
        raw = json.loads(line.removeprefix("--- "))
    except (ValueError, RecursionError) as error:
        raise NotAnExchange(f"no JSON: {error}") from error
    return from_dict(raw)


def from_dict(raw: Any) -> Recorded:
    """An exchange of plain data; raises NotAnExchange."""
    try:
        request, answer = raw["request"], raw.get("answer")
        return Recorded(
            n=int(raw["exchange"]),
            at=instants.from_iso(raw["at"]),
            method=str(request["method"]),
            target=str(request["target"]),
            headers=_headers(request),
            body=_body(request),
            status=None if answer is None else _status(answer["status"]),
            reply_headers=[] if answer is None else _headers(answer),
            reply_body=b"" if answer is None else _body(answer),
            fault=_fault(raw.get("fault")),
            took=round(float(raw.get("took_ms", 0)) * 1000),
            omitted=str(raw.get("omitted", "")),
        )
    except NotAnExchange:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, LookupError) as error:
        raise NotAnExchange(
            f"an exchange needs `exchange`, `at`, `request` with method, target and headers, and `answer` with a status: "
            f"{type(error).__name__} {error}"
        ) from error


def _status(value: Any) -> int:
    if not 100 <= int(value) <= 999:
        raise NotAnExchange(f"a status has three digits, unlike {value!r}")
    return int(value)


def _fault(value: Any) -> str | None:
    if value is not None and value not in FAULTS:
        raise NotAnExchange(f"fault must be one of {', '.join(FAULTS)}, got {value!r}")
    return None if value is None else str(value)


def _headers(raw: Mapping[str, Any]) -> Headers:
    return [(str(name), str(value)) for name, value in raw.get("headers", ())]


def _body(raw: Mapping[str, Any]) -> bytes:
    if "body64" in raw:
        return base64.b64decode(raw["body64"])
    return bytes_of(str(raw.get("body", "")), str(raw.get("charset", "utf-8")))
