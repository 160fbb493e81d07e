"""From XML to plain values: the SOAP header, the parameters of each operation, entities, and the text of a query.

The framework's reader is followed where it shows: order does not matter, elements of other namespaces are ignored, the
first of two equal ones counts. What a text means hangs on its field, and is left to semantics. Knows no world.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from mockservers.kernel.store import fits
from mockservers.vendors.autotask.emulator.declaration import HEADER, NAMESPACE
from mockservers.vendors.autotask.emulator.requests import (
    Expression,
    Group,
    Header,
    Input,
    InvoiceWish,
    Query,
    Test,
    Upload,
    Value,
    Write,
)
from mockservers.wirekit import soap
from mockservers.wirekit.asmx import unreadable

Element = etree._Element
Cite = Callable[[str], None]
"""What notes that a rule showed in the reading of a request, by the rule's id."""
_TNS = f"{{{NAMESPACE}}}"
_NIL, _TYPE = f"{{{soap.XSI}}}nil", f"{{{soap.XSI}}}type"
_INT = 2**31
_LONGEST_NUMBER = 25
"""Characters of the longest number that is looked at."""


def local(element: Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _named(parent: Element | None, name: str) -> Element | None:
    return None if parent is None else parent.find(_TNS + name)


def _nil(element: Element) -> bool:
    return element.get(_NIL, "").strip() in ("true", "1")


def _text(element: Element) -> str | None:
    """What the element holds; None when it is nil or empty."""
    return None if _nil(element) else element.text or None


# --- the header -------------------------------------------------------------------------------------------------------


NO_HEADER = Header()
"""What is read when the header is not there at all."""


def _as_declared(element: Element) -> bool:
    """Whether an element of the header has the declared namespace, and neither a prefix nor attributes."""
    return element.prefix is None and not element.attrib and str(element.tag).startswith(_TNS)


def header(sent: Element | None, cite: Cite) -> Header:
    """The header in every form clients send, members in no namespace too.

    Raises the framework's fault for a resource that is no number; 0 is what it reads when none was sent.
    """
    entry = next((each for each in sent if local(each) == HEADER), None) if sent is not None else None
    if entry is None:
        return NO_HEADER
    members: dict[str, str | None] = {}
    for each in entry:
        members.setdefault(local(each), (_text(each) or "").strip() or None)
    if not all(map(_as_declared, (entry, *entry))):
        cite("autotask.request.header")
    return Header(
        members.get("PartnerID"), members.get("IntegrationCode"), _int(members.get("ImpersonateAsResourceID")) or None
    )


# --- parameters -------------------------------------------------------------------------------------------------------


def _parameter(request: Element | None, name: str) -> str | None:
    """A text parameter; raises the framework's fault for elements inside."""
    sent = _named(request, name)
    if sent is None:
        return None
    if len(sent):
        raise unreadable("'Element' is an invalid XmlNodeType.")
    return None if _nil(sent) else sent.text or ""


def _number(text: str, kind: str, fitting: Callable[[int], bool]) -> int:
    """A whole number of the framework; raises its fault for a text that is none."""
    text = text.strip()
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits or not digits.isascii() or not digits.isdigit():
        raise unreadable("Input string was not in a correct format.")
    number = int(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None or not fitting(number):
        raise unreadable(f"Value was either too large or too small for an {kind}.")
    return number


def _int(text: str | None) -> int:
    """A number that must be there; one that was not sent is 0, as in the framework."""
    return 0 if text is None else _number(text, "Int32", lambda number: -_INT <= number < _INT)


def _long(text: str | None) -> int:
    return 0 if text is None else _number(text, "Int64", fits)


def nested(request: Element | None, name: str, how: str, cite: Cite) -> str:
    """The parameter of an information call, whose text one client wraps twice."""
    sent = _named(request, name)
    if sent is None:
        return ""
    if len(sent) and how == "recursive":
        cite("autotask.request.info_parameter")
        return "".join(sent.itertext()).strip()
    return (_parameter(request, name) or "").strip()


_MOST_LOST = 20
"""Names in one finding of elements that were passed over."""
_FOREIGN = etree.XPath("t:Entities/t:Entity/*[namespace-uri() != $space]", namespaces={"t": NAMESPACE})


def undeclared(request: Element | None, parameters: Sequence[str]) -> tuple[str, ...]:
    """What of a request element is passed over, because its name or its namespace is not declared."""
    if request is None:
        return (f"a body whose first element is another than the action's, in the namespace {NAMESPACE}",)
    declared = {_TNS + name for name in parameters}
    lost = [each for each in request if isinstance(each.tag, str) and each.tag not in declared]
    entities = _named(request, "Entities")
    if entities is not None and "Entities" in parameters:
        lost += [each for each in entities if isinstance(each.tag, str) and each.tag != f"{_TNS}Entity"]
        lost += _FOREIGN(request, space=NAMESPACE)
    return tuple(f"<{local(each)[:60]}> in {_space(each)}" for each in lost[:_MOST_LOST])


def _space(element: Element) -> str:
    space = etree.QName(element).namespace
    return "no namespace" if space is None else f"the namespace {space[:100]}"


def _nothing(request: Element | None, how: str, cite: Cite) -> None:
    return None


READERS: Mapping[str, Callable[[Element | None, str, Cite], Any]] = {
    "query": lambda request, how, cite: query(_parameter(request, "sXML"), cite),
    "create": lambda request, how, cite: write(_named(request, "Entities")),
    "update": lambda request, how, cite: write(_named(request, "Entities")),
    "delete": lambda request, how, cite: write(_named(request, "Entities")),
    "GetFieldInfo": lambda request, how, cite: nested(request, "psObjectType", how, cite),
    "getUDFInfo": lambda request, how, cite: nested(request, "psTable", how, cite),
    "GetEntityInfo": _nothing,
    "getThresholdAndUsageInfo": _nothing,
    "GetWsdlVersion": _nothing,
    "getZoneInfo": lambda request, how, cite: _parameter(request, "UserName") or "",
    "GetAttachment": lambda request, how, cite: _long(_parameter(request, "attachmentId")),
    "CreateAttachment": lambda request, how, cite: upload(_named(request, "attachment")),
    "DeleteAttachment": lambda request, how, cite: _long(_parameter(request, "attachmentId")),
    "GetInvoiceMarkup": lambda request, how, cite: InvoiceWish(
        _int(_parameter(request, "InvoiceId")), _parameter(request, "Format") or ""
    ),
    "IntegrationCodeCheck": lambda request, how, cite: _parameter(request, "userName") or "",
}
"""What reads the request element of each operation: `(element, how info parameters are read, cite) -> body`.

Each raises `asmx.Defect` for what the framework cannot read.
"""


# --- entities ---------------------------------------------------------------------------------------------------------


def write(entities: Element | None) -> Write:
    """The entities of create, update and delete: types by any prefix, values with a type or none, and so the id.

    All these forms mean the same (autotask.request.types).
    """
    if entities is None:
        return Write(())
    return Write(tuple(_entity(each, _kind(each)) for each in entities.iterchildren(f"{_TNS}Entity") if not _nil(each)))


def _kind(element: Element) -> str:
    """The entity that `xsi:type` names, whatever its prefix; without one there is nothing that could be made."""
    sent = element.get(_TYPE, "").strip().rpartition(":")[2]
    if not sent:
        raise unreadable(
            f"The specified type is abstract: name='Entity', namespace='{NAMESPACE}', at <Entity xmlns='{NAMESPACE}'>."
        )
    return sent


def _value(element: Element) -> Value:
    sent = element.get(_TYPE)
    kind = sent.strip().rpartition(":")[2] if sent else None
    if len(element):
        return Value(None, kind, structured=True)
    return Value(_text(element), kind, nil=_nil(element))


def _members(element: Element) -> Iterator[tuple[str, Element]]:
    for each in element:
        if isinstance(each.tag, str) and each.tag.startswith(_TNS):
            yield each.tag[len(_TNS) :], each


def _entity(element: Element, kind: str) -> Input:
    id_: Value | None = None
    fields: dict[str, Value] = {}
    udfs: tuple[tuple[str, str | None], ...] = ()
    udfs_sent = False
    for name, each in _members(element):
        if name == "id":
            id_ = id_ or _value(each)
        elif name == "UserDefinedFields":
            if not udfs_sent and not _nil(each):
                udfs, udfs_sent = _udfs(each), True
        elif name != "Fields" and name not in fields:  # Fields belongs to the base type and holds nothing of a record
            fields[name] = _value(each)
    return Input(kind, id_, fields, udfs, udfs_sent)


def _udfs(sent: Element) -> tuple[tuple[str, str | None], ...]:
    found = []
    for name, each in _members(sent):
        if name != "UserDefinedField":
            continue
        label, value = _named(each, "Name"), _named(each, "Value")
        found.append(("" if label is None else (_text(label) or "").strip(), None if value is None else _text(value)))
    return tuple(found)


def upload(attachment: Element | None) -> Upload:
    """The attachment of CreateAttachment; raises the framework's fault for data that are no base64."""
    info = _named(attachment, "Info")
    sent = _named(attachment, "Data")
    data = None
    if sent is not None and not _nil(sent):
        if len(sent):
            raise unreadable("'Element' is an invalid XmlNodeType.")
        try:
            data = base64.b64decode("".join((sent.text or "").split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise unreadable("The input is not a valid Base-64 string.") from error
    return Upload(data, None if info is None or _nil(info) else _entity(info, "AttachmentInfo"))


# --- QueryXML ---------------------------------------------------------------------------------------------------------


class _Defect(Exception):
    """The text of a query is not of its grammar."""


def query(text: str | None, cite: Cite) -> Query:
    """A QueryXML text as a tree. One that is not of the grammar becomes a query with a `defect`."""
    try:
        if text is None or not text.strip():
            raise _Defect("the query is empty")
        return _query(text, cite)
    except _Defect as defect:
        return Query("", (), str(defect))


def _query(text: str, cite: Cite) -> Query:
    try:
        # The text is decoded already: an encoding that its declaration names has no meaning any more.
        root = soap.parse(text.strip().encode("utf-8", "replace"), "utf-8")
    except soap.Malformed as malformed:
        raise _Defect("the query is no well-formed XML, or has a document type") from malformed
    if root.tag != "queryxml":
        raise _Defect(f"the query's root is <{_shown(root)}>, not <queryxml>")
    entity = body = None
    for each in root:
        if each.tag == "entity" and entity is None:
            entity = _name(each, cite)
        elif each.tag == "query" and body is None:
            body = each
        else:
            raise _Defect(f"<{_shown(each)}> does not belong below <queryxml>, or stands there twice")
    if not entity:
        raise _Defect("the query names no entity")
    if body is None:
        raise _Defect("the query has no element <query>")
    return Query(entity, _nodes(body, cite))


def _shown(element: Element) -> str:
    return str(element.tag)[:60]


def _name(element: Element, cite: Cite) -> str:
    """The name of an entity in an element that holds text alone."""
    if len(element):
        raise _Defect(f"<{_shown(element)}> holds an element where text is expected")
    return _stripped(element.text or "", cite)


def _stripped(text: str, cite: Cite) -> str:
    """A name without the white space around it."""
    name = text.strip()
    if name != text:
        cite("autotask.request.query_text")
    return name


def _no_text(texts: Iterator[str | None], where: Element) -> None:
    for each in texts:
        if each and each.strip():
            raise _Defect(f"text stands in <{_shown(where)}> where only elements belong: {each.strip()[:60]}")


def _nodes(parent: Element, cite: Cite) -> tuple[Test | Group, ...]:
    _no_text(iter((parent.text, *(each.tail for each in parent))), parent)
    nodes: list[Test | Group] = []
    for each in parent:
        if each.tag == "field":
            nodes.append(_test(each, cite))
        elif each.tag == "condition":
            nodes.append(Group(each.get("operator"), _nodes(each, cite)))
        else:
            raise _Defect(f"<{_shown(each)}> is neither <field> nor <condition>")
    return tuple(nodes)


def _test(element: Element, cite: Cite) -> Test:
    _no_text((each.tail for each in element), element)
    name = _stripped(element.text or "", cite)
    if not name:
        raise _Defect("a <field> begins with no name")
    expressions = []
    for each in element:
        if each.tag != "expression":
            raise _Defect(f"<{_shown(each)}> stands in a <field> where only <expression> belongs")
        if len(each):
            raise _Defect("<expression> holds an element where text is expected")
        expressions.append(Expression(each.get("op"), each.text or ""))
    return Test(name, element.get("udf", "").strip().lower() in ("true", "1"), tuple(expressions))
