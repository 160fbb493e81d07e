"""Reads Autotask's wires: SOAP requests with QueryXML inside, calls of the REST service, and what answers say.

Both are told in the words of the SOAP service, so that a duty judges them alike.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mockservers.harness.decoders import find, local, xml
from mockservers.harness.history import Exchanged
from mockservers.vendors.autotask.contract import rest
from mockservers.vendors.autotask.contract.messages import Asked as Asked
from mockservers.vendors.autotask.contract.messages import Said as Said

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def asked(exchange: Exchanged) -> Asked:
    """What the client wanted, as far as it can be read."""
    if rest.is_rest(exchange):
        return rest.asked(exchange)
    return _wanted(exchange.body)


@lru_cache(maxsize=1024)
def _wanted(request: bytes) -> Asked:
    root = xml(request) if request else None
    body = find(root, "Body") if root is not None else None
    content = next((each for each in body if local(each)), None) if body is not None else None
    if content is None:
        return Asked()
    operation = local(content)
    if operation == "query":
        return _query(operation, "".join(content.itertext()))
    if operation in ("create", "update", "delete"):
        sent = [each for each in content.iter() if local(each) == "Entity"]
        entities = tuple({local(each): each.text or "" for each in entity if local(each)} for entity in sent)
        kind = str(sent[0].get(_TYPE, "")).rpartition(":")[2] if sent else ""
        return Asked(operation, kind, entities=entities)
    return Asked(operation)


def _query(operation: str, text: str) -> Asked:
    root = xml(text.strip().encode("utf-8"))
    if root is None:
        return Asked(operation)
    entity = find(root, "entity")
    tests = []
    for each in root.iter():
        if local(each) == "field":
            for expression in each:
                if local(expression) == "expression":
                    name, operator = (each.text or "").strip(), str(expression.get("op", "")).strip()
                    tests.append((name.lower(), operator.lower(), (expression.text or "").strip()))
    return Asked(operation, "" if entity is None else (entity.text or "").strip().lower(), tuple(tests))


def said(exchange: Exchanged) -> Said:
    """What the client was told."""
    if exchange.received is None or exchange.status is None:
        return Said("unusable", down=True)
    if exchange.status == 401:
        return Said("login", text="401")
    if rest.is_rest(exchange):
        return rest.said(exchange)
    found = _read(exchange.received, exchange.status)
    if found.kind == "unusable" or (exchange.status >= 500 and "threshold" not in found.text.lower()):
        return replace(found, down=True)  # what is said of a limit is an answer
    return found


@lru_cache(maxsize=1024)
def _read(received: bytes, status: int) -> Said:
    """What an answer says by itself: as long as nobody changes anything, sync after sync is answered with the same bytes."""
    root = xml(received)
    body = find(root, "Body") if root is not None else None
    if body is None or not len(body):
        return Said("unusable")
    fault = find(body, "Fault")
    if fault is not None:
        return Said("error", text=" ".join("".join(fault.itertext()).split()))
    if status != 200:
        return Said("unusable")
    return _result(body)


def _result(body: Any) -> Said:
    code = find(body, "ReturnCode")
    if code is None:
        members = {local(each): each.text or "" for each in body.iter() if local(each) and not len(each)}
        return Said("good", values=members)
    if (code.text or "").strip() != "1":
        messages = [
            each.text or ""
            for each in body.iter()
            if local(each) == "Message" and local(each.getparent()) == "ATWSError"
        ]
        return Said("error", text="; ".join(messages))
    kind, results = find(body, "EntityResultType"), find(body, "EntityResults")
    ids = []
    for entity in results if results is not None else ():
        first = next((each for each in entity if local(each) == "id"), None)
        if first is not None:
            ids.append((first.text or "").strip())
    return Said("good", "" if kind is None else (kind.text or "").lower(), tuple(ids))


def counted(exchange: Exchanged) -> tuple[int, int] | None:
    """How many requests of the hour an answer says were made, and how many may be; None for one that says nothing of it."""
    if not exchange.received or asked(exchange).operation != "getThresholdAndUsageInfo":
        return None
    if said(exchange).kind != "good":
        return None
    if rest.is_rest(exchange):
        return rest.counted(exchange)
    message = find(xml(exchange.received), "Message")
    numbers = [int(each) for each in re.findall(r":\s*(\d+)", "" if message is None else message.text or "")]
    return (numbers[2], numbers[0]) if len(numbers) == 3 else None


def used(exchange: Exchanged) -> float | None:
    """The share of the hour's requests that an answer says is used; None for one that says nothing of it."""
    found = counted(exchange)
    return None if found is None or not found[1] else found[0] / found[1]


def line(exchange: Exchanged) -> str:
    """An exchange in one line, for reports."""
    want = asked(exchange)
    tests = " and ".join(f"{name} {operator} {value}" for name, operator, value in want.tests)
    what = " ".join(each for each in (want.operation or exchange.method, want.entity, tests) if each)
    answer = said(exchange)
    if answer.kind == "good":
        told = f"{len(answer.ids)} rows" if want.operation == "query" else ", ".join(answer.ids[:3]) or "good"
    else:
        told = f"{answer.kind}: {answer.text}" if answer.text else answer.kind
    return f"{what} -> {told}"
