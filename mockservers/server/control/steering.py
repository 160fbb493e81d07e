"""Endpoints for worlds, clocks and faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.kernel import instants
from mockservers.kernel.clock import Clock
from mockservers.kernel.faults import KINDS, NAMELESS, Fault
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server.control import answers, context, models
from mockservers.server.control.context import Problem
from mockservers.server.metrics import MEDIA

api = APIBlueprint("steering", __name__, url_prefix="/_mock/v1")
_WORLDS, _CLOCK, _FAULTS = [Tag(name="worlds")], [Tag(name="clock")], [Tag(name="faults")]

MOST_CHECKPOINTS = 100
MOST_FAULTS = 1000


@api.get("/health", tags=_WORLDS, operation_id="getHealth", responses={200: answers.Health})
def health() -> flask.Response:
    """Whether the server answers; needs no token."""
    return context.answer({"status": "ok", "worlds": len(context.site().worlds)})


@api.get(
    "/metrics",
    tags=[Tag(name="metrics")],
    operation_id="getMetrics",
    responses={200: {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics(query: models.Query) -> flask.Response:
    """Figures of the server for Prometheus: calls, how long answers took, worlds, memory."""
    return flask.Response(context.site().metrics(), content_type=MEDIA)


@api.get("/vendors", tags=_WORLDS, operation_id="listVendors", responses={200: answers.Vendors})
def vendors(query: models.WorldQuery) -> flask.Response:
    """What is emulated: addresses in the world that is asked about, demo credentials, recipes, dialects, operations."""
    here, where = context.site(), context.world(query.world)
    url = here.url if where.name == "default" else f"{here.url}/w/{where.name}"
    return context.answer({"vendors": [_vendor(where, name, url) for name in here.vendors]})


def _vendor(where: World, name: str, url: str) -> dict[str, Any]:
    emulator = where.emulator(name)
    return {
        "name": name,
        "title": emulator.title,
        "address": url + emulator.endpoint,
        "description": url + emulator.description if emulator.description else None,
        "demo_credential": dict(emulator.demo_credential),
        "recipes": list(emulator.recipes),
        "dialects": list(emulator.dialects.named),
        "operations": list(emulator.operations),
        "records": list(emulator.admin_operations),
        "refusals": list(emulator.refusals),
        "credential_kinds": list(emulator.credential_kinds),
        "actions": dict(emulator.actions),
        "administrator": dict(emulator.administrator),
        "facts": [
            {"name": fact.name, "kind": fact.kind, "says": fact.says, "needed": fact.needed}
            for fact in emulator.facts or ()
        ],
    }


# --- worlds ---------------------------------------------------------------------------------------------------------


def _clock(where: World) -> dict[str, Any]:
    state = where.clock.state
    return {"now": instants.to_iso(state.now), "mode": state.mode, "rate": state.rate}


def _world(where: World) -> dict[str, Any]:
    return {
        "name": where.name,
        "seed": where.config.seed,
        "clock": _clock(where),
        "lively": where.config.lively,
        "vendors": {
            name: {
                "opened": where.opened(name),
                "data": str(where.config.data.get(name, Recipe())),
                "dialect": where.installation(name).dialect.changes()
                if where.opened(name)
                else where.emulator(name).dialects.dialect(where.config.dialects.get(name)).changes(),
            }
            for name in context.site().vendors
        },
        "faults": len(where.faults.faults),
        "journal": {"count": where.journal.count, "kept": len(where.journal), "dropped": where.journal.dropped},
        "checkpoints": where.checkpoints,
    }


@api.get("/worlds", tags=_WORLDS, operation_id="listWorlds", responses={200: answers.Worlds})
def worlds(query: models.Query) -> flask.Response:
    """All worlds of this process."""
    return context.answer({"worlds": [_world(each) for each in list(context.site().worlds.values())]})


def _config(body: models.WorldCreate, like: WorldConfig) -> WorldConfig:
    """What the new world begins with: like `default` where nothing else is said. Everything is checked here."""
    changes: dict[str, Any] = {}
    if body.seed is not None:
        changes["seed"] = body.seed
    if body.lively is not None:
        changes["lively"] = body.lively
    if body.clock is not None:
        clock = body.clock
        mode = clock.mode or ("scaled" if clock.rate is not None else like.mode)
        rate = clock.rate if clock.rate is not None else like.rate if mode == "scaled" else 1.0
        start = clock.now if clock.now is not None else like.start
        with context.naming("clock"):
            Clock(mode, start, rate)
        changes.update(mode=mode, rate=rate, start=start)
    known = context.site().vendors
    for field, given in (("data", body.data), ("dialects", body.dialects)):
        for vendor in given:
            if vendor not in known:
                raise context.wrong(f"{field}.{vendor}", f"there is no such vendor; there are {', '.join(known)}")
    emulator = context.site().worlds.default.emulator
    if body.data:
        recipes = {vendor: Recipe.parse(text) for vendor, text in body.data.items()}
        for vendor, recipe in recipes.items():
            if recipe.name not in emulator(vendor).recipes:
                raise context.wrong(
                    f"data.{vendor}", f"no such recipe; there are {', '.join(emulator(vendor).recipes)}"
                )
        changes["data"] = {**like.data, **recipes}
    if body.dialects:
        for vendor, choice in body.dialects.items():
            with context.naming(f"dialects.{vendor}"):
                emulator(vendor).dialects.dialect(choice)
        changes["dialects"] = {**like.dialects, **body.dialects}
    return replace(like, **changes)


@api.post("/worlds", tags=_WORLDS, operation_id="createWorld", responses={201: answers.World})
def create_world(query: models.Query, body: models.WorldCreate) -> flask.Response:
    """Create a world; it begins like `default` where nothing else is said. Data is made when a vendor is first used."""
    all_worlds = context.site().worlds
    config = _config(body, all_worlds.default.config)
    with context.naming("name"):
        made = all_worlds.create(body.name, config)
    return context.answer(_world(made), 201)


@api.get("/worlds/<string:name>", tags=_WORLDS, operation_id="getWorld", responses={200: answers.World})
def read_world(path: models.WorldPath, query: models.Query) -> flask.Response:
    """One world."""
    return context.answer(_world(context.world(path.name)))


@api.delete("/worlds/<string:name>", tags=_WORLDS, operation_id="deleteWorld", responses={200: answers.Deleted})
def delete_world(path: models.WorldPath, query: models.Query) -> flask.Response:
    """Delete a world and its data; `default` cannot be deleted."""
    if path.name not in context.site().worlds:
        raise Problem(404, f"There is no world {path.name!r}.")
    with context.naming("name"):
        context.site().worlds.delete(path.name)
    return context.answer({"deleted": path.name})


@api.post("/worlds/<string:name>/reset", tags=_WORLDS, operation_id="resetWorld", responses={200: answers.World})
def reset_world(path: models.WorldPath, query: models.Query, body: models.Nothing) -> flask.Response:
    """Back to the beginning: data, tenants, switches, clock; faults, journal and checkpoints are emptied."""
    where = context.world(path.name)
    where.reset()
    return context.answer(_world(where))


@api.post(
    "/worlds/<string:name>/checkpoint", tags=_WORLDS, operation_id="checkpointWorld", responses={201: answers.World}
)
def checkpoint_world(path: models.WorldPath, query: models.Query, body: models.CheckpointName) -> flask.Response:
    """Remember data, tenants, switches and clock under a name; a name used before is overwritten."""
    where = context.world(path.name)
    if body.name not in where.checkpoints and len(where.checkpoints) >= MOST_CHECKPOINTS:
        raise context.wrong(
            "name", f"this world has {MOST_CHECKPOINTS} checkpoints already; reset it, or use one again"
        )
    where.checkpoint(body.name)
    return context.answer(_world(where), 201)


@api.post("/worlds/<string:name>/restore", tags=_WORLDS, operation_id="restoreWorld", responses={200: answers.World})
def restore_world(path: models.WorldPath, query: models.Query, body: models.CheckpointName) -> flask.Response:
    """Return to a checkpoint; journal and faults stay as they are."""
    where = context.world(path.name)
    if body.name not in where.checkpoints:
        known = ", ".join(where.checkpoints) or "none"
        raise Problem(404, f"There is no checkpoint {body.name!r}; there are {known}.")
    where.restore(body.name)
    return context.answer(_world(where))


# --- clock ----------------------------------------------------------------------------------------------------------


@api.get("/clock", tags=_CLOCK, operation_id="getClock", responses={200: answers.Clock})
def read_clock(query: models.WorldQuery) -> flask.Response:
    """The clock of a world."""
    return context.answer(_clock(context.world(query.world)))


@api.put("/clock", tags=_CLOCK, operation_id="setClock", responses={200: answers.Clock})
def set_clock(query: models.WorldQuery, body: models.ClockChange) -> flask.Response:
    """Set the time, the mode, or both. A rate alone makes the clock run scaled."""
    clock = context.world(query.world).clock
    state = clock.state
    mode = body.mode or ("scaled" if body.rate is not None else state.mode)
    rate = body.rate if body.rate is not None else state.rate if state.mode == mode else 1.0
    with context.naming("clock"):
        clock.change_mode(mode, rate)
    if body.now is not None:
        clock.set(body.now)
    return context.answer(_clock(context.world(query.world)))


@api.post("/clock/advance", tags=_CLOCK, operation_id="advanceClock", responses={200: answers.Clock})
def advance_clock(query: models.WorldQuery, body: models.ClockAdvance) -> flask.Response:
    """Move the clock by a length of time, backwards when negative."""
    where = context.world(query.world)
    with context.naming("by"):
        where.clock.advance(body.by)
    return context.answer(_clock(where))


# --- faults ---------------------------------------------------------------------------------------------------------


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "kind": fault.kind.name,
        "point": fault.kind.point,
        "settings": fault.settings,
        "vendor": fault.vendor,
        "operation": fault.operation,
        "actor": fault.actor,
        "skip": fault.skip,
        "times": fault.times,
        "until": None if fault.until is None else instants.to_iso(fault.until),
        "seen": fault.seen,
        "hits": fault.hits,
        "spent": fault.spent,
    }


@api.get("/faults/kinds", tags=_FAULTS, operation_id="listFaultKinds", responses={200: answers.FaultKinds})
def fault_kinds(query: models.WorldQuery) -> flask.Response:
    """Every kind of fault, where in a call's life it strikes, and its settings."""
    return context.answer(
        {
            "kinds": [
                {
                    "name": kind.name,
                    "point": kind.point,
                    "says": kind.says,
                    "settings": {
                        name: {"default": each.default, "says": each.says, "low": each.low, "high": each.high}
                        for name, each in kind.settings.items()
                    },
                }
                for kind in KINDS.values()
            ]
        }
    )


