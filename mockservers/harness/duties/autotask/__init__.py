"""The duties of a client of Autotask: those of one that reads, and those of one that writes."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.harness.duties.autotask.access import ACCESS
from mockservers.harness.duties.autotask.reading import READING
from mockservers.harness.duties.autotask.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + ACCESS + WRITING
