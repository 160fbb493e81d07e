"""Reads QueryData's wire: the JSON text inside a SOAP message, and the text inside its answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mockservers.harness.decoders import find, local, once, xml
from mockservers.harness.history import Exchanged


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wanted. `window` holds both ends as walls of the tenant's zone, `id` the one id of a Details call."""

    result: str | None = None
    warehouse: bool = False
    field: str | None = None
    value: str = ""
    window: tuple[datetime, datetime] | None = None

    @property
    def id(self) -> str | None:
        return self.value if self.field == "utilisphereid" else None


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer told. `unusable`: no whole, readable answer arrived."""

    kind: Literal["ids", "tickets", "error", "unusable"]
    ids: tuple[str, ...] = ()
    tickets: tuple[Any, ...] = ()
    code: str = ""
    text: str = field(default="", compare=False)


_END = r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?"
_WINDOW = re.compile(rf"\s*{_END}\s*-\s*{_END}\s*")


def window(value: str) -> tuple[datetime, datetime] | None:
    """Both ends of a time range, or None where it is none."""
    found = _WINDOW.fullmatch(value)
    if found is None:
        return None
    numbers = [int(each or 0) for each in found.groups()]
    try:
        return datetime(*numbers[:6]), datetime(*numbers[6:])  # type: ignore[arg-type]  # noqa: DTZ001 - walls have no zone
    except ValueError:
        return None


@once
def asked(exchange: Exchanged) -> Asked:
    """What the client wanted, as far as it can be read."""
    root = xml(exchange.body)
    method = find(root, "QueryData") if root is not None else None
    if method is None:
        return Asked()
    text = "".join(method[0].itertext()) if len(method) else ""
    try:
        payload = json.loads(text)["QueryData_V1"]
        filters = payload["Filters"]
        first = filters[0] if filters else {}
        field, value = str(first.get("Field")).lower(), str(first.get("Value", ""))
        return Asked(
            str(payload.get("ResultType")),
            str(payload.get("UseWarehouse")).lower() == "true",
            field,
            value,
            window(value) if field != "utilisphereid" else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Asked()


@once
def said(exchange: Exchanged) -> Said:
    """What the client was told."""
    if exchange.received is None or exchange.status is None:
        return Said("unusable")
    root = xml(exchange.received)
    if root is None:
        return Said("unusable")
    fault = find(root, "Fault")
    if fault is not None:
        text = " ".join("".join(fault.itertext()).split())
        return Said("error", code="AUTH" if "AuthCode" in text else "FAULT", text=text)
    result = find(root, "QueryDataResult")
    if exchange.status != 200 or result is None:
        return Said("unusable")
    return _result("".join(result.itertext()).strip())


def _result(text: str) -> Said:
    if text.startswith("<"):
        return _xml_result(text)
    if text.startswith('"'):  # the page's sample has lost its opening brace
        text = "{" + text
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return Said("unusable")
    value = {} if value is None else value
    if not isinstance(value, dict):
        return Said("unusable")
    if isinstance(value.get("Error"), dict):
        return Said("error", code=str(value["Error"].get("Code", "")), text=str(value["Error"].get("Message", "")))
    if "UtilisphereIDs" in value or not value:
        return Said("ids", ids=tuple(str(each) for each in value.get("UtilisphereIDs") or ()))
    first = next(iter(value.values()))
    return Said("tickets", tickets=tuple(first) if isinstance(first, list) else ())


def _xml_result(text: str) -> Said:
    root = xml(
        text.encode("utf-8") if "encoding" not in text[:80] else re.sub(r"<\?.*?\?>", "", text, count=1).encode()
    )
    if root is None:
        return Said("unusable")
    error = find(root, "Error")
    if error is not None:
        code = find(error, "Code")
        return Said("error", code="" if code is None else (code.text or ""))
    ids = tuple((each.text or "").strip() for each in root.iter() if local(each) == "UtilisphereID" and not len(each))
    if find(root, "UtilisphereIDs") is not None or not len(root):
        return Said("ids", ids=ids)
    return Said("tickets", tickets=tuple(ids))


def line(exchange: Exchanged) -> str:
    """An exchange in words."""
    want, told = asked(exchange), said(exchange)
    words = {"ids": f"ids {', '.join(told.ids) or 'none'}", "tickets": f"{len(told.tickets)} ticket(s)"}
    store = " (warehouse)" if want.warehouse else ""
    question = f"{want.result} {want.value}{store}" if want.result else "a request"
    return f"{question} -> {words.get(told.kind, told.kind + (f' {told.code}' if told.code else ''))}"
