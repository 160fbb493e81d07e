"""Which operation an address means: roots, agents' methods and REST addresses, from the catalogue's list of endpoints.

Paths are compared without case (superoffice.address.agent). Knows no request but its verb and path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator.model import CATALOGUE

_AGENTS = "/api/v1/Agents/"
_AGENT = f"{_AGENTS}Ticket/"
_METHODS = [
    each
    for each in CATALOGUE.facts["endpoints"]
    if each["method"] == "POST" and each["path"].startswith(_AGENTS) and "{" not in each["path"]
]


def operation_of(agent: str, method: str) -> str:
    """The operation behind an agent's method: those of the Ticket agent have the method's name alone."""
    return method if agent == "Ticket" else f"{agent}.{method}"


METHODS: Mapping[tuple[str, str], tuple[str, str]] = {
    (agent.lower(), method.lower()): (agent, method)
    for agent, method in (each["path"].removeprefix(_AGENTS).split("/") for each in _METHODS)
}
"""Agents and methods by lower-case names: all 80 of the Ticket agent, and of others those that are emulated."""
EMULATED = {
    each["path"].removeprefix(_AGENT)
    for each in _METHODS
    if each["path"].startswith(_AGENT) and each["emulate"] != "skip"
}
_EMULATED = {each["path"].removeprefix(_AGENTS) for each in _METHODS if each["emulate"] != "skip"}
_OPERATIONS = {operation_of(*each.split("/")): f"{_AGENTS}{each}" for each in _EMULATED}
"""The address of each method, by its operation."""
FILES = frozenset({"GetAttachmentStream", "attachment.content"})
"""Operations that answer a file."""

KNOWN = frozenset(
    "appointment archive associate bulkupdate chat contact cs customobject document foreignsystem history list mdolist project "
    "quote relation sale selection target udef user userpreference webhook batchtask priceList product timezone person "
    "ticketmessage attachment crmscript dashboard dashtile email erp favourite license marketing messaging phonelist role status "
    "resource saint search tag translation viewstate workflow".lower().split()
)
"""Entities that the vendor has and the emulator has not, or not wholly."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where an address leads. `body` tells that the operation reads one, `html` that people may look at the answer."""

    operation: str
    root: str = "/"
    path: tuple[str, ...] = ()
    body: bool = False
    html: bool = False
    defect: Refusal | None = None

    @property
    def file(self) -> bool:
        """Whether the answer is a file."""
        return self.operation in FILES


def find(verb: str, path: str, roots: Sequence[str], tenants: Sequence[str]) -> Route:
    """The route of a request, whatever its letter case; one with a defect where there is none."""
    served = {root.rstrip("/").lower() for root in roots} | {f"/{name.lower()}" for name in tenants}
    lower = path.lower()
    for mark in ("/api/", "/login/"):
        place = (lower + "/").find(mark)
        if place >= 0:
            break
    else:
        return _nowhere()
    root, rest = path[:place], path[place:]
    if root.lower() not in served and not (rest.lower().startswith("/login/") and not root):
        return _nowhere()
    found = _route(verb, tuple(part for part in rest.split("/") if part))
    return Route(found.operation, root or "/", found.path, found.body, found.html, found.defect)


def respelled(route: Route, path: str) -> bool:
    """Whether a method of an agent was called in other letters than the vendor's (superoffice.address.agent)."""
    written = _OPERATIONS.get(route.operation)
    return written is not None and not path.endswith(written) and path.lower().endswith(written.lower())


def _nowhere() -> Route:
    return Route("other", defect=Refusal("superoffice.address.other", "no_resource"))


def _verb(operation: str, verb: str, *allowed: str) -> Route:
    return Route(operation, defect=Refusal("superoffice.address.verbs", "verb", verb=verb, allow=", ".join(allowed)))


@lru_cache(maxsize=2048)
def _route(verb: str, parts: tuple[str, ...]) -> Route:
    low = tuple(part.lower() for part in parts)
    if low == ("login", "common", "oauth", "tokens"):
        return Route("tokens", body=True) if verb == "POST" else _verb("tokens", verb, "POST")
    if low[:1] != ("api",):
        return _nowhere()
    if low in (("api",), ("api", "v1")):
        return (
            Route("version" if len(low) == 1 else "addresses", html=True)
            if verb == "GET"
            else _verb("version", verb, "GET")
        )
    if low == ("api", "v1", "openapi.json"):
        return Route("description") if verb == "GET" else _verb("description", verb, "GET")
    if low[1] == "state" and len(low) == 3:
        return Route("state", path=parts[2:]) if verb == "GET" else _verb("state", verb, "GET")
    if low[1] != "v1":
        return _nowhere()
    if low[2] == "agents":
        return _agent(verb, parts[3:])
    return _rest(verb, parts[2:], low[2:])


