"""The switches of QueryData: one for each choice that a correct client could notice. Knows nothing but the kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import DialectFamily, Switch, number, zone

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


def _element_name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("it becomes the name of an XML element")
    return value


def _uri(value: Any) -> str:
    if not isinstance(value, str) or not _URI.fullmatch(value) or set(value) & set("<>\"'"):
        raise ValueError("it becomes an XML namespace")
    return value


def _formats(value: Any) -> dict[str, str]:
    """A map of names to json or xml; from a command line, `NAME=json,OTHER=xml`."""
    if isinstance(value, str):
        value = dict(part.split("=", 1) for part in value.split(",") if "=" in part)
    if not isinstance(value, Mapping) or not value:
        raise ValueError("at least one name is needed")
    for name, kind in value.items():
        if not isinstance(name, str) or not name or kind not in ("json", "xml"):
            raise ValueError(f"{name!r} leads to {kind!r}")
    return dict(value)


def _duration(value: Any) -> float:
    """Seconds: kept as a number, because a kept value must read the same when it is set again."""
    length = instants.duration(value)
    if not 0 <= length <= 36_500 * instants.DAY:
        raise ValueError("it lies between zero and a century")
    return length / instants.SECOND


AUTH_CODES: Mapping[str, str] = {
    "plain": "DEMO-AUTH-CODE",
    "punctuated": "D&M <\"Q\"> 'x'\\n\\+%41]]>",
    "beyond_ascii": "Schlüssel-Ω-№",
}
"""The demo customer's AuthCode, by what is in it."""

DIALECTS = DialectFamily(
    "querydata",
    (
        Switch(
            "errors",
            "result",
            "the form of errors is not public, and both habits exist",
            ("result", "fault"),
            scope="installation",
        ),
        Switch(
            "auth_code",
            "plain",
            "nothing says which letters an AuthCode may have; holds for worlds that begin with it",
            tuple(AUTH_CODES),
            scope="installation",
        ),
        Switch(
            "strictness",
            "strict",
            "lenient shows what a forgiving server would hide",
            ("strict", "lenient"),
            scope="installation",
        ),
        Switch(
            "soap_namespace",
            "http://tempuri.org/",
            "the real namespace is not public",
            check=_uri,
            form="a URI",
            scope="installation",
        ),
        Switch(
            "payload_parameter",
            "json",
            "the real name of the parameter is not public",
            check=_element_name,
            form="an element's name",
            scope="installation",
        ),
        Switch(
            "soap12",
            "on",
            "the framework has both versions on; an installation may switch 1.2 off",
            ("on", "off"),
            scope="installation",
        ),
        Switch(
            "form_post",
            "local",
            "the framework lets only local callers post forms",
            ("local", "on", "off"),
            scope="installation",
        ),
        Switch(
            "custom_errors", "on", "off makes faults carry the whole exception", ("on", "off"), scope="installation"
        ),
        Switch(
            "result_formats",
            {"JSON": "json", "XML": "xml"},
            "the format may be a name of the customer's own",
            check=_formats,
            form="a map of names to json or xml",
            scope="installation",
        ),
        Switch(
            "details_root", "Tickets", "the shape of Details is not public", check=_element_name, form="a member's name"
        ),
        Switch(
            "further_members",
            "off",
            "no list of members is public, so none is closed, and none has an order",
            ("off", "on"),
        ),
        Switch(
            "id_range",
            "nine_digits",
            "the sample's ids have nine digits and ascend; nothing promises either",
            ("nine_digits", "ten_digits", "long", "falling"),
        ),
        Switch("details_time_format", "page", "times inside Details are not public", ("page", "iso")),
        Switch("unknown_id", "empty_list", "the page does not say what an unknown id gives", ("empty_list", "error")),
        Switch(
            "empty_summary",
            "empty_list",
            "hand-made JSON often drops empty members",
            ("empty_list", "missing_key", "null"),
        ),
        Switch("summary_shape", "object", "the printed sample lacks its opening brace", ("object", "fragment")),
        Switch("id_order", "ascending", "the sample is ordered, nothing promises it", ("ascending", "shuffled")),
        Switch(
            "window_bounds",
            "exact_minute",
            "whether the end minute is inside decides if tickets fall into a crack",
            ("exact_minute", "whole_minute", "end_exclusive"),
        ),
        Switch("time_zone", "UTC", "no zone is named", check=zone, form="an IANA name"),
        Switch(
            "processing_lag",
            "0 s",
            "the page warns of a lag without a number",
            check=_duration,
            form="a length of time such as '90s'",
        ),
        Switch(
            "warehouse_lag",
            "1 h",
            "the freshness of the warehouse is not public",
            check=_duration,
            form="a length of time such as '1h'",
        ),
        Switch(
            "warehouse_latency",
            "0.4 s",
            "the page warns of longer processing times without a number",
            check=_duration,
            form="a length of time such as '2s'",
        ),
        Switch(
            "warehouse_details",
            "by_id",
            "the page replaces the time filter by CreateDate, and says nothing against Details by id",
            ("by_id", "create_date"),
        ),
        Switch(
            "start_notation",
            "slashes",
            "the start of the printed time range is garbled: it may have had hyphens",
            ("slashes", "either"),
        ),
        Switch(
            "bulk_notice",
            1000,
            "larger warehouse answers are a finding",
            check=number(0, 10**9),
            form="a number of tickets",
        ),
        Switch(
            "max_window",
            "off",
            "the advice on short windows may be a limit in practice",
            check=number(1, 10**8, off=True),
            form="'off' or a number of minutes",
        ),
        Switch(
            "max_ids", "off", "no maximum is documented", check=number(1, 10**9, off=True), form="'off' or a number"
        ),
        Switch(
            "rate_limit",
            "off",
            "no limit is documented",
            check=number(1, 10_000, off=True),
            form="'off' or a number of calls a minute",
        ),
        Switch(
            "latency_per_id",
            0,
            "makes the cost of huge windows visible",
            check=number(0, 60_000),
            form="a number of milliseconds",
        ),
        Switch(
            "retention_days",
            "off",
            "the web client drops tickets from its list after 60 days",
            check=number(1, 36_500, off=True),
            form="'off' or a number of days",
        ),
        Switch(
            "hosts", "shared", "two hosts are printed without explanation", ("shared", "separate"), scope="installation"
        ),
    ),
    {
        "page": {},
        "lenient": {"strictness": "lenient"},
        "fault": {"errors": "fault"},
        "eastern": {"time_zone": "America/New_York", "window_bounds": "whole_minute"},
        "hostile": {
            "errors": "fault",
            "id_order": "shuffled",
            "processing_lag": "90s",
            "empty_summary": "missing_key",
            "window_bounds": "end_exclusive",
            "details_time_format": "iso",
        },
    },
)