@api.get("/faults", tags=_FAULTS, operation_id="listFaults", responses={200: answers.Faults})
def faults(query: models.WorldQuery) -> flask.Response:
    """The planned faults of a world, with how many calls each saw and hit."""
    return context.answer({"faults": [_fault(each) for each in context.world(query.world).faults.faults]})


def _check_address(where: World, body: models.FaultAdd) -> None:
    """Refuse an address that no call can ever have: such a fault would silently do nothing."""
    named = (body.vendor,) if body.vendor is not None else context.site().vendors
    emulators = [context.emulator(where, vendor) for vendor in named]
    point = KINDS[body.kind].point if body.kind in KINDS else None
    if (
        body.operation is not None and point not in NAMELESS
    ):  # what such a fault says of an operation is said where it is made
        known: list[str] = []
        for each in emulators:
            known += [
                *(each.operations if body.actor != "other" else ()),
                *(each.admin_operations if body.actor != "client" else ()),
            ]
        if body.operation not in known:
            raise context.wrong("operation", f"there is no {body.operation!r}; there are {', '.join(known)}")
    wanted = body.settings.get("refusal")
    refusals = [name for each in emulators for name in each.refusals]
    if body.kind == "refuse" and wanted and wanted not in refusals:
        raise context.wrong("settings.refusal", f"there is no {wanted!r}; there are {', '.join(refusals)}")
    if body.actor == "other" and point in ("arrive", "reply", "deliver"):
        raise context.wrong("actor", f"{body.kind!r} strikes on the wire, and only clients come by the wire")
    if point is not None and not any(body.kind in each.faults for each in emulators):
        raise context.wrong("kind", f"{body.kind!r} strikes calls to listeners, and {', '.join(named)} calls nobody")


