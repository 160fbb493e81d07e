"""Compare the service description that is served with the catalogue's facts: `python tests/vendors/autotask/compare_wsdl.py`.

Prints every difference in namespaces, service, port, binding, operations, SOAPActions, headers, elements, types and
their order, minOccurs, maxOccurs and nillable; ends with status 1 when there is one.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from mockservers import registry
from mockservers.kernel import catalogue
from mockservers.kernel.world import Worlds
from mockservers.server.http import Server

FACTS: Mapping[str, Any] = catalogue.load("autotask").facts
SPACES = {"w": FACTS["namespaces"]["wsdl"], "s": FACTS["namespaces"]["wsdl_soap"], "x": FACTS["namespaces"]["xsd"]}
DESCRIPTION = FACTS["paths"]["wsdl"]


def differences(description: bytes, address: str) -> list[str]:
    """Every way in which a description of `address` departs from the facts, as a sentence each."""
    root = etree.fromstring(description)
    return [*_frame(root, address), *_operations(root), *_schema(root)]


def _differ(what: str, ours: Any, theirs: Any) -> Iterator[str]:
    if ours != theirs:
        yield f"{what}: served {ours!r}, facts have {theirs!r}"


def _qname(element: Any, text: str | None) -> str | None:
    """A QName as the facts write it: xsd: and tns: by namespace."""
    if text is None:
        return None
    prefix, _, name = text.rpartition(":")
    space = element.nsmap.get(prefix or None)
    return {FACTS["namespaces"]["xsd"]: "xsd:", FACTS["namespaces"]["target"]: "tns:"}.get(space, f"{{{space}}}") + name


def _one(root: Any, path: str) -> Any:
    found = root.xpath(path, namespaces=SPACES)
    if len(found) != 1:
        raise SystemExit(f"{path} stands {len(found)} times in the description, not once")
    return found[0]


def _frame(root: Any, address: str) -> Iterator[str]:
    service = FACTS["service"]
    yield from _differ("target namespace", root.get("targetNamespace"), FACTS["namespaces"]["target"])
    yield from _differ("service", _one(root, "//w:service").get("name"), service["name"])
    yield from _differ("port", _one(root, "//w:service/w:port").get("name"), service["port"])
    yield from _differ("binding", _one(root, "//w:binding").get("name"), service["binding"])
    yield from _differ("port type", _one(root, "//w:portType").get("name"), service["port_type"])
    yield from _differ("transport", _one(root, "//w:binding/s:binding").get("transport"), service["transport"])
    yield from _differ("address", _one(root, "//w:port/s:address").get("location"), address)


def _operations(root: Any) -> Iterator[str]:
    elements = {}
    for message in root.xpath("//w:message", namespaces=SPACES):
        elements[f"tns:{message.get('name')}"] = {
            part.get("name"): _qname(part, part.get("element")) for part in message
        }
    declared = root.xpath("//w:portType/w:operation", namespaces=SPACES)
    bound = root.xpath("//w:binding/w:operation", namespaces=SPACES)
    names = [each["name"] for each in FACTS["operations"]]
    yield from _differ("operations", [each.get("name") for each in declared], names)
    yield from _differ("bound operations", [each.get("name") for each in bound], names)
    for fact, port, binding in zip(FACTS["operations"], declared, bound, strict=False):
        name = fact["name"]
        for way, element in (("input", fact["input_element"]), ("output", fact["output_element"])):
            message = _one(port, f"w:{way}").get("message")
            yield from _differ(f"{name} {way}", list(elements[message].values()), [f"tns:{element}"])
            yield from _differ(
                f"{name} {way} use", _one(binding, f"w:{way}/s:body").get("use"), FACTS["service"]["use"]
            )
            # Where the message's element is named otherwise than the operation, .NET names the message in both places.
            yield from _differ(f"{name} {way} name", port.find(f"w:{way}", SPACES).get("name"), _other_name(fact))
        action = _one(binding, "s:operation")
        yield from _differ(f"{name} SOAPAction", action.get("soapAction"), fact["soap_action"])
        yield from _differ(f"{name} style", action.get("style"), FACTS["service"]["style"])
        headers = [
            elements[each.get("message")][each.get("part")]
            for each in binding.xpath("w:input/s:header", namespaces=SPACES)
        ]
        wanted = [f"tns:{fact['header_declared']}"] if fact["header_declared"] else []
        yield from _differ(f"{name} headers", headers, wanted)
        yield from _differ(f"{name} output headers", len(binding.xpath("w:output/s:header", namespaces=SPACES)), 0)


def _other_name(fact: Mapping[str, Any]) -> str | None:
    return None if fact["name"] == fact["input_element"] else str(fact["input_element"])


def _members(holder: Any) -> list[dict[str, Any]]:
    found = []
    for each in holder.xpath("x:sequence/x:element", namespaces=SPACES):
        most = each.get("maxOccurs", "1")
        found.append(
            {
                "name": each.get("name"),
                "type": _qname(each, each.get("type")),
                "min_occurs": int(each.get("minOccurs", "1")),
                "max_occurs": most if most == "unbounded" else int(most),
                "nillable": each.get("nillable") == "true",
            }
        )
    return found


def _same_members(what: str, ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _differ(f"{what}, order", [each["name"] for each in ours], [each["name"] for each in theirs])
    for mine, fact in zip(ours, theirs, strict=False):
        yield from _differ(f"{what}.{fact['name']}", dict(mine), dict(fact))


def _schema(root: Any) -> Iterator[str]:
    schema = _one(root, "//x:schema")
    for fact, attribute in (
        ("element_form_default", "elementFormDefault"),
        ("attribute_form_default", "attributeFormDefault"),
    ):
        yield from _differ(attribute, schema.get(attribute, "unqualified"), FACTS["schema"][fact])
    elements = {each.get("name"): each for each in schema.findall("x:element", SPACES)}
    yield from _differ("elements", list(elements), list(FACTS["elements"]))
    for name, fact in FACTS["elements"].items():
        if name not in elements:
            continue
        yield from _differ(
            f"element {name}, type", _qname(elements[name], elements[name].get("type")), fact.get("type")
        )
        if "type" not in fact:
            yield from _same_members(
                f"element {name}", _members(_one(elements[name], "x:complexType")), fact["elements"]
            )
    yield from _types(schema)


def _types(schema: Any) -> Iterator[str]:
    simple = {each.get("name"): each for each in schema.findall("x:simpleType", SPACES)}
    yield from _differ("simple types", list(simple), list(FACTS["simple_types"]))
    for name, fact in FACTS["simple_types"].items():
        restriction = _one(simple[name], "x:restriction")
        yield from _differ(f"{name}, base", _qname(restriction, restriction.get("base")), fact["base"])
        yield from _differ(f"{name}, values", [each.get("value") for each in restriction], fact["enumeration"])
    types = {each.get("name"): each for each in schema.findall("x:complexType", SPACES)}
    yield from _differ("complex types", list(types), list(FACTS["complex_types"]))
    for name, fact in FACTS["complex_types"].items():
        if name not in types:
            continue
        holder = types[name]
        extension = holder.find("x:complexContent/x:extension", SPACES)
        base = None if extension is None else _qname(extension, extension.get("base"))
        yield from _differ(f"{name}, base", base, fact.get("extends"))
        yield from _differ(f"{name}, abstract", holder.get("abstract") == "true", bool(fact.get("abstract")))
        any_attribute = holder.find("x:anyAttribute", SPACES) is not None
        yield from _differ(f"{name}, any attribute", any_attribute, bool(fact.get("any_attribute")))
        yield from _same_members(name, _members(holder if extension is None else extension), fact["elements"])


def main() -> int:
    worlds = Worlds(registry.emulator)
    try:
        with Server(worlds) as door, urllib.request.urlopen(door.url + DESCRIPTION) as answer:
            found = differences(answer.read(), door.url + FACTS["paths"]["endpoint"])
    finally:
        worlds.close()
    for each in found:
        print(each)
    print(
        f"{len(found)} differences in {len(FACTS['operations'])} operations, {len(FACTS['elements'])} elements and "
        f"{len(FACTS['complex_types'])} types"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
