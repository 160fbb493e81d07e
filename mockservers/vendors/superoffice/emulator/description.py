"""The served OpenAPI document, of our own making: from the catalogue's endpoints and the tables that the wire writes by.

Knows no request and no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.vendors.superoffice.emulator import entities
from mockservers.vendors.superoffice.emulator.model import (
    CATALOGUE,
    DATES,
    ENUMERATED,
    ENUMS,
    INTEGERS,
    LENGTHS,
    PROPERTIES,
)
from mockservers.vendors.superoffice.emulator.renderings import dropped

Schema = dict[str, Any]

PATH = "/api/v1/openapi.json"
_INT: Schema = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
_TEXT: Schema = {"type": "string"}
_DATE: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$",
    "description": "the vendor's form, with an offset or without one",
}
_FLAG: Schema = {"type": "boolean"}
_FREE: Schema = {"type": "object"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema or "anyOf" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(properties: Mapping[str, Schema], *, whole: bool = True, more: bool = False) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": more}
    return {**made, "required": list(properties)} if whole else made


def _property(name: str) -> Schema:
    if name in DATES:
        return _DATE
    if name in INTEGERS:
        return _INT
    if name == "HasAttachment":
        return _FLAG
    if name == "TableRight":
        return {"anyOf": [_ref("Right"), {"type": "object", "maxProperties": 0}]}
    if name == "FieldProperties":
        return _ref("FieldProperties")
    if name in ENUMERATED:
        return {**_TEXT, "examples": list(ENUMS[ENUMERATED[name]])}
    return _TEXT


def _schemas(dialect: Mapping[str, Any]) -> dict[str, Schema]:
    right = {"anyOf": [_ref("Right"), {"type": "object", "maxProperties": 0}, {"type": "null"}]}
    whole = dialect["select_mode"] != "omit"
    ticket = {name: _or_null(_property(name)) for name in PROPERTIES if name not in dropped(dialect["carrier_version"])}
    if dialect["extra_property"]:
        ticket[dialect["extra_property"]] = {}
    rights: dict[str, Schema] = {"TableRight": right, "FieldProperties": {"type": "object"}}
    nested = {
        "Associate": {"AssociateId": _INT, "Name": _TEXT, "EjUserId": _INT, "FullName": _TEXT, **rights},
        "TicketCategoryEntity": {
            "TicketCategoryId": _INT,
            "ParentId": _INT,
            "Name": _TEXT,
            "Fullname": _TEXT,
            **rights,
        },
        "TicketPriorityEntity": {"TicketPriorityId": _INT, "Name": _TEXT, **rights},
        "TicketStatusEntity": {"TicketStatusId": _INT, "Name": _TEXT, "Status": _TEXT, "TimeCounter": _TEXT, **rights},
        "Person": {
            "PersonId": _INT,
            "FullName": _TEXT,
            "Firstname": _TEXT,
            "ContactId": _INT,
            "ContactName": _TEXT,
            **rights,
        },
        "Sale": {"SaleId": _INT, "Heading": _TEXT, **rights},
        "Project": {"ProjectId": _INT, "Name": _TEXT, **rights},
        "TicketType": {"TicketTypeId": _INT, "Name": _TEXT, **rights},
        "TicketMessage": {"TicketMessageId": _INT, "CreatedAt": _DATE, "Author": _TEXT, "Slevel": _TEXT, **rights},
    }
    members = {
        "CreatedBy": "Associate",
        "OwnedBy": "Associate",
        "Category": "TicketCategoryEntity",
        "Sale": "Sale",
        "Priority": "TicketPriorityEntity",
        "Status": "TicketStatusEntity",
        "Person": "Person",
        "Project": "Project",
        "TicketType": "TicketType",
    }
    flat = (
        "TicketId",
        "Title",
        *DATES,
        "Author",
        "Slevel",
        "BaseStatus",
        "Origin",
        *entities.FLAT,
        "Language",
        "Sentiment",
        "SentimentConfidence",
    )
    entity = {
        **{name: _or_null(_property(name)) for name in flat},
        **{name: _or_null(_ref(schema)) for name, schema in members.items()},
        "Messages": _or_null(_list(_ref("TicketMessage"))),
        "Tags": _or_null(_list({"type": "object"})),
        "CustomFields": _or_null({"type": "object"}),
        "TableRight": right,
    }
    message = {
        "EjMessageId": _INT,
        "Ticket": _or_null(_ref("Ticket")),
        "CreatedAt": _DATE,
        "Author": _TEXT,
        "Body": _TEXT,
        "CreatedBy": _or_null(_ref("Associate")),
        "Slevel": _TEXT,
        "TimeSpent": _INT,
    }
    return {
        "Right": _object({"Mask": _TEXT, "Reason": _TEXT}),
        "FieldProperties": {
            "type": "object",
            "additionalProperties": _object({"FieldRight": right, "FieldType": _TEXT, "FieldLength": _INT}),
        },
        "Ticket": _object(ticket, whole=whole),
        **{name: _object(properties, more=True) for name, properties in nested.items()},
        "TicketEntity": _object(entity, whole=whole, more=True),
        "TicketMessageEntity": _object(message, whole=whole, more=True),
        "TicketSummaryItem": _object(
            {"TicketId": _INT, "TicketStatus": _INT, "Title": _TEXT, "Registered": _DATE, "IconHint": _TEXT}
        ),
        "AttachmentEntity": _object(
            {
                "AttachmentId": _or_null(_INT),
                "Name": _or_null(_TEXT),
                "ContentType": _or_null(_TEXT),
                "AttSize": _or_null(_INT),
                "InlineImage": _or_null(_FLAG),
                "ContentId": _or_null(_TEXT),
                "AuthKey": _or_null(_TEXT),
                "IsSafeFileExtension": _or_null(_FLAG),
                "TableRight": right,
                "FieldProperties": _or_null({"type": "object"}),
            },
            whole=whole,
            more=True,
        ),
        "PatchOperation": {
            "type": "object",
            "properties": {"op": {"enum": ["add", "replace", "remove", "test"]}, "path": _TEXT, "value": {}},
            "required": ["op", "path"],
        },
        "SavedAttachment": _object(
            {"AttachmentId": _INT, "Name": {**_TEXT, "minLength": 1, "maxLength": 255}, "InlineImage": _FLAG},
            whole=False,
            more=True,
        ),
        "SavedTicket": _object(_saved(), whole=False, more=True),
        "SavedMessage": _object(
            {
                "Ticket": _object({"TicketId": _INT}, more=True),
                "Body": _TEXT,
                "Author": {**_TEXT, "maxLength": 255},
                "TimeSpent": {**_INT, "minimum": 0},
                "Slevel": {**_TEXT, "enum": ["Internal", "External"]},
            },
            whole=False,
            more=True,
        ),
        "ODataList": _object(
            {
                "odata.metadata": _TEXT,
                "odata.nextLink": _or_null(_TEXT),
                "value": _list(_object({"PrimaryKey": _TEXT, "EntityName": _TEXT}, more=True)),
            }
        ),
        "RestError": _object(
            {"Error": {"const": True}, "ErrorType": _TEXT, "ErrorMessage": _TEXT, "ErrorSource": _TEXT}
        ),
        "Message": _object({"Message": _TEXT, "MessageDetail": _TEXT}, whole=False),
        "TokenError": _object({"error": _TEXT, "error_description": _TEXT}),
    }


def _saved() -> dict[str, Schema]:
    """What a client may set of a ticket."""
    texts = {
        name: _or_null({**_TEXT, "maxLength": LENGTHS[name]}) for name in ("Title", "Author", "FromAddress", "Language")
    }
    dates = {name: _or_null({"type": "string", "format": "date-time"}) for name in ("Activate", "Deadline")}
    links = {name: _or_null(_object({key: _INT}, more=True)) for name, key in entities.KEYS.items()}
    enums = {
        name: _or_null({**_TEXT, "enum": [*(n for n, v in ENUMS[ENUMERATED[name]].items() if v < 1000), None]})
        for name in ("Slevel", "Origin", "ReadStatus", "BaseStatus")
    }
    return {"TicketId": _INT, **texts, **dates, **enums, **links}


# --- operations -------------------------------------------------------------------------------------------------------

_ANSWERS: Mapping[str, Schema] = {
    "Ticket[]": _list(_or_null(_ref("Ticket"))),
    "Ticket": _or_null(_ref("Ticket")),
    "TicketSummaryItem[]": _list(_or_null(_ref("TicketSummaryItem"))),
    "TicketEntity": _or_null(_ref("TicketEntity")),
    "TicketMessageEntity[]": _list(_ref("TicketMessageEntity")),
    "TicketMessage": _or_null(_ref("TicketMessage")),
    "TicketMessageEntity": _or_null(_ref("TicketMessageEntity")),
    "AttachmentEntity[]": _list(_ref("AttachmentEntity")),
    "AttachmentEntity": _or_null(_ref("AttachmentEntity")),
    "binary": _or_null(_TEXT),
    "file": _TEXT,
    **{
        f"{name}{many}": schema
        for name in (
            "Contact",
            "ContactEntity",
            "Person",
            "PersonEntity",
            "TicketStatusEntity",
            "TicketPriorityEntity",
            "TicketPriority",
            "TicketCategoryEntity",
            "TicketTypeEntity",
            "MDOListItem",
            "Webhook",
            "WebhookResult",
        )
        for many, schema in (("", _or_null(_FREE)), ("[]", _list(_FREE)))
    },
    "int32[]": _list(_INT),
    "int32": _INT,
    "string": _TEXT,
    "list of zones": _list({"type": "object"}),
}
_TYPES: Mapping[str, Schema] = {
    "int32": _INT,
    "int32[]": _list(_INT),
    "bool": _FLAG,
    "string": _TEXT,
    "listname": {**_TEXT, "enum": ["ticketstatus", "ticketpriority", "ejcategory", "TicketType", "associate"]},
    "byte": {**_TEXT, "format": "byte", "pattern": "^(?:[A-Za-z0-9+/]{4}){0,20}$"},
    "AttachmentEntity": _ref("SavedAttachment"),
    "TicketPatch": {"anyOf": [_list(_ref("PatchOperation")), _ref("SavedTicket")]},
    "TicketEntity": _ref("SavedTicket"),
    "TicketMessageEntity": _ref("SavedMessage"),
    "Webhook": _object(
        {
            "Name": _TEXT,
            "Events": _list({**_TEXT, "enum": ["ticket.created", "ticket.changed"]}),
            "TargetUrl": {**_TEXT, "examples": ["http://127.0.0.1:9000/hook"]},
            "Secret": _TEXT,
            "State": {**_TEXT, "enum": ["Active", "Stopped"]},
        },
        whole=False,
        more=True,
    ),
}
_ODATA = {"$select", "$filter", "$orderBy", "$top", "$skip"}


def _answer(named: str | None) -> Schema:
    if named is not None and named in _ANSWERS:
        return _ANSWERS[named]
    if named and "TicketEntity" in named:
        return _ref("TicketEntity")
    return _ref("ODataList") if named and ("OData" in named or "odata" in named) else {"type": "object"}


def _content(schema: Schema) -> Schema:
    made: Schema = {each: {"schema": schema} for each in CATALOGUE.facts["answer_media"] if each.endswith("json")}
    return made | {each: {} for each in CATALOGUE.facts["answer_media"] if each.endswith("xml")}


def _failed(text: str, *names: str) -> Schema:
    schemas = [_ref(name) for name in names]
    return {"description": text, "content": _content(schemas[0] if len(schemas) == 1 else {"anyOf": schemas})}


def _parameters(endpoint: Mapping[str, Any]) -> list[Schema]:
    made: list[Schema] = []
    path = endpoint["path"]
    for name in ("id", "provider", "tenant", "method", "listname"):
        if "{" + name + "}" in path:
            schema = {**_INT, "minimum": 1} if name == "id" else {**_TEXT, "enum": _PATH_VALUES[name]}
            made.append({"name": name, "in": "path", "required": True, "schema": schema})
    for each in endpoint.get("query", ()):
        name, _, kind = each.partition(":")
        if name.startswith("$") and (name not in _ODATA or ("Messages" in path and name not in ("$top", "$skip"))):
            continue
        if name in ("fk", "notify"):
            continue
        schema = {**_INT, "minimum": 0} if name in ("$top", "$skip") else dict(_TYPES.get(kind, _TEXT))
        if name == "$orderBy":
            schema["examples"] = [_ORDERS.get(path, "lastChanged desc")]
        if name == "$filter":
            date = _ORDERS.get(path, "lastChanged desc").partition(" ")[0]
            schema["examples"] = [f"{date} afterTime '2024-11-20T14:15:00'"]
        made.append({"name": name, "in": "query", "required": kind == "int32", "schema": schema})
    if endpoint.get("select"):
        made.append({"name": "$select", "in": "query", "required": False, "schema": _TEXT})
    headers = {"SO-TimeZone": "NO, includeTZOffset", "SO-Language": "en", "Accept-Language": "sv", "SO-Culture": "de"}
    if "v1" in path:
        made += [
            {"name": name, "in": "header", "required": False, "schema": {**_TEXT, "examples": [example]}}
            for name, example in headers.items()
        ]
    return made


_ORDERS = {"/api/v1/Contact": "updatedDate desc", "/api/v1/Person": "personUpdatedDate desc"}
_PATH_VALUES: Mapping[str, list[str]] = {
    "provider": ["Ticket"],
    "tenant": ["Cust12345"],
    "listname": _TYPES["listname"]["enum"],
    "method": [
        each["path"].rpartition("/")[2]
        for each in CATALOGUE.facts["endpoints"]
        if "/Agents/Ticket/" in each["path"] and "{" not in each["path"]
    ],
}


def _body(endpoint: Mapping[str, Any]) -> Schema | None:
    given = endpoint.get("body")
    if endpoint["path"].endswith("/tokens"):
        schema = _object({"grant_type": {"const": "refresh_token"}, "refresh_token": _TEXT}, whole=False, more=True)
        return {"required": False, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    if given is None:
        return None
    schema = _TYPES[given] if isinstance(given, str) else _object({name: _TYPES[kind] for name, kind in given.items()})
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _operation(endpoint: Mapping[str, Any]) -> Schema:
    path, agent = endpoint["path"], "/Agents/" in endpoint["path"]
    public = path in ("/api", "/api/v1") or path.startswith(("/api/state", "/login"))
    good: Schema = {"description": str(endpoint["answer"] or "done")}
    if endpoint["status"] != 204:
        good["content"] = _content(_answer(endpoint["answer"]))
        if path in ("/api", "/api/v1"):
            good["content"]["text/html"] = {}
        if endpoint["answer"] in ("binary", "file"):
            good["content"] |= {media: {} for media in (*CATALOGUE.facts["file_media"], "text/csv", "application/zip")}
    answers: dict[str, Schema] = {str(endpoint["status"]): good}
    answers["400"] = _failed("a bad request", *(["TokenError"] if path.startswith("/login") else []), "Message")
    answers["404"] = _failed("nothing is there", "RestError", "Message")
    answers["405"] = answers["406"] = answers["415"] = _failed("not in this form", "Message")
    answers["501"] = _failed("known, but not emulated", "RestError")
    if not public:
        answers["401"] = answers["403"] = {
            "description": "not let in, or not allowed",
            "content": _content({"type": "object"}),
        }
        answers["429"] = _failed("throttled", "Message")
    if not agent and path.startswith("/api/v1/Ticket/{id}"):
        answers["304"], answers["412"] = {"description": "not changed"}, {"description": "changed meanwhile"}
    if endpoint["method"] == "PATCH":
        answers["409"] = _failed("a test does not hold", "RestError")
    made: Schema = {"parameters": _parameters(endpoint), "responses": answers, "summary": str(endpoint["answer"] or "")}
    made["operationId"] = f"{endpoint['method']} {path}"
    made["security"] = [] if public else [{"basic": []}, {"ticket": []}, {"bearer": []}]
    body = _body(endpoint)
    return made if body is None else {**made, "requestBody": body}


def document(dialect: Mapping[str, Any], root: str) -> Schema:
    """The whole description, for an installation with this dialect below this root."""
    paths: dict[str, dict[str, Schema]] = {}
    for each in CATALOGUE.facts["endpoints"]:
        if each["emulate"] != "skip":
            paths.setdefault(each["path"], {})[each["method"].lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SuperOffice WebAPI v1 as mockservers emulates it",
            "version": "1.0",
            "description": "Made by mockservers from its own tables; no description of the vendor's.",
        },
        "servers": [{"url": root.rstrip("/") or "/"}],
        "paths": paths,
        "components": {
            "schemas": _schemas(dialect),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "ticket": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }
