"""Endpoints that the page needs beside the others: what happens while it happens, usage, files of calls, reports."""

from __future__ import annotations

import flask
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from mockservers.server.control import answers, context, models
from mockservers.server.control.context import Problem
from mockservers.server.control.history import check_filters
from mockservers.workbench import reports
from mockservers.workbench.stream import Feed, Wanted

api = APIBlueprint("live", __name__, url_prefix="/_mock/v1", abp_tags=[Tag(name="journal")])
EVENTS = "text/event-stream"
_SAYS = (
    "calls: rows, an array; state: clock, faults, worlds; live: all that was kept is told; missed, reset, gone: the end"
)


@api.get(
    "/stream",
    operation_id="streamCalls",
    responses={200: {"description": "OK", "content": {EVENTS: {"schema": {"type": "string", "description": _SAYS}}}}},
)
def stream(query: models.StreamQuery) -> flask.Response:
    """Calls as they are made, as server-sent events: first those that the journal keeps, then each new one, some at a time.

    A reader that is too slow gets `missed` with their number, and asks again with `since`, as after any end.
    """
    where = context.world(query.world)
    check_filters(where, None, query.rule)
    wanted = Wanted(query.since, query.rule, query.text)
    flask.request.environ[context.WAIT] = Feed(where, context.site().worlds, wanted)
    answer = flask.Response(mimetype=EVENTS)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@api.get("/usage", operation_id="getUsage", responses={200: answers.Usage})
def usage(query: models.VendorQuery) -> flask.Response:
    """How much of a vendor's limit each of the latest calls met, as the vendor counts it."""
    where, tool = context.world(query.world), context.site().tools.usage
    context.emulator(where, query.vendor)
    if tool is None:
        raise Problem(501, "This server knows no limits: it answers from a recording, or was started without.")
    return context.answer(tool(where, query.vendor))


FILE = "application/octet-stream"


@api.post(
    "/export",
    operation_id="exportCalls",
    responses={200: {"description": "OK", "content": {FILE: {"schema": {"type": "string", "format": "binary"}}}}},
)
def export(query: models.WorldQuery, body: models.Export) -> flask.Response:
    """Calls of the journal as a file: HAR, or a scenario that `judge` judges and `serve --from` answers from.

    Secrets are masked.
    """
    where, tool = context.world(query.world), context.site().tools.export
    if tool is None:
        raise Problem(501, "This server makes no files of calls: it was started without.")
    wanted = set(body.calls)
    entries = [entry for entry in where.journal.settled if entry.n in wanted]
    lacking = wanted - {entry.n for entry in entries}
    if lacking:
        raise context.wrong("calls", f"call {min(lacking)} is not in the journal")
    with context.naming("calls"):
        content, name = tool(where, entries, body.format)
    answer = flask.Response(content, mimetype=FILE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@api.get("/reports", operation_id="listReports", responses={200: answers.Reports})
def list_reports(query: models.Query) -> flask.Response:
    """The reports in the folder of `serve --reports`, the newest first."""
    folder = context.site().tools.reports
    found = [] if folder is None else reports.listed(folder)
    told = [{"name": each.name, "title": each.title, "written": each.written, "size": each.size} for each in found]
    return context.answer({"folder": None if folder is None else str(folder), "reports": told})


@api.get(
    "/reports/<path:name>",
    operation_id="getReport",
    responses={200: {"description": "OK", "content": {"text/html": {"schema": {"type": "string"}}}}},
)
def read_report(path: models.ReportPath, query: models.Query) -> flask.Response:
    """A report by its name in the list. It is shown as what it is, a page that runs nothing and loads nothing."""
    folder = context.site().tools.reports
    report = None if folder is None else next((each for each in reports.listed(folder) if each.name == path.name), None)
    try:
        content = None if report is None else report.read()
    except OSError:  # it went between the two looks
        content = None
    if content is None:
        raise Problem(404, f"There is no report {path.name!r}; GET /_mock/v1/reports lists them.")
    answer = flask.Response(content, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = reports.POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
