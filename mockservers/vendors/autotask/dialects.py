"""The switches of Autotask: one for each choice that a correct client could notice. Knows nothing but the kernel.

A switch that the service needs before it knows who is calling holds for the installation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mockservers.kernel.dialects import DialectFamily, Switch, number

VERSION = "1.6.9"
MOST_REQUESTS, MOST_MINUTES = 19_999, 60
"""What the kernel remembers of calls: the last 20,000 of the last hour."""
EARLIER = ("2019-09", "2018-11")
"""Earlier service descriptions of which recordings are public."""

_THRESHOLD = re.compile(r"([0-9]{1,5})/([0-9]{1,2})")


def _word(*words: str) -> Callable[[Any], str]:
    """One of `words`; YAML and JSON may hold those made of digits as numbers."""

    def check(value: Any) -> str:
        if isinstance(value, bool) or str(value) not in words:
            raise ValueError("it is none of these")
        return str(value)

    return check


def _udf_limit(value: Any) -> int | None:
    found: int | None = number(1, 5, off=True)(value)
    if found not in (None, 1, 5):
        raise ValueError("it is neither of these")
    return found


def _version(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 50 or not value.isprintable():
        raise ValueError("it is a short text that can be printed")
    return value


def _threshold(value: Any) -> str | None:
    if value is None or value is False or value == "off":
        return None
    requests, minutes = limit(str(value))
    return f"{requests}/{minutes}"


@lru_cache(maxsize=64)
def limit(text: str) -> tuple[int, int]:
    """Requests and minutes of a value of `threshold`; raises ValueError for one that is none."""
    found = _THRESHOLD.fullmatch(text)
    if found is None:
        raise ValueError("it is written requests/minutes")
    requests, minutes = int(found[1]), int(found[2])
    if not 1 <= requests <= MOST_REQUESTS or not 1 <= minutes <= MOST_MINUTES:
        raise ValueError(f"requests go up to {MOST_REQUESTS}, minutes to {MOST_MINUTES}")
    return requests, minutes


DIALECTS = DialectFamily(
    "autotask",
    (
        Switch(
            "time_zone",
            "eastern",
            "help pages contradict each other; every published client says Eastern",
            ("eastern", "utc"),
        ),
        Switch(
            "condition_order",
            "left_to_right",
            "how mixed AND and OR siblings bind is not documented",
            ("left_to_right", "sql_precedence"),
        ),
        Switch(
            "udf_query_limit",
            1,
            "two limits are documented, and no list of which entity has which",
            check=_udf_limit,
            form="1, 5 or 'off'",
        ),
        Switch("unknown_operator", "error", "the REST service drops it silently; SOAP is unknown", ("error", "drop")),
        Switch(
            "datetime_input",
            "lenient",
            "clients report success with many forms; strict takes two",
            ("lenient", "strict"),
        ),
        Switch(
            "info_parameter",
            "recursive",
            "a published client nests it; a validating server would refuse that",
            ("recursive", "schema"),
            scope="installation",
        ),
        Switch(
            "field_flags",
            "2021",
            "flags of 13 fields changed between two recordings",
            check=_word("2021", "2019"),
            form="2021 or 2019",
        ),
        Switch(
            "wsdl_version",
            VERSION,
            "the answer of GetWsdlVersion differs between zones",
            check=_version,
            form="a short text",
        ),
        Switch(
            "localized_wsdl",
            "behind",
            "the page says that localized descriptions differ, and not in what; here they are of the release before",
            ("behind", "same"),
        ),
        Switch("tracking_id", "required", "1.6 demands it; old integrations ran without", ("required", "optional")),
        Switch(
            "zone_unknown",
            "empty_url",
            "a client depends on the empty element; the schema allows both",
            ("empty_url", "no_url"),
            scope="installation",
        ),
        Switch("wrong_zone", "serve", "the service forwards; refusing finds hard-coded zones", ("serve", "refuse")),
        Switch(
            "soap12",
            "on",
            "the description declares 1.1 only, one client sends 1.2",
            ("on", "off"),
            scope="installation",
        ),
        Switch("ws_addressing", "refuse", "refusal is reported once", ("refuse", "ignore"), scope="installation"),
        Switch("database_action", "none", "recorded answers say None even on create", ("none", "actual")),
        Switch("long_as", "int", "recorded as int, though the schema type of id is long", ("int", "long")),
        Switch(
            "udf_list_value", "export", "which value of a list is on the wire is not documented", ("export", "display")
        ),
        Switch(
            "threshold",
            "10000/60",
            "small values reach the limit quickly",
            check=_threshold,
            form=f"requests/minutes up to {MOST_REQUESTS}/{MOST_MINUTES}, or 'off'",
        ),
        Switch("threshold_spelling", "recorded", "the help page writes another first letter", ("recorded", "help")),
        Switch("latency", "on", "delays at half and three quarters of the threshold may disturb a test", ("on", "off")),
        Switch(
            "thread_limit",
            3,
            "newer integrations are limited per endpoint",
            check=number(1, 1000, off=True),
            form="a number of calls at once, or 'off'",
        ),
        Switch(
            "limit_reply",
            "body_error",
            "the SOAP form of a refusal at the threshold is unknown",
            ("body_error", "http_500"),
        ),
        Switch("long_password", "whole", "cutting at 25 letters is reported for 1.5 only", ("whole", "first_25")),
        Switch(
            "activity",
            "related",
            "the page says any activity related to the entity, and gives two examples",
            ("related", "direct"),
        ),
        Switch(
            "purchase_status",
            "steps",
            "the page names the states of a purchase order, and not which a client may set",
            ("steps", "free"),
        ),
        Switch(
            "purchase_quantity",
            "ordered",
            "the page debits what is received from an item's quantity, and works out what is missing as if it did not",
            ("ordered", "debited"),
        ),
        Switch(
            "empty_write", "accept", "what a write without an entity is answered is not public", ("accept", "refuse")
        ),
        Switch(
            "several_expressions",
            "all",
            "a published client expects any of them to be enough; the help is silent",
            ("all", "any"),
        ),
        Switch(
            "query_dates",
            "iso",
            "the help names one form of dates; two users' sources write the account's own, as 6/5/2013",
            ("iso", "us"),
        ),
        Switch(
            "wsdl_release",
            "latest",
            "stubs that were generated earlier know fewer types, fields and operations",
            check=_word("latest", *EARLIER),
            form=f"latest, {' or '.join(EARLIER)}",
            scope="installation",
        ),
        Switch(
            "create_answer",
            "filled",
            "calculated fields of a created entity are not to be relied on",
            ("filled", "stale"),
        ),
        Switch(
            "rest_login",
            "401",
            "help and recent clients say 401 for all of the login; in 2023 an unknown user or identifier got 500",
            check=_word("401", "mixed"),
            form="401 or mixed",
            scope="installation",
        ),
        Switch(
            "rest_missing_item",
            "null",
            "published clients expect an item that is null, or 404, for an id that is not there",
            ("null", "not_found"),
        ),
        Switch(
            "rest_empty_text",
            "null",
            "a recorded ticket holds null in one field without a text and an empty text in others",
            ("null", "empty"),
        ),
        Switch(
            "rest_next_page",
            "more",
            "whether a full page that is the last one names a next page is not public",
            ("more", "full"),
        ),
        Switch(
            "webhook_address",
            "loopback",
            "the vendor calls https alone, and listeners on one's own machine seldom speak it",
            ("loopback", "https"),
        ),
        Switch(
            "webhook_fields",
            "pascal",
            "published receivers read the names in a call's Fields with a capital first letter; others are not known",
            ("pascal", "camel"),
        ),
        Switch(
            "webhook_duplicates",
            "refused",
            "the page says what a duplicate is, and not what becomes of it",
            ("refused", "called"),
        ),
        Switch(
            "webhook_disabled",
            "attempts",
            "one page says both that 25 attempts in a row that fail disable a webhook, and that 25 events do",
            ("attempts", "events"),
        ),
    ),
    {
        "utc": {"time_zone": "utc"},
        "early": {"field_flags": "2019", "wsdl_version": "1.6.4", "thread_limit": "off"},
        "lenient": {
            "tracking_id": "optional",
            "unknown_operator": "drop",
            "ws_addressing": "ignore",
            "udf_query_limit": "off",
            "threshold": "off",
            "latency": "off",
        },
        "strict": {
            "info_parameter": "schema",
            "datetime_input": "strict",
            "wrong_zone": "refuse",
            "soap12": "off",
            "empty_write": "refuse",
        },
        "hostile": {
            "condition_order": "sql_precedence",
            "zone_unknown": "no_url",
            "wrong_zone": "refuse",
            "long_as": "long",
            "database_action": "actual",
            "udf_list_value": "display",
            "threshold_spelling": "help",
            "limit_reply": "http_500",
            "create_answer": "stale",
            "purchase_quantity": "debited",
            "long_password": "first_25",
            "rest_login": "mixed",
            "rest_missing_item": "not_found",
            "rest_empty_text": "empty",
            "rest_next_page": "full",
            "webhook_fields": "camel",
            "webhook_duplicates": "called",
            "webhook_disabled": "events",
        },
        "wsdl_2018": {"wsdl_release": "2018-11", "wsdl_version": "1.6.4", "field_flags": "2019"},
    },
)
