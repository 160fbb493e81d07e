"""The description of the Web API, made from the same tables as the wire: documents for programs and a page for people.

A live server serves Swagger 2.0 (trackit.address.description), which cannot say all: OpenAPI 3 stands beside it. What is
described is what is emulated; the token's endpoint stands there as the security scheme alone, as on a live
server. Knows no wire library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from mockservers.vendors.trackit.emulator import access, fields
from mockservers.vendors.trackit.emulator.fields import (
    ASSIGNMENT,
    ASSIGNMENT_NOTE,
    ATTACHMENT,
    NOTE,
    SOLUTION,
    TEMPLATE,
    TICKET,
    Field,
)
from mockservers.vendors.trackit.emulator.renderings import text
from mockservers.vendors.trackit.emulator.routes import ASSUMED, EMULATED, Route

Schema = dict[str, Any]
SWAGGER, OPENAPI = "swagger/docs/v2", "swagger/docs/v3"
"""Where the two documents are, below the base."""

_INT: Schema = {"type": "integer", "format": "int32", "minimum": fields.SMALLEST, "maximum": fields.LARGEST}
_TEXT: Schema = {"type": "string", "maxLength": fields.LONGEST, "pattern": "^[^\\u0000]*$"}
_TIME: Schema = {
    "type": "string",
    "pattern": "^(1[89]|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
}
_WRITTEN: Mapping[str, list[Schema]] = {
    "integer": [_INT, {"type": "string", "pattern": "^[+-]?[0-9]{1,9}$"}],
    "decimal": [
        {"type": "number", "minimum": -1e12, "maximum": 1e12},
        {"type": "string", "pattern": "^-?[0-9]{1,12}$"},
    ],
    "boolean": [{"type": "boolean"}, {"type": "string", "pattern": "^([Tt]rue|[Ff]alse)$"}],
    "text": [_TEXT, {"type": "number"}, {"type": "boolean"}],
    "datetime": [_TIME],
}
_READ: Mapping[str, Schema] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "text": {"type": "string"},
    "datetime": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{7}Z$"},
}


def _object(properties: Schema, required: list[str] | None = None, closed: bool = True) -> Schema:
    made: Schema = {"type": "object", "properties": properties}
    if required:
        made["required"] = required
    return made | ({"additionalProperties": False} if closed else {})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(known: Mapping[int, Field]) -> Schema:
    return _object(
        {
            str(number): {
                **_object({"DisplayName": {"type": "string"}, "Value": _READ[field.form]}, ["DisplayName", "Value"]),
                "description": field.label,
            }
            for number, field in known.items()
        }
    )


def _properties(known: Mapping[int, Field]) -> Schema:
    """What create and update take: numbers are listed, labels and whatever else may stand there too."""
    return {
        **_object(
            {
                str(number): {"description": field.label, "nullable": True, "anyOf": _WRITTEN[field.form]}
                for number, field in known.items()
                if field.writable
            },
            closed=False,
        ),
        "description": "Values by field number or label. Keys that cannot be written, or that mean nothing, have no effect.",
    }


_NOTE_MEMBERS: Schema = {
    "Note Type": {"type": "string", "description": "a note type of tickets"},
    "Activity Code": {"type": "string", "description": "an activity code that is available for tickets"},
    "Note": {**_TEXT, "nullable": True},
    "Private": {"anyOf": _WRITTEN["boolean"], "nullable": True},
    "OptionalParams": {"description": "without effect"},
}
_NOTE_REQUIRED = ["Note Type", "Activity Code"]
_ASSIGNMENT_NOTE_MEMBERS: Schema = {
    **{name: each for name, each in _NOTE_MEMBERS.items() if name != "Private"},
    "Note Type": {"type": "string", "description": "a note type of assignments"},
    "Activity Code": {"type": "string", "description": "an activity code that is available for assignments"},
}
_DURATION: Schema = {"type": "string", "nullable": True, "description": "hh:mm:ss"}


def _written(prefix: str, known: Mapping[int, Field], note: Schema) -> Schema:
    """The bodies of the calls that write tickets or assignments, by names with a prefix."""

    def named(name: str) -> Schema:
        return _ref(prefix + name)

    made = {
        "Properties": _properties(known),
        "Ticket": _object({"Properties": named("Properties"), "OptionalParams": {}}, ["Properties"], closed=False),
        "NewNote": _object({**note, "Duration": _DURATION}, _NOTE_REQUIRED, closed=False),
        "StatusNote": _object(note, _NOTE_REQUIRED, closed=False) | {"nullable": True},
        "StatusChange": _object(
            {"StatusName": {"type": "string"}, "Note": named("StatusNote")}, ["StatusName"], closed=False
        ),
        "Closing": _object({"Note": named("StatusNote")}, closed=False),
    }
    return {prefix + name: schema for name, schema in made.items()}


def _schemas() -> Schema:
    listed = {
        "Notes": ("TicketNotes", "NoteRecord"),
        "Attachments": ("TicketAttachments", "AttachmentRecord"),
        "Assignments": ("Assignments", "AssignmentRecord"),
        "Successors": ("Successors", "AssignmentRecord"),
        "Predecessors": ("Predecessors", "AssignmentRecord"),
        "AssignmentNotes": ("AssignmentNotes", "AssignmentNoteRecord"),
        "AssignmentAttachments": ("AssignmentAttachments", "AttachmentRecord"),
        "SolutionAttachments": ("SolutionAttachments", "AttachmentRecord"),
        "Found": ("Results", "TicketRecord"),
    }
    return {
        "TicketRecord": _record(TICKET),
        "NoteRecord": _record(NOTE),
        "AttachmentRecord": _record(ATTACHMENT),
        "AssignmentRecord": _record(ASSIGNMENT),
        "AssignmentNoteRecord": _record(ASSIGNMENT_NOTE),
        "SolutionRecord": _record(SOLUTION),
        "TemplateRecord": _record(TEMPLATE),
        **{
            name: _object({"Count": {"type": "integer"}, key: {"type": "array", "items": _ref(record)}}, ["Count", key])
            for name, (key, record) in listed.items()
        },
        "Error": _object(
            {"Message": {"type": "string"}, "MessageDetail": {"type": "string"}, "ModelState": {"type": "object"}},
            ["Message"],
        ),
        **_written("", TICKET, _NOTE_MEMBERS),
        **_written("Assignment", ASSIGNMENT, _ASSIGNMENT_NOTE_MEMBERS),
        "Login": _object(
            {"UserName": {"type": "string"}, "password": {"type": "string"}}, ["UserName", "password"], closed=False
        ),
        "Search": _object(
            {
                "Term": {"type": "string", "nullable": True},
                "ModuleId": {"type": "integer", "enum": [fields.MODULE], "description": "tickets"},
                "Mode": {**_INT, "nullable": True, "description": "without effect"},
                "MaxContentLength": {**_INT, "nullable": True, "description": "-1 for whole texts"},
                "PageSize": {**_INT, "minimum": 0},
                "PageNumber": {**_INT, "minimum": 0},
                "ResultFields": {"type": "array", "items": _INT, "nullable": True},
                "OptionalParams": {"description": "without effect"},
            },
            closed=False,
        ),
        "Links": _object(
            {f"{name}Id": {**_INT, "nullable": True} for name in ("Category", "Requestor", "Location", "Department")},
            closed=False,
        ),
    }


def _answers(switches: Mapping[str, Any]) -> Mapping[str, Schema]:
    """The schema of success by operation, as the dialect has it."""
    live = switches["envelope_keys"] == "live"
    ticket, note = _ref("TicketRecord"), _ref("NoteRecord")
    one = "Ticket" if live else "Tickets"
    whole = _object({one: ticket}, [one])
    both = _object({"Ticket": ticket, "Note" if live else "TicketNote": note}, ["Ticket"])
    success = _object({"success": {"type": "boolean", "enum": [True]}}, ["success"])
    group = _object(
        {
            "Sequence": {"type": "integer"},
            "LastModified": _READ["datetime"],
            "LastUser": {"type": "string"},
            "Code": {"type": "string"},
            "Comments": {"type": "string", "nullable": True},
            "InActive": {"type": "boolean"},
        }
    )
    assignment, assignment_note = _ref("AssignmentRecord"), _ref("AssignmentNoteRecord")
    one_assignment = _object(
        {"Assignment" if live else "Assignments": assignment}, ["Assignment" if live else "Assignments"]
    )
    assigned = {"Assignment": assignment, "Note" if live else "AssignmentNote": assignment_note}
    one_note = {"type": "array", "items": assignment_note, "minItems": 1, "maxItems": 1}
    label = _object({"DisplayName": {"type": "string"}}, ["DisplayName"])
    return {
        "ticket.read": whole,
        "ticket.update": whole,
        "ticket.create": whole,
        "ticket.change_status": both,
        "ticket.add_note": both,
        "ticket.close": _object({"Ticket": ticket, "Note": note}, ["Ticket"]),
        "ticket.delete": success,
        "logout": success,
        "notes.list": _ref("Notes"),
        "note.read": _object({"Note": {"type": "array", "items": note, "minItems": 1, "maxItems": 1}}, ["Note"]),
        "attachments.list": _ref("Attachments"),
        "assignments.list": _ref("Assignments"),
        "search": _ref("Found"),
        "templates.list": _object(
            {"TicketTemplates": {"type": "array", "items": _ref("TemplateRecord")}}, ["TicketTemplates"]
        ),
        "module.fields": _object({str(number): label for number in TICKET}, [str(number) for number in TICKET]),
        "groups.list": _object({"Groups": {"type": "array", "items": group}}, ["Groups"]),
        "priority.derive": _object({"Priority": ticket}, ["Priority"]),
        **dict.fromkeys(("assignment.read", "assignment.update", "assignment.create"), one_assignment),
        **dict.fromkeys(("assignment.change_status", "assignment.add_note"), _object(assigned, ["Assignment"])),
        "assignment.close": _object({"Assignment": assignment, "Note": assignment_note}, ["Assignment"]),
        "assignment.delete": success,
        "assignment_notes.list": _ref("AssignmentNotes"),
        "assignment_note.read": _object({"Note": one_note}, ["Note"]),
        "assignment_attachments.list": _ref("AssignmentAttachments"),
        "successors.list": _ref("Successors"),
        "predecessors.list": _ref("Predecessors"),
        "assignment_templates.list": _object(
            {"AssignmentTemplates": {"type": "array", "items": _ref("TemplateRecord")}}, ["AssignmentTemplates"]
        ),
        "attachment.read": _object({"Attachment": _ref("AttachmentRecord")}, ["Attachment"]),
        "solution.read": _object({"Solution": _ref("SolutionRecord")}, ["Solution"]),
        "solution_attachments.list": _ref("SolutionAttachments"),
    }


_BODIES = {
    "ticket.create": "Ticket",
    "ticket.update": "Ticket",
    "ticket.change_status": "StatusChange",
    "ticket.add_note": "NewNote",
    "ticket.close": "Closing",
    "groups.list": "Login",
    "search": "Search",
    "priority.derive": "Links",
    "assignment.create": "AssignmentTicket",
    "assignment.update": "AssignmentTicket",
    "assignment.change_status": "AssignmentStatusChange",
    "assignment.add_note": "AssignmentNewNote",
    "assignment.close": "AssignmentClosing",
}
_IDS = {
    "ticket.read": "Ticket_Get",
    "ticket.update": "Ticket_Update",
    "ticket.create": "Ticket_Create",
    "ticket.change_status": "Ticket_ChangeStatus",
    "ticket.add_note": "Ticket_AddNote",
    "ticket.close": "Ticket_Close",
    "ticket.delete": "Ticket_Delete",
    "notes.list": "Ticket_GetNotes",
    "note.read": "Ticket_GetNote",
    "attachments.list": "Ticket_GetAttachments",
    "assignments.list": "Ticket_GetAssignments",
    "templates.list": "Ticket_GetTemplates",
    "logout": "Technician_Logout",
    "module.fields": "Module_GetFields",
    "groups.list": "Group_Get",
    "search": "Search_Search",
    "priority.derive": "PriorityHierarchy_Get",
    "assignment.read": "Assignment_Get",
    "assignment.update": "Assignment_Update",
    "assignment.create": "Assignment_Create",
    "assignment.change_status": "Assignment_ChangeStatus",
    "assignment.add_note": "Assignment_AddNote",
    "assignment.close": "Assignment_Close",
    "assignment.delete": "Assignment_Delete",
    "assignment_notes.list": "Assignment_GetAssignmentNotes",
    "assignment_note.read": "Assignment_GetAssignmentNoteByNoteId",
    "assignment_attachments.list": "Assignment_GetAssignmentAttachments",
    "successors.list": "Assignment_GetAssignmentSuccessors",
    "predecessors.list": "Assignment_GetAssignmentPredecessors",
    "assignment_templates.list": "Assignment_GetAssignmentTemplates",
    "attachment.read": "Attachment_GetAttachment",
    "solution.read": "Solution_GetSolutionById",
    "solution_attachments.list": "Solution_GetSolutionAttachments",
}
"""Ids in the form of a live server's, controller and action; those of assignments, files and solutions are its own."""
_NEEDED = {
    "ticket.read": access.VIEW,
    "ticket.update": access.EDIT,
    "ticket.create": access.CREATE,
    "ticket.change_status": access.EDIT,
    "ticket.add_note": access.CREATE_NOTE,
    "ticket.close": access.CLOSE,
    "ticket.delete": access.DELETE,
    "notes.list": access.VIEW_ASSIGNMENT_NOTES,
    "note.read": access.VIEW_NOTES,
    "attachments.list": access.VIEW_ATTACHMENT,
    "assignments.list": access.VIEW_ASSIGNMENT,
    "search": access.VIEW,
    **dict.fromkeys(("assignment.read", "successors.list", "predecessors.list"), access.VIEW_ASSIGNMENT),
    **dict.fromkeys(("assignment_notes.list", "assignment_note.read"), access.VIEW_ASSIGNMENT_NOTES),
    "assignment.update": access.EDIT_ASSIGNMENT,
    "assignment.create": access.CREATE_ASSIGNMENT,
    "assignment.change_status": access.EDIT_ASSIGNMENT,
    "assignment.add_note": access.CREATE_ASSIGNMENT_NOTE,
    "assignment.close": access.CLOSE_ASSIGNMENT,
    "assignment.delete": access.DELETE_ASSIGNMENT,
    **dict.fromkeys(
        ("assignment_attachments.list", "solution_attachments.list", "attachment.read"), access.VIEW_ATTACHMENT
    ),
    "solution.read": access.VIEW_SOLUTION,
}
_QUERY = (
    {"name": "maxContentLength", "in": "query", "schema": _INT, "allowEmptyValue": True},
    {"name": "SystemNote", "in": "query", "schema": {"type": "boolean"}, "allowEmptyValue": True},
)
_REFUSED = {
    400: "not valid",
    401: "not let in",
    403: "not permitted",
    404: "not there, or not to be seen",
    415: "no JSON",
}


