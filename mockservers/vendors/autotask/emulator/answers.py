"""What stands inside the response element of each operation: the frame around entities, and all other answers.

Text joined in the .NET style (autotask.wire.net_style); entities come rendered. Part of the wire: it knows names and
nothing of tables or calls.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mockservers.vendors.autotask.emulator.requests import Info, Response
from mockservers.vendors.autotask.emulator.semantics.attachments import AttachmentFound
from mockservers.vendors.autotask.emulator.semantics.information import CodeCheck, EntityInfo, FieldInfo, PickListValue
from mockservers.vendors.autotask.emulator.zones import ZoneInfo
from mockservers.wirekit.soap import text


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else f"<{name} />"


def _text(name: str, value: str | None) -> str:
    """A text element: absent when None, short when empty."""
    return "" if value is None else _element(name, text(value))


def _flag(name: str, value: bool | None) -> str:
    return "" if value is None else f"<{name}>{'true' if value else 'false'}</{name}>"


# --- ATWSResponse -----------------------------------------------------------------------------------------------------


def _info(info: Info, empty: bool) -> str:
    # Recorded answers to ticket queries hold MatchInfo and Message as empty elements, others leave them out.
    message = "<Message />" if info.message is None and empty else _text("Message", info.message)
    return (
        f"<EntityReturnInfo><EntityId>{info.entity_id}</EntityId><DatabaseAction>{info.action}</DatabaseAction>"
        f"<DuplicateStatus><Found>{'true' if info.duplicate_found else 'false'}</Found>"
        f"{'<MatchInfo />' if empty else ''}<Ignored>false</Ignored></DuplicateStatus>{message}</EntityReturnInfo>"
    )


def errors(messages: Iterable[str]) -> str:
    return _element("Errors", "".join(f"<ATWSError>{_text('Message', each)}</ATWSError>" for each in messages))


def response(answer: Response) -> Sequence[str]:
    """The members of an ATWSResponse in their order (autotask.wire.order).

    Collections are there even when they are empty (autotask.wire.collections).
    """
    empty = answer.entity == "ticket"
    return (
        f"<ReturnCode>{answer.code}</ReturnCode>",
        *_collection("EntityResults", answer.fragments),
        _element("EntityResultType", text(answer.entity)),
        errors(answer.errors),
        *_collection("EntityReturnInfoResults", [_info(each, empty) for each in answer.infos]),
    )


def _collection(name: str, items: Sequence[str]) -> Sequence[str]:
    return (f"<{name}>", *items, f"</{name}>") if items else (f"<{name} />",)


def failed(entity: str, messages: Iterable[str]) -> Sequence[str]:
    """The ATWSResponse of a call that failed."""
    return response(Response(-1, entity, (), tuple(messages)))


# --- other answers ----------------------------------------------------------------------------------------------------


def _value(value: PickListValue) -> str:
    return (
        f"<PickListValue>{_text('Value', value.value)}{_text('Label', value.label)}"
        f"{_flag('IsDefaultValue', value.default)}<SortOrder>{value.order}</SortOrder>"
        f"{_text('parentValue', value.parent)}{_flag('IsActive', value.active)}{_flag('IsSystem', value.system)}"
        "</PickListValue>"
    )


def _field(field: FieldInfo) -> str:
    # Description, DefaultValue and the list of what is no picklist are null, hence absent (autotask.info.conventions).
    values = "" if field.values is None else _element("PicklistValues", "".join(map(_value, field.values)))
    return (
        f"<Field>{_text('Name', field.name)}{_text('Label', field.label)}{_text('Type', field.type)}"
        f"<Length>{field.length}</Length>{_text('Description', field.description)}{_flag('IsRequired', field.required)}"
        f"{_flag('IsReadOnly', field.read_only)}{_flag('IsQueryable', field.queryable)}"
        f"{_flag('IsReference', bool(field.reference))}{_text('ReferenceEntityType', field.reference)}"
        f"{_flag('IsPickList', field.values is not None)}{values}"
        f"{_text('PicklistParentValueField', field.parent_field)}{_text('DefaultValue', field.default)}"
        f"{_flag('IsSupportedWebhookField', field.webhook)}</Field>"
    )


def fields(found: Iterable[FieldInfo]) -> str:
    return "".join(map(_field, found))


def entities(found: Iterable[EntityInfo]) -> str:
    return "".join(
        f"<EntityInfo>{_text('Name', each.name)}{_flag('CanUpdate', each.update)}{_flag('CanDelete', each.delete)}"
        f"{_flag('CanCreate', each.create)}{_flag('CanQuery', each.query)}"
        f"{_text('UserAccessForCreate', each.access.get('create'))}{_text('UserAccessForQuery', each.access.get('query'))}"
        f"{_text('UserAccessForUpdate', each.access.get('update'))}{_text('UserAccessForDelete', each.access.get('delete'))}"
        f"{_flag('HasUserDefinedFields', each.has_udfs)}{_flag('SupportsWebhookCallouts', each.webhook)}</EntityInfo>"
        for each in found
    )


def zone(found: ZoneInfo) -> str:
    """An ATWSZoneInfo; a client fails in a way of its own when URL is there and empty (autotask.zone.unknown)."""
    return (
        f"{_text('URL', found.url)}<ErrorCode>{found.error}</ErrorCode>{_text('DataBaseType', found.database)}"
        f"<CI>{found.customer}</CI>{_text('WebUrl', found.web)}"
    )


def code_check(found: CodeCheck) -> str:
    return f"<ReturnCode>1</ReturnCode><Errors />{_flag('IsApiUser', found.api_user)}" + _flag(
        "IsIntegrationCodeAssociated", found.associated
    )


def attachment(found: AttachmentFound) -> str:
    """An Attachment. Its Info is declared as AttachmentInfo, so the entity inside names no type."""
    data = base64.b64encode(found.data).decode("ascii")
    inner = found.info.partition(">")[2].rpartition("</")[0]
    return f"{_text('Data', data)}{_element('Info', inner)}"


INNER: Mapping[str, Callable[[Any], str | Sequence[str]]] = {
    "query": response,
    "create": response,
    "update": response,
    "delete": response,
    "getThresholdAndUsageInfo": response,
    "GetFieldInfo": fields,
    "getUDFInfo": fields,
    "GetEntityInfo": entities,
    "GetWsdlVersion": text,
    "getZoneInfo": zone,
    "GetAttachment": attachment,
    "CreateAttachment": str,
    "DeleteAttachment": text,
    "GetInvoiceMarkup": text,
    "IntegrationCodeCheck": code_check,
}
"""What stands inside the result element of each operation."""

IN_BODY = frozenset({"query", "create", "update", "delete", "getThresholdAndUsageInfo"})
"""Operations whose answers have a place for errors (autotask.wire.return_code)."""


FAILED: Mapping[str, Callable[[tuple[str, ...]], str]] = {
    "IntegrationCodeCheck": lambda messages: f"<ReturnCode>-1</ReturnCode>{errors(messages)}",
    "DeleteAttachment": lambda messages: text(" ".join(messages)),
}
"""Other answers that can tell of an error: by a member of their own, or by their text."""


def result(method: str, inner: str | Sequence[str]) -> Sequence[str]:
    """The result element of an operation around `inner`, in parts."""
    if isinstance(inner, str):
        return (_element(f"{method}Result", inner),)
    return (f"<{method}Result>", *inner, f"</{method}Result>")
