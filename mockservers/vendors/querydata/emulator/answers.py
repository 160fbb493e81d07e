"""The text inside QueryDataResult: values and refusals as JSON or as an XML document of the same tree.

Part of the wire: it knows the vendor's member names and nothing of tables or calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mockservers.kernel.rules import Refusal
from mockservers.vendors.querydata.emulator.payload import ROOT
from mockservers.vendors.querydata.emulator.semantics import Details, Summary
from mockservers.wirekit import soap

IDS = "UtilisphereIDs"
_ITEM = {
    IDS: "UtilisphereID",
    "Members": "Member",
    "Responses": "Response",
    "History": "HistoryEntry",
    "FacilityTypes": "FacilityType",
}
"""What one item of a list is called in XML, where JSON has no name for it."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text(answer: Summary | Details, form: str) -> str:
    """The answer in the customer's dialect; `form` is json or xml."""
    if isinstance(answer, Summary):
        return _summary(answer, form)
    root = answer.dialect["details_root"]
    if form == "xml":
        inner = "".join(f"<Ticket>{_tree(ticket)}</Ticket>" for ticket in answer.tickets)
        return _document(_element(root, inner))
    return _ENCODE({root: answer.tickets})


def _summary(answer: Summary, form: str) -> str:
    """Ids and nothing else (querydata.summary.ids_only), in a whole object or a part of one (querydata.summary.shape)."""
    empty = "empty_list" if answer.ids else answer.dialect["empty_summary"]
    if form == "xml":
        if not answer.ids and empty != "empty_list":
            return _document("")
        return _document(_element(IDS, "".join(f"<UtilisphereID>{number}</UtilisphereID>" for number in answer.ids)))
    if empty == "missing_key" and not answer.ids:
        written = "{}"
    else:
        written = _ENCODE({IDS: None if empty == "null" and not answer.ids else answer.ids})
    return written[1:] if answer.dialect["summary_shape"] == "fragment" else written


def error(refusal: Refusal, form: str) -> str:
    """A refusal as profile `result` answers it."""
    said = {"Code": refusal.kind, "Message": refusal.facts["message"]}
    if form == "xml":
        return _document(_element("Error", _tree(said)))
    return _ENCODE({"Error": said})


def _document(inner: str) -> str:
    return _element(ROOT, inner)


def _element(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else f"<{name} />"


def _tree(members: Mapping[str, Any]) -> str:
    """Members as elements; null is left out, as absent and null are the same."""
    parts = []
    for name, value in members.items():
        if value is None:
            continue
        if isinstance(value, str):
            parts.append(_element(name, soap.text(value)))
        elif isinstance(value, bool):
            parts.append(f"<{name}>{'true' if value else 'false'}</{name}>")
        elif isinstance(value, Mapping):
            parts.append(_element(name, _tree(value)))
        elif isinstance(value, list):
            item = _ITEM.get(name, "Item")
            inner = "".join(
                _element(item, _tree(each) if isinstance(each, Mapping) else soap.text(str(each))) for each in value
            )
            parts.append(_element(name, inner))
        else:
            parts.append(f"<{name}>{value}</{name}>")
    return "".join(parts)
