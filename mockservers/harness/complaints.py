"""What the report says of a client's own failures: errors that are neither the vendor's nor a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mockservers.harness.duties.shared import CRASHES, UNREAD
from mockservers.harness.history import History, Task
from mockservers.kernel.redaction import mask
from mockservers.wirekit.templates import counted


def complaints(histories: Sequence[History]) -> tuple[str, ...]:
    """The client's own failures in words, each once, with how often."""
    counts: Counter[str] = Counter()
    for history in histories:
        for task in history.tasks:
            if task.error_kind == "client" or (task.do == "mirror" and not task.ok):
                error = mask(task.error, history.secrets)[:160]  # half a secret would not be known again
                counts[f"{task.do} failed in the client itself: {error}"] += 1
    found = [f"{text} ({counted(times, 'time')})" for text, times in counts.most_common(3)]
    return (*found, HONEST) if any(_may_be_honest(task) for each in histories for task in each.tasks) else tuple(found)


HONEST = (
    "an error that the client means to tell names its kind: `transport` where nobody knows whether the vendor did it (no "
    "answer, a broken one, a status from 500 on), `refused` where the vendor said no. In Python, Node and PHP the exception "
    "has an attribute kind = 'transport'; in Java, C# and Go it is a Failure(\"transport\", message); on a line of JSON it is "
    '{"error": {"kind": "transport", "message": ...}}'
)
"""What the report says where a client tells errors of its own that are no slip in its code."""


def _may_be_honest(task: Task) -> bool:
    """Whether an error without a kind may be one that the client raised to say something: no slip in its code, and no job's exit
    code, which can say no more."""
    name = task.error.partition(":")[0].rpartition(".")[2]
    return (
        task.error_kind == "client"
        and task.do != "mirror"
        and name not in CRASHES | UNREAD
        and not task.error.startswith("exit code ")
    )
