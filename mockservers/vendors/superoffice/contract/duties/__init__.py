"""The duties of a client of SuperOffice: of one that reads, fetches files, writes, and of one that listens."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.superoffice.contract.duties.access import ACCESS
from mockservers.vendors.superoffice.contract.duties.attached import ATTACHED
from mockservers.vendors.superoffice.contract.duties.listening import LISTENING
from mockservers.vendors.superoffice.contract.duties.reading import READING
from mockservers.vendors.superoffice.contract.duties.values import VALUES
from mockservers.vendors.superoffice.contract.duties.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + VALUES + ATTACHED + ACCESS + WRITING + LISTENING
