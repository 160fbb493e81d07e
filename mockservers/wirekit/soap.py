"""SOAP as .NET writes it: one line, no byte-order mark, prefix `soap`, a default namespace on the body's element.

Answers are joined from fragments rendered elsewhere, never built as trees. Reading is done once, by a parser that
resolves no entity, loads no document type and opens no connection. Knows neither HTTP nor any vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from mockservers.wirekit.xmltext import attribute as attribute
from mockservers.wirekit.xmltext import text as text

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
ADDRESSING = frozenset(
    {
        "http://www.w3.org/2005/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "http://schemas.xmlsoap.org/ws/2004/03/addressing",
        "http://schemas.xmlsoap.org/ws/2003/03/addressing",
    }
)
"""Namespaces of WS-Addressing, the standard and its drafts."""
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True, slots=True)
class Version:
    """One version of SOAP: its namespace, media type and words for fault codes."""

    name: str
    namespace: str
    media: str

    @property
    def content_type(self) -> str:
        return f"{self.media}; charset=utf-8"

    def code(self, word: str) -> str:
        """A fault code such as `Client` in this version's words (1.2 says `Sender`)."""
        return {"Client": "Sender", "Server": "Receiver"}.get(word, word) if self is V12 else word


V11 = Version("1.1", SOAP11, "text/xml")
V12 = Version("1.2", SOAP12, "application/soap+xml")
BY_NAMESPACE = {SOAP11: V11, SOAP12: V12}


@lru_cache(maxsize=8)
def _opening(version: Version) -> str:
    return f'{DECLARATION}<soap:Envelope xmlns:soap="{version.namespace}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}">'


def envelope(version: Version, body: str | Sequence[str], header: str = "") -> bytes:
    """A whole message around ready-made fragments of header and body.

    A long body is given in parts: one letter beyond Latin-1 would make each joining of text four times as large.
    """
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    parts = (body,) if isinstance(body, str) else body
    whole = (f"{_opening(version)}{head}<soap:Body>", *parts, "</soap:Body></soap:Envelope>")
    return b"".join([part.encode() for part in whole])


def wrapper(element: str, namespace: str, inner: str | Sequence[str]) -> Sequence[str]:
    """The body's one element in its namespace, in parts; without content it is written short, as .NET does."""
    start = f'<{element} xmlns="{attribute(namespace)}"'
    parts = (inner,) if isinstance(inner, str) else inner
    return (f"{start}>", *parts, f"</{element}>") if any(parts) else (f"{start} />",)


UPGRADE = (
    f'<soap12:Upgrade xmlns:soap12="{SOAP12}">'
    '<soap12:SupportedEnvelope qname="soap12:Envelope" />'
    f'<soap12:SupportedEnvelope xmlns:soap11="{SOAP11}" qname="soap11:Envelope" />'
    "</soap12:Upgrade>"
)
"""The header that tells which versions would have been understood."""


def fault(version: Version, code: str, message: str, header: str = "", detail: bool = True) -> bytes:
    """A fault in the layout of its version. `code` is the SOAP 1.1 word; `detail` is written empty, as for body faults."""
    word, said = f"soap:{version.code(code)}", text(message)
    if version is V12:
        inner = (
            f"<soap:Fault><soap:Code><soap:Value>{word}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="en">{said}</soap:Text></soap:Reason>'
            f"{'<soap:Detail />' if detail else ''}</soap:Fault>"
        )
    else:
        inner = (
            f"<soap:Fault><faultcode>{word}</faultcode><faultstring>{said}</faultstring>"
            f"{'<detail />' if detail else ''}</soap:Fault>"
        )
    return envelope(version, inner, header)


class Malformed(Exception):
    """The bytes are no well-formed XML, or hold a document type declaration. `said` is what .NET's reader would say."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@lru_cache(maxsize=32)
def _parser(charset: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=charset,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def parse(body: bytes, charset: str | None = None) -> etree._Element:
    """The root of `body`; raises Malformed. `charset` outweighs the XML declaration; without it, that decides."""
    try:
        root = etree.fromstring(body, _parser(charset))
    except (etree.XMLSyntaxError, ValueError) as error:
        line, column = getattr(error, "position", (1, 1))
        if not body.strip():
            raise Malformed("Root element is missing.") from error
        raise Malformed(f"There is an error in XML document ({line}, {max(column, 0)}).") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed(
            "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing "
            "property on XmlReaderSettings to Parse and pass the settings to XmlReader.Create method."
        )
    return root
