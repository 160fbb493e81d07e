"""How the REST service says no: status and errors of what the operations refuse, with its own names of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.rest.names import Resource

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TRACKING, _THREADS, _THRESHOLD = "autotask.tracking.required", "autotask.thread.limit", "autotask.threshold.refused"
NO_USER = f"The user name is not known.{INVENTED}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the texts of `errors`; None for an answer without a body."""

    status: int
    messages: tuple[str, ...] | None


def answer(
    refusal: Refusal, resource: Resource | None, dialect: Mapping[str, Any], cite: Callable[..., None]
) -> Answer:
    """What the service answers to a call that was refused."""
    facts = refusal.facts
    messages: tuple[str, ...] = tuple(facts.get("messages", ())) or (facts.get("message", str(refusal)),)
    mixed = dialect["rest_login"] == "mixed"
    if refusal.kind == "LOGIN":
        cite("autotask.rest.login")
        return Answer(500, (NO_USER,)) if mixed and not facts["known"] else Answer(401, None)
    if refusal.rule == _TRACKING:
        cite("autotask.rest.login")
        return Answer(500, messages) if mixed else Answer(401, None)
    if refusal.rule in (_THREADS, _THRESHOLD):
        cite("autotask.rest.limited")
        return Answer(429 if refusal.kind == "BODY" else 500, messages)
    cite("autotask.rest.errors")
    return Answer(500, tuple(named(each, resource) for each in messages))


def named(message: str, resource: Resource | None) -> str:
    """A message with the names of fields that REST has."""
    if resource is None:
        return message
    names = resource.named
    return _WORD.sub(lambda found: names.get(found[0], found[0]), message)
