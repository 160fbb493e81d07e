"""The vendor's errors: by kind of refusal the status, the body and its name in XML. The texts are ours. Knows no wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.vendors.superoffice.emulator import access
from mockservers.vendors.superoffice.emulator.requests import bad
from mockservers.wirekit.web_api import INVALID, NO_VERB

SOURCE = "SuperOffice.Services.Implementation"
Told = tuple[int, Any, str] | tuple[int, Any, str, tuple[str, str]]


def rest(type_: str, message: str) -> dict[str, Any]:
    """The error object of REST addresses (superoffice.error.rest)."""
    return {"Error": True, "ErrorType": type_, "ErrorMessage": message, "ErrorSource": SOURCE}


def refused(refusal: Refusal, dialect: Mapping[str, Any]) -> Told:
    """Status, body, the body's name, and a header where one belongs to it."""
    return _KINDS[refusal.kind](refusal.facts, dialect)


def unsupported(unsupported: Unsupported) -> dict[str, Any]:
    return rest("NotImplementedException", f"Not emulated: {unsupported.what}")


def broken(breakdown: Breakdown) -> tuple[int, dict[str, Any], str]:
    text = "An error has occurred." if breakdown.injected else "The emulator failed inside; the journal tells more."
    return 500, rest("SoException", text), "ErrorInformation"


def _bad(facts: Mapping[str, Any], dialect: Mapping[str, Any]) -> Told:
    body = {"Message": INVALID, "MessageDetail": facts["detail"]}
    return 200 if dialect["bad_request"] == "200" else 400, body, "Error"


def _secured(status: int, type_: str, message: str, dialect: Mapping[str, Any]) -> tuple[int, Any, str]:
    """401 and 403, whose bodies are not public (superoffice.auth.refused)."""
    form = dialect["auth_error_body"]
    body = rest(type_, message) if form == "rest_object" else {"Message": message} if form == "message" else None
    return status, body, "ErrorInformation" if form == "rest_object" else "Error"


def _unauthorized(facts: Mapping[str, Any], dialect: Mapping[str, Any]) -> Told:
    scheme = "Basic" if dialect["deployment"] == "onsite" and "username" in dialect["authorize_with"] else "Bearer"
    told = _secured(401, "SoSecurityException", "Authorization has been denied for this request.", dialect)
    return (*told, ("WWW-Authenticate", f'{scheme} realm="SuperOffice"'))


def _forbidden(facts: Mapping[str, Any], dialect: Mapping[str, Any]) -> Told:
    return _secured(403, "SoSecurityException", "You may not use this function.", dialect)


def _argument(message: str) -> dict[str, Any]:
    """What NetServer says of an argument that it does not take (superoffice.webhook.target)."""
    return {"Error": True, "ErrorType": "ArgumentException", "Message": message, "ErrorSource": SOURCE}


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Told]] = {
    "bad_request": _bad,
    "unauthorized": _unauthorized,
    "forbidden": _forbidden,
    "misdirected": lambda facts, _: (421, "This tenant is served at another host; ask /api/state for it.", ""),
    "throttled": lambda facts, _: (429, {"Message": "Too many requests."}, "Error", ("Retry-After", "1")),
    "maintenance": lambda facts, _: (503, None, ""),
    "not_found": lambda facts, _: (404, rest("SoNotFoundException", facts["message"]), "ErrorInformation"),
    "no_resource": lambda facts, _: (404, {"Message": "No HTTP resource was found at this address."}, "Error"),
    "verb": lambda facts, _: (405, {"Message": NO_VERB.format(verb=facts["verb"])}, "Error", ("Allow", facts["allow"])),
    "not_acceptable": lambda facts, _: (406, {"Message": "None of these media types can be answered."}, "Error"),
    "media": lambda facts, _: (415, {"Message": facts["told"]}, "Error"),
    "token": lambda facts, _: (400, {"error": facts["error"], "error_description": facts["detail"]}, "Error"),
    "argument": lambda facts, _: (400, _argument(facts["message"]), "ErrorInformation"),
    "conflict": lambda facts, _: (409, rest("SoConflictException", facts["message"]), "ErrorInformation"),
    "unmodified": lambda facts, _: (304, None, ""),
    "precondition": lambda facts, _: (412, None, ""),
}
"""Every kind of refusal there is."""

REFUSALS: dict[str, Callable[[], Refusal]] = {
    "unauthorized": access.unauthorized,
    "forbidden": access.forbidden,
    "bad_request": lambda: bad("superoffice.error.bad_request", "A fault was asked for."),
    "misdirected": access.misdirected,
    "throttled": access.throttled,
    "maintenance": access.maintenance,
}
"""What a planned fault may ask for."""


def page(title: str, value: Any) -> str:
    """A value as a page for people."""
    return (
        f"<!DOCTYPE html>\n<html><head><title>SuperOffice WebAPI</title></head><body><h1>{escape(title)}</h1>"
        f"<pre>{escape(json.dumps(value, indent=1))}</pre></body></html>\n"
    )
