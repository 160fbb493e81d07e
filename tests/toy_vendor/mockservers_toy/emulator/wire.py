"""Toy on the wire: query variables in, JSON out (toy.wire.json)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from flask import Response

from mockservers.kernel import instants
from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal
from mockservers.kernel.world import World
from mockservers.registry import WsgiApplication
from mockservers.wirekit.web import Web, reply, visit
from mockservers_toy import VENDOR
from mockservers_toy.emulator.model import FIELDS, Row
from mockservers_toy.emulator.semantics import Page, Query

JSON = "application/json; charset=utf-8"


def application() -> WsgiApplication:
    """The WSGI application; it serves every world, found in the environ."""
    web = Web(VENDOR.name, _broken)
    web.answer(["/toy/tickets"], _serve)
    return web


def _serve() -> Response:
    here = visit()
    world: World = here.world
    variables = {name: values[-1] for name, values in parse_qs(here.query).items()}
    try:
        query, defect = _query(variables), None
    except ValueError as error:
        query, defect = Query(variables.get("key", "")), Refusal("toy.wire.json", "value", message=str(error))
    try:
        page: Page = world.perform(Call(VENDOR.name, "tickets.list", query, exchange=here.exchange, defect=defect))
    except Refusal as refusal:
        status = 403 if refusal.kind == "key" else 400
        return reply(status, json.dumps({"error": refusal.facts["message"]}), JSON)
    return reply(200, json.dumps(_page(page), ensure_ascii=False), JSON)


def _query(variables: dict[str, str]) -> Query:
    after = variables.get("next")
    if after is None:
        place = None
    else:
        changed, _, number = after.partition("-")
        place = (int(changed), int(number))
    since = variables.get("since")
    return Query(variables.get("key", ""), None if since is None else instants.from_iso(since), place)


def _page(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = {"tickets": [_ticket(row) for row in page.rows]}
    if page.next is not None:
        answer["next"] = "{}-{}".format(*page.next)
    return answer


def _ticket(row: Row) -> dict[str, Any]:
    changed = instants.to_iso(row["changed"] // instants.SECOND * instants.SECOND)
    if row["deleted"]:
        return {"id": row["id"], "changed": changed, "deleted": True}
    return {"id": row["id"], **{name: row[name] for name in FIELDS}, "changed": changed}


def _broken(breakdown: Breakdown) -> Response:
    return reply(500, json.dumps({"error": "The server failed."}), JSON)