def described(switches: Mapping[str, Any]) -> list[Route]:
    """The routes whose answers are known or, where the dialect says so, assumed."""
    assumed = {
        "search": "searches",
        "priority.derive": "priority_hierarchy",
        **dict.fromkeys((route.operation for route in ASSUMED), "unpublished_routes"),
    }
    return [
        route
        for route in (*EMULATED, *ASSUMED)
        if switches.get(assumed.get(route.operation, ""), "assumed") == "assumed"
        and (route.switch is None or switches[route.switch] == "on")
    ]


def _operation(route: Route, answers: Mapping[str, Schema]) -> Schema:
    page = {"pageSize", "pageNumber"}
    parameters: list[Any] = [
        {"name": name, "in": "path", "required": True, "schema": {**_INT, "minimum": 0} if name in page else _INT}
        for name in route.ids
    ]
    if route.operation == "module.fields":
        parameters = []
    if route.operation in ("notes.list", "assignment_notes.list"):
        parameters += _QUERY
    refused = {"content": {"application/json": {"schema": _ref("Error")}}}
    made: Schema = {
        "operationId": _IDS[route.operation],
        "tags": [route.path.partition("/")[0]],
        "parameters": parameters,
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": answers[route.operation]}}},
            **{str(status): {"description": why, **refused} for status, why in _REFUSED.items()},
        },
        "security": [] if route.operation == "groups.list" else [{"oauth2": []}],
    }
    if route.operation in _NEEDED:
        made["description"] = f"Needs the permission {_NEEDED[route.operation]}."
    if route.operation in _BODIES:
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(_BODIES[route.operation])}},
        }
    return made


