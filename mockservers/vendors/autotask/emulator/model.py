"""The tables of Autotask, one for each entity, made from the catalogue; how rows are written and read.

A row has a column for each field, a casefolded companion for each text that can be queried, its user-defined values,
and the piece of XML that goes out for it. `at_udf` repeats user-defined values in a form that can be queried. Knows no
request: it does what it is told, rules are checked above.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.store import SMALLEST, Instant, Text
from mockservers.vendors.autotask.emulator import renderings
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Definition, Element, Entity, Form, Item
from mockservers.vendors.autotask.emulator.renderings import Profile

Row = dict[str, Any]

METADATA = sa.MetaData()

_TYPES: dict[Form, Any] = {
    "int": sa.BigInteger(),
    "long": sa.BigInteger(),
    "short": sa.BigInteger(),
    "decimal": sa.BigInteger(),
    "double": sa.Double(),
    "float": sa.Double(),
    "rate": sa.Double(),
    "bool": sa.Boolean(),
    "text": Text,
    "time": Instant,
    "date": Instant,
}
_LONG_TEXT = 255
_PARENTS = frozenset({"Account", "Contract", "Project", "Task", "Ticket"})
_ALSO_INDEXED: dict[str, tuple[str, ...]] = {
    "Account": ("AccountName__ci",),
    "AttachmentInfo": ("ParentID", "TicketID"),
    "Contact": ("AccountID", "EMailAddress__ci"),
    "Resource": ("UserName__ci",),
    "ResourceRole": ("ResourceID",),
    "Ticket": ("AccountID", "CreateDate", "TicketNumber__ci"),
    "TimeEntry": ("TaskID", "TicketID"),
    "UserDefinedFieldDefinition": ("UdfType",),
    "UserDefinedFieldListItem": ("UdfFieldId",),
}


def compared(element: Element) -> bool:
    """Whether the text of `element` can stand in a query, and so is kept casefolded too."""
    return element.form == "text" and element.field.queryable


def _table(entity: Entity) -> sa.Table:
    # Long texts stand last, so that a scan over other columns need not read past them.
    ordered = sorted(entity.elements, key=lambda each: (each.field.length or 0) > _LONG_TEXT)
    columns = []
    for each in ordered:
        columns.append(sa.Column(each.name, _TYPES[each.form]))
        if compared(each):
            columns.append(sa.Column(each.folded, Text))
    required = (each.name for each in entity.elements if each.field.reference in _PARENTS and each.field.required)
    indexed = dict.fromkeys((*entity.tracked, *required, *_ALSO_INDEXED.get(entity.name, ())))
    return sa.Table(
        f"at_{entity.name}",
        METADATA,
        sa.Column("tenant", Text, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        *columns,
        sa.Column("udf", Text, nullable=False),
        sa.Column("fragment", Text),
        *(sa.Index(f"at_{entity.name}_{name}", "tenant", name, "id") for name in indexed),
    )


TABLES: Mapping[str, sa.Table] = {name: _table(entity) for name, entity in ENTITIES.items()}
"""One table for each entity. `udf` is JSON {definition id: text}, `fragment` the standard rendering or null."""

UDF_VALUES = sa.Table(
    "at_udf",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("entity", Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("field", sa.BigInteger, primary_key=True),
    sa.Column("text", Text, nullable=False),
    sa.Column("ci", Text, nullable=False),
    sa.Column("number", sa.Double),
    sa.Column("at", Instant),
)
"""User-defined values that are not null, by entity, record and definition."""

UDF_TYPES: Mapping[int, str] = dict(enumerate((name for name, each in ENTITIES.items() if each.udf_capable), start=1))
"""Values of UserDefinedFieldDefinition.UdfType: which entity the field belongs to (numbers are our choice)."""
UDF_TYPE_OF: Mapping[str, int] = {name: number for number, name in UDF_TYPES.items()}
DATA_TYPES: Mapping[int, Any] = {1: "text", 2: "text", 3: "number", 4: "date", 5: "list"}
"""Values of UserDefinedFieldDefinition.DataType: one line, several lines, number, date, list (our choice as well)."""


# --- user-defined fields ----------------------------------------------------------------------------------------------

_DEFINITIONS, _ITEMS = TABLES["UserDefinedFieldDefinition"], TABLES["UserDefinedFieldListItem"]
_p = sa.bindparam


def definitions(db: sa.Connection, tenant: str, entity: str) -> tuple[Definition, ...]:
    """The active user-defined fields of an entity, in their order; none for an entity that cannot have any.

    They are read once a transaction, for one call may ask for them at each of its steps.
    """
    if entity not in UDF_TYPE_OF:
        return ()
    now = db.get_nested_transaction() or db.get_transaction()
    transaction, known = db.info.get(_KNOWN, (None, {}))
    if now is None or transaction is not now:
        known = {}
        db.info[_KNOWN] = (now, known)
    if (tenant, entity) not in known:
        known[tenant, entity] = _read_definitions(db, tenant, entity)
    found: tuple[Definition, ...] = known[tenant, entity]
    return found


_KNOWN = "autotask definitions"


def _read_definitions(db: sa.Connection, tenant: str, entity: str) -> tuple[Definition, ...]:
    found = db.execute(_SELECT_DEFINITIONS, {"tenant": tenant, "kind": UDF_TYPE_OF[entity]}).all()
    lists = [each.id for each in found if DATA_TYPES.get(each.DataType) == "list"]
    items: dict[int, list[Item]] = {}
    if lists:
        for each in db.execute(_SELECT_ITEMS, {"tenant": tenant, "fields": lists}):
            items.setdefault(each.UdfFieldId, []).append(
                Item(each.ValueForExport or "", each.ValueForDisplay or "", each.IsActive is not False)
            )
    return tuple(
        Definition(
            each.id,
            each.Name,
            DATA_TYPES.get(each.DataType, "text"),
            bool(each.IsProtected),
            bool(each.IsRequired),
            each.Description or "",
            each.DefaultValue,
            tuple(items.get(each.id, ())),
        )
        for each in found
    )


_SELECT_DEFINITIONS = (
    sa.select(
        *(_DEFINITIONS.c[name] for name in ("id", "Name", "DataType", "IsProtected", "IsRequired", "Description")),
        _DEFINITIONS.c.DefaultValue,
    )
    .where(
        _DEFINITIONS.c.tenant == _p("tenant"),
        _DEFINITIONS.c.UdfType == _p("kind"),
        sa.func.coalesce(_DEFINITIONS.c.IsActive, sa.true()) == sa.true(),
    )
    .order_by(_DEFINITIONS.c.SortOrder.asc().nulls_last(), _DEFINITIONS.c.id)
)
_SELECT_ITEMS = (
    sa.select(_ITEMS.c.UdfFieldId, _ITEMS.c.ValueForExport, _ITEMS.c.ValueForDisplay, _ITEMS.c.IsActive)
    .where(_ITEMS.c.tenant == _p("tenant"), _ITEMS.c.UdfFieldId.in_(_p("fields", expanding=True)))
    .order_by(_ITEMS.c.id)
)


def _compared(form: str | None, text: str) -> Row:
    """A user-defined value as numbers and dates are compared; nothing for a text from before its field was of that type."""
    number = at = None
    try:
        if form == "number":
            number = float(text)
        elif form == "date":
            at = instants.from_iso(f"{text.removesuffix('T00:00:00')}T00:00:00Z")
    except ValueError:
        return {"number": None, "at": None}
    return {"number": number, "at": at}


def _udf_rows(tenant: str, entity: str, id_: int, udf: Mapping[str, str], known: Sequence[Definition]) -> list[Row]:
    forms: dict[str, str] = {str(each.id): each.form for each in known}
    return [
        {
            "tenant": tenant,
            "entity": entity,
            "id": id_,
            "field": int(field),
            "text": text,
            "ci": text.casefold(),
            **_compared(forms.get(field), text),
        }
        for field, text in udf.items()
    ]


def _retype(db: sa.Connection, tenant: str, definition: Mapping[str, Any]) -> None:
    """A definition was changed: values of its field are compared by the type it has now."""
    mine = (UDF_VALUES.c.tenant == tenant, UDF_VALUES.c.field == definition["id"])
    form = DATA_TYPES.get(definition["DataType"])
    moved = [
        {"of_text": text, **_compared(form, text)}
        for text in db.execute(sa.select(UDF_VALUES.c.text).where(*mine).distinct()).scalars()
    ]
    if moved:
        retyped = sa.update(UDF_VALUES).where(*mine, UDF_VALUES.c.text == _p("of_text"))
        db.execute(retyped.values(number=_p("number"), at=_p("at")), moved)


# --- rows -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _folded(entity: Entity) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, each.folded) for each in entity.elements if compared(each))


@lru_cache(maxsize=256)
def empty(entity: Entity) -> Mapping[str, Any]:
    """A row of which nothing is known; not to be changed."""
    return dict.fromkeys((each.name for each in entity.elements), None)


def _whole(
    tenant: str, entity: Entity, row: Mapping[str, Any], udf: Mapping[str, str], known: Sequence[Definition]
) -> Row:
    """All columns of a row from its kept values."""
    made: Row = {"tenant": tenant, **empty(entity), **row}
    if entity.name == "Resource" and made["Password"] is not None:
        made["Password"] = renderings.ASTERISKS  # nobody logs in by it, so nothing needs to know it
    for name, folded in _folded(entity):
        text = made[name]
        made[folded] = None if text is None else text.casefold()
    made["udf"] = json.dumps(udf, ensure_ascii=False) if udf else "{}"
    made["fragment"] = renderings.entity(entity, made, udf, known)
    return made


def insert(
    db: sa.Connection, tenant: str, entity: Entity, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]]
) -> None:
    """Add rows, each with its user-defined values. Values are in kept form, `id` among them; what is absent is null."""
    known = definitions(db, tenant, entity.name)
    batch: list[Row] = []
    values: list[Row] = []
    for row, udf in rows:
        batch.append(_whole(tenant, entity, row, udf, known))
        if udf:
            values += _udf_rows(tenant, entity.name, row["id"], udf, known)
        if len(batch) >= _BATCH:
            _flush(db, entity, batch, values)
            batch, values = [], []
    _flush(db, entity, batch, values)
    _forget(db, tenant, entity)


_BATCH = 1000


def _flush(db: sa.Connection, entity: Entity, batch: list[Row], values: list[Row]) -> None:
    if batch:
        db.execute(_insert(entity.name), batch)
    if values:
        db.execute(_INSERT_UDF, values)


@lru_cache(maxsize=256)
def _insert(entity: str) -> sa.Insert:
    return sa.insert(TABLES[entity])


_INSERT_UDF = sa.insert(UDF_VALUES)
_DELETE_UDF = sa.delete(UDF_VALUES).where(
    UDF_VALUES.c.tenant == _p("tenant"), UDF_VALUES.c.entity == _p("entity"), UDF_VALUES.c.id == _p("of")
)


@lru_cache(maxsize=256)
def _update(entity: str) -> sa.Update:
    table = TABLES[entity]
    values: dict[str, Any] = {column.name: _p(column.name) for column in table.c if column.name not in ("tenant", "id")}
    return sa.update(table).where(table.c.tenant == _p("of_tenant"), table.c.id == _p("of")).values(values)


def replace(
    db: sa.Connection,
    tenant: str,
    entity: Entity,
    row: Mapping[str, Any],
    udf: Mapping[str, str],
    udf_moved: bool = True,
) -> None:
    """Write a whole row over the one of the same id. `udf_moved` false says that user-defined values are as before."""
    known = definitions(db, tenant, entity.name)
    made = _whole(tenant, entity, row, udf, known)
    id_ = made.pop("id")
    del made["tenant"]
    db.execute(_update(entity.name), {**made, "of_tenant": tenant, "of": id_})
    if udf_moved and entity.udf_capable:
        db.execute(_DELETE_UDF, {"tenant": tenant, "entity": entity.name, "of": id_})
        values = _udf_rows(tenant, entity.name, id_, udf, known)
        if values:
            db.execute(_INSERT_UDF, values)
    if entity.name == "UserDefinedFieldDefinition":
        _retype(db, tenant, row)
    _forget(db, tenant, entity)


@lru_cache(maxsize=256)
def _delete(entity: str) -> sa.Delete:
    table = TABLES[entity]
    return sa.delete(table).where(table.c.tenant == _p("tenant"), table.c.id == _p("of"))


def remove(db: sa.Connection, tenant: str, entity: Entity, id_: int) -> None:
    """Take a row away, with its user-defined values."""
    db.execute(_delete(entity.name), {"tenant": tenant, "of": id_})
    if entity.udf_capable:
        db.execute(_DELETE_UDF, {"tenant": tenant, "entity": entity.name, "of": id_})
    _forget(db, tenant, entity)


def _forget(db: sa.Connection, tenant: str, entity: Entity) -> None:
    """After a change of definitions, pieces that list user-defined fields are rendered anew when next read."""
    if entity.name not in ("UserDefinedFieldDefinition", "UserDefinedFieldListItem"):
        return
    db.info.pop(_KNOWN, None)
    for name in UDF_TYPE_OF:
        db.execute(_unrendered(name), {"of_tenant": tenant})


@lru_cache(maxsize=256)
def _unrendered(entity: str) -> sa.Update:
    table = TABLES[entity]
    return sa.update(table).where(table.c.tenant == _p("of_tenant"), table.c.udf != "{}").values(fragment=None)


# --- reading ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def wanted(entity: str) -> tuple[sa.Column[Any], ...]:
    """The columns that a whole row is read by: id, fields, user-defined values."""
    table = TABLES[entity]
    return (table.c.id, *(table.c[each.name] for each in ENTITIES[entity].elements), table.c.udf)


@lru_cache(maxsize=256)
def _one(entity: str) -> sa.Select[Any]:
    table = TABLES[entity]
    return sa.select(*wanted(entity)).where(table.c.tenant == _p("tenant"), table.c.id == _p("of"))


@lru_cache(maxsize=256)
def _many(entity: str) -> sa.Select[Any]:
    table = TABLES[entity]
    return sa.select(*wanted(entity)).where(table.c.tenant == _p("tenant"), table.c.id.in_(_p("ids", expanding=True)))


def row(found: sa.Row[Any]) -> tuple[Row, dict[str, str]]:
    """A row read by `wanted`, as kept values and user-defined values."""
    values = dict(found._mapping)
    udf: dict[str, str] = json.loads(values.pop("udf"))
    return values, udf


def read(
    db: sa.Connection, tenant: str, entity: str, id_: int, visible: sa.ColumnElement[bool] | None = None
) -> tuple[Row, dict[str, str]] | None:
    """One record's kept values and user-defined values; None when there is none, or none in reach."""
    statement = _one(entity) if visible is None else _one(entity).where(visible)
    found = db.execute(statement, {"tenant": tenant, "of": id_}).first()
    return None if found is None else row(found)


