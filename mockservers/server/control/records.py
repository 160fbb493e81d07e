"""Endpoints for what other people do at the vendor: thin over `World.act`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel.instants import SECOND
from mockservers.server.control import answers, context, models

api = APIBlueprint("records", __name__, url_prefix="/_mock/v1", abp_tags=[Tag(name="records")])


def _act(
    world: str | None, vendor: str, tenant: str | None, operation: str, request: Mapping[str, Any], status: int = 200
) -> flask.Response:
    where = context.world(world)
    there = context.installation(where, vendor)
    if tenant is not None:
        context.tenant_named(there, tenant)
    return context.answer(where.act(vendor, operation, dict(request), tenant), status)


def _kind(given: models.RecordQuery | models.RecordCreate | models.RecordChange) -> dict[str, str]:
    """The kind of record, where it was said: vendors with one kind know no such word."""
    return {} if given.entity is None else {"entity": given.entity}


def _delay(body: models.Delayed) -> dict[str, float]:
    if body.delay is None:
        return {}
    if body.delay < 0:
        raise context.wrong("delay", "a change cannot be visible before it was made")
    return {"delay": body.delay / SECOND}


@api.get("/records", operation_id="listRecords", responses={200: answers.Records})
def list_records(query: models.RecordList) -> flask.Response:
    """The records of a tenant in the vendor's store, whatever a client can see of them yet."""
    request = {name: value for name, value in (("after", query.after), ("most", query.most)) if value is not None}
    return _act(query.world, query.vendor, query.tenant, "list", {**request, **_kind(query)})


@api.post("/records", operation_id="createRecord", responses={201: answers.Record})
def create_record(query: models.WorldQuery, body: models.RecordCreate) -> flask.Response:
    """Somebody at the vendor creates a record; what is not given is made up, always the same for the same seed."""
    request: dict[str, Any] = {"fields": body.fields, **_kind(body), **_delay(body)}
    return _act(query.world, body.vendor, body.tenant, "create", request, 201)


@api.get("/records/<string:id>", operation_id="getRecord", responses={200: answers.Record})
def read_record(path: models.RecordPath, query: models.RecordQuery) -> flask.Response:
    """The truth about one record, lag and delays ignored."""
    return _act(query.world, query.vendor, query.tenant, "read", {"id": path.id, **_kind(query)})


@api.post("/records/<string:id>/act", operation_id="actOnRecord", responses={200: answers.Record})
def act_on_record(path: models.RecordPath, query: models.WorldQuery, body: models.RecordAct) -> flask.Response:
    """Somebody at the vendor does something with a record: one of the vendor's actions, with what it takes."""
    extra = body.__pydantic_extra__ or {}
    request: dict[str, Any] = {**extra, "id": path.id, "action": body.action, **_delay(body)}
    return _act(query.world, body.vendor, body.tenant, "act", request)


@api.patch("/records/<string:id>", operation_id="changeRecord", responses={200: answers.Record})
def change_record(path: models.RecordPath, query: models.WorldQuery, body: models.RecordChange) -> flask.Response:
    """Somebody at the vendor edits fields of a record."""
    request: dict[str, Any] = {"id": path.id, "fields": body.fields, **_kind(body), **_delay(body)}
    return _act(query.world, body.vendor, body.tenant, "change", request)


@api.delete("/records/<string:id>", operation_id="deleteRecord", responses={200: answers.Record})
def delete_record(path: models.RecordPath, query: models.RecordQuery) -> flask.Response:
    """Somebody at the vendor deletes a record."""
    return _act(query.world, query.vendor, query.tenant, "delete", {"id": path.id, **_kind(query)})
