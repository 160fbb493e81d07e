"""The tables of get_tickets, made from the catalogue, and what a row must look like before it is kept.

Knows no variable of a request and no notation of the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from mockservers.kernel import catalogue, instants
from mockservers.kernel.store import Instant, Text, fits
from mockservers.wirekit.aspnet import whole_characters

TICKET = catalogue.load("get_tickets")["ticket"]
INPUTS = catalogue.load("get_tickets")["inputs"]
HISTORY_OUTPUTS = {field.name: bool(field.more["encoded"]) for field in catalogue.load("get_tickets")["history"].fields}
"""What an entry of a ticket's history tells, and whether it comes URL-encoded."""
FILE_OUTPUTS = {field.name: bool(field.more["encoded"]) for field in catalogue.load("get_tickets")["attachment"].fields}
"""What the API tells of a file, and whether it comes URL-encoded."""
FILE_VARIABLES = tuple(field.name for field in catalogue.load("get_tickets")["attachment_inputs"].fields)
HISTORY_VARIABLES = tuple(field.name for field in catalogue.load("get_tickets")["history_inputs"].fields)
WRITTEN = {field.name: str(field.more["sets"]) for field in catalogue.load("get_tickets")["write_inputs"].fields}
"""The variables of add_ticket and update_ticket, and the output that each sets."""
ACTIONS: frozenset[str] = frozenset(catalogue.load("get_tickets").facts["actions"])

OUTPUTS: tuple[str, ...] = tuple(field.name for field in TICKET.fields)
VARIABLES: tuple[str, ...] = tuple(field.name for field in INPUTS.fields)
ENCODED: frozenset[str] = frozenset(field.name for field in TICKET.fields if field.more["encoded"])
INTEGERS: frozenset[str] = frozenset(field.name for field in TICKET.fields if field.type == "integer")
DATES: frozenset[str] = frozenset(field.name for field in TICKET.fields if field.type == "datetime")
TEXTS: tuple[str, ...] = tuple(field.name for field in TICKET.fields if field.type in ("text", "json"))
LISTS: frozenset[str] = frozenset(field.name for field in TICKET.fields if field.more.get("list"))
RAW_TEXTS: frozenset[str] = frozenset(TEXTS) - ENCODED

SEARCHED = ("subject", "summary", "contact", "company_name")
"""What keyword looks at (get_tickets.filter.keyword)."""
SEPARATOR = "\x1f"
"""Parts the searched texts from each other, so that no keyword matches across two of them."""

METADATA = sa.MetaData()


def _column(name: str) -> sa.Column[Any]:
    if name in DATES:
        return sa.Column(name, Instant)
    if name in INTEGERS:
        return sa.Column(name, sa.BigInteger, nullable=name == "merged_to", primary_key=name == "tid")
    return sa.Column(name, Text, nullable=False)


