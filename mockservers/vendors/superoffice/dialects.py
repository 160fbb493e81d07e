"""The switches of SuperOffice: choices made where public knowledge ends, and the named dialects that group them.

Those that the server needs before it knows the caller hold for the installation. Knows no request and no table.
"""

from __future__ import annotations

import re
from typing import Any

from mockservers.kernel.dialects import DialectFamily, Switch, listed, number
from mockservers.vendors.superoffice import VENDOR

AUTHORIZE = ("username", "ticket", "implicit", "bearer")


ZONES: dict[str, tuple[int, str]] = {
    "UTC": (1, "UTC"),
    "GB": (110, "Europe/London"),
    "IE": (121, "Europe/Dublin"),
    "PT": (205, "Europe/Lisbon"),
    "NO": (261, "Europe/Oslo"),
    "SE": (271, "Europe/Stockholm"),
    "DK": (281, "Europe/Copenhagen"),
    "DE": (291, "Europe/Berlin"),
    "NL": (301, "Europe/Amsterdam"),
    "FR": (311, "Europe/Paris"),
    "CH": (321, "Europe/Zurich"),
    "ES": (331, "Europe/Madrid"),
    "IT": (341, "Europe/Rome"),
    "FI": (351, "Europe/Helsinki"),
    "GR": (361, "Europe/Athens"),
    "TR": (371, "Europe/Istanbul"),
    "US-NY": (401, "America/New_York"),
    "US-IL": (411, "America/Chicago"),
    "US-CO": (421, "America/Denver"),
    "US-CA": (431, "America/Los_Angeles"),
    "CA-NL": (441, "America/St_Johns"),
    "BR-SP": (451, "America/Sao_Paulo"),
    "IN": (501, "Asia/Kolkata"),
    "NP": (511, "Asia/Kathmandu"),
    "CN": (521, "Asia/Shanghai"),
    "JP": (531, "Asia/Tokyo"),
    "AU-WA": (601, "Australia/Perth"),
    "AU-NSW": (611, "Australia/Sydney"),
    "AU-LH": (621, "Australia/Lord_Howe"),
    "NZ": (631, "Pacific/Auckland"),
}
"""Code: number and IANA name. Codes follow the vendor's form; all numbers but NO's are ours (superoffice.time.header)."""

_BY_NUMBER = {str(number): code for code, (number, _) in ZONES.items()}


def find_zone(text: str) -> str | None:
    """The code of a zone given by code or number, without regard to case; None when there is none."""
    wanted = text.strip().upper()
    return wanted if wanted in ZONES else _BY_NUMBER.get(wanted)


def _zone(value: Any) -> str:
    found = find_zone(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"there are {', '.join(ZONES)}")
    return found


def _property(value: Any) -> str | None:
    if value in (None, False, "off", ""):
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,39}", value):
        raise ValueError("a property's name is letters and digits, the first a capital")
    return value


def _roots(value: Any) -> tuple[str, ...]:
    given = listed(value)
    for root in given:
        if not isinstance(root, str) or not re.fullmatch(r"/|/[^/\\?#%\s]+", root):
            raise ValueError(f"{root!r} is no path such as / or /SuperOffice")
    if not given:
        raise ValueError("at least one root is needed, or nobody could call")
    return tuple(given)


def _schemes(value: Any) -> tuple[str, ...]:
    given = listed(value)
    if not set(given) <= set(AUTHORIZE):
        raise ValueError(f"there are {', '.join(AUTHORIZE)}")
    return tuple(each for each in AUTHORIZE if each in given)


