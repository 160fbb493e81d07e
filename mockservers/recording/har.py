"""HAR 1.2: recordings as browsers' tools and other proxies show them, and what those recorded as recordings.

What comes in is masked as if it had been recorded here. Knows no vendor.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockservers import __version__
from mockservers.kernel import instants
from mockservers.kernel.journal import Headers
from mockservers.kernel.redaction import coding
from mockservers.recording import addresses, leaves
from mockservers.recording.addresses import Upstream
from mockservers.recording.exchanges import BASE, FAULTS, NO_TEXT, Recorded, text_of, value_of
from mockservers.recording.files import Recording, RecordingError

ORIGIN = "https://recorded.example"
"""Where addresses lead in what is exported: HAR wants whole ones, and the real one is nobody's business."""
LARGEST = 512 << 20
_CONNECTION = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "content-encoding", "accept-encoding"}
)


# --- out ------------------------------------------------------------------------------------------------------------


def export(recording: Recording, path: Path) -> int:
    """Write a HAR file, an entry at a time; tells how many. Raises FileExistsError for a file that is there."""
    creator = {"name": "mockservers", "version": __version__}
    count = 0
    with open(path, "x", encoding="utf-8") as file:
        try:
            file.write(f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)}, "comment": ')
            file.write(
                json.dumps(recording.head.note or f"a recording of {recording.head.vendor}") + ', "entries": [\n'
            )
            for exchange in recording:
                file.write((",\n" if count else "") + json.dumps(entry(exchange), ensure_ascii=False))
                count += 1
            file.write("\n]}}\n")
            file.flush()
        except BaseException:
            path.unlink()  # half of it would be no HAR file
            raise
    return count


def entry(exchange: Recorded) -> dict[str, Any]:
    """One entry."""
    made = {
        "startedDateTime": instants.to_iso(exchange.at),
        "time": exchange.took / 1000,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": exchange.took / 1000, "receive": 0},
    }
    comments = [
        each for each in (exchange.fault and f"the upstream failed: {exchange.fault}", exchange.omitted) if each
    ]
    if comments:
        made["comment"] = "; ".join(comments)
    if exchange.fault:
        made["_fault"] = exchange.fault
    return made


def _request(exchange: Recorded) -> dict[str, Any]:
    made: dict[str, Any] = {
        "method": exchange.method,
        "url": ORIGIN + exchange.target,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(value_of(exchange.headers, "cookie")),
        "headers": _pairs(exchange.headers),
        "queryString": [{"name": n, "value": v} for n, v in leaves.pairs(exchange.target.partition("?")[2])],
        "headersSize": -1,
        "bodySize": len(exchange.body or b""),
    }
    if exchange.body:
        media = exchange.header("content-type")
        text, codec = text_of(exchange.body, exchange.headers)
        made["postData"] = {"mimeType": media, "text": text.encode("utf-8", "replace").decode()}
        if not _is_text(text):
            made["postData"] = {
                "mimeType": media,
                "text": base64.b64encode(exchange.body).decode(),
                "_encoding": "base64",
            }
        elif coding(exchange.body, media) is not None:
            made["postData"]["_charset"] = codec  # which need not be what the headers say
    return made


def _response(exchange: Recorded) -> dict[str, Any]:
    body = exchange.reply_body or b""
    text, codec = text_of(body, exchange.reply_headers)
    content: dict[str, Any] = {"size": len(body), "mimeType": exchange.reply_header("content-type") or "x-unknown"}
    if _is_text(text) and codec == "utf-8":
        content["text"] = text
        if coding(body, exchange.reply_header("content-type")) is not None:
            content["_charset"] = codec
    else:
        content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    status = exchange.status or 0
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [
            cookie
            for name, value in exchange.reply_headers
            if name.lower() == "set-cookie"
            for cookie in _cookies(value.partition(";")[0])
        ],
        "headers": _pairs(exchange.reply_headers),
        "content": content,
        "redirectURL": exchange.reply_header("location").replace(BASE, ORIGIN),
        "headersSize": -1,
        "bodySize": len(body),
    }


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _is_text(text: str) -> bool:
    return NO_TEXT.search(text) is None


