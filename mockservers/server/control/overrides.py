"""Endpoints for overrides: canned answers in place of the emulator's."""

from __future__ import annotations

from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel.overrides import Override
from mockservers.server import verification
from mockservers.server.control import answers, context, models
from mockservers.server.control.context import Problem
from mockservers.server.expectations import OverrideAdd

api = APIBlueprint("overrides", __name__, url_prefix="/_mock/v1", abp_tags=[Tag(name="overrides")])


def _told(override: Override) -> dict[str, Any]:
    return {
        "id": override.id,
        "match": override.match,
        "status": override.status,
        "headers": [list(pair) for pair in override.headers],
        "body": override.body.decode("utf-8", "replace"),
        "patch": override.patch,
        "skip": override.skip,
        "times": override.times,
        "seen": override.seen,
        "hits": override.hits,
        "spent": override.spent,
    }


@api.get("/overrides", operation_id="listOverrides", responses={200: answers.Overrides})
def overrides(query: models.WorldQuery) -> flask.Response:
    """The overrides of a world, with how many requests each saw and answered."""
    return context.answer({"overrides": [_told(each) for each in context.world(query.world).overrides]})


@api.post("/overrides", operation_id="addOverride", responses={201: answers.Override})
def add_override(query: models.WorldQuery, body: OverrideAdd) -> flask.Response:
    """Answer the next `times` requests that match with a status, headers and a body, and not as the emulator would.

    It never sees such a request; with a `patch` it does, and its answer is changed. `skip` matching ones pass first. The journal
    has the outcome `overridden` for what the emulator did not see, and names the `override`.
    """
    where = context.world(query.world)
    vendor = body.match.vendor
    if vendor is not None and vendor not in context.site().vendors:
        raise context.wrong(
            "match.vendor", f"there is no vendor {vendor!r}; there are {', '.join(context.site().vendors)}"
        )
    with context.naming("match"):
        made = verification.override(where.overrides, body)
    return context.answer(_told(made), 201)


@api.delete("/overrides", operation_id="clearOverrides", responses={200: answers.Cleared})
def clear_overrides(query: models.WorldQuery) -> flask.Response:
    """Forget all overrides of a world."""
    return context.answer({"cleared": context.world(query.world).overrides.clear()})


@api.delete("/overrides/<string:id>", operation_id="clearOverride", responses={200: answers.Cleared})
def clear_override(path: models.FaultPath, query: models.WorldQuery) -> flask.Response:
    """Forget one override."""
    if not context.world(query.world).overrides.clear(path.id):
        raise Problem(404, f"There is no override {path.id!r}.")
    return context.answer({"cleared": 1})
