"""A recording as HAR 1.2, an entry at a time. A body that the recording lacks is not there, and a comment says why."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from mockservers import __version__
from mockservers.kernel import instants
from mockservers.kernel.journal import Headers
from mockservers.kernel.redaction import coding
from mockservers.recording import leaves
from mockservers.recording.exchanges import BASE, NO_TEXT, Recorded, text_of, value_of
from mockservers.recording.files import Recording
from mockservers.recording.omissions import lacks_answer, lacks_request
from mockservers.wirekit.headers import cookies

ORIGIN = "https://recorded.example"
"""Where addresses lead in what is exported: HAR wants whole ones, and the real one is nobody's business."""


def export(recording: Recording, path: Path) -> int:
    """Write a HAR file, an entry at a time; tells how many. Raises FileExistsError for a file that is there."""
    count = 0

    def counted() -> Iterator[Recorded]:
        nonlocal count
        for exchange in recording:
            count += 1
            yield exchange

    with open(path, "x", encoding="utf-8", errors="replace") as file:
        try:
            file.writelines(text(counted(), recording.head.note or f"a recording of {recording.head.vendor}"))
            file.flush()
        except BaseException:
            path.unlink()  # half of it would be no HAR file
            raise
    return count


def text(exchanges: Iterable[Recorded], comment: str) -> Iterator[str]:
    """A HAR file, an entry at a time."""
    creator = {"name": "mockservers", "version": __version__}
    yield f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)}, "comment": {json.dumps(comment)}, "entries": [\n'
    for n, exchange in enumerate(exchanges):
        yield (",\n" if n else "") + json.dumps(entry(exchange), ensure_ascii=False)
    yield "\n]}}\n"


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
        "url": exchange.target if exchange.target.startswith(("http://", "https://")) else ORIGIN + exchange.target,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(value_of(exchange.headers, "cookie")),
        "headers": _pairs(exchange.headers),
        "queryString": [{"name": n, "value": v} for n, v in leaves.pairs(exchange.target.partition("?")[2])],
        "headersSize": -1,
        "bodySize": -1 if lacks_request(exchange) else len(exchange.body or b""),
    }
    if lacks_request(exchange):
        made["postData"] = {"mimeType": exchange.header("content-type"), "comment": exchange.omitted}
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
    body, lacks = exchange.reply_body or b"", lacks_answer(exchange)
    text, codec = text_of(body, exchange.reply_headers)
    content: dict[str, Any] = {"size": len(body), "mimeType": exchange.reply_header("content-type") or "x-unknown"}
    if lacks:
        content["comment"] = exchange.omitted
    elif _is_text(text) and codec == "utf-8":
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
        "bodySize": -1 if lacks else len(body),
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
    return [{"name": name, "value": value} for name, value in cookies(text)]
