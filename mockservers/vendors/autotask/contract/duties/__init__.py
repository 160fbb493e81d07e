"""The duties of a client of Autotask: those of one that reads, those of one that writes, and those of one that listens."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.autotask.contract.duties.access import ACCESS
from mockservers.vendors.autotask.contract.duties.listening import LISTENING
from mockservers.vendors.autotask.contract.duties.reading import READING
from mockservers.vendors.autotask.contract.duties.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + ACCESS + WRITING + LISTENING
