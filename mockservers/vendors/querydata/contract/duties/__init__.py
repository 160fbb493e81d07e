"""The duties of a client of QueryData: what it reads, what it spends on it, and how it is let in."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.querydata.contract.duties.access import ACCESS
from mockservers.vendors.querydata.contract.duties.economy import ECONOMY
from mockservers.vendors.querydata.contract.duties.reading import READING

DUTIES: tuple[Duty, ...] = READING + ECONOMY + ACCESS
