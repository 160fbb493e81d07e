"""The filter language of the REST service: from the JSON of a search to the conditions that queries know.

Names become those of the SOAP service, and so do operators, so that one store answers both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.vendors.autotask.emulator.entities import Element
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.requests import Expression, Group, Search, Test
from mockservers.vendors.autotask.emulator.rest.names import Resource
from mockservers.vendors.autotask.emulator.semantics.query import MOST
from mockservers.wirekit import json_net

OPERATORS: Mapping[str, str] = {
    "eq": "Equals",
    "noteq": "NotEqual",
    "gt": "GreaterThan",
    "gte": "GreaterThanOrEquals",
    "lt": "LessThan",
    "lte": "LessThanOrEquals",
    "beginswith": "BeginsWith",
    "endswith": "EndsWith",
    "contains": "Contains",
    "exist": "IsNotNull",
    "notexist": "IsNull",
}
LISTS = {"in": ("Equals", "OR"), "notin": ("NotEqual", "AND")}
"""Operators that take a list of values, and how their comparisons combine."""
MISSING = "Value cannot be null.\r\nParameter name: filters"
_DEEPEST = 50

Note = Callable[[str, str], None]
"""What takes a finding: a rule and what is to be said."""


class _Defect(Exception):
    """What is wrong with a search, and the rule that says so."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(text)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Wish:
    """A search, and which fields of the records are wanted (REST names in lower case; None for all).

    `findings` are rules and what is to be said of the search by them, once it is in the journal.
    """

    search: Search
    fields: frozenset[str] | None = None
    findings: tuple[tuple[str, str], ...] = ()


def members(value: Any) -> dict[str, Any]:
    """The members of a JSON object by their names in lower case, as the service finds them."""
    return {str(name).lower(): each for name, each in value.items()} if isinstance(value, dict) else {}


def wish(resource: Resource, text: str, *, after: int | None = None, count: bool = False) -> Wish:
    """What a search asks for. One that is not in the language becomes a search with a defect."""
    entity = resource.entity.name
    findings: list[tuple[str, str]] = []
    try:
        sent = members(_read(text))
        most = _most(sent.get("maxrecords"))
        fields = _fields(resource, sent.get("includefields"))
        if not isinstance(sent.get("filter"), list):
            raise _Defect("autotask.rest.filter_needed", MISSING)
        nodes = _nodes(resource, sent["filter"], lambda rule, said: findings.append((rule, said)), 0)
    except _Defect as defect:
        return Wish(Search(entity, count=count, defect=str(defect), rule=defect.rule))
    return Wish(Search(entity, nodes, most, after, count), fields, tuple(findings))


def _read(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json_net.loads(text)
    except json_net.JsonNetError as error:
        raise _Defect("autotask.rest.malformed", f"The search cannot be read: {error}{INVENTED}") from None


def _most(value: Any) -> int:
    if value is None:
        return MOST
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Defect("autotask.rest.max_records", f"MaxRecords must be a number from 1 to {MOST}.{INVENTED}")
    return min(value, MOST)


def _fields(resource: Resource, value: Any) -> frozenset[str] | None:
    if value is None or value == []:
        return None
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise _Defect("autotask.rest.include_fields", f"IncludeFields must be a list of field names.{INVENTED}")
    return frozenset(each.strip().lower() for each in names)


# --- conditions -------------------------------------------------------------------------------------------------------


def _nodes(resource: Resource, items: list[Any], note: Note, depth: int) -> tuple[Test | Group, ...]:
    if depth > _DEEPEST:
        raise _Defect("autotask.query.size", f"Invalid query syntax. The query is too complex.{INVENTED}")
    found = [_node(resource, members(each), note, depth) for each in items]
    return tuple(each for each in found if each is not None)


def _node(resource: Resource, sent: Mapping[str, Any], note: Note, depth: int) -> Test | Group | None:
    operator = str(sent.get("op") or "").strip().lower()
    if operator in ("and", "or"):
        items = sent.get("items")
        inner = _nodes(resource, items if isinstance(items, list) else [], note, depth + 1)
        return _joined(operator.upper(), inner)
    if operator not in OPERATORS and operator not in LISTS:
        said = (
            f"The filter's operator {str(sent.get('op'))[:40]!r} is none of the service's, so the condition was dropped and "
            f"more is found than was asked for; expected one of: {', '.join((*OPERATORS, *LISTS))}"
        )
        note("autotask.rest.unknown_operator", said)
        return None
    name, own = _name(resource, sent)
    value = sent.get("value")
    if operator in LISTS:
        comparison, word = LISTS[operator]
        values = value if isinstance(value, list) else [value]
        if not values:
            return Test("id", False, (Expression("IsNull" if word == "OR" else "IsNotNull", ""),))
        return _joined(word, tuple(_test(name, own, comparison, each, resource) for each in values))
    return _test(name, own, OPERATORS[operator], value, resource)


def _joined(word: str, nodes: tuple[Test | Group, ...]) -> Group | None:
    """Conditions that combine by one operator: each brings its own, and the first one's does not count."""
    if not nodes:
        return None
    return Group("AND", tuple(Group(word if at else "AND", (each,)) for at, each in enumerate(nodes)))


def _name(resource: Resource, sent: Mapping[str, Any]) -> tuple[str, bool]:
    """The SOAP name of the field that a condition is about, and whether it is a user-defined one."""
    name = str(sent.get("field") or "").strip()
    if _flag(sent.get("udf")):
        return name, True
    if name.lower() == "id":
        return "id", False
    element: Element | None = resource.get(name)
    if element is None:
        raise _Defect("autotask.rest.unknown_field", f"Unable to find {name[:100]} in the {resource.singular} Entity")
    return element.name, False


def _flag(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _test(name: str, own: bool, operator: str, value: Any, resource: Resource) -> Test:
    element = None if own or name == "id" else resource.entity[name]
    compared = element is not None and element.form == "bool" and operator in ("Equals", "NotEqual")
    if compared and str(value).strip().lower() not in ("true", "false"):
        said = f"Can not convert data to boolean in field: {resource.named[name]}.{INVENTED}"
        raise _Defect("autotask.rest.boolean", said)
    return Test(name, own, (Expression(operator, plain(value)),))


def plain(value: Any) -> str:
    """A JSON value as the text that SOAP would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(getattr(value, "literal", None) or value)
    return json.dumps(value)