@api.post("/faults", tags=_FAULTS, operation_id="addFault", responses={201: answers.Fault})
def add_fault(query: models.WorldQuery, body: models.FaultAdd) -> flask.Response:
    """Plan a fault: `skip` matching calls pass, then it hits `times` calls."""
    where = context.world(query.world)
    _check_address(where, body)
    if len(where.faults.faults) >= MOST_FAULTS:
        raise Problem(422, f"This world has {MOST_FAULTS} faults planned already; clear some.")
    unknown = set(body.settings) - set(KINDS[body.kind].settings) if body.kind in KINDS else set()
    field = "kind" if body.kind not in KINDS else f"settings.{min(unknown)}" if unknown else "settings"
    if field == "settings" and body.operation is not None and KINDS[body.kind].point in NAMELESS:
        field = "operation"
    with context.naming(field):
        made = where.faults.add(
            body.kind,
            body.settings,
            vendor=body.vendor,
            operation=body.operation,
            actor=body.actor,
            skip=body.skip,
            times=body.times,
            until=body.until,
        )
    return context.answer(_fault(made), 201)


@api.delete("/faults", tags=_FAULTS, operation_id="clearFaults", responses={200: answers.Cleared})
def clear_faults(query: models.WorldQuery) -> flask.Response:
    """Forget all faults of a world."""
    return context.answer({"cleared": context.world(query.world).faults.clear()})


@api.delete("/faults/<string:id>", tags=_FAULTS, operation_id="clearFault", responses={200: answers.Cleared})
def clear_fault(path: models.FaultPath, query: models.WorldQuery) -> flask.Response:
    """Forget one fault."""
    if not context.world(query.world).faults.clear(path.id):
        raise Problem(404, f"There is no fault {path.id!r}.")
    return context.answer({"cleared": 1})
