"""The switches of get_tickets: choices made where the page says nothing, and the named dialects that group them.

Those that the server needs before it knows the key hold for the installation. Knows no request and no table.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from mockservers.kernel.dialects import DialectFamily, Switch, listed, number, zone


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(each)) for each in listed(value))


def _folders(value: Any) -> tuple[str, ...]:
    given = listed(value)
    for folder in given:
        if not isinstance(folder, str) or not re.fullmatch(r"/|(/[^/\\?#%\s]+)+", folder):
            raise ValueError(f"{folder!r} is no path such as / or /readydesk, without a slash at its end")
    if not given:
        raise ValueError("at least one folder is needed, or nobody could call")
    return tuple(folder.lower() for folder in given)


KEYS: Mapping[str, str] = {"plain": "demo-key", "signs": "k+e&y=100%41 #1"}
"""The demo customer's key, by what is in it."""

_LIMIT = number(1, 1_000_000_000, off=True)

_SWITCHES = (
    Switch("cc_column", "faithful", "the samples show cid twice where cc_addresses belongs", ("faithful", "clean")),
    Switch(
        "output_format",
        "xml",
        "how a caller chooses a format is not documented; XML is shown first",
        ("xml", "json", "delimited"),
    ),
    Switch(
        "strictness",
        "strict",
        "the page's conditions are the contract, but a server may be kinder",
        ("strict", "lenient"),
    ),
    Switch("error_status", "200", "the form of errors is not documented", ("200", "4xx"), scope="installation"),
    Switch(
        "content_type",
        "by_format",
        "an .aspx page sends text/html when nobody sets another type",
        ("by_format", "text_html"),
        scope="installation",
    ),
    Switch(
        "count_only_counts",
        "all_matches",
        "needed to compute the number of pages, yet not stated",
        ("all_matches", "page"),
    ),
    Switch("page_zero", "error", "not stated", ("error", "as_first")),
    Switch("default_order", "tid", "no order is promised without `order`", ("tid", "shuffled")),
    Switch("due_date_match", "same_day", "whether it is exact or up to is not said", ("same_day", "up_to")),
    Switch("tid_list", "refuse", "other actions accept lists", ("refuse", "accept")),
    Switch("merged_none", "empty", "sampled empty although N is promised", ("empty", "N")),
    Switch("updater_type_delimited", "clean", "the delimited sample shows a user's name", ("clean", "user_name")),
    Switch("json_spacing", "compact", "the sample has a blank before the colon", ("compact", "sample")),
    Switch(
        "layout",
        "line",
        "the samples are indented, an element or pair a line; whether the server or the page's author did it is not said",
        ("line", "sample"),
    ),
    Switch("json_escaping", "valid", "a hand-made writer may leave quotes in raw values unescaped", ("valid", "naive")),
    Switch(
        "hex_case",
        "lower",
        ".NET writes lower case; clients must not compare encoded texts",
        ("lower", "upper"),
        scope="installation",
    ),
    Switch(
        "date_culture",
        "us",
        "date text follows the server's culture; day_first is dd/MM/yyyy HH:mm:ss",
        ("us", "day_first"),
    ),
    Switch(
        "time_zone",
        "UTC",
        "times are the server's local ones, without a mark",
        check=zone,
        form="a time zone's IANA name",
    ),
    Switch(
        "allowed_ips",
        (),
        "a documented security setting, empty until used",
        check=_addresses,
        form="a list of addresses, or text with commas",
    ),
    Switch(
        "query_limit",
        2048,
        "the framework's default, in characters",
        check=_LIMIT,
        form="a number, or off",
        scope="installation",
    ),
    Switch(
        "dangerous_values",
        "refuse",
        "the framework's default, which may be switched off",
        ("refuse", "allow"),
        scope="installation",
    ),
    Switch(
        "folder",
        ("/", "/readydesk"),
        "depends on the installation",
        check=_folders,
        form="a list of paths, or text with commas",
        scope="installation",
    ),
    Switch(
        "key_letters",
        "plain",
        "nothing says which letters a key may have; holds for worlds that begin with it",
        tuple(KEYS),
        scope="installation",
    ),
    Switch(
        "history_dates",
        "opened",
        "the page of get_history speaks of opening dates, in the words of get_tickets' page; entries have dates too",
        ("opened", "entry"),
    ),
    Switch(
        "attachments_cid",
        "optional",
        "the page of get_attachments says that cid is required, and its example has none",
        ("optional", "required"),
    ),
    Switch(
        "attachments_json",
        "valid",
        "the page's sample of attachments has a comma after the last member, which is no JSON",
        ("valid", "as_printed"),
    ),
    Switch(
        "update_cid",
        "required",
        "the page requires cid of add_ticket and update_ticket alike",
        ("required", "optional"),
    ),
    Switch(
        "long_text",
        "refuse",
        "texts of writes are limited to 255 characters; what becomes of a longer one is not said",
        ("refuse", "cut"),
    ),
    Switch(
        "empty_value",
        "ignore",
        "update_ticket changes what is supplied; whether a variable without a value is, is not said",
        ("ignore", "clear"),
    ),
    Switch("rate_limit", None, "none is documented; calls a minute", check=_LIMIT, form="a number, or off"),
)

DIALECTS = DialectFamily(
    "get_tickets",
    _SWITCHES,
    named={
        "as_printed": {"layout": "sample", "json_spacing": "sample", "updater_type_delimited": "user_name"},
        "clean": {"cc_column": "clean", "merged_none": "N"},
        "json": {"output_format": "json", "json_spacing": "sample"},
        "delimited": {"output_format": "delimited", "updater_type_delimited": "user_name"},
        "european": {"date_culture": "day_first", "time_zone": "Europe/Berlin", "content_type": "text_html"},
        "hostile": {
            "default_order": "shuffled",
            "error_status": "4xx",
            "hex_case": "upper",
            "json_escaping": "naive",
            "count_only_counts": "page",
            "due_date_match": "up_to",
            "time_zone": "America/New_York",
        },
    },
)
"""`default` is the page as it stands."""
