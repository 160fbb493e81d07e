"""A reader of Autotask that works otherwise: each time it reads every ticket there is, and so needs no log of deletions.

Dear where there are many tickets, yet right: a walk by id loses nothing, whatever happens while it is under way.

mockservers check autotask --client contracts/autotask/clients/autotask_sweeper.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_sweeper.py'
"""

import sys
from pathlib import Path

import autotask_reader as reader


class Client(reader.Client):
    def hello(self, **_):
        return {**super().hello(), "name": "Autotask sweeper"}

    def sync(self):
        self.watch_usage()
        known, self.tickets = self.tickets, {}
        try:
            for row in self.all("Ticket"):
                self.keep(row)
        except Exception:
            self.tickets = known  # only a walk that reached its end replaces what was known
            raise

    def query(self, entity, conditions):
        # The question may stand in CDATA instead of being escaped.
        question = f"<queryxml><entity>{entity}</entity><query>{conditions}</query></queryxml>"
        result = self.call("query", f"<sXML><![CDATA[{question}]]></sXML>")
        return result.findall("{*}EntityResults/{*}Entity")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
