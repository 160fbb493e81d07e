"""Toy as the harness plays it."""

from __future__ import annotations

from mockservers.harness.profile import VendorProfile
from mockservers_toy import VENDOR

PROFILE = VendorProfile(
    vendor=VENDOR.name,
    actions={"close": (), "reopen": ()},
    births=frozenset(),
    label_keys=(),
    options=lambda dialect: {},
    varied={},
    free={"page_size": ("3", "2")},
    entity="ticket",
    untold=lambda dialect: frozenset(),
)
