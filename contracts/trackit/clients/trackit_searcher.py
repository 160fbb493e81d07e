"""A reader of Track-It!'s Web API that finds tickets by searching, and tries numbers only where the server does not search.

mockservers check trackit --client contracts/trackit/clients/trackit_searcher.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_searcher.py'
"""

import sys
from pathlib import Path

import trackit_reader as reader
from trackit_reader import Refused, member

PAGE = 20
TICKETS = 24  # the number of the module of tickets
NOT_SEARCHING = (400, 404, 405, 501)


class Client(reader.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "Track-It! searcher", "options": ["searches"]}

    def sync(self):
        """Search for everything, and read what was found. What is known and was not found is gone, or hidden."""
        found = self.found()
        if found is None:
            super().sync()
            return
        for number in sorted(found | set(self.tickets)):
            self.look(number)

    def found(self):
        """The numbers of all tickets that a search tells, or None where nobody answers one."""
        found, page = set(), 1
        while True:
            numbers = self.search(page)
            if numbers is None:
                return None
            # The server may give fewer than are asked for, so a short page is not the last; Count is no help either.
            if not numbers:
                return found
            found.update(numbers)
            page += 1

    def search(self, page):
        """One page of numbers. Nothing but the number is taken from it: texts may be cut there."""
        body = {"Term": "", "ModuleId": TICKETS, "PageSize": PAGE, "PageNumber": page, "ResultFields": [1]}
        try:
            answer = self.call("POST", "searches", body)
        except Refused as error:
            if error.status in NOT_SEARCHING:
                return None
            raise
        return [each["1"]["Value"] for each in member(answer, "Results")]

    def judge(self, answer):
        """The object that an answer holds; that the server knows no answer is a no, and not a failure."""
        if answer.status_code == 501:
            raise Refused("not implemented", 501)
        return super().judge(answer)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
