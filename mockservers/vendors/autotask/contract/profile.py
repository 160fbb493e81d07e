"""Autotask as the harness plays it."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from mockservers.harness.profile import VendorProfile
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import HOUR, MINUTE

ZONES = {"eastern": "America/New_York", "utc": "UTC"}
PARTS = ("TicketNote", "TimeEntry")
SOURCE = 11
"""The ticket source that the customer set up for the client's integration."""
REFERENCE = "Locate Ref"
"""The user-defined field in which the client's integration may keep numbers of its own."""
USER = 29682885
"""The resource that the client's user is."""
REST = "/ATServicesRest/"
"""Where the REST service is, beside the SOAP service; a client that obeys the option of this name uses it."""
RESOURCE, ROLE = 29682886, 29682834
"""In whose name, and in which role, the integration books time."""


def _options(dialect: Dialect) -> dict[str, Any]:
    return {
        "time_zone": ZONES[dialect["time_zone"]],
        "since": "2000-01-01T00:00:00Z",
        "source": SOURCE,
        "reference_field": REFERENCE,
        "user_resource": USER,
        "resource": RESOURCE,
        "role": ROLE,
        "rest": REST,
    }


def _zone(dialect: Dialect) -> tzinfo:
    return instants.zone(ZONES[dialect["time_zone"]])


PROFILE = VendorProfile(
    vendor="autotask",
    actions={
        "note": ("by", "note"),
        "time": ("by", "hours", "note"),
        "complete": ("by", "note"),
        "reopen": ("by",),
        "assign": ("by", "to"),
    },
    births=frozenset(),
    label_keys=(),
    options=_options,
    varied={"time_zone": ("time_zone", ("eastern", "utc"))},
    entity="Ticket",
    untold=lambda dialect: frozenset(),
    # Whoever reached the threshold is let in again after an hour.
    settle=HOUR + 2 * MINUTE,
    free={"create_answer": ("filled", "stale")},
    extra_types={"UserDefinedFields": "json"},
    administration={
        "use requests": ("requests",),
        "add value": ("field", "value", "label"),
        "deactivate value": ("field", "value"),
        "activate value": ("field", "value"),
        "rename label": ("field", "value", "label"),
        "expire password": ("user",),
        "renew password": ("user",),
    },
    tasks=("sync", "create", "update", "note", "close"),
    parts=PARTS,
    zone=_zone,
    resolution=1000,
    lasting=("password",),
)
