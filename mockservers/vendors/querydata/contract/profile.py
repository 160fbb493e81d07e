"""QueryData as the harness plays it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.harness.profile import SLOWEST, VendorProfile, local
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import SECOND, duration
from mockservers.vendors.querydata.dialects import AUTH_CODES

_NOTED = ("by", "note")


def _seconds(value: Any) -> float:
    try:
        return duration(value) / SECOND
    except (ValueError, TypeError, AttributeError):
        return 0.0


def _options(dialect: Dialect) -> dict[str, Any]:
    formats = dialect["result_formats"]
    names = list(formats) if isinstance(formats, Mapping) else ["JSON"]
    json_names = [name for name in names if formats[name] == "json"] if isinstance(formats, Mapping) else names
    return {
        "namespace": dialect["soap_namespace"],
        "parameter": dialect["payload_parameter"],
        "result_format": (json_names or names)[0],
        "result_formats": dict(formats) if isinstance(formats, Mapping) else {names[0]: "json"},
        "details_root": dialect["details_root"],
        "time_zone": dialect["time_zone"],
        "lag_seconds": max(SLOWEST / SECOND, _seconds(dialect["processing_lag"])),
        "window_minutes": 5,
    }


def _untold(dialect: Dialect) -> frozenset[str]:
    """The centre's raw text is written anew in each notation of times, so no two readings need agree."""
    return frozenset({"TicketText"})


PROFILE = VendorProfile(
    vendor="querydata",
    actions={
        "Add Complete Response": _NOTED,
        "Add Ongoing Response": _NOTED,
        "Assign": _NOTED,
        "Change Folder": _NOTED,
        "Add Notes": _NOTED,
        "Add Sketch": _NOTED,
        "Add Map Annotation": _NOTED,
        "Add Facility Type": _NOTED,
        "Revise": ("by",),
    },
    births=frozenset({"Revise"}),
    label_keys=(),
    options=_options,
    varied={"time_zone": ("time_zone", ("UTC", *["America/New_York"] * 2, "America/St_Johns"))},
    entity="Ticket",
    untold=_untold,
    zone=local,
    free={
        "errors": ("result", "fault"),
        "id_order": ("ascending", "shuffled"),
        "empty_summary": ("empty_list", "missing_key", "null"),
        "window_bounds": ("exact_minute", "whole_minute", "end_exclusive"),
        "processing_lag": ("0s", "60s"),
        "unknown_id": ("empty_list", "error"),
        "auth_code": tuple(AUTH_CODES),
        "further_members": ("off", "on"),
        "id_range": ("nine_digits", "ten_digits", "long", "falling"),
    },
    nothing={name: ([],) for name in ("Members", "Responses", "History")},
    credentials=lambda dialect: {"AuthCode": AUTH_CODES[dialect["auth_code"]]},
    lasting=("AuthCode",),
)
