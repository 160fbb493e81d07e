"""Entries of a HAR file as exchanges of one system, in the order in which they were.

An entry becomes an exchange, with a fault where no answer came and `omitted` where a body is not there, or is skipped for
a reason. A `Summary` accounts for every one. No reason holds a word of the entry itself: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.journal import Headers
from mockservers.recording import addresses
from mockservers.recording.addresses import Upstream
from mockservers.recording.exchanges import BASE, FAULTS, Recorded, value_of
from mockservers.recording.files import Head, RecordingError, Writer
from mockservers.recording.har import bodies, moments, parameters, systems
from mockservers.recording.har.bodies import CUT, EMPTY, LEFT_OUT, Body, missing
from mockservers.recording.har.container import LARGEST, Archive, Attachment
from mockservers.recording.har.headers import TOKEN, has_odd, headers, with_cookies, without_connection
from mockservers.recording.har.systems import Unusable
from mockservers.recording.omissions import ANSWER, REQUEST, bodiless
from mockservers.recording.redaction import Redactor

MOST_UNPACKED = 2 * LARGEST
"""Bytes of all bodies together: each is bounded, and a small file may name one of them very often."""
OTHER_SYSTEM = "of another system"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_POSTING = frozenset({"POST", "PUT", "PATCH"})
_ASKING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OF_NOTHING = 30
"""Bytes that an empty body may be long once it is coded or in chunks."""
_ERRORS = ("_error", "_failureText", "_errorText", "failureText", "error")
_REFUSED = (
    "refused",
    "resolve",
    "resolution",
    "enotfound",
    "dns",
    "unreachable",
    "blocked",
    "connection_failed",
    "proxy",
)
_TIMED_OUT = ("timed_out", "timedout", "timeout", "timed out")


@dataclass
class Summary:
    """What became of the entries. Each reason has the numbers of its entries as they stand in the file, from 1."""

    entries: int = 0
    imported: int = 0
    skipped: dict[str, list[int]] = field(default_factory=dict)
    omitted: dict[str, list[int]] = field(default_factory=dict)
    faults: dict[str, list[int]] = field(default_factory=dict)
    notes: dict[str, list[int]] = field(default_factory=dict)
    others: dict[Upstream, int] = field(default_factory=dict)
    """Other systems, with their numbers of calls."""
    secrets: list[str] = field(default_factory=list)
    """User information of addresses, to be masked wherever else it stands."""


@dataclass(frozen=True, slots=True)
class _Call:
    """An entry that is a call of the system: its number in the file, and its parts."""

    number: int
    entry: Mapping[str, Any]
    request: Mapping[str, Any]
    target: str
    at: int | None


def written(
    archive: Archive, upstream: Upstream | None, redactor: Redactor, out: Path, head: Head, summary: Summary
) -> Writer | None:
    """Mask the calls of one system and write them; gives the open file, or None where there is no call.

    The head begins at the first call. User information of addresses is masked wherever else it stands, too.
    """
    writer: Writer | None = None
    try:
        for number, exchange in _exchanges(archive, upstream, summary):
            if writer is None:
                for secret in summary.secrets:
                    redactor.stand_in("password", secret)
                writer = Writer(out, replace(head, started=exchange.at))
            masked = redactor.redact(exchange)
            writer.add(masked)
            if masked.omitted:
                _note(summary.omitted, masked.omitted, number)
    except BaseException:
        if writer is not None:
            writer.discard()
        raise
    return writer


def _exchanges(archive: Archive, upstream: Upstream | None, summary: Summary) -> Iterator[tuple[int, Recorded]]:
    """The calls of one system, numbered in their order, not masked yet, each with the number of its entry; fills the
    summary. Without a system there are none."""
    calls = _calls(archive.entries, upstream, summary)
    if upstream is None:
        return
    at = _moments(calls, round(archive.modified * instants.SECOND))
    untimed = [each.number for each in calls if each.at is None]
    if untimed:
        summary.notes["without a time that can be read; they keep their places"] = untimed
    to_file = addresses.outward((upstream,), BASE)
    n = total = 0
    for call, started in sorted(zip(calls, at, strict=True), key=lambda each: each[1]):
        try:
            made = _exchange(call, started, archive.attachment, _noting(summary.notes, call.number))
            placed = addresses.placed(made, to_file, [upstream])
        except Unusable as error:
            _note(summary.skipped, str(error), call.number)
            continue
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            _note(summary.skipped, "of a form that nothing here can read", call.number)
            continue
        total += len(placed.body or b"") + len(placed.reply_body or b"")
        if total > MOST_UNPACKED:
            raise RecordingError(
                f"{archive.path} has bodies of over {MOST_UNPACKED >> 20} MB in all, once they are unpacked; export the calls "
                "of the vendor alone"
            )
        n += 1
        summary.imported = placed.n = n
        if placed.fault is not None:
            _note(summary.faults, placed.fault, call.number)
        yield call.number, placed


def _note(notes: dict[str, list[int]], reason: str, number: int) -> None:
    notes.setdefault(reason, []).append(number)


def _noting(notes: dict[str, list[int]], number: int) -> Callable[[str], None]:
    return lambda reason: _note(notes, reason, number)


def _calls(entries: list[Any], upstream: Upstream | None, summary: Summary) -> list[_Call]:
    """The entries that are calls of the system, as they stand in the file; all others are skipped for a reason."""
    found: list[_Call] = []
    summary.entries = len(entries)
    for number, entry in enumerate(entries, 1):
        try:
            if not isinstance(entry, Mapping):
                raise Unusable("that are no objects")
            request = entry.get("request")
            if not isinstance(request, Mapping):
                raise Unusable("without a request")
            if entry.get("_webSocketMessages"):
                raise Unusable(systems.SOCKET)
            if str(request.get("method", "")).strip().upper() == "CONNECT":
                raise Unusable("of method CONNECT, which is said to a proxy and not to the system")
            address = systems.address(request.get("url"))
            if address.system != upstream:
                summary.others[address.system] = summary.others.get(address.system, 0) + 1
                raise Unusable(OTHER_SYSTEM)
        except Unusable as error:
            _note(summary.skipped, str(error), number)
            continue
        summary.secrets += address.secrets
        target = address.target
        if "?" not in target and request.get("queryString"):
            query = systems.written(parameters.form(parameters.pairs(request["queryString"]), blank="%20"))
            target += f"?{query}" if query else ""
        found.append(_Call(number, entry, request, target, moments.moment(entry.get("startedDateTime"))))
    return found


def _moments(calls: list[_Call], otherwise: int) -> list[int]:
    """When each call began. Where the file tells no time at all, the vendor's own clock does, by whole seconds."""
    known = [each.at for each in calls]
    if not any(each is not None for each in known):
        answers = [each.entry.get("response") for each in calls]
        dates = [
            value_of(headers(each.get("headers")), "date") if isinstance(each, Mapping) else "" for each in answers
        ]
        known = [moments.moment(each) for each in dates]
    return moments.in_order(known, otherwise)


