"""A reader of SuperOffice's WebAPI that also keeps the addresses of people, which tickets do not tell, done right.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_people.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_people.py'
"""

import sys
from pathlib import Path

import superoffice_reader as reader


class Client(reader.Client):
    def hello(self, **_):
        hello = super().hello()
        return {
            **hello,
            "name": "SuperOffice reader with people",
            "mirrors": [*hello["mirrors"], "PersonEmail"],
            "options": [*hello["options"], "people"],
        }

    def sync(self):
        """Read tickets, and then all their people again: a person that changes leaves its tickets as they are."""
        super().sync()
        emails = self.emails(sorted({each["CustId"] for each in self.tickets.values() if (each["CustId"] or 0) > 0}))
        for ticket in self.tickets.values():
            ticket["PersonEmail"] = emails.get(ticket["CustId"], "")

    def emails(self, numbers):
        found = {}
        for first in range(0, len(numbers), reader.PAGE):
            batch = numbers[first : first + reader.PAGE]
            people = self.call("POST", "Agents/Person/GetPersonList", json=batch)
            found |= {each["PersonId"]: each["Email"] for each in people or [] if each}
        return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
