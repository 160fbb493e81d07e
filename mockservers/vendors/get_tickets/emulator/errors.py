"""The vendor's sentences of refusal, by kind, and the HTTP status each has when `error_status` is 4xx.

The vendor documents only that there is an error message; the sentences are ours (get_tickets.error.form).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mockservers.kernel.rules import Refusal


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A kind of refusal: the sentence (`{variable}` is filled in), the status, the rule a planned fault refuses by."""

    text: str
    status: int
    rule: str
    variable: str = ""


KINDS: dict[str, ErrorText] = {
    "key": ErrorText("Invalid API key", 401, "get_tickets.key.every_call"),
    "address": ErrorText("IP address not allowed", 403, "get_tickets.ip.allow_list"),
    "action": ErrorText("Unknown action", 400, "get_tickets.address.action"),
    "tid": ErrorText("Invalid tid", 400, "get_tickets.tid.exact_or_star"),
    "number": ErrorText("Invalid {variable}", 400, "get_tickets.error.number", "count"),
    "date": ErrorText("Invalid {variable}", 400, "get_tickets.date.input", "start_date"),
    "page": ErrorText("page requires {variable}=* and count", 400, "get_tickets.page.needs_star_and_count", "tid"),
    "order": ErrorText("Invalid order", 400, "get_tickets.order.allow_list"),
    "order_direction": ErrorText("Invalid order_direction", 400, "get_tickets.order.column"),
    "count_only": ErrorText("Invalid count_only", 400, "get_tickets.count.only"),
    "output": ErrorText("Invalid output", 400, "get_tickets.wire.format_choice"),
    "written": ErrorText("Invalid {variable}", 400, "get_tickets.write.cid", "cid"),
    "rate": ErrorText("Too many requests", 429, "get_tickets.limit.rate"),
}

NOT_AVAILABLE = "Action not available"
"""The sentence for documented actions that are not emulated; status 400."""

QUERY_LIMIT = "query_limit"
DANGEROUS = "dangerous_value"
MOST_VARIABLES = "most_variables"
"""Refusals by the framework, before the API has a say; answered with its own pages."""


def refusal(kind: str, rule: str | None = None, **facts: str) -> Refusal:
    """The refusal of one kind, by the rule it usually rests on or by a closer one."""
    known = KINDS[kind]
    if known.variable:
        facts.setdefault("variable", known.variable)
    return Refusal(rule or known.rule, kind, **facts)


REFUSALS: dict[str, Callable[[], Refusal]] = {kind: partial(refusal, kind) for kind in KINDS}
"""What a planned fault may ask for."""