# --- one entry ------------------------------------------------------------------------------------------------------


def _exchange(call: _Call, started: int, attachment: Attachment, note: Callable[[str], None]) -> Recorded:
    request, response = call.request, call.entry.get("response")
    response = response if isinstance(response, Mapping) else {}
    method = _method(request.get("method"))
    status = _status(response.get("status"))
    sent = with_cookies(headers(request.get("headers")), request.get("cookies"), sent=True)
    came = with_cookies(headers(response.get("headers")), response.get("cookies"), sent=False)
    if value_of(came, "non-authoritative-reason"):
        raise Unusable("that the browser answered itself, such as a redirect to HTTPS")
    if status is not None and 300 <= status < 400 and not value_of(came, "location"):
        came += headers(
            [{"name": "Location", "value": response.get("redirectURL")}] if response.get("redirectURL") else []
        )
    asked = _asked(request, method, sent, attachment)
    answered = _answered(response, method, status, came, attachment, note) if status is not None else EMPTY
    size = _size(response)
    whole = bodiless(method, status) or (bool(answered.data) and not bodies.is_short(answered.data or b"", came, size))
    fault = _fault(call.entry, request, response, status, whole=whole)
    if fault is not None and not answered.data:
        answered = EMPTY  # the fault says why there is none
    if fault is None and answered.data and bodies.is_short(answered.data, came):
        answered = missing(CUT)
    if any(has_odd(part.get("headers")) for part in (request, response)):
        note("with headers that are none, which were left out")
    for body in (asked, answered):
        if body.note:
            note(body.note)
    omitted = [f"{whose}: {body.why}" for whose, body in ((REQUEST, asked), (ANSWER, answered)) if body.data is None]
    return Recorded(
        n=0,
        at=started,
        method=method,
        target=call.target,
        headers=_kept(sent, request.get("postData"), asked, always=True),
        body=asked.data,
        status=status,
        reply_headers=_kept(came, response.get("content"), answered, always=not headers(response.get("headers")))
        if status is not None
        else [],
        reply_body=answered.data,
        fault=fault,
        took=moments.took(call.entry),
        omitted="; ".join(omitted),
    )


def _method(value: Any) -> str:
    method = str(value).strip() if isinstance(value, str) else ""
    if not TOKEN.fullmatch(method):
        raise Unusable("without a method")
    return method.upper() if method.upper() in _METHODS else method


