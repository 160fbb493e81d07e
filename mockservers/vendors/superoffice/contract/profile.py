"""SuperOffice as the harness plays it."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from mockservers.harness.drivers import LISTENING
from mockservers.harness.profile import VendorProfile
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE

ZONES = {"NO": "Europe/Oslo", "US-NY": "America/New_York", "UTC": "UTC"}
"""Zones by the vendor's codes, as far as dialects of the harness use them."""
USER = "demo@demo.example"
"""The login name of the client's user, as administrators know it."""
REFERENCE = "x_reference"
"""The custom field in which the client's integration may keep keys of its own."""
NAMES = frozenset({"TicketStatusDisplayValue", "PriorityName", "CategoryName", "CategoryFullname", "TicketTypeName"})
"""What a client sees in the language that it asks for, so that no two copies need agree."""
RIGHTS = frozenset({"TableRight", "FieldProperties"})
PAGE_2022 = frozenset(
    {
        "TimeSpent",
        "Language",
        "Sentiment",
        "SentimentConfidence",
        "SaleId",
        "ProjectId",
        "SaleHeading",
        "ProjectName",
        "FormSubmissionId",
        "TicketTypeId",
        "TicketTypeName",
    }
)
LACKING = {"current": frozenset(), "client_10": frozenset({"TicketTypeId", "TicketTypeName"}), "page_2022": PAGE_2022}
"""Properties that older releases do not have."""
_SAID = ("by", "body", "minutes", "attachment")


def _options(dialect: Dialect) -> dict[str, Any]:
    return {
        "time_zone": ZONES.get(dialect["base_zone"], "UTC"),
        "deployment": dialect["deployment"],
        "reference_field": REFERENCE,
        "since": "2000-01-01T00:00:00Z",
        "attachments": True,
        "people": True,
        LISTENING: True,
    }


def _zone(dialect: Dialect) -> tzinfo:
    return instants.zone(ZONES.get(dialect["base_zone"], "UTC"))


def _untold(dialect: Dialect) -> frozenset[str]:
    older: frozenset[str] = LACKING[dialect["carrier_version"]]
    return NAMES | RIGHTS | older


PROFILE = VendorProfile(
    vendor="superoffice",
    actions={
        "reply": _SAID,
        "note": _SAID,
        "answer": ("body", "language", "sentiment", "confidence", "attachment"),
        "close": ("by",),
        "reopen": ("by",),
        "postpone": ("by", "until"),
        "assign": ("by", "to"),
        "read": ("by",),
        "spam": ("by",),
        "delete": ("by",),
        "undelete": ("by",),
        "merge": ("by", "into"),
    },
    births=frozenset(),
    label_keys=("into",),
    options=_options,
    varied={
        "time_zone": ("base_zone", ("NO", "US-NY")),
        "deployment": ("deployment", ("onsite", "online")),
        LISTENING: ("webhook_fields", ("current", "none")),
    },
    entity="Ticket",
    untold=_untold,
    settle=2 * MINUTE,
    free={
        "dates": ("page", "netserver"),
        "order": ("request", "shuffled"),
        "missing_id": ("omit", "null"),
        "bad_request": ("400", "200"),
        "rights_none": ("null", "object", "empty"),
        "extra_property": ("off", "Hologram"),
        "token_seconds": ("3600", "1200"),
        "select_mode": ("null", "omit", "default_value"),
        "latency_per_id": ("0", "5"),
        "unset_connect": ("page", "captured"),
        "auth_error_body": ("rest_object", "empty"),
        "xml_namespaces": ("none", "datacontract"),
        "language_fallback": ("us_first", "first_part"),
    },
    administration={
        "change rights": ("user", "table", "fields", "hidden"),
        "add status": ("name", "base", "counter"),
        "rename": ("kind", "number", "name"),
        "change person": ("number", "email"),
        "end sessions": ("user", "kind"),
    },
    tasks=("sync", "create", "update", "note", "close"),
    parts=("TicketMessage",),
    further=("Attachments", "PersonEmail"),
    zone=_zone,
    # CustId is -1 or null where there is no person, ConnectId 0 or -1 where nothing was merged.
    nothing={"CustId": (-1, 0), "ConnectId": (-1, 0)},
    lasting=("SO-AppToken",),
)
