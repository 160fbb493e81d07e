"""Calls that describe: entities, fields, user-defined fields, release, zone, usage, tracking identifiers.

Answers are plain values in the vendor's words; the wire writes them down. Knows no wire.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.dialects import VERSION
from mockservers.vendors.autotask.emulator import access, limits, model, picklists, releases, zones
from mockservers.vendors.autotask.emulator.entities import CATALOGUE, ENTITIES, LATEST_FLAGS, Definition, Entity
from mockservers.vendors.autotask.emulator.requests import Asked, Info, Response
from mockservers.vendors.autotask.emulator.semantics.query import known

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_TYPES = {"text": "string"}
_UDF_TYPES = {"text": "String", "number": "Double", "date": "dateTime", "list": "String"}
_DEEDS = ("create", "query", "update", "delete")
_UDF_LENGTH = 8000
_ENGLISH = "en"
"""The language of labels unless a zone has another one."""


@dataclass(frozen=True, slots=True)
class PickListValue:
    value: str
    label: str
    order: int
    parent: str = ""
    active: bool = True
    system: bool = False
    default: bool = False


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A Field. `values` is None for what is no picklist; `reference` and `parent_field` are empty when there is none.

    What stands there for what is not there is autotask.info.conventions.
    """

    name: str
    label: str
    type: str
    length: int = 0
    required: bool = False
    read_only: bool = False
    queryable: bool = True
    reference: str = ""
    values: tuple[PickListValue, ...] | None = None
    parent_field: str = ""
    description: str | None = None
    default: str | None = None
    webhook: bool | None = False
    """None where the release has no word for it yet."""


@dataclass(frozen=True, slots=True)
class EntityInfo:
    """An EntityInfo. `access` holds None, All or Restricted by deed, and nothing where the release has no word for it."""

    name: str
    create: bool
    query: bool
    update: bool
    delete: bool
    access: Mapping[str, str]
    has_udfs: bool
    webhook: bool | None = False


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """An ATWSIntegrationCodeCheckResponse."""

    api_user: bool
    associated: bool


@lru_cache(maxsize=4096)
def _label(name: str) -> str:
    # Labels of fields are not recorded; these are made of the name's words.
    return " ".join(_WORD.findall(name.removesuffix("ID") or name)) or name


def _language(ctx: Context) -> str:
    assert ctx.tenant is not None
    return str(ctx.tenant.facts["zone"].get("language", _ENGLISH))


# --- fields -----------------------------------------------------------------------------------------------------------


def field_info(ctx: Context, asked: Asked) -> tuple[FieldInfo, ...]:
    """GetFieldInfo: every field of an entity that the caller may see, in the order of the recorded field info."""
    entity = known(ctx, asked.body)
    ctx.cite("autotask.info.fields")
    later = releases.later(ctx.dialect["wsdl_release"])
    hidden = access.hidden_fields(ctx, entity.name) | later.fields(entity.name)
    if later.types:
        ctx.cite("autotask.wsdl.release")
    flags: str = ctx.dialect["field_flags"]
    if flags != LATEST_FLAGS:
        ctx.cite("autotask.info.field_flags")
    infos = []
    for field in CATALOGUE.entities[entity.name].fields:
        if field.name in hidden:
            continue
        element = entity.get(field.name)
        required = field.required if element is None else element.required(flags)
        read_only = field.read_only if element is None else element.read_only(flags)
        infos.append(
            FieldInfo(
                field.name,
                _label(field.name),
                _TYPES.get(field.type, field.type),
                (field.length or 0) if field.type == "text" else 0,
                required,
                read_only,
                field.queryable,
                field.reference or "",
                _values(ctx, entity.name, field.name) if field.picklist else None,
                (element.parent or "") if element is not None else "",
                webhook=None if "IsSupportedWebhookField" in later.fields("Field") else False,
            )
        )
    return tuple(infos)


def _values(ctx: Context, entity: str, name: str) -> tuple[PickListValue, ...]:
    """The values of a picklist: the same numbers for everybody at a customer, labels in the zone's language."""
    language = _language(ctx)
    if language != _ENGLISH:
        ctx.cite("autotask.info.picklist_labels", "autotask.zone.language")
    return tuple(
        PickListValue(each.value, each.label(language), place, each.parent, each.active, each.system, each.default)
        for place, each in enumerate(picklists.choices(ctx, entity, name), start=1)
    )


