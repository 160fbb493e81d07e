"""Bodies of a HAR file: what an exporter wrote of one, turned back into the bytes that were sent, or why that cannot be.

A body comes as text, as base64 (labelled, labelled wrongly or not at all), still coded, or as a file beside the HAR file.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import unquote_to_bytes

from mockservers.kernel.journal import Headers
from mockservers.kernel.redaction import coding
from mockservers.recording import codings
from mockservers.recording.codings import GZIP, ZSTD, Coded
from mockservers.recording.exchanges import MOST_RECORDED, NO_TEXT, media_of, text_of, value_of
from mockservers.recording.har.container import Attachment
from mockservers.recording.leaves import FORM
from mockservers.recording.secret_names import SecretNames

_LABELS = ("encoding", "_encoding")
_FLAGS = ("isBase64", "_isBase64", "base64", "_base64", "base64Encoded", "_base64Encoded", "isBase64Encoded")
_FILES = ("_file", "_sha1")
_BLANK = re.compile(r"\s+")
_DATA = re.compile(r"\Adata:[^,]{0,200};base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_CONTROL_BYTES = bytes(each for each in range(32) if each not in b"\t\n\f\r")
_PLAIN_BYTES = bytes(range(32, 127)) + b"\t\n\r"
_STRUCTURED = re.compile(rf"application/(?:[\w.+-]*(?:xml|json))|text/(?:xml|html|json)|{re.escape(FORM)}")
"""Media that are text, and never base64 as a whole: they have brackets, quotes or signs of equality."""
_WORDY = re.compile(
    r"text/(?!plain)|application/(?:[\w.+-]*(?:javascript|ecmascript|ndjson|jsonl|yaml|graphql|sql|csv))"
)
"""Further media that are never base64 as a whole, though little else can be said of them."""
_BINARY = re.compile(r"(?:image|audio|video|font)/|application/(?:octet-stream|pdf|zip|(?:vnd\.)?ms)")
"""Media whose bytes no exporter can write as they are."""
_SHORTEST, _SHORTEST_SECRET = 16, 8
"""Letters from which on a text that nobody labelled may be base64, and what has the name of a secret in it."""
_NAMES = SecretNames({})
_AS_IT_IS = codings.NONE | {"text", "plain", "string", "raw", "7bit", "8bit", "json", "xml", "html", "unicode", "null"}
_HEX = frozenset({"hex", "base16", "hexadecimal"})
_PERCENT = frozenset({"percent", "percent-encoding", "percent-encoded", "url", "uri", "urlencoded", "url-encoded"})
_QUOTED = frozenset({"quoted-printable", "quotedprintable", "quopri"})
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "utf7"})
"""What Python calls encodings of texts, and what shows a text in other letters."""
_MOST_ADDED = 40
"""Bytes by which a coding that no header tells of any more makes a small body longer."""
CUT = "cut off in the HAR file, which says that there was more"
LEFT_OUT = "left out of the HAR file"


@dataclass(frozen=True, slots=True)
class Body:
    """A body, or None and `why` it is not there. `note` says what was odd about one that is."""

    data: bytes | None
    why: str = ""
    note: str = ""


EMPTY = Body(b"")


def missing(why: str) -> Body:
    return Body(None, why)


def told(raw: Mapping[str, Any], headers: Headers, attachment: Attachment) -> Body | None:
    """The body that a `content` or a `postData` tells by its text or by a file; None where it tells none."""
    text = _text(raw.get("text"))
    label = str(raw.get("encoding", "")).strip().lower()
    if label in codings.READ and not codings.of(headers):
        headers = [*headers, ("Content-Encoding", label)]  # some name the coding where the base64 around it belongs
    if isinstance(text, bytes):
        return _plain(text, headers)
    if text:
        body = _decoded(text, raw, headers)
        if _cut(text, body, raw):
            return missing(CUT)
        return body
    name = next((raw[key] for key in _FILES if isinstance(raw.get(key), str) and raw[key]), None)
    if name is None:
        return None
    data = attachment(name)
    if data is None:
        return missing("in a file of its own, which is not in the folder or the zip of the HAR file")
    return _plain(data, headers)


def number(value: Any) -> int | None:
    """A count that an exporter wrote; None for one that is unknown, which is written as -1, null or not at all."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,3}(?:,?[0-9]{3}){0,4}\s*|\s*[0-9]{1,15}\s*", value):
        return int(value.replace(",", ""))  # with commas it is of Internet Explorer
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e15:
        return None
    return int(value)


def length(headers: Headers) -> int | None:
    """What the header Content-Length says."""
    return number(value_of(headers, "content-length"))


def is_short(data: bytes, headers: Headers, size: int | None = None) -> bool:
    """Whether less of a body is there than its header Content-Length, or `size`, says; the header's length is that of a
    body as it was coded, so it tells nothing of one that was."""
    declared = max(size or 0, 0 if codings.of(headers) else length(headers) or 0)
    # Exporters drop a byte order mark, and write line breaks with one sign for two.
    if len(data) + data.count(b"\n") + len(codecs.BOM_UTF8) >= declared:
        return False
    if len(data) * 2 + 2 >= declared:
        letters = len(text_of(data, headers)[0])
        if declared in (letters * 2, letters * 2 + 2):
            return False  # it was UTF-16, which its headers did not say
    return declared - len(data) > _MOST_ADDED or not _is_whole_json(data)


