"""Request bodies that a HAR file tells as parameters alone, put together again: forms, and multipart forms with files.

HAR has parameters decoded. Internet Explorer, old Chrome and others write them as they were sent, percents and all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from mockservers.kernel.journal import Headers
from mockservers.recording.exchanges import value_of
from mockservers.recording.har.bodies import EMPTY, Body, encoded, from_base64, labelled, missing
from mockservers.recording.har.headers import listed
from mockservers.recording.har.systems import octets
from mockservers.recording.leaves import FORM
from mockservers.recording.matching import BOUNDARY
from mockservers.wirekit.headers import media

_SENT = re.compile(r"(?:[A-Za-z0-9*._+!~'()-]|%[0-9A-Fa-f]{2})*")
"""A name or value as browsers and encodeURIComponent write it into a form."""
_FILE_LEFT_OUT = ("", "(binary)", "[binary]", "<binary>")

Pairs = list[tuple[str, str]]


def pairs(params: Any) -> Pairs:
    """Names and values of a list of parameters, whatever its form."""
    found: Pairs = []
    params = listed(params)
    for each in params if isinstance(params, list) else ():
        if isinstance(each, Mapping) and ("name" in each or "value" in each):
            found.append((_value(each.get("name")), _value_in(each)))
        elif isinstance(each, list) and len(each) == 2:
            found.append((_value(each[0]), _value(each[1])))
        elif isinstance(each, str):
            name, _, value = each.partition("=")
            found.append((name, value))
    return found


def _value(value: Any) -> str:
    return "" if value is None else str(value)


def _value_in(param: Mapping[str, Any]) -> str:
    """The value of a parameter, which may be base64 as a whole body may be."""
    value = param.get("value")
    if isinstance(value, str) and (
        labelled(param) or (param.get("fileName") is not None and value.startswith("data:"))
    ):
        data = from_base64(value, [])
        if data is not None:
            return data.decode("utf-8", "surrogateescape")
    return _value(value)


def form(given: Pairs, lengths: Iterable[int] = (), *, blank: str = "+") -> str:
    """Parameters as a form or query. `lengths` are what the file says of its length: they tell how it was written."""
    as_told = "&".join(f"{name}={value}" for name, value in given)
    given_bytes = [(octets(name), octets(value)) for name, value in given]
    made = urlencode(given_bytes, quote_via=quote_plus if blank == "+" else quote)
    sent = all(_SENT.fullmatch(text) for pair in given for text in pair)
    if sent and len(as_told) != len(made):
        for length in lengths:
            if length in (len(as_told), len(made)):
                return as_told if length == len(as_told) else made
    return as_told if sent and "%" in as_told else made


def body(params: Any, headers: Headers, kind: str, lengths: Iterable[int]) -> Body | None:
    """The body that parameters tell; None where there are no parameters. `kind` is the whole media type."""
    given = pairs(params)
    if not given:
        return None
    bare = media(kind)
    if bare == "multipart/form-data":
        return _multipart(params, headers, kind)
    if bare in ("", FORM):
        return Body(form(given, lengths).encode("utf-8", "surrogatepass"))
    if len(given) == 1 and not given[0][1] and given[0][0].lstrip()[:1] in ("{", "[", "<"):
        return Body(encoded(given[0][0], headers))  # a text that was taken for the name of a parameter
    if bare == "text/plain":
        return Body(encoded("".join(f"{name}={value}\r\n" for name, value in given), headers))
    return missing("told as parameters, of which this kind of body cannot be made")


def _multipart(params: Any, headers: Headers, kind: str) -> Body:
    found = BOUNDARY.search(kind) or BOUNDARY.search(value_of(headers, "content-type"))
    if found is None:
        return missing("told as the parts of a multipart form, and the boundary between them is not")
    boundary = f"--{found[1] or found[2]}"
    parts: list[str] = []
    for each in listed(params):
        named = pairs([each])
        if not named:
            continue
        (name, value), each = named[0], each if isinstance(each, Mapping) else {}
        file = each.get("fileName", each.get("filename"))
        if file is not None and value.strip().lower() in _FILE_LEFT_OUT:
            return missing("a form with a file, whose content is left out of the HAR file")
        if boundary in value:
            return missing("told as the parts of a multipart form, one of which holds the boundary between them")
        head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
        head += f'; filename="{_quoted(str(file))}"' if file is not None else ""
        of_type = each.get("contentType")
        if isinstance(of_type, str) and of_type.isprintable() and of_type:
            head += f"\r\nContent-Type: {of_type}"
        parts.append(f"{boundary}\r\n{head}\r\n\r\n{value}\r\n")
    if not parts:
        return EMPTY
    text = "".join(parts) + f"{boundary}--\r\n"
    try:
        return Body(text.encode("utf-8", "surrogateescape"))
    except UnicodeError:
        return Body(text.encode("utf-8", "surrogatepass"))


def _quoted(text: str) -> str:
    """A name as browsers write it between quotes."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
