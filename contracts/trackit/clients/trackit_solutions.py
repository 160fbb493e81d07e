"""A reader of Track-It!'s Web API that copies the solution of each ticket too, problem and resolution included.

mockservers check trackit --client contracts/trackit/clients/trackit_solutions.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_solutions.py'
"""

import sys
from pathlib import Path

import trackit_reader as reader
from trackit_reader import MIRRORED, Refused, member, values

SHOWN = [*MIRRORED, "notes", "solutions"]
SOLVED_BY = "158"


class Client(reader.Client):
    def hello(self, **_):
        told = super().hello()
        return {**told, "name": "Track-It! reader of solutions", "mirrors": SHOWN, "options": ["solutions"]}

    def sync(self):
        self.seen = {}  # for one walk: many tickets name one solution, and nothing tells when it is rewritten
        super().sync()

    def read(self, number):
        ticket = super().read(number)
        if ticket is None:
            return None
        return {**ticket, "solutions": self.solutions(ticket.get(SOLVED_BY))}

    def solutions(self, number):
        """The solution that a ticket names, in a list; an empty one where it names none."""
        if number is None:
            return []
        if number not in self.seen:
            self.seen[number] = self.solution(number)
        return self.seen[number]

    def solution(self, number):
        try:
            answer = self.get(f"solutions/{number}")
        except Refused as error:
            if error.status in (403, 501):
                return None  # hidden from us, or not served: not known
            raise
        return [] if answer is None else [values(member(answer, "Solution"))]

    def judge(self, answer):
        if answer.status_code == 501:
            raise Refused("not implemented", 501)
        return super().judge(answer)

    def mirror(self):
        return {
            "records": [
                {"id": str(number), "fields": {name: ticket.get(name) for name in SHOWN}}
                for number, ticket in self.tickets.items()
            ]
        }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
