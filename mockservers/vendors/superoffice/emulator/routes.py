"""Which operation an address means: roots, agents' methods and REST addresses, from the catalogue's list of endpoints.

Paths are compared without case (superoffice.address.agent). Knows no request but its verb and path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator.model import CATALOGUE

_AGENT = "/api/v1/Agents/Ticket/"
METHODS = {
    each["path"].removeprefix(_AGENT).lower(): each["path"].removeprefix(_AGENT)
    for each in CATALOGUE.facts["endpoints"]
    if each["path"].startswith(_AGENT) and "{" not in each["path"]
}
"""All 80 methods of the Ticket agent, by lower-case name."""
EMULATED = {
    each["path"].removeprefix(_AGENT)
    for each in CATALOGUE.facts["endpoints"]
    if each["path"].startswith(_AGENT) and "{" not in each["path"] and each["emulate"] != "skip"
}

KNOWN = frozenset(
    "appointment archive associate bulkupdate chat contact cs customobject document foreignsystem history list mdolist project "
    "quote relation sale selection target udef user userpreference webhook batchtask priceList product timezone person "
    "ticketmessage crmscript dashboard dashtile email erp favourite license marketing messaging phonelist role status "
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
    """Whether a method of the agent was called in other letters than the vendor's (superoffice.address.agent)."""
    written = _AGENT + route.operation
    return route.operation in EMULATED and not path.endswith(written) and path.lower().endswith(written.lower())


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
    if parts[0].lower() == "webhook":
        return _webhook_agent(verb, parts[1])
    if parts[0].lower() != "ticket":
        return Route("other", path=(f"the agent {parts[0]}",))
    name = METHODS.get(parts[1].lower())
    if name is None:
        return _nowhere()
    if verb == "GET":
        return Route("describe", path=(name,))
    if verb != "POST":
        return _verb("describe", verb, "GET", "POST")
    if name not in EMULATED:
        return Route("other", path=(f"{name} of the Ticket agent",))
    return Route(name, body=True)


WEBHOOK_METHODS = {
    name.lower(): name
    for name in (
        *("CreateDefaultWebhook", "SaveWebhook", "DeleteWebhook", "GetWebhook", "GetAllWebhooks", "TestWebhook"),
        *("GetLastError", "SignalEvent"),
    )
}


def _webhook_agent(verb: str, method: str) -> Route:
    name = WEBHOOK_METHODS.get(method.lower())
    if name is None:
        return _nowhere()
    if verb != "POST":
        return _verb(name, verb, "POST")
    if name == "SignalEvent":
        return Route("other", path=("SignalEvent of the Webhook agent",))
    return Route(name, body=True)


_ON_WEBHOOK: Mapping[str, str] = {
    "GET": "webhook.get",
    "PUT": "webhook.put",
    "PATCH": "webhook.patch",
    "DELETE": "webhook.delete",
}
_ON_WEBHOOKS: Mapping[str, str] = {"GET": "webhook.list", "POST": "webhook.post"}


def _webhook(verb: str, parts: tuple[str, ...], low: tuple[str, ...]) -> Route:
    """Where an address below Webhook leads (superoffice.webhook.addresses)."""
    if len(low) == 1:
        return _of(verb, _ON_WEBHOOKS)
    if low[1:] == ("default",):
        return _of(verb, {"GET": "webhook.default"})
    if low[1:] == ("test",):
        return _of(verb, {"POST": "webhook.test"})
    if len(low) == 2:
        return _of(verb, _ON_WEBHOOK, parts[1])
    if len(low) == 3 and low[2] == "lasterror":
        return _of(verb, {"GET": "webhook.error"}, parts[1])
    return Route("other", path=("signalling an event of one's own",)) if len(low) == 3 else _nowhere()


_ON_TICKET: Mapping[str, str] = {"GET": "ticket.get", "PUT": "ticket.put", "DELETE": "ticket.delete"}
_ON_TICKETS: Mapping[str, str] = {"GET": "ticket.list", "POST": "ticket.post"}
_READ: Mapping[tuple[str, str], str] = {
    ("ticket", "simple"): "ticket.simple",
    ("ticket", "messages"): "ticket.messages",
    ("contact", "tickets"): "contact.tickets",
    ("person", "tickets"): "person.tickets",
}
_SINGLE: Mapping[tuple[str, ...], str] = {
    ("timezone",): "zones",
    ("timezone", "base"): "zone.base",
    ("user", "currentprincipal"): "principal",
    ("ticket", "default"): "ticket.default",
}


def _rest(verb: str, parts: tuple[str, ...], low: tuple[str, ...]) -> Route:
    if low[0] not in KNOWN and low[0] != "ticket":
        return _nowhere()
    if low[0] == "webhook":
        return _webhook(verb, parts, low)
    if low in _SINGLE:
        return Route(_SINGLE[low]) if verb == "GET" else _verb(_SINGLE[low], verb, "GET")
    if low == ("ticket",):
        return _by_verb(verb, _ON_TICKETS)
    if len(low) == 2 and low[0] == "ticket":
        return _by_verb(verb, _ON_TICKET, parts[1])
    if len(low) == 2 and low[0] == "archive":
        return Route("archive", path=parts[1:]) if verb == "GET" else _verb("archive", verb, "GET")
    if len(low) == 3 and (low[0], low[2]) in _READ:
        name = _READ[low[0], low[2]]
        return Route(name, path=parts[1:2]) if verb == "GET" else _verb(name, verb, "GET")
    return Route("other", path=("/".join(parts[:3]),))


def _by_verb(verb: str, known: Mapping[str, str], *path: str) -> Route:
    if verb == "PATCH":
        return Route("other", path=("PATCH of a ticket",))
    return _of(verb, known, *path)


def _of(verb: str, known: Mapping[str, str], *path: str) -> Route:
    if verb not in known:
        return _verb(next(iter(known.values())), verb, *known)
    return Route(known[verb], path=path, body=verb in ("POST", "PUT", "PATCH"))