@lru_cache(maxsize=256)
def _page(entity: str) -> sa.Select[Any]:
    table = TABLES[entity]
    rows = sa.select(*wanted(entity)).where(table.c.tenant == _p("tenant"), table.c.id > _p("after"))
    return rows.order_by(table.c.id).limit(_p("most"))


def page(db: sa.Connection, tenant: str, entity: str, after: int | None, most: int) -> list[tuple[Row, dict[str, str]]]:
    """The first `most` records by id, or those that follow the id `after`; as `read` gives them."""
    bounds = {"tenant": tenant, "after": SMALLEST if after is None else after, "most": most}
    return [row(each) for each in db.execute(_page(entity), bounds)]


@lru_cache(maxsize=256)
def _exists(entity: str) -> sa.Select[Any]:
    table = TABLES[entity]
    return sa.select(table.c.id).where(table.c.tenant == _p("tenant"), table.c.id == _p("of"))


def exists(
    db: sa.Connection, tenant: str, entity: str, id_: int, visible: sa.ColumnElement[bool] | None = None
) -> bool:
    """Whether a record is there and in reach."""
    statement = _exists(entity) if visible is None else _exists(entity).where(visible)
    return db.execute(statement, {"tenant": tenant, "of": id_}).first() is not None


@lru_cache(maxsize=256)
def _highest(entity: str) -> sa.Select[Any]:
    table = TABLES[entity]
    return sa.select(sa.func.max(table.c.id)).where(table.c.tenant == _p("tenant"))


