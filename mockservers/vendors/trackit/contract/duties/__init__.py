"""The duties of a client of Track-It!: of one that reads, of one that writes, of one that copies what hangs on tickets."""

from __future__ import annotations

from mockservers.harness.duties import Duty
from mockservers.vendors.trackit.contract.duties.access import ACCESS
from mockservers.vendors.trackit.contract.duties.hanging import HANGING
from mockservers.vendors.trackit.contract.duties.reading import READING
from mockservers.vendors.trackit.contract.duties.writing import WRITING

DUTIES: tuple[Duty, ...] = READING + ACCESS + WRITING + HANGING
