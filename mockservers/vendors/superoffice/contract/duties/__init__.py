"""The duties of a client of SuperOffice: those of one that reads, and those of one that writes."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.superoffice.contract.duties.access import ACCESS
from mockservers.vendors.superoffice.contract.duties.reading import READING
from mockservers.vendors.superoffice.contract.duties.values import VALUES
from mockservers.vendors.superoffice.contract.duties.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + VALUES + ACCESS + WRITING