def highest(db: sa.Connection, tenant: str, entity: str) -> int:
    """The highest id in use; 0 when there is no record."""
    found: int | None = db.execute(_highest(entity), {"tenant": tenant}).scalar()
    return found or 0


def missing_fragments(db: sa.Connection, tenant: str, entity: Entity, ids: Sequence[int]) -> dict[int, str]:
    """Render and keep the standard pieces of rows that lost theirs."""
    known = definitions(db, tenant, entity.name)
    made: dict[int, str] = {}
    for found in db.execute(_many(entity.name), {"tenant": tenant, "ids": list(ids)}):
        values, udf = row(found)
        made[values["id"]] = renderings.entity(entity, values, udf, known)
    if made:
        table = TABLES[entity.name]
        keep = sa.update(table).where(table.c.tenant == _p("of_tenant"), table.c.id == _p("of"))
        db.execute(
            keep.values(fragment=_p("piece")),
            [{"of_tenant": tenant, "of": id_, "piece": piece} for id_, piece in made.items()],
        )
    return made


def rendered(
    db: sa.Connection, tenant: str, entity: Entity, rows: Iterable[sa.Row[Any]], profile: Profile
) -> list[tuple[int, str]]:
    """Ids and pieces of rows read by `wanted`, for a profile other than the standard one."""
    known = definitions(db, tenant, entity.name)
    made = []
    for found in rows:
        values, udf = row(found)
        made.append((values["id"], renderings.entity(entity, values, udf, known, profile)))
    return made