TICKETS = sa.Table(
    "ticket",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    *(_column(name) for name in OUTPUTS),
    *(sa.Column(f"{name}_cf", Text, nullable=False) for name in TEXTS),
    sa.Column("search", Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Index("ticket_opened", "tenant", "date_opened", "tid"),
    sa.Index("ticket_updated", "tenant", "last_updated", "tid"),
    sa.Index("ticket_status", "tenant", "status_cf", "tid"),
    sa.Index("ticket_cid", "tenant", "cid_cf", "tid"),
)
"""Tickets as clients see them. `<name>_cf` is the text casefolded; a revision is never used twice."""

PENDING = sa.Table(
    "pending",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("tid", sa.BigInteger, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("image", Text),
    sa.Index("pending_due", "due"),
    sa.Index("pending_tid", "tenant", "tid", "seq"),
)
"""Changes that clients do not see yet: the ticket as it will be (JSON), or null when it will be gone."""

HISTORY = sa.Table(
    "history",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("tid", sa.BigInteger, nullable=False),
    sa.Column("entry_date", Instant, nullable=False),
    sa.Column("updated_by", Text, nullable=False),
    sa.Column("updater_type", Text, nullable=False),
    sa.Column("status", Text, nullable=False),
    sa.Column("description", Text, nullable=False),
    sa.Column("search", Text, nullable=False),
    sa.Column("shown", Instant, nullable=False),
    sa.Column("gone", Instant),
    sa.Index("history_tid", "tenant", "tid", "id"),
    sa.Index("history_date", "tenant", "entry_date", "id"),
)
"""What was done with tickets, an entry each. Clients see one from `shown` on, when they see the change, and until `gone`."""

ATTACHMENTS = sa.Table(
    "attachment",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("tid", sa.BigInteger, nullable=False),
    sa.Column("file_name", Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("file_date", Instant, nullable=False),
    sa.Column("shown", Instant, nullable=False),
    sa.Column("gone", Instant),
    sa.Index("attachment_tid", "tenant", "tid", "id"),
)
"""Files of tickets, without what is in them. Clients see one from `shown` on and until `gone`."""

DIRECTORY = sa.Table(
    "directory",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("kind", Text, primary_key=True),
    sa.Column("id", Text, primary_key=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("facts", Text, nullable=False),
)
"""Who and what tickets refer to, by kind: company, customer, technician, tech_group, customer_group."""


class holds(sa.sql.functions.GenericFunction[int]):  # noqa: N801 - names of SQL functions are lower case
    """The place of the second text in the first, 0 when it is not there. Unlike LIKE it has no signs to escape and no limit."""

    type = sa.Integer()
    inherit_cache = True


@compiles(holds)
def _holds(element: Any, compiler: Any, **options: Any) -> str:
    name = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{name}{compiler.process(element.clauses.self_group(), **options)}"


# --- rows -------------------------------------------------------------------------------------------------------------

LONGEST = 20_000
"""Characters a text may have; through the vendor's API it is 255, its own pages take more."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")


def whole_second(instant: int) -> int:
    """`instant` without a fraction: what goes out can then be sent back in (get_tickets.date.zone)."""
    return instant - instant % instants.SECOND


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, got {value!r}")
    if len(value) > LONGEST:
        raise ValueError(f"{name} has {len(value)} characters; {LONGEST} are kept at most")
    if "\x00" in value:
        raise ValueError(f"{name} holds a NUL character, which databases do not keep in text; leave it out")
    # What the vendor's encoder would send for half a character (get_tickets.wire.urlencode).
    text = whole_characters(value)
    if name in RAW_TEXTS and _CONTROL.search(text):
        raise ValueError(
            f"{name} goes out raw, and XML cannot carry all characters of {value!r}; control characters are possible "
            "in URL-encoded fields only"
        )
    return text


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not fits(value) or value < 0:
        raise ValueError(f"{name} must be a whole number from 0 up, got {value!r}")
    return value


def _date(name: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} must be an instant such as 2026-03-01T10:00:00Z, or null, got {value!r}")
    return whole_second(instants.from_iso(value))


def _custom(value: Any) -> str:
    if not isinstance(value, Mapping):
        raise ValueError(f"custom_fields must be an object of names and texts, got {value!r}")
    return json.dumps({str(name): _text(f"custom field {name!r}", text) for name, text in value.items()})


def kept(name: str, value: Any) -> Any:
    """A field's value in the form of its column; raises ValueError that names the field and says what it takes."""
    if name == "custom_fields":
        return _custom(value)
    if name in DATES:
        return _date(name, value)
    if name in INTEGERS:
        return None if name == "merged_to" and value is None else _integer(name, value)
    text = _text(name, value)
    if name in LISTS and not re.fullmatch(r"(?:[^,\s]+(?:,[^,\s]+)*)?", text):
        raise ValueError(f"{name} must be a list of ids with commas and without blanks, got {value!r}")
    allowed = TICKET.field(name).values
    if allowed and text not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return text


def shown(name: str, value: Any) -> Any:
    """A column's value as records show it: numbers, text, null, instants ISO 8601, custom fields as an object."""
    if name in DATES:
        return None if value is None else instants.to_iso(value)
    return json.loads(value) if name == "custom_fields" else value


EMPTY: dict[str, Any] = {
    name: None if name in DATES or name == "merged_to" else 0 if name in INTEGERS else "" for name in OUTPUTS
} | {"custom_fields": "{}", "locked": "N", "merged": "N"}
"""A ticket of which nothing is known."""


def row(tenant: str, revision: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row of TICKETS from the values of the 38 outputs in kept form."""
    made: dict[str, Any] = {"tenant": tenant, "revision": revision, **values}
    for name in TEXTS:
        made[f"{name}_cf"] = values[name].casefold()
    made["search"] = SEPARATOR.join(made[f"{name}_cf"].replace(SEPARATOR, " ") for name in SEARCHED)
    return made


# --- custom fields ----------------------------------------------------------------------------------------------------

_NAME_START = "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff"
_XML_NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9.\u00b7-]*")
_TAKEN = frozenset(OUTPUTS) | frozenset(VARIABLES) | {"key", "action", "output", "error", "ticket", "tickets"}


def custom_names(wanted: Sequence[Any]) -> tuple[str, ...]:
    """Names of custom fields as they go out, in order (get_tickets.field.custom).

    Raises ValueError for a name that is taken by a variable of the API, given twice, or no XML name.
    """
    names: list[str] = []
    for each in wanted:
        if not isinstance(each, str):
            raise ValueError(f"the name of a custom field must be text, got {each!r}")
        name = each.strip().replace(" ", "_")
        if not _XML_NAME.fullmatch(name) or name.lower().startswith("xml"):
            raise ValueError(
                f"{each!r} cannot name a custom field: it becomes an element's name in XML, so it begins with a letter "
                "and goes on with letters, digits, - . _ or blanks"
            )
        if name.lower() in _TAKEN:
            raise ValueError(
                f"{each!r} cannot name a custom field: in delimited output it would hide the variable {name.lower()!r}"
            )
        if name.lower() in (other.lower() for other in names):
            raise ValueError(f"there are two custom fields {name!r}; names have no case")
        names.append(name)
    return tuple(names)


# --- statements -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def whole_tickets() -> sa.Select[Any]:
    """All outputs and the revision of the tickets `tids` of `tenant`."""
    columns = [TICKETS.c[name] for name in OUTPUTS]
    return sa.select(*columns, TICKETS.c.revision).where(
        TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.tid.in_(sa.bindparam("tids", expanding=True))
    )
