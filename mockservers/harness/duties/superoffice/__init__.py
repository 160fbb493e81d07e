"""The duties of a client of SuperOffice: those of one that reads, and those of one that writes."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.harness.duties.superoffice.access import ACCESS
from mockservers.harness.duties.superoffice.reading import READING
from mockservers.harness.duties.superoffice.values import VALUES
from mockservers.harness.duties.superoffice.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + VALUES + ACCESS + WRITING
