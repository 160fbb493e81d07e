"""What ASP.NET Web API 2 does around the actions of a controller: charsets of bodies and answers, media types, verbs.

After the published source of System.Net.Http.Formatting and System.Web.Http. Knows no Flask and no vendor.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.wirekit import headers
from mockservers.wirekit.charsets import MARKS

INVALID = "The request is invalid."
UNSUPPORTED = "The request entity's media type '{media}' is not supported for this resource."
UNNAMED = (
    "The request contains an entity body but no Content-Type header. The inferred media type 'application/octet-stream' is not "
    "supported for this resource."
)
NO_VERB = "The requested resource does not support http method '{verb}'."

_SUPPORTED = {"utf-8": "utf-8", "utf-16": "utf-16-le"}
"""The charsets of the framework's formatters by the names that it compares, and Python's."""
_CHARSET = re.compile(r";\s*charset\s*=\s*([^;]*)", re.IGNORECASE)
_MEDIA = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+/[A-Za-z0-9!#$%&'*+\-.^_`|~]+")


def charset(content_type: str) -> str:
    """The charset that a Content-Type names, if the framework supports it; else its default, utf-8.

    Quotes are part of the name, so that `"utf-16"` in quotes is no name that it knows.
    """
    found = _CHARSET.search(content_type)
    named = found[1].strip().lower() if found else ""
    return named if named in _SUPPORTED else "utf-8"


def text_of(body: bytes, content_type: str) -> str:
    """A body as text: by its mark, else by its charset. Raises ValueError in the framework's words for wrong bytes."""
    named = _SUPPORTED[charset(content_type)]
    for mark, encoding in MARKS:
        if body.startswith(mark):
            # Only the formatter's own encoding is strict about wrong bytes.
            return (
                _strict(body, len(mark), encoding)
                if encoding == named
                else body[len(mark) :].decode(encoding, "replace")
            )
    return _strict(body, 0, named)


def form_of(body: bytes) -> str:
    """A form as OWIN's middleware reads it: by its mark, else as UTF-8 whatever it says, wrong bytes as U+FFFD."""
    for mark, encoding in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    return body.decode("utf-8", "replace")


def _strict(body: bytes, start: int, encoding: str) -> str:
    try:
        return body[start:].decode(encoding)
    except UnicodeDecodeError as error:
        wrong = "".join(f"[{each:02X}]" for each in error.object[error.start : error.end])
        raise ValueError(
            f"Unable to translate bytes {wrong} at index {error.start} from specified code page to Unicode."
        ) from None


@lru_cache(maxsize=256)
def answer_charset(accept: str) -> str:
    """The charset that Accept-Charset asks for: the first of the highest weight that is supported, else utf-8."""
    for name in headers.wanted(accept[:2000]):
        if name == "*":
            return "utf-8"
        if name in _SUPPORTED:
            return name
    return "utf-8"


def written(text: str | bytes, media: str, name: str) -> tuple[bytes, str]:
    """An answer's text, or its bytes in UTF-8, and its Content-Type in a charset; UTF-16 begins with its mark."""
    if name == "utf-8":
        return (text.encode() if isinstance(text, str) else text), media
    plain = text if isinstance(text, str) else text.decode()
    return codecs.BOM_UTF16_LE + plain.encode("utf-16-le"), _CHARSET.sub(f"; charset={name}", media)


def unsupported_media(media: str) -> str:
    """What the framework says of a body of a type that no formatter reads, or without a type that is one."""
    return UNSUPPORTED.format(media=media) if _MEDIA.fullmatch(media) else UNNAMED


def model_state(parameter: str, path: str, message: str) -> Mapping[str, Any]:
    """ModelState of a body that cannot be read: the parameter's name and the path in the value, as the framework joins them."""
    key = parameter + path if path.startswith("[") or not path else f"{parameter}.{path}"
    return {key: [message]}
