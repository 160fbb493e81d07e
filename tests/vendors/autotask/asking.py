"""A world with Autotask in it, asked below the wire: plain requests in, entities as plain dicts out."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from mockservers.kernel import instants
from mockservers.kernel.journal import Entry
from mockservers.kernel.operations import Call, Recipe
from mockservers.kernel.rules import Refusal
from mockservers.kernel.world import World, WorldConfig
from mockservers.vendors.autotask.emulator import EMULATOR, model
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.requests import (
    Asked,
    Expression,
    Group,
    Header,
    Input,
    Query,
    Response,
    Test,
    Value,
    Write,
)

START = "2026-03-02T15:00:00Z"
"""Ten in the morning, Eastern time."""
ENDPOINT = "http://localhost/ATServices/1.6/atws.asmx"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CODES = {"demo": "DEMO-INTEGRATION-CODE", "other-customer": "OTHER-INTEGRATION-CODE"}


def where(name: str, op: str | None, value: str = "", *, udf: bool = False) -> Test:
    """A field with one expression."""
    return Test(name, udf, (Expression(op, value),))


def either(*nodes: Test | Group) -> Group:
    return Group("OR", nodes)


def both(*nodes: Test | Group) -> Group:
    return Group("AND", nodes)


@dataclass
class Failed:
    """A call that was refused in the body."""

    messages: tuple[str, ...]
    rule: str
    entity: str


@dataclass
class Answer:
    """A call that went well."""

    entities: list[dict[str, Any]]
    response: Response

    @property
    def ids(self) -> list[int]:
        return [each["id"] for each in self.entities]


@dataclass
class Desk:
    """One world; every call is made by `user` unless said otherwise."""

    data: str = "empty"
    dialect: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    user: str = "api@demo.example"
    password: str = "demo-password"
    world: World = field(init=False)

    def __post_init__(self) -> None:
        config = WorldConfig(
            mode="frozen",
            start=instants.from_iso(START),
            data={"autotask": Recipe.parse(self.data)},
            dialects={"autotask": {"threshold": "off", **self.dialect}},
            store=self.path,
        )
        self.world = World("default", config, lambda name: EMULATOR)
        # Many tests make one in passing: its databases are closed when nobody holds it any more.
        weakref.finalize(self, self.world.close)

    # --- calls ------------------------------------------------------------------------------------------------------

    def call(self, operation: str, body: Any, impersonate: int | None = None) -> Answer | Failed:
        tenant = self.user.partition("@")[2].removesuffix(".example")
        header = Header(None, CODES[tenant], impersonate)
        asked = Asked(self.user, self.password, header, ENDPOINT, "localhost", body)
        try:
            response: Response = self.world.perform(Call("autotask", operation, asked))
        except Refusal as refusal:
            if refusal.kind != "BODY":
                raise
            return Failed(tuple(refusal.facts["messages"]), refusal.rule, refusal.facts["entity"])
        return Answer([read(each) for each in response.fragments], response)

    def query(self, entity: str, *nodes: Test | Group, **more: Any) -> Answer | Failed:
        return self.call("query", Query(entity, nodes), **more)

    def found(self, entity: str, *nodes: Test | Group) -> list[dict[str, Any]]:
        """The entities of a query that must go well."""
        answer = self.query(entity, *nodes)
        assert isinstance(answer, Answer), answer
        return answer.entities

    def get(self, entity: str, id_: int) -> dict[str, Any]:
        (found,) = self.found(entity, where("id", "Equals", str(id_)))
        return found

    def write(self, operation: str, *inputs: Input, **more: Any) -> Answer | Failed:
        return self.call(operation, Write(inputs), **more)

    def made(self, entity: str, **fields: Any) -> int:
        """The id of an entity whose creation must go well."""
        answer = self.write("create", sent(entity, **fields))
        assert isinstance(answer, Answer), answer
        return answer.ids[0]

    # --- the data ---------------------------------------------------------------------------------------------------

    def put(self, entity: str, *rows: Mapping[str, Any], udfs: Sequence[Mapping[str, str]] = ()) -> None:
        """Rows in kept form, past all rules."""
        installation = self.world.installation("autotask")
        with installation.store.transaction() as db:
            pairs = [(row, udfs[n] if n < len(udfs) else {}) for n, row in enumerate(rows)]
            model.insert(db, "demo", ENTITIES[entity], pairs)

    def truth(self, entity: str) -> list[dict[str, Any]]:
        """All records of an entity as people at the vendor see them."""
        listed = self.world.act("autotask", "list", {"entity": entity, "most": 10_000})
        return [{"id": int(each["id"]), **each["fields"]} for each in listed["records"]]

    @property
    def last(self) -> Entry:
        return list(self.world.journal)[-1]

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(round(seconds * 1_000_000))


def sent(entity: str, id_: int | None = None, udf: Mapping[str, str | None] | None = None, **fields: Any) -> Input:
    """An entity as a client sends it: plain values become untyped text, None an element that is nil."""
    values: dict[str, Value] = {}
    for name, value in fields.items():
        if isinstance(value, Value):
            values[name] = value
        elif value is None:
            values[name] = Value(None, nil=True)
        elif isinstance(value, bool):
            values[name] = Value("true" if value else "false")
        else:
            values[name] = Value(str(value), "string" if isinstance(value, str) else None)
    udfs = tuple((udf or {}).items())
    return Input(entity, None if id_ is None else Value(str(id_)), values, udfs, udf is not None)


def read(fragment: str) -> dict[str, Any]:
    """An entity as a client reads it: numbers, booleans and texts by their xsi:type; user-defined fields in a dict."""
    root = etree.fromstring(f'<r xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">{fragment}</r>')[0]
    return dict(_members(root))


def _members(root: etree._Element) -> Iterator[tuple[str, Any]]:
    for each in root:
        kind = each.get(f"{{{XSI}}}type", "")
        text = each.text or ""
        if each.tag == "UserDefinedFields":
            yield "udf", {pair[0].text: pair[1].text if len(pair) > 1 else None for pair in each}
        elif each.tag == "id" or kind in ("xsd:int", "xsd:long", "xsd:short"):
            yield each.tag, int(text)
        elif kind in ("xsd:double", "xsd:float", "xsd:decimal"):
            yield each.tag, float(text)
        elif kind == "xsd:boolean":
            yield each.tag, {"true": True, "false": False}[text]
        else:
            yield each.tag, text
