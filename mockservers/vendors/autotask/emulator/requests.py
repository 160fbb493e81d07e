"""What can be asked of Autotask, as plain values: the wire makes them from SOAP, semantics read them.

Knows no XML library. Texts stand as they were sent, since what a text means hangs on the field's type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.vendors.autotask.emulator.entities import Definition


@dataclass(frozen=True, slots=True)
class Header:
    """The SOAP header `AutotaskIntegrations`; members are None when they were not sent."""

    partner_id: str | None = None
    integration_code: str | None = None
    impersonate: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: who says they are calling, by which address, and the operation's own request.

    `user` is None without an Authorization header. `endpoint` is the URL of the service as the client sees it (scheme,
    host, world prefix, path), `host` its host alone, as zones are told apart by it. `rest`: the call came by the REST
    service, whose times are UTC.
    """

    user: str | None
    password: str | None
    header: Header
    endpoint: str
    host: str
    body: Any = None
    rest: bool = False


# --- QueryXML ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression:
    """`<expression op="...">value</expression>`; `op` is None when the attribute is missing."""

    op: str | None
    value: str


@dataclass(frozen=True, slots=True)
class Test:
    """`<field udf="true">Name<expression/>...</field>`, white space around the name removed."""

    __test__ = False  # not for pytest

    name: str
    udf: bool
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`<condition operator="OR">...</condition>`; `operator` is None when the attribute is missing."""

    operator: str | None
    nodes: tuple[Test | Group, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A whole QueryXML text. `defect` says what made the text unreadable; the rest is empty then."""

    entity: str
    nodes: tuple[Test | Group, ...] = ()
    defect: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A query of the REST service, with its entity and fields by their SOAP names.

    `after` is the id that the page follows; `count` asks for their number alone. `defect` is what is wrong with the
    search, as the service says it, and `rule` the rule of that; the nodes are empty then.
    """

    entity: str
    nodes: tuple[Test | Group, ...] = ()
    most: int = 500
    after: int | None = None
    count: bool = False
    defect: str | None = None
    rule: str = ""


# --- create, update, delete -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """One sent value: its text (None for an empty or nil element) and the local name of its xsi:type, if it has one.

    `structured` marks an element that held other elements, which clients send when they echo an answer carelessly; `nil`
    one that said itself that it has no value.
    """

    text: str | None
    xsi_type: str | None = None
    structured: bool = False
    nil: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """One entity as sent. `fields` by name as sent, in order; `udfs` are Name and Value of the user-defined ones."""

    entity: str
    id: Value | None = None
    fields: dict[str, Value] = field(default_factory=dict)
    udfs: tuple[tuple[str, str | None], ...] = ()
    udfs_sent: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """The body of create, update and delete.

    `partial`: fields that are not sent stay as they are. `parent` is the field, and its value, that the records must
    have to be meant at all.
    """

    inputs: tuple[Input, ...]
    partial: bool = False
    parent: tuple[str, int] | None = None


# --- attachments, invoices, pages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Upload:
    """The body of CreateAttachment; members are None when they were not sent.

    `parent` is the entity that the attachment hangs on, where the request says it; else its ParentType tells.
    """

    data: bytes | None
    info: Input | None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """The body of GetInvoiceMarkup; `form` is HTML or XML, as sent."""

    id: int
    form: str


@dataclass(frozen=True, slots=True)
class Command:
    """A wish for a page of the user interface: the zone in the path, if any, and the query string's pairs in order."""

    zone: int | None
    pairs: tuple[tuple[str, str], ...]


# --- answers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Info:
    """One EntityReturnInfo: each entity of an answer has one (autotask.wire.return_info)."""

    entity_id: int
    action: str = "None"
    message: str | None = None
    duplicate_found: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Records that a query of the REST service found: kept values and user-defined values. `more`: others follow."""

    entity: str
    rows: tuple[tuple[Mapping[str, Any], Mapping[str, str]], ...]
    definitions: tuple[Definition, ...]
    hidden: frozenset[str]
    more: bool


@dataclass(frozen=True, slots=True)
class Response:
    """An ATWSResponse. `fragments` are entities rendered already.

    `entity` is their kind in lower case, and empty where the call is about none (autotask.wire.result_type).
    `errors` are messages; with one, `code` is -1.
    """

    code: int = 1
    entity: str = ""
    fragments: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()
