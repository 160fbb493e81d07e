"""The rules of Toy, written down in `rules.ini`."""

from __future__ import annotations

from pathlib import Path

from mockservers.kernel.rules import RuleBook
from mockservers_toy import VENDOR

RULES = RuleBook(VENDOR.name, Path(__file__).with_suffix(".ini"))