def _agent(verb: str, parts: tuple[str, ...]) -> Route:
    if len(parts) != 2:
        return _nowhere()
    known = METHODS.get((parts[0].lower(), parts[1].lower()))
    if known is None:
        return (
            _nowhere()
            if parts[0].lower() == "ticket"
            else Route("other", path=(f"{parts[1]} of the {parts[0]} agent",))
        )
    if verb == "GET":
        return Route("describe", path=known)
    if verb != "POST":
        return _verb("describe", verb, "GET", "POST")
    if "/".join(known) not in _EMULATED:
        return Route("other", path=(f"{known[1]} of the {known[0]} agent",))
    return Route(operation_of(*known), body=True)


_ID = "{id}"
_NOT_HERE: Mapping[str, str] = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "")
"""Verbs that the vendor has at an address and the emulator has not."""
_ADDRESSES: Mapping[tuple[str, ...], Mapping[str, str]] = {
    ("timezone",): {"GET": "zones"},
    ("timezone", "base"): {"GET": "zone.base"},
    ("user", "currentprincipal"): {"GET": "principal"},
    ("ticket",): {"GET": "ticket.list", "POST": "ticket.post", "PATCH": ""},
    ("ticket", "default"): {"GET": "ticket.default"},
    ("ticket", _ID): {"GET": "ticket.get", "PUT": "ticket.put", "DELETE": "ticket.delete", "PATCH": "ticket.patch"},
    ("ticket", _ID, "simple"): {"GET": "ticket.simple"},
    ("ticket", _ID, "messages"): {"GET": "ticket.messages"},
    ("ticket", _ID, "attachments"): {"GET": "ticket.attachments"},
    ("ticketmessage", _ID): {**_NOT_HERE, "GET": "message.get"},
    ("ticketmessage", _ID, "attachment"): {"GET": "message.attachments", "POST": ""},
    ("ticketmessage", _ID, "attachment", "noninline"): {"GET": "message.attachments.outside"},
    ("attachment", _ID): {**_NOT_HERE, "GET": "attachment.get"},
    ("attachment", _ID, "content"): {"GET": "attachment.content", "POST": ""},
    ("contact",): {"GET": "contact.list", "POST": ""},
    ("person",): {"GET": "person.list", "POST": ""},
    ("contact", _ID): {**_NOT_HERE, "GET": "contact.get"},
    ("contact", _ID, "simple"): {"GET": "contact.simple"},
    ("person", _ID): {**_NOT_HERE, "GET": "person.get"},
    ("person", _ID, "simple"): {"GET": "person.simple"},
    ("list", "ticketstatus", "items"): {"GET": "list.statuses", "POST": ""},
    ("list", "ticketpriority", "items"): {"GET": "list.priorities", "POST": ""},
    ("list", "ticketcategory", "items"): {"GET": "list.categories", "POST": ""},
    ("list", "tickettype", "items"): {"GET": "list.types", "POST": ""},
    ("mdolist", _ID): {"GET": "list.mdo"},
    ("contact", _ID, "tickets"): {"GET": "contact.tickets"},
    ("person", _ID, "tickets"): {"GET": "person.tickets"},
    ("archive", _ID): {"GET": "archive", "POST": ""},
    ("webhook",): {"GET": "webhook.list", "POST": "webhook.post"},
    ("webhook", "default"): {"GET": "webhook.default"},
    ("webhook", "test"): {"POST": "webhook.test"},
    ("webhook", _ID): {
        "GET": "webhook.get",
        "PUT": "webhook.put",
        "PATCH": "webhook.patch",
        "DELETE": "webhook.delete",
    },
    ("webhook", _ID, "lasterror"): {"GET": "webhook.error"},
}
"""REST addresses in lower case, and by verb the operation there; none where it is the vendor's alone."""


def _rest(verb: str, parts: tuple[str, ...], low: tuple[str, ...]) -> Route:
    if low[0] not in KNOWN and low[0] != "ticket":
        return _nowhere()
    for address in (low, (low[0], _ID, *low[2:])):
        verbs = _ADDRESSES.get(address)
        if verbs is not None:
            return _by_verb(verb, verbs, parts, address)
    return Route("other", path=("/".join(parts[:3]),))


def _by_verb(verb: str, verbs: Mapping[str, str], parts: tuple[str, ...], address: tuple[str, ...]) -> Route:
    if verb not in verbs:
        known = [name for name, operation in verbs.items() if operation]
        return _verb(verbs[known[0]], verb, *known)
    if not verbs[verb]:
        return Route("other", path=(f"{verb} {'/'.join(parts[:3])}",))
    path = tuple(part for part, pattern in zip(parts, address, strict=True) if pattern == _ID)
    return Route(verbs[verb], path=path, body=verb in ("POST", "PUT", "PATCH"))
