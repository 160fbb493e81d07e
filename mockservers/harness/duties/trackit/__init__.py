"""The duties of a client of Track-It!: those of one that reads, and those of one that writes."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.harness.duties.trackit.access import ACCESS
from mockservers.harness.duties.trackit.reading import READING
from mockservers.harness.duties.trackit.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + ACCESS + WRITING