def udf_info(ctx: Context, asked: Asked) -> tuple[FieldInfo, ...]:
    """getUDFInfo: the customer's own fields of an entity; none for entities that cannot have any."""
    entity = known(ctx, asked.body)
    ctx.cite("autotask.udf.discovered")
    if not entity.udf_capable:
        ctx.cite("autotask.udf.capable")
    assert ctx.tenant is not None
    return tuple(_udf(ctx, each) for each in model.definitions(ctx.db, ctx.tenant.name, entity.name))


def _udf(ctx: Context, definition: Definition) -> FieldInfo:
    values = None
    if definition.form == "list":
        ctx.cite("autotask.udf.list_value")
        export = ctx.dialect["udf_list_value"] == "export"
        values = tuple(
            PickListValue(each.export if export else each.display, each.display, place, active=each.active)
            for place, each in enumerate(definition.items, start=1)
        )
    return FieldInfo(
        definition.name,
        definition.name,
        _UDF_TYPES[definition.form],
        _UDF_LENGTH if definition.form == "text" else 0,
        definition.required,
        values=values,
        description=definition.description or None,
        default=definition.default,
        webhook=None
        if "IsSupportedWebhookField" in releases.later(ctx.dialect["wsdl_release"]).fields("Field")
        else False,
    )


# --- entities ---------------------------------------------------------------------------------------------------------


def entity_info(ctx: Context, asked: Asked) -> tuple[EntityInfo, ...]:
    """GetEntityInfo: what can be done with each entity as such, and by this caller."""
    ctx.cite("autotask.info.entities")
    later = releases.later(ctx.dialect["wsdl_release"])
    early = bool(later.fields("EntityInfo"))
    assert ctx.tenant is not None
    return tuple(
        EntityInfo(
            name,
            entity.may("create"),
            entity.may("query"),
            entity.may("update"),
            entity.may("delete"),
            {} if early else _access(ctx, entity),
            bool(model.definitions(ctx.db, ctx.tenant.name, name)),
            None if early else False,
        )
        for name, entity in ENTITIES.items()
        if name not in later.types
    )


def _access(ctx: Context, entity: Entity) -> dict[str, str]:
    recorded: Mapping[str, str] = entity.more["user_access"]
    return {deed: recorded[deed] if access.may(ctx, entity.name, deed) else "None" for deed in _DEEDS}


# --- service, zone, usage ---------------------------------------------------------------------------------------------


def wsdl_version(ctx: Context, asked: Asked) -> str:
    """GetWsdlVersion: the release of the customer's zone."""
    ctx.cite("autotask.info.wsdl_version")
    assert ctx.tenant is not None
    version = zones.version(ctx.tenant, ctx.dialect)
    if version != VERSION:
        ctx.cite("autotask.zone.differences")
    return version


def rest_versions(ctx: Context, asked: Asked) -> tuple[str, ...]:
    """The versions of the REST service, which needs no login to tell them."""
    zones.uncounted(ctx)
    return ("1.0",)


def zone_info(ctx: Context, asked: Asked) -> zones.ZoneInfo:
    """getZoneInfo: where the customer of a user name is served."""
    return zones.info(ctx, asked.body)


def threshold_info(ctx: Context, asked: Asked) -> Response | tuple[int, int, int]:
    """getThresholdAndUsageInfo: one line of text in the message of one return info; for REST its three numbers."""
    if asked.rest:
        return limits.before(ctx)
    return Response(infos=(Info(0, message=limits.told(ctx)),))


def code_check(ctx: Context, asked: Asked) -> CodeCheck:
    """IntegrationCodeCheck: of a user name at the caller's customer, or of one that nobody has."""
    ctx.cite("autotask.info.integration_code")
    assert ctx.tenant is not None
    found = access.user(ctx, asked.body)
    if found is None or found.tenant != ctx.tenant.name:
        return CodeCheck(api_user=False, associated=False)
    level = access.level_of(ctx.tenant, found)
    code = asked.header.integration_code
    known = ctx.installation.tenants.find(access.CODE, code or "", ctx.now)
    return CodeCheck(level["kind"] == "api_only", known is not None and known.tenant == found.tenant)
