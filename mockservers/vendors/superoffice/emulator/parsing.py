"""Bodies, query strings and cookies as plain values: JSON, XML and forms become objects, lists, texts and numbers.

Knows no vendor's meaning; whoever calls hands in what cites the rules met while reading. XML is parsed without entities,
without a document type and without the network.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from lxml import etree

from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator.model import CATALOGUE
from mockservers.vendors.superoffice.emulator.requests import Plain, bad
from mockservers.wirekit import headers, json_net, web_api
from mockservers.wirekit.aspnet import url_decode, whole_characters
from mockservers.wirekit.dotnet_text import value_text

TYPES: tuple[str, ...] = tuple(CATALOGUE.facts["request_media"])
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
MOST_VARIABLES, DEEPEST, LONGEST = 10_000, 64, 32 << 20
_INDEX = re.compile(r"(.*?)\[\d{0,9}\]", re.DOTALL)


def read(body: bytes, content_type: str, cite: Callable[[str], None], repeated: list[str] | None = None) -> Any:
    """The value of a body; raises the refusal of one that cannot be read. `repeated` takes names that came twice."""
    media = headers.media(content_type)  # a charset beside it, as in superoffice.request.sample
    if not body.strip():
        return None
    if media not in TYPES:
        raise Refusal("superoffice.request.media", "media", told=web_api.unsupported_media(media[:100]))
    if len(body) > LONGEST:
        raise bad("superoffice.request.body", "The body is too long.")
    text = _text(body, content_type, cite)
    if media != _JSON:
        cite("superoffice.request.media")
    if media == _FORM:
        cite("superoffice.request.form")
        return form(text)
    if media.endswith("/xml"):
        cite("superoffice.request.xml")
        return _xml(text)
    return _json(text, [] if repeated is None else repeated)


def _text(body: bytes, content_type: str, cite: Callable[[str], None]) -> str:
    """The body as text, in the charsets that the framework's formatters know (superoffice.request.charset)."""
    if "charset" in content_type.lower() or not body.isascii():
        cite("superoffice.request.charset")
    try:
        return web_api.text_of(body, content_type)
    except ValueError as error:
        raise bad("superoffice.error.bad_request", str(error)) from None


LONGEST_TOLD = 2000


def _json(text: str, repeated: list[str]) -> Any:
    """The value of a text as Json.NET reads it (superoffice.request.json_net)."""

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len({name.lower() for name in found}) < len(pairs):
            found, seen = {}, set()
            for name, value in pairs:
                found.pop(name, None)  # names are read in their order, and the last counts
                found[name] = value
                if name.lower() in seen:
                    repeated.append(name)
                seen.add(name.lower())
        return found

    try:
        value = json_net.loads(text, object_of)
    except json_net.JsonNetError as error:
        raise bad("superoffice.error.bad_request", str(error)[:LONGEST_TOLD]) from None
    return _checked(value)


def _checked(value: Any) -> Any:
    """A value without halves of characters, and with nothing in it that no property takes."""
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, dict):
        return {whole_characters(name): _checked(each) for name, each in value.items()}
    if isinstance(value, list):
        return value if all(type(each) is int for each in value) else [_checked(each) for each in value]
    if isinstance(value, json_net.Constructor) or (isinstance(value, float) and not isfinite(value)):
        raise bad("superoffice.error.bad_request", f"No property takes the value {value_text(value)}.")
    return value


def form(text: str) -> dict[str, Any]:
    """The names of a form with all their values: one is text, several are a list, as is one with an index."""
    found: dict[str, Any] = {}
    if text.count("&") >= MOST_VARIABLES:
        raise bad("superoffice.request.form", "The form has too many variables.")
    for pair in text.strip().split("&"):
        name, _, value = pair.partition("=")
        name, value = url_decode(name), url_decode(value)
        indexed = _INDEX.fullmatch(name)
        name = indexed[1] if indexed else name
        if name in found or indexed:
            had = found.get(name, [])
            found[name] = [*(had if isinstance(had, list) else [had]), Plain(value)]
        elif name:
            found[name] = Plain(value)
    return found


def _xml(text: str) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    raw = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text, count=1)  # the text was decoded already
    try:
        root = etree.fromstring(raw.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise bad("superoffice.request.xml", "The body is no XML.") from None
    if root.getroottree().docinfo.doctype:
        raise bad("superoffice.request.xml", "The body declares a document type.")
    return _plain(root, DEEPEST)


_SCALARS = frozenset({"int", "string", "long", "short"})


def _plain(element: Any, left: int) -> Any:
    """An element as a value: items of a list, members of an object, or text."""
    if left == 0:
        raise bad("superoffice.request.xml", "The body nests too deep.")
    if element.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
        return None
    children = [each for each in element if isinstance(each.tag, str)]
    if not children:
        return Plain("".join(element.itertext()))
    names = [etree.QName(each).localname for each in children]
    values = [_plain(each, left - 1) for each in children]
    if set(names) <= _SCALARS or (len(names) > 1 and len(set(names)) == 1):
        return values
    return dict(zip(names, values, strict=True))


# --- query and cookies ------------------------------------------------------------------------------------------------


def variables(query: str) -> dict[str, str]:
    """A query's variables by lower-case name; of a repeated one the first counts."""
    found: dict[str, str] = {}
    if not query:
        return found
    for pair in query.split("&", 1000)[:1000]:
        name, _, value = pair.partition("=")
        if name:
            found.setdefault(url_decode(name).lower(), url_decode(value))
    return found


def twice(query: str) -> tuple[str, ...]:
    """The names of variables that a query has more than once, without case."""
    if not query:
        return ()
    names = [url_decode(pair.partition("=")[0]).lower() for pair in query.split("&", 1000)[:1000]]
    return tuple(name for name, times in Counter(names).items() if name and times > 1)


def cookies(header: str) -> Mapping[str, str]:
    """The cookies of a request by name."""
    found: dict[str, str] = {}
    for name, value in headers.cookies(header):
        found.setdefault(name, value.strip('"'))
    return found


_TOKEN_SECRETS = re.compile(r"(?:refresh_token|client_secret)[\"'\s]*[=:>][\"'\s]*([^&\s\"'<>]+)", re.IGNORECASE)


def token_secrets(query: str, body: bytes) -> list[str]:
    """What a call of the token endpoint presents, in whatever form it came, readable as a body or not."""
    # Zero bytes part the letters of UTF-16 whose mark is missing.
    texts = (query, web_api.form_of(body[: 1 << 16]).replace("\0", ""))
    found = [match for text in texts for match in _TOKEN_SECRETS.findall(text)]
    return [*found, *(url_decode(each) for each in found)]
