"""The duties of a client of Track-It!: those of one that reads, and those of one that writes."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.trackit.contract.duties.access import ACCESS
from mockservers.vendors.trackit.contract.duties.reading import READING
from mockservers.vendors.trackit.contract.duties.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + ACCESS + WRITING
