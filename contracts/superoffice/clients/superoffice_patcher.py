"""A writer of SuperOffice's WebAPI that patches, done right: an update sends what it changes, and no more.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_patcher.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_patcher.py'
"""

import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import superoffice_reader as reader
import superoffice_writer as writer
from superoffice_reader import Refused

MEDIA = "application/json-patch+json"
TRIES = 3


class Changed(Refused):
    """Somebody else was quicker: 409 for a test that does not hold, 412 for a date that is past."""


class Client(writer.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "SuperOffice patcher"}

    # --- tasks ---

    def update(self, record, fields):
        """Change what was told, unless somebody changed the ticket since it was read; then look again first."""
        number = int(record)
        for turn in range(TRIES):
            try:
                self.patch(number, [replaced(name, value) for name, value in fields.items()], self.read_at(number))
                break
            except Changed:
                if turn + 1 == TRIES:
                    raise
                self.look_again(number)
        self.look_again(number)

    def close(self, record):
        """Close a ticket that still has the status it was seen with."""
        number = int(record)
        for turn in range(TRIES):
            known = self.tickets.get(number, {}).get("BaseStatus")
            tests = [{"op": "test", "path": "/BaseStatus", "value": known}] if known else []
            try:
                self.patch(number, [*tests, replaced("BaseStatus", "Closed")])
                break
            except Changed:
                if turn + 1 == TRIES:
                    raise
                self.look_again(number)
        self.look_again(number)

    # --- what they share ---

    def read_at(self, number):
        """When the ticket was changed that the mirror holds, as a condition."""
        known = self.tickets.get(number, {}).get("LastChanged")
        if known is None:
            return {}
        return {"If-Unmodified-Since": format_datetime(datetime.fromisoformat(known).astimezone(UTC), usegmt=True)}

    def patch(self, number, changes, condition=None):
        headers = {"Content-Type": MEDIA, **(condition or {})}
        return self.call("PATCH", f"Ticket/{number}", json=changes, headers=headers)

    def send(self, verb, path, **request):
        answer = super().send(verb, path, **request)
        if answer.status_code in (409, 412):
            raise Changed(f"status {answer.status_code}")
        return answer


def replaced(name, value):
    """One operation of a patch. Null empties a property."""
    path = f"/{name}"
    if name in writer.NESTED:
        member, key = writer.NESTED[name]
        path, value = f"/{member}", {key: value} if value else None
    elif name in reader.DATES and value:
        value = datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return {"op": "replace", "path": path, "value": value}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
