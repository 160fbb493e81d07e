"""A reader of Track-It!'s Web API that copies the solution of each ticket too: problem, resolution, and what its files are.

mockservers check trackit --client contracts/trackit/clients/trackit_solutions.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_solutions.py'
"""

import sys
from pathlib import Path

import trackit_reader as reader
from trackit_reader import MIRRORED, PAGE, Refused, member, values

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
        if answer is None:
            return []
        return [{**values(member(answer, "Solution")), "attachments": self.files(number)}]

    def files(self, number):
        """The files of a solution, page by page. One that is attached shows in nothing else."""
        found, page = {}, 1
        while True:
            try:
                answer = self.get(f"solutions/{number}/Attachments/{PAGE}/{page}")
            except Refused as error:
                if error.status in (403, 501):
                    return None  # not for us, or not served: not known
                raise
            listed = [] if answer is None else [values(each) for each in member(answer, "SolutionAttachments")]
            found.update((each["1"], each) for each in listed)
            if len(listed) < PAGE:
                return list(found.values())
            page += 1

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