_SWITCHES = (
    Switch(
        "dates", "page", "the page's sample has an offset without asking; captures have none", ("page", "netserver")
    ),
    Switch(
        "base_zone", "NO", "the base zone of the installation", check=_zone, form="a zone's code, such as NO or US-NY"
    ),
    Switch(
        "time_zone_header",
        "shift",
        "the page says that SO-TimeZone converts; another published description shifts appointments alone, and marks the rest",
        ("shift", "mark_only"),
    ),
    Switch("unknown_zone", "ignore", "the effect of a wrong zone code is not known", ("ignore", "400")),
    Switch("missing_id", "omit", "the shape for unknown or hidden ids is not published", ("omit", "null")),
    Switch("duplicate_id", "distinct", "not promised either way", ("distinct", "repeat")),
    Switch("order", "request", "documented in client libraries only", ("request", "shuffled")),
    Switch("select_mode", "null", "value types might fall to their defaults", ("null", "omit", "default_value")),
    Switch("select_keeps_key", "no", "whether $select keeps TicketId is not said", ("no", "yes")),
    Switch(
        "unset_connect", "page", "ConnectId of an unmerged ticket: 0 on the page, -1 in samples", ("page", "captured")
    ),
    Switch(
        "rights_none",
        "null",
        "an unrestricted right: null on the page, an object or {} in captures",
        ("null", "object", "empty"),
    ),
    Switch(
        "deployment",
        "onsite",
        "online refuses Basic and needs SO-AppToken with SOTicket",
        ("onsite", "online"),
        scope="installation",
    ),
    Switch(
        "authorize_with",
        AUTHORIZE,
        "each way to log in is a setting of the server",
        check=_schemes,
        form="a list of username, ticket, implicit, bearer",
        scope="installation",
    ),
    Switch("bad_request", "400", "two documentation pages disagree", ("400", "200"), scope="installation"),
    Switch(
        "auth_error_body",
        "rest_object",
        "bodies of 401 and 403 are not public",
        ("rest_object", "message", "empty"),
        scope="installation",
    ),
    Switch("accept_unknown", "json", "the framework answers by default", ("json", "406"), scope="installation"),
    Switch(
        "answer_charset",
        "utf8",
        "the framework answers in the request's charset, and every sample is UTF-8",
        ("utf8", "of_request"),
        scope="installation",
    ),
    Switch(
        "attachment_content",
        "base64",
        "how a file comes when Accept asks for nothing in particular is not published",
        ("base64", "stream"),
        scope="installation",
    ),
    Switch(
        "xml_namespaces",
        "none",
        "the documented sample is plain, the framework's writer is not",
        ("none", "datacontract"),
        scope="installation",
    ),
    Switch("string_ids", "coerce", "usual .NET binding", ("coerce", "reject")),
    Switch("trailing_semicolon", "on", "captures and prose differ", ("on", "off")),
    Switch("language_fallback", "us_first", "the order is not published", ("us_first", "first_part")),
    Switch(
        "unknown_language",
        "next_header",
        "what follows an SO-Language that is not known is not said: Accept-Language, or the fallback",
        ("next_header", "fallback"),
    ),
    Switch("token_seconds", 3600, "one page says 20 minutes", check=number(1, 10**7), form="a number of seconds"),
    Switch(
        "ticket_hours",
        6.0,
        "a test may want it shorter",
        check=number(0.001, 10**5, whole=False),
        form="a number of hours",
    ),
    Switch("deleted_days", 14, "retention of deleted tickets", check=number(0, 36500), form="a number of days"),
    Switch(
        "carrier_version",
        "current",
        "older releases lack properties and names of enumerations",
        ("current", "client_10", "page_2022"),
    ),
    Switch("extra_property", None, "carriers grow", check=_property, form="the name of a property, or off"),
    Switch(
        "rate_limit",
        0,
        "10 calls a second is a guideline; 0 is no limit",
        check=number(0, 10**6),
        form="a number of calls a second",
    ),
    Switch(
        "latency_per_id",
        0.0,
        "makes the length of a list cost time",
        check=number(0, 60_000, whole=False),
        form="a number of milliseconds",
    ),
    Switch(
        "webhook_target",
        "loopback",
        "the vendor calls https alone, and listeners on one's own machine seldom speak it",
        ("loopback", "https"),
    ),
    Switch("webhook_success", "200", "documents say 200, and of other good answers nothing", ("200", "2xx")),
    Switch(
        "webhook_cycle",
        "discard",
        "one page says both that an event that failed three times is discarded, and that it goes to the end of the queue",
        ("discard", "requeue"),
    ),
    Switch("webhook_fields", "current", "FieldValues exist since release 11", ("current", "none")),
    Switch(
        "roots",
        ("/", "/SuperOffice", "/Cust12345"),
        "where /api hangs depends on the installation",
        check=_roots,
        form="a list of paths, or text with commas",
        scope="installation",
    ),
)

DIALECTS = DialectFamily(
    VENDOR.name,
    _SWITCHES,
    named={
        "netserver": {"dates": "netserver", "unset_connect": "captured", "rights_none": "object"},
        "online": {"deployment": "online", "dates": "netserver", "unset_connect": "captured", "rate_limit": 10},
        "strict": {"unknown_zone": "400", "accept_unknown": "406", "string_ids": "reject", "select_keeps_key": "yes"},
        "older": {
            "carrier_version": "page_2022",
            "dates": "netserver",
            "trailing_semicolon": "off",
            "webhook_fields": "none",
        },
        "hostile": {
            "order": "shuffled",
            "missing_id": "null",
            "duplicate_id": "repeat",
            "select_mode": "omit",
            "bad_request": "200",
            "auth_error_body": "empty",
            "rights_none": "empty",
            "extra_property": "Hologram",
            "language_fallback": "first_part",
            "base_zone": "US-NY",
            "webhook_cycle": "requeue",
        },
    },
)
"""`default` is the page as it stands."""
