"""get_tickets as the harness plays it."""

from __future__ import annotations

from typing import Any

from mockservers.harness.profile import VendorProfile, local
from mockservers.kernel.dialects import Dialect
from mockservers.vendors.get_tickets.dialects import KEYS

REFERENCE = "Asset_Tag"
"""The custom field in which the client's integration may keep keys of its own."""
FILES, FILE = "attachments", "attachment"
"""The member of a mirrored ticket under which a client shows its files, by their outputs' names, and the kind of record."""
HISTORY = "history"
"""The member of a mirrored ticket under which a client shows its history: a list of entries by their outputs' names."""

NAMES = "names"
"""What a client names among the options of its hello when it looks up the names of what tickets name by id, and the member of
a mirrored ticket under which it shows them: an object of some of `NAMED`."""
NAMED = {"customer": "customer", "company": "company", "technician": "technician", "group": "tech_group"}
"""What a ticket names, and the kind of record that has the name: the contact of a customer, else the name."""


def _options(dialect: Dialect) -> dict[str, Any]:
    return {
        "format": dialect["output_format"],
        "time_zone": dialect["time_zone"],
        "culture": dialect["date_culture"],
        "history_dates": dialect["history_dates"],
        "attachments_cid": dialect["attachments_cid"],
        "reference_field": REFERENCE,
    }


def _untold(dialect: Dialect) -> frozenset[str]:
    """Fields that this dialect's answers do not tell, or tell in a way that nobody can read back."""
    found = set()
    if dialect["merged_none"] == "empty":
        found.add("merged")
    if dialect["output_format"] != "xml" and dialect["cc_column"] == "faithful":
        found.add("cc_addresses")
    if dialect["output_format"] == "delimited" and dialect["updater_type_delimited"] == "user_name":
        found.add("updater_type")
    return frozenset(found)


PROFILE = VendorProfile(
    vendor="get_tickets",
    actions={
        "close": ("by",),
        "reopen": ("by",),
        "assign": ("by", "to", "group"),
        "lock": ("by",),
        "unlock": ("by",),
        "merge": ("by", "into"),
        "attach": ("by", "file", "size"),
        "spawn": ("by", "fields"),
        "update": ("by", "fields"),
        "note": ("by", "note"),
    },
    births=frozenset({"spawn"}),
    administration={"rename": ("list", "entry", "name")},
    label_keys=("into",),
    options=_options,
    varied={
        "format": ("output_format", ("xml", "json", "delimited")),
        "time_zone": ("time_zone", ("UTC", *["America/New_York"] * 2, "Australia/Adelaide")),
        "culture": ("date_culture", ("us", "day_first")),
        "history_dates": ("history_dates", ("opened", "entry")),
        "attachments_cid": ("attachments_cid", ("optional", "required")),
    },
    entity="ticket",
    untold=_untold,
    zone=local,
    free={
        "default_order": ("tid", "shuffled"),
        "cc_column": ("faithful", "clean"),
        "merged_none": ("empty", "N"),
        "error_status": ("200", "4xx"),
        "hex_case": ("lower", "upper"),
        "json_spacing": ("compact", "sample"),
        "updater_type_delimited": ("clean", "user_name"),
        "count_only_counts": ("all_matches", "page"),
        "rate_limit": ("off", "30"),
        "layout": ("line", "sample"),
        "content_type": ("by_format", "text_html"),
        "key_letters": tuple(KEYS),
    },
    credentials=lambda dialect: {"key": KEYS[dialect["key_letters"]]},
    lasting=("key",),
    tasks=("sync", "create", "update", "close"),
    parts=(HISTORY, FILE),
    optional_parts={NAMES: tuple(NAMED.values())},
    members={HISTORY: HISTORY, FILES: FILE},
    further=(NAMES,),
)
