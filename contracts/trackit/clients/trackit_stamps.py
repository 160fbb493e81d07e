"""A reader of Track-It!'s Web API that searches for when each ticket was changed last, and reads those that were.

Nothing asks the server for what is new. But a search tells fields of a thousand tickets at once, and two of them move with
almost everything: Last Modified, and the date of the latest note. What moves neither, such as a renamed status, is found by a
thorough run, which reads all that there is. Where the server does not search, the numbers are tried.

mockservers check trackit --client contracts/trackit/clients/trackit_stamps.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_stamps.py'
"""

import sys
from datetime import timedelta
from pathlib import Path

import trackit_searcher as searcher
from trackit_reader import Refused, member
from trackit_searcher import NOT_SEARCHING, TICKETS

THOROUGH = timedelta(minutes=5)  # where people work it is a day; a check's days are short
LATE = timedelta(minutes=1)  # a ticket may change again at the very time that it tells
PAGE = 1000
NUMBER, MODIFIED, NOTED = "1", "2", "175"


class Client(searcher.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "Track-It! stamps"}

    def reset(self, **given):
        super().reset(**given)
        self.thorough = None
        self.largest = 0
        self.known = {}  # the stamps at which a ticket was read, where they were old by then

    def sync(self):
        """Read the tickets whose stamps are not those at which they were read, and those that are not found any more."""
        begun = self.now()
        stamps = self.stamps()
        if stamps is None:
            super().sync()
            return
        thorough = self.thorough is None or begun - self.thorough >= THOROUGH
        settled = (begun - LATE).strftime("%Y-%m-%dT%H:%M:%S")
        for number in sorted(stamps.keys() | self.tickets.keys()):
            stamp = stamps.get(number)
            if thorough or stamp is None or self.known.get(number) != stamp:
                self.known.pop(number, None)
                self.look(number)  # raises when it fails, and the ticket is read again
                if stamp is not None and max(stamp) < settled:
                    self.known[number] = stamp
        if thorough:
            self.thorough = begun

    def stamps(self):
        """When each ticket was changed last, and noted last, by number; None where nobody answers a search."""
        found, page = {}, 1
        while True:
            body = {"Term": "", "ModuleId": TICKETS, "PageSize": PAGE, "PageNumber": page}
            try:
                answer = self.call(
                    "POST", "searches", {**body, "ResultFields": [int(NUMBER), int(MODIFIED), int(NOTED)]}
                )
            except Refused as error:
                if error.status in NOT_SEARCHING:
                    return None
                raise
            results = member(answer, "Results")
            for each in results:
                found[each[NUMBER]["Value"]] = tuple(
                    each[name]["Value"] if name in each else "" for name in (MODIFIED, NOTED)
                )
            # How many come at once is the server's affair, so a page is known as the last by those that were longer.
            if len(results) < self.largest or not results:
                return found
            self.largest, page = len(results), page + 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