def shown(route: Route) -> str:
    """The path of a route in the description: of modules, that of tickets is the only one."""
    return f"/{route.path}".replace("{moduleSequence}", str(fields.MODULE))


@lru_cache(maxsize=32)
def _document(base: str, settings: tuple[tuple[str, Any], ...]) -> str:
    switches = dict(settings)
    answers = _answers(switches)
    paths: dict[str, Schema] = {}
    for route in described(switches):
        paths.setdefault(shown(route), {})[route.method.lower()] = _operation(route, answers)
    return text(
        {
            "openapi": "3.0.3",
            "info": {"title": "Track-It! Web API, as emulated", "version": "v2"},
            "servers": [{"url": base}],
            "paths": paths,
            "components": {
                "schemas": _schemas(),
                "securitySchemes": {
                    "oauth2": {"type": "oauth2", "flows": {"password": {"tokenUrl": f"{base}/token", "scopes": {}}}}
                },
            },
        }
    )


_DECIDING = ("envelope_keys", "searches", "priority_hierarchy", "unpublished_routes", "groups_endpoint")


def document(base: str, switches: Mapping[str, Any]) -> str:
    """The OpenAPI document for a base address and a dialect."""
    return _document(base, tuple((name, switches[name]) for name in _DECIDING))


# --- Swagger 2.0 ------------------------------------------------------------------------------------------------------


