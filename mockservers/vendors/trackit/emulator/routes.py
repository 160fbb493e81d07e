"""The routes of the Web API: verb, path, operation. Wire, description and tests read the same table.

Knows no wire library and no operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `parts` are as printed or `{name}`; `switch` may take it away; `body` says whether one is read."""

    method: str
    path: str
    operation: str
    parts: tuple[str, ...]
    ids: tuple[str, ...]
    body: bool
    switch: str | None = None

    def matches(self, parts: Sequence[str]) -> Mapping[str, str] | None:
        """The numbers in a path that this route takes, else None."""
        ids = {}
        for mine, theirs in zip(self.parts, parts, strict=True):
            if mine[0] == "{":
                if not theirs:
                    return None
                ids[mine[1:-1]] = theirs
            elif mine != theirs and mine.lower() != theirs.lower():
                return None
        return ids

    def is_spelled(self, parts: Sequence[str]) -> bool:
        """Whether a path that this route takes has the letters' case in which it is printed."""
        return all(mine == theirs or mine[0] == "{" for mine, theirs in zip(self.parts, parts, strict=True))


def _route(method: str, path: str, operation: str, switch: str | None = None) -> Route:
    parts = tuple(path.split("/"))
    ids = tuple(part[1:-1] for part in parts if part[0] == "{")
    return Route(method, path, operation, parts, ids, method == "POST" and operation != "ticket.delete", switch)


_PAGE = "{pageSize}/{pageNumber}"

EMULATED = (
    _route("GET", "tickets/Templates", "templates.list"),
    _route("GET", "tickets/Note/{noteId}", "note.read"),
    _route("GET", "tickets/{id}", "ticket.read"),
    _route("POST", "tickets/{id}", "ticket.update"),
    _route("POST", "tickets", "ticket.create"),
    _route("POST", "tickets/{id}/ChangeStatus", "ticket.change_status"),
    _route("POST", "tickets/{id}/AddNote", "ticket.add_note"),
    _route("POST", "tickets/{id}/Close", "ticket.close"),
    _route("POST", "tickets/{id}/Delete", "ticket.delete"),
    _route("GET", f"tickets/{{id}}/Notes/{_PAGE}", "notes.list"),
    _route("GET", f"tickets/{{id}}/Attachments/{_PAGE}", "attachments.list"),
    _route("GET", f"tickets/{{id}}/Assignments/{_PAGE}", "assignments.list"),
    _route("GET", "technicians/logout", "logout"),
    _route("GET", "module/{moduleSequence}/fields", "module.fields"),
    _route("POST", "groups", "groups.list", "groups_endpoint"),
    _route("POST", "searches", "search"),
    _route("POST", "priorityheirarchy", "priority.derive"),
)
"""Fixed paths stand before those with a number in the same place."""

_ASSIGNMENTS = tuple(
    (method, f"assignments/{rest}".rstrip("/"))
    for method, rest in (
        ("GET", "Templates"),
        ("GET", "Note/{noteId}"),
        ("GET", "{id}"),
        ("POST", "{id}"),
        ("POST", ""),
        ("POST", "{id}/ChangeStatus"),
        ("POST", "{id}/AddNote"),
        ("POST", "{id}/Close"),
        ("POST", "{id}/Delete"),
        ("GET", f"{{id}}/Notes/{_PAGE}"),
        ("GET", f"{{id}}/Attachments/{_PAGE}"),
        ("GET", f"{{id}}/Successors/{_PAGE}"),
        ("GET", f"{{id}}/Predecessors/{_PAGE}"),
    )
)

UNKNOWN_ANSWERS = tuple(
    _route(method, path, f"{method} {path}")
    for method, path in (
        *_ASSIGNMENTS,
        ("GET", "attachment/{attachmentId}"),
        ("GET", "solutions/{solutionId}"),
        ("GET", f"solutions/{{id}}/Attachments/{_PAGE}"),
    )
)
"""Routes of a live server whose answers nobody published."""

ROUTES: dict[int, list[Route]] = {}
"""All routes by the number of their parts."""
for _each in (*EMULATED, *UNKNOWN_ANSWERS):
    ROUTES.setdefault(len(_each.parts), []).append(_each)
