"""The vendor's sentences of refusal, by kind, and the HTTP status each has when `error_status` is 4xx.

The vendor documents only that there is an error message; the sentences are ours (get_tickets.error.form).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mockservers.kernel.rules import Refusal, Rule
from mockservers.vendors.get_tickets import rules


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A kind of refusal: the sentence (`{variable}` is filled in), the status, the rule a planned fault refuses by."""

    text: str
    status: int
    rule: Rule
    variable: str = ""


KINDS: dict[str, ErrorText] = {
    "key": ErrorText("Invalid API key", 401, rules.KEY_EVERY_CALL),
    "address": ErrorText("IP address not allowed", 403, rules.IP_ALLOW_LIST),
    "action": ErrorText("Unknown action", 400, rules.ACTION),
    "tid": ErrorText("Invalid tid", 400, rules.TID_EXACT_OR_STAR),
    "number": ErrorText("Invalid {variable}", 400, rules.NUMBER_BAD, "count"),
    "date": ErrorText("Invalid {variable}", 400, rules.DATE_INPUT, "start_date"),
    "page": ErrorText("page requires tid=* and count", 400, rules.PAGE_NEEDS),
    "order": ErrorText("Invalid order", 400, rules.ORDER_ALLOW_LIST),
    "order_direction": ErrorText("Invalid order_direction", 400, rules.ORDER_COLUMN),
    "count_only": ErrorText("Invalid count_only", 400, rules.COUNT_ONLY),
    "output": ErrorText("Invalid output", 400, rules.WIRE_FORMAT_CHOICE),
    "rate": ErrorText("Too many requests", 429, rules.RATE_LIMIT),
}

NOT_AVAILABLE = "Action not available"
"""The sentence for documented actions that are not emulated; status 400."""

QUERY_LIMIT = "query_limit"
DANGEROUS = "dangerous_value"
MOST_VARIABLES = "most_variables"
"""Refusals by the framework, before the API has a say; answered with its own pages."""


def refusal(kind: str, rule: Rule | None = None, **facts: str) -> Refusal:
    """The refusal of one kind, by the rule it usually rests on or by a closer one."""
    known = KINDS[kind]
    if known.variable:
        facts.setdefault("variable", known.variable)
    return Refusal(rule or known.rule, kind, **facts)


REFUSALS: dict[str, Callable[[], Refusal]] = {kind: partial(refusal, kind) for kind in KINDS}
"""What a planned fault may ask for."""
