"""The rules of Autotask, written down in `rules.ini`: what the server does, one sentence each, with its source."""

from __future__ import annotations

from pathlib import Path

from mockservers.kernel.rules import RuleBook
from mockservers.vendors.autotask import VENDOR

RULES = RuleBook(VENDOR.name, Path(__file__).with_suffix(".ini"))