def _older(value: Any) -> Any:
    """A schema as Swagger 2.0 can say it: no choice of types, null as an extension, definitions in another place."""
    if isinstance(value, list):
        return [_older(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "properties" in value and isinstance(value["properties"], dict):
        named = {name: _older(each) for name, each in value["properties"].items()}
        return {**_older({key: each for key, each in value.items() if key != "properties"}), "properties": named}
    made = {name: _older(each) for name, each in value.items() if name not in ("anyOf", "nullable")}
    if "$ref" in made:
        made["$ref"] = made["$ref"].replace("#/components/schemas/", "#/definitions/")
    return {**made, "x-nullable": True} if value.get("nullable") else made


def _older_operation(operation: Schema) -> Schema:
    parameters = [
        {**{name: each for name, each in parameter.items() if name != "schema"}, **_older(parameter["schema"])}
        for parameter in operation["parameters"]
    ]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        parameters.append({"name": "body", "in": "body", "required": True, "schema": _older(schema)})
    responses = {
        status: {"description": told["description"], "schema": _older(told["content"]["application/json"]["schema"])}
        for status, told in operation["responses"].items()
    }
    kept = {name: each for name, each in operation.items() if name not in ("requestBody", "parameters", "responses")}
    return {**kept, "parameters": parameters, "responses": responses}


@lru_cache(maxsize=32)
def _swagger(origin: str, base: str, settings: tuple[tuple[str, Any], ...]) -> str:
    newer = json.loads(_document(base, settings))
    flow = newer["components"]["securitySchemes"]["oauth2"]["flows"]["password"]
    return text(
        {
            "swagger": "2.0",
            "info": newer["info"],
            "basePath": base,
            "consumes": ["application/json"],
            "produces": ["application/json"],
            "paths": {
                path: {verb: _older_operation(operation) for verb, operation in verbs.items()}
                for path, verbs in newer["paths"].items()
            },
            "definitions": {name: _older(schema) for name, schema in newer["components"]["schemas"].items()},
            "securityDefinitions": {
                "oauth2": {**flow, "type": "oauth2", "flow": "password", "tokenUrl": origin + flow["tokenUrl"]}
            },
        }
    )


def swagger(origin: str, base: str, switches: Mapping[str, Any]) -> str:
    """The Swagger 2.0 document for a server such as http://127.0.0.1:8750, which its token's address needs, and a dialect."""
    return _swagger(origin, base, tuple((name, switches[name]) for name in _DECIDING))


def page(base: str, switches: Mapping[str, Any]) -> str:
    """What can be called, for people."""
    rows = "\n".join(
        f"<tr><td>{route.method}</td><td><code>{escape(base + shown(route))}</code></td>"
        f"<td>{escape(_NEEDED.get(route.operation, ''))}</td></tr>"
        for route in described(switches)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><title>Track-It! Web API</title></head>\n<body>\n<h1>Track-It! Web API</h1>\n'
        f"<p>Ask for a token at <code>{escape(base)}/token</code>; the description is at "
        f'<a href="{escape(base)}/{SWAGGER}">{SWAGGER}</a>, '
        f'and as OpenAPI 3 at <a href="{escape(base)}/{OPENAPI}">{OPENAPI}</a>.</p>\n'
        f"<table>\n<tr><th>Verb</th><th>Address</th><th>Permission</th></tr>\n{rows}\n</table>\n</body>\n</html>\n"
    )
