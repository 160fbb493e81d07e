"""The service as Spyne declares it: 15 operations and 187 types, made from the catalogue.

The declaration makes the service description and routes requests. It does not decode them: entities travel as lists of
`anyType` under an abstract type, which Spyne would build one class and one namespace look-up at a time, losing the types
that clients wrote; `reading` takes the request element itself. Knows no world and no request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mockservers.vendors.autotask.emulator import releases
from mockservers.vendors.autotask.emulator.entities import CATALOGUE
from mockservers.wirekit import asmx
from mockservers.wirekit.spyne_gate import (
    AnyXml,
    Boolean,
    ByteArray,
    ComplexModel,
    ComplexModelMeta,
    Enum,
    Int,
    Long,
    Service,
    TypeInfo,
    Unicode,
    rpc,
)

FACTS: Mapping[str, Any] = CATALOGUE.facts
NAME: str = FACTS["service"]["name"]
NAMESPACE: str = FACTS["namespaces"]["target"]
HEADER: str = FACTS["header"]["element"]
OPERATIONS: Mapping[str, Mapping[str, Any]] = {each["input_element"]: each for each in FACTS["operations"]}
"""Operations by the name of their request element, which is also that of the SOAPAction."""

_SIMPLE = {
    "xsd:string": Unicode,
    "xsd:long": Long,
    "xsd:int": Int,
    "xsd:boolean": Boolean,
    "xsd:anyType": AnyXml,
    "xsd:base64Binary": ByteArray,
}
_NEW_IN_LATEST = (1, 6, 9)
_DOCUMENT = "{http://www.w3.org/2001/XMLSchema}"


class _Types:
    """Spyne classes of the complex types of a release, each made when another one first needs it."""

    def __init__(self, later: releases.Later) -> None:
        self._later = later
        self._made: dict[str, Any] = {}
        self._members: dict[tuple[Any, ...], Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Any:
        if name in FACTS["simple_types"]:
            listed = Enum(*FACTS["simple_types"][name]["enumeration"], type_name=name)
            listed.__namespace__ = NAMESPACE
            return listed
        described = FACTS["complex_types"][name]
        lacking = self._later.fields(name)
        base = self[described["extends"].removeprefix("tns:")] if "extends" in described else ComplexModel
        sent = [each for each in described["elements"] if each["name"] not in lacking]
        members = TypeInfo([(each["name"], self.member(each)) for each in sent])
        return ComplexModelMeta(
            name, (base,), {"__namespace__": NAMESPACE, "__type_name__": name, "_type_info": members}
        )

    def member(self, element: Mapping[str, Any]) -> Any:
        """The class of an element: its type, customised by how often it may stand and whether it may be nil."""
        kind, *how = key = (element["type"], element["min_occurs"], element["max_occurs"], element["nillable"])
        if key not in self._members:
            base = _SIMPLE.get(kind) or self[kind.removeprefix("tns:")]
            self._members[key] = base.customize(min_occurs=how[0], max_occurs=how[1], nillable=how[2])
        return self._members[key]


def _declared(operation: Mapping[str, Any], types: _Types) -> Callable[..., Any]:
    def declared(ctx: Any, *values: Any) -> None:
        """Declares only; calls go through the world's door."""

    declared.__name__, declared.__doc__ = operation["name"], None
    (result,) = operation["response"]
    other_name = (
        {} if operation["name"] == operation["input_element"] else {"_in_message_name": operation["input_element"]}
    )
    made: Callable[..., Any] = rpc(
        *[types.member(each) for each in operation["request"]],
        _args=[each["name"] for each in operation["request"]],
        _returns=types.member(result),
        _out_variable_name=result["name"],
        _out_message_name=operation["output_element"],
        _in_header=(types[HEADER],) if operation["header_declared"] else (),
        **other_name,
    )(declared)
    return made


def _finish(schema: Any) -> None:
    """Say what Spyne cannot: what is abstract, what takes any attribute; and order types as the vendor does."""
    order = {name: place for place, name in enumerate((*FACTS["simple_types"], *FACTS["complex_types"]))}
    elements = {name: place for place, name in enumerate(FACTS["elements"])}
    for each in schema:
        described = FACTS["complex_types"].get(each.get("name"), {}) if each.tag == f"{_DOCUMENT}complexType" else {}
        if described.get("abstract"):
            each.set("abstract", "true")
        if described.get("any_attribute"):
            each.append(each.makeelement(f"{_DOCUMENT}anyAttribute"))

    def place(each: Any) -> tuple[int, int]:
        name, is_element = each.get("name"), each.tag == f"{_DOCUMENT}element"
        return (0, elements[name]) if is_element else (1, order[name])

    schema[:] = sorted(schema, key=place)


def release(version: str) -> tuple[int, ...]:
    """The numbers of a release such as 1.6.9, for comparison; a text that is none counts as the latest."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d{1,4}(\.\d{1,4}){1,3}", version) else _NEW_IN_LATEST


def service(version: str, recorded: str = releases.LATEST) -> asmx.Description:
    """The service of a release; made at first use, once per process (autotask.zone.differences).

    `recorded` names a service description that is public as a whole (autotask.wsdl.release).
    """
    return _service(recorded == releases.LATEST and release(version) >= _NEW_IN_LATEST, recorded)


@cache
def _service(latest: bool, recorded: str) -> asmx.Description:
    # Of a version alone it is not known which types it lacks, but which operation it lacks is.
    later = releases.later(recorded)
    types = _Types(later)
    for name in FACTS["complex_types"].keys() - later.types:
        types[name]  # Spyne finds the entities by their base class, once they are made
    operations = [each for each in FACTS["operations"] if latest or each["in_wsdl_2019"]]
    declared = type(NAME, (Service,), {each["name"]: _declared(each, types) for each in operations})
    understood = frozenset({f"{{{NAMESPACE}}}{HEADER}", HEADER})
    return asmx.describe(NAME, NAMESPACE, declared, headers=understood, raw=True, finish=_finish, declares_soap12=False)