def _is_whole_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def encoded(text: str, headers: Headers, charset: Any = None) -> bytes:
    """The bytes of a text, which a HAR file holds decoded from the charset that the headers name."""
    kind = f"; charset={charset}" if isinstance(charset, str) else value_of(headers, "content-type")
    codec = coding(b"", kind) or "utf-8"
    try:
        return text.encode(codec)
    except (UnicodeError, LookupError):
        pass
    try:
        return text.encode("utf-8", "surrogateescape")  # bytes of the file that were no text
    except UnicodeError:
        return text.encode("utf-8", "surrogatepass")


def readable(data: bytes, headers: Headers) -> bool:
    """Whether bytes are text that somebody can read, and therefore not coded."""
    text, codec = text_of(data, headers)
    if codec == "utf-8":
        return NO_TEXT.search(text) is None and _CONTROL.search(text) is None
    # Any bytes are text in these: what is written in letters has blanks, digits and punctuation of ASCII in it.
    plain = sum(each.isascii() for each in text)
    return _CONTROLS.search(text) is None and plain * 10 >= len(text) * (
        3 if codec.startswith(("utf-16", "utf-32")) else 6
    )


# --- text -----------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str | bytes | None:
    """The text of a body; an exporter may write JSON as it is, or bytes as a list of numbers."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Mapping) and value.get("type") == "Buffer" and isinstance(value.get("data"), list):
        try:
            return bytes(value["data"])
        except (TypeError, ValueError):
            pass
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _decoded(text: str, raw: Mapping[str, Any], headers: Headers) -> Body:
    note = ""
    if labelled(raw) or _DATA.match(text):
        data = from_base64(text, headers)
        if data is not None and not _is_word(text, data, headers):
            inner = _hidden(data.decode("ascii"), None, headers) if data.isascii() else None  # some encode it twice
            return _plain(data if inner is None else inner, headers)
        note = "with a body labelled base64 that is none"
    elif (otherwise := _otherwise(text, raw, headers)) is not None:
        return otherwise
    hidden = _hidden(text, number(raw.get("size")), headers)
    if hidden is not None:
        body = _plain(hidden, headers)
        return Body(body.data, body.why, "with a body in base64, or of bytes, that nothing labels as such")
    if codings.of(headers) and _CONTROL.search(text):
        return missing("still coded, and written as a text that has lost some of its bytes")
    data = encoded(text, headers, raw.get("_charset"))
    return Body(data, note=note) if len(data) <= MOST_RECORDED else missing(f"of over {MOST_RECORDED} bytes")


def _otherwise(text: str, raw: Mapping[str, Any], headers: Headers) -> Body | None:
    """A body whose label names an encoding other than base64; None where it names none, or is not true."""
    label = next((raw[key].strip().lower().replace("_", "-") for key in _LABELS if isinstance(raw.get(key), str)), "")
    if label in _AS_IT_IS or label in codings.READ or _is_charset(label):
        return None
    if label in _HEX:
        data = _from_hex(text)
        return None if data is None else _plain(data, headers)
    if label in _PERCENT:
        of_form = media_of(headers) == FORM and "=" in text  # which is written in percents itself
        return None if of_form else _plain(unquote_to_bytes(text), headers)
    if label in _QUOTED:
        return _plain(quopri.decodestring(encoded(text, [])), headers)
    return missing("in an encoding that cannot be read here, so it cannot be searched for secrets")


def _is_charset(label: str) -> bool:
    """Whether a label names the charset that the text once had, which does no harm."""
    try:
        "a=1".encode(label)
    except (LookupError, ValueError):
        return False
    return label not in _NO_CHARSETS


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _is_word(text: str, data: bytes, headers: Headers) -> bool:
    """Whether a text that could be base64, and is called so, is a word all the same: as such it would be no text."""
    odd = _is_structured(headers) and not (codings.of(headers) or data.startswith((GZIP, ZSTD)))
    return odd and not _plausible(data, headers) and not _is_random(text)


def labelled(raw: Mapping[str, Any]) -> bool:
    words = [str(raw[key]) for key in (*_LABELS, "comment") if isinstance(raw.get(key), str)]
    return any("base64" in each.lower().replace("-", "") for each in words) or any(
        raw.get(key) is True for key in _FLAGS
    )


def from_base64(text: str, headers: Headers) -> bytes | None:
    """The bytes of base64, also safe for addresses, with line breaks or without its end; None for what is none."""
    bare = _BLANK.sub("", _DATA.sub("", text)).replace("-", "+").replace("_", "/")
    full = len(bare) % 4 == 0
    bare = bare.rstrip("=")
    if _BASE64.fullmatch(bare) is None or len(bare) % 4 == 1:
        return None
    padded = bare + "=" * (-len(bare) % 4)
    try:
        data = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not full and (base64.b64encode(data).decode() != padded or not (codings.of(headers) or readable(data, headers))):
        return None  # a word that happens to have none but such letters
    return data


def _hidden(text: str, size: int | None, headers: Headers) -> bytes | None:
    """The bytes behind a text that holds bytes and does not say so: as letters of Latin-1, or as base64 without a label.

    `size` is that of the body, as far as the file tells it.
    """
    coded, structured = codings.of(headers), _is_structured(headers)
    if _CONTROL.search(text):
        try:
            data = text.encode("latin-1")
        except UnicodeError:
            return None
        odd = structured and not _plausible(data, headers)
        return data if coded or odd or data.startswith((GZIP, ZSTD)) else None
    if len(text) < _SHORTEST_SECRET or text.isdigit() or _BASE64.fullmatch(_BLANK.sub("", text[:200])) is None:
        return None
    in_hex, possible = _from_hex(text), from_base64(text, headers)
    for each in (in_hex, possible):
        if each is not None and readable(each, headers) and _NAMES.may_stand_in(text_of(each, headers)[0]):
            return each
    if len(text) < _SHORTEST or possible is None:
        return None
    if media_of(headers).startswith("multipart/"):
        return possible if possible.lstrip().startswith(b"--") else None
    if possible.startswith((GZIP, ZSTD)):
        return None if codings.PACKED.match(media_of(headers)) and size == len(text) else possible
    if _BINARY.match(media_of(headers)):
        return None if size == len(text) else possible
    if readable(possible, headers):
        form = media_of(headers) == FORM and b"=" in possible[:200]
        never = (structured and media_of(headers) != FORM) or _WORDY.match(media_of(headers))
        return possible if form or never else None
    if (coded or (structured and media_of(headers) != FORM)) and _is_random(text):
        return possible
    try:
        codings.all_unpacked(possible, coded)
    except Coded:
        return None
    return possible if coded else None


def _is_random(text: str) -> bool:
    """Whether letters, capitals and digits follow each other as in base64, and not as in a word, however long it is."""
    first = text[:64]
    changes = sum(_case(one) != _case(other) for one, other in pairwise(first))
    return len(first) >= _SHORTEST and changes * 3 >= len(first)


def _case(letter: str) -> int:
    return 0 if letter.islower() else 1 if letter.isupper() else 2


def _is_structured(headers: Headers) -> bool:
    return _STRUCTURED.match(media_of(headers)) is not None


def _plausible(data: bytes, headers: Headers) -> bool:
    """Whether bytes may be text, if perhaps in another charset than is said, or with a stray byte in it."""
    if readable(data, headers):
        return True
    controls, plain = (len(data) - len(data.translate(None, each)) for each in (_CONTROL_BYTES, _PLAIN_BYTES))
    return controls * 100 <= len(data) and plain * 10 >= len(data) * 6


def _cut(text: str, body: Body, raw: Mapping[str, Any]) -> bool:
    """Whether an exporter kept but the beginning: less than it says there is, and just as much as a limit of it."""
    size = number(raw.get("size"))
    if body.data is None or size is None or len(body.data) >= size:
        return False
    comment = raw.get("comment")
    if isinstance(comment, str) and "trunc" in comment.lower():
        return True
    lengths = {len(text), len(body.data), len(text.encode("utf-8", "surrogatepass"))}
    return any(each >= 1000 and (each % 1000 == 0 or each % 1024 == 0) for each in lengths)


# --- codings --------------------------------------------------------------------------------------------------------


def _plain(data: bytes, headers: Headers) -> Body:
    """Bytes without their codings. Most exporters have taken them off already, and leave the header as it was."""
    try:
        for each in reversed(codings.of(headers)):
            if not _is_off(data, each, headers):
                data = codings.unpacked(data, each)
        if not codings.PACKED.match(media_of(headers)):
            data = _without_hidden_codings(data, headers)
    except Coded as error:
        return missing(str(error))
    return Body(data) if len(data) <= MOST_RECORDED else missing(f"of over {MOST_RECORDED} bytes")


def _is_off(data: bytes, coding_name: str, headers: Headers) -> bool:
    """Whether bytes are without a coding already."""
    if not data:
        return True
    if coding_name in ("gzip", "x-gzip"):
        return not data.startswith(GZIP[:2])
    if coding_name == "zstd":
        return not data.startswith(ZSTD)
    return readable(data, headers)


def _without_hidden_codings(data: bytes, headers: Headers) -> bytes:
    """Bytes without codings that no header names: some exporters drop the header and keep what it tells of."""
    data = codings.without_marks(data, headers)
    if not _is_structured(headers) or _plausible(data, headers):
        return data
    for each in ("deflate", "br"):  # which begin with anything
        try:
            plain = codings.unpacked(data, each)
        except Coded:
            continue
        if readable(plain, headers):
            return plain
    raise Coded(
        "of bytes that are no text, though its headers say so: it may be coded, and cannot be searched for secrets"
    )
