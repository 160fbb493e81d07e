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
    return Route(method, path, operation, parts, ids, method == "POST" and not operation.endswith(".delete"), switch)


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

ASSUMED = (
    _route("GET", "assignments/Templates", "assignment_templates.list"),
    _route("GET", "assignments/Note/{noteId}", "assignment_note.read"),
    _route("GET", "assignments/{id}", "assignment.read"),
    _route("POST", "assignments/{id}", "assignment.update"),
    _route("POST", "assignments", "assignment.create"),
    _route("POST", "assignments/{id}/ChangeStatus", "assignment.change_status"),
    _route("POST", "assignments/{id}/AddNote", "assignment.add_note"),
    _route("POST", "assignments/{id}/Close", "assignment.close"),
    _route("POST", "assignments/{id}/Delete", "assignment.delete"),
    _route("GET", f"assignments/{{id}}/Notes/{_PAGE}", "assignment_notes.list"),
    _route("GET", f"assignments/{{id}}/Attachments/{_PAGE}", "assignment_attachments.list"),
    _route("GET", f"assignments/{{id}}/Successors/{_PAGE}", "successors.list"),
    _route("GET", f"assignments/{{id}}/Predecessors/{_PAGE}", "predecessors.list"),
    _route("GET", "attachment/{attachmentId}", "attachment.read"),
    _route("GET", "solutions/{solutionId}", "solution.read"),
    _route("GET", f"solutions/{{id}}/Attachments/{_PAGE}", "solution_attachments.list"),
)
"""Routes of a live server whose answers nobody published, or only in part."""

ROUTES: dict[int, list[Route]] = {}
"""All routes by the number of their parts."""
for _each in (*EMULATED, *ASSUMED):
    ROUTES.setdefault(len(_each.parts), []).append(_each)