def _pairs(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _cookies(text: str) -> list[dict[str, str]]:
    return [
        {"name": name.strip(), "value": value.strip()}
        for name, equals, value in (part.partition("=") for part in text.split(";"))
        if equals
    ]


# --- in -------------------------------------------------------------------------------------------------------------


def entries(path: Path) -> list[Mapping[str, Any]]:
    """The entries of a HAR file; raises RecordingError with what is wrong with it."""
    if path.stat().st_size > LARGEST:
        raise RecordingError(f"{path} has over {LARGEST >> 20} MB; export the calls of the vendor alone")
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
        found = raw["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordingError(f"{path} is no HAR file: {type(error).__name__} {error}; it has log.entries") from error
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise RecordingError(f"{path} is no HAR file: log.entries is a list of objects")
    return found


def origin(found: list[Mapping[str, Any]]) -> str:
    """Scheme, host and port of most entries: the system that was talked to."""
    counts: Counter[str] = Counter()
    for each in found:
        request = each.get("request")
        try:
            parts = urlsplit(str(request.get("url", "")) if isinstance(request, Mapping) else "")
        except ValueError:
            continue  # such as a bracket of an IPv6 address alone
        if parts.scheme in ("http", "https") and parts.netloc:
            counts[f"{parts.scheme}://{parts.netloc}"] += 1
    if not counts:
        raise RecordingError("the HAR file holds no call by HTTP")
    return counts.most_common(1)[0][0]


def exchanges(found: list[Mapping[str, Any]], upstream: Upstream) -> Iterator[Recorded]:
    """The calls to one system, numbered in their order, not masked yet."""
    to_file = addresses.outward((upstream,), BASE)
    n = 0
    for each in sorted(found, key=lambda each: str(each.get("startedDateTime", ""))):
        try:
            request, response = each["request"], each["response"]
            parts = urlsplit(request["url"])
            port = parts.port
        except (KeyError, TypeError, ValueError) as error:
            raise RecordingError(
                f"entry {n + 1} of the HAR file has no request, response or address: {error}"
            ) from error
        if (parts.scheme, parts.hostname) != (upstream.scheme, upstream.host) or (
            port is not None and port != upstream.port
        ):
            continue
        n += 1
        try:
            recorded = _recorded(n, each, request, response, parts.path or "/", parts.query)
        except RecordingError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordingError(
                f"entry {n} of the HAR file is not formed as HAR 1.2 forms it: {type(error).__name__} {error}"
            ) from error
        yield _placed(recorded, to_file, upstream)


def _recorded(n: int, raw: Mapping[str, Any], request: Any, response: Any, path: str, query: str) -> Recorded:
    try:
        started = instants.from_datetime(datetime.fromisoformat(raw["startedDateTime"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"entry {n} of the HAR file has no startedDateTime with an offset: {error}") from error
    status = int(response.get("status") or 0) or None
    if status is not None and not 100 <= status <= 999:
        raise RecordingError(f"entry {n} of the HAR file has the status {status}, which is none of HTTP")
    fault = raw.get("_fault")
    return Recorded(
        n=n,
        at=started,
        method=str(request["method"]),
        target=path + (f"?{query}" if query else ""),
        headers=_headers(request.get("headers", ())),
        body=_posted(request.get("postData"), _headers(request.get("headers", ()))),
        status=status,
        reply_headers=_headers(response.get("headers", ())),
        reply_body=_content(response.get("content"), _headers(response.get("headers", ()))),
        fault=fault if fault in FAULTS else None if status is not None else "reset",
        took=max(0, round(float(raw.get("time") or 0) * 1000)),
    )


def _headers(raw: Any) -> Headers:
    """Headers without those of connections, whose bodies a HAR file holds decoded."""
    pairs = [  # browsers write what came several times as the lines of one
        (str(each.get("name", "")), line)
        for each in raw
        for line in str(each.get("value", "")).replace("\0", "").splitlines() or [""]
    ]
    return [
        (name, value)
        for name, value in pairs
        if name and name[0] != ":" and name.isprintable() and name.lower() not in _CONNECTION
    ]


def _posted(raw: Any, headers: Headers) -> bytes:
    if not isinstance(raw, Mapping):
        return b""
    text = raw.get("text")
    if not text and raw.get("params"):
        from urllib.parse import urlencode

        return urlencode([(str(each.get("name", "")), str(each.get("value", ""))) for each in raw["params"]]).encode()
    return _bytes(str(text or ""), str(raw.get("_encoding", "")), raw.get("_charset"), headers)


def _content(raw: Any, headers: Headers) -> bytes:
    if not isinstance(raw, Mapping):
        return b""
    return _bytes(str(raw.get("text") or ""), str(raw.get("encoding", "")), raw.get("_charset"), headers)


def _bytes(text: str, encoding: str, charset: Any, headers: Headers) -> bytes:
    """The bytes of a body, whose text a HAR file holds decoded from the charset that its headers name."""
    if encoding == "base64":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError) as error:
            raise RecordingError(f"a body of the HAR file is not the base64 that it says it is: {error}") from error
    codec = str(charset or coding(b"", value_of(headers, "content-type")) or "utf-8")
    try:
        return text.encode(codec)
    except (UnicodeError, LookupError):
        return text.encode("utf-8", "surrogatepass")


def _placed(recorded: Recorded, rewrite: addresses.Rewriter, upstream: Upstream) -> Recorded:
    return addresses.placed(recorded, rewrite, [upstream])