def _status(value: Any) -> int | None:
    """The status, or None where no answer came: 0, less than 0, null, or a word such as (failed)."""
    if isinstance(value, str):
        word = value.strip()[:3]
        value = int(word) if word.isascii() and word.isdigit() and not value.strip()[3:4].isdigit() else 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value < 100:
        return None
    if value == 101:
        raise Unusable(systems.SOCKET)
    if value > 999:
        raise Unusable("with a status that is none of HTTP")
    return int(value) if value >= 200 else None


def _fault(entry: Mapping[str, Any], request: Any, response: Any, status: int | None, *, whole: bool) -> str | None:
    """What became of a call that got no answer, or not all of it. Tools also call failed what ended well, as downloads."""
    own = entry.get("_fault")
    if isinstance(own, str) and own in FAULTS:
        return own
    said = " ".join(
        str(part[key]).lower()
        for part in (response, entry, request)
        if isinstance(part, Mapping)
        for key in _ERRORS
        if part.get(key)
    )
    if str(response.get("_charlesStatus", "COMPLETE")).upper() != "COMPLETE":
        said += " failed"
    if status is not None:
        return "cut" if said and not whole else None
    said += " " + str(response.get("statusText", "")).lower()
    if any(word in said for word in _TIMED_OUT):
        return "timeout"
    return "refused" if any(word in said for word in _REFUSED) else "reset"


def _kept(found: Headers, part: Any, body: Body, *, always: bool) -> Headers:
    """Headers as they are kept, with the media type of the body where it is told beside them alone."""
    kept = without_connection(found)
    media = part.get("mimeType") if isinstance(part, Mapping) else None
    if body.data == b"" or value_of(kept, "content-type") or not _is_media(media) or not always:
        return kept
    return [*kept, ("Content-Type", str(media))]


def _is_media(value: Any) -> bool:
    return isinstance(value, str) and "/" in value and value.isprintable() and value.isascii() and len(value) < 300


def _reading(found: Headers, part: Mapping[str, Any]) -> Headers:
    """Headers by which a body is read."""
    media = part.get("mimeType")
    return found if value_of(found, "content-type") or not _is_media(media) else [*found, ("Content-Type", str(media))]


def _asked(request: Mapping[str, Any], method: str, sent: Headers, attachment: Attachment) -> Body:
    """The body of a request."""
    posted = request.get("postData")
    sized = bodies.number(request.get("bodySize"))
    posted = {"text": posted} if isinstance(posted, str) else posted if isinstance(posted, Mapping) else {}
    known = _reading(sent, posted)
    lengths = [each for each in (bodies.length(sent), sized) if each]
    body = bodies.told(posted, known, attachment)
    if body is not None:
        return missing(CUT) if body.data and bodies.is_short(body.data, sent) else body
    body = parameters.body(posted.get("params"), known, value_of(known, "content-type"), lengths)
    if body is not None:
        return body
    if posted.get("comment") or bodies.length(sent):
        return missing(LEFT_OUT)
    empty = bodies.length(sent) == 0 or sized == 0 or posted.get("text") == ""
    if not empty and value_of(sent, "transfer-encoding"):
        return missing(LEFT_OUT)
    if method in _POSTING:
        there = bool(sized) or (not empty and bool(posted or value_of(sent, "content-type")))
    else:
        # What some write as the size of a body is that of the whole request, so it takes a media type, too.
        told = bool(value_of(known, "content-type")) and (bool(sized) or (bool(posted) and not empty))
        there = told and method not in _ASKING
    return missing(LEFT_OUT) if there else EMPTY


def _size(response: Mapping[str, Any]) -> int | None:
    content = response.get("content")
    return bodies.number(content.get("size")) if isinstance(content, Mapping) else None


def _answered(
    response: Mapping[str, Any],
    method: str,
    status: int | None,
    came: Headers,
    attachment: Attachment,
    note: Callable[[str], None],
) -> Body:
    """The body of an answer."""
    content = response.get("content")
    content = {"text": content} if isinstance(content, str) else content if isinstance(content, Mapping) else {}
    if bodiless(method, status):
        if content.get("text"):
            note(f"with a body that an answer {status} never has: the browser took it from its cache")
        return EMPTY
    body = bodies.told(content, _reading(came, content), attachment)
    if body is not None:
        return body
    length, size = bodies.length(came), bodies.number(content.get("size"))
    if size or length:
        return missing(LEFT_OUT)
    if content.get("comment"):
        return missing(LEFT_OUT)
    came_as = bodies.number(response.get("bodySize")) or 0
    if came_as > _OF_NOTHING and not isinstance(content.get("text"), str) and status is not None and status // 100 != 3:
        return missing(LEFT_OUT)
    if size == 0 or length == 0 or content.get("text") == "" or bodies.number(response.get("bodySize")) == 0:
        return EMPTY
    return EMPTY if status is not None and 300 <= status < 400 else missing(LEFT_OUT)
