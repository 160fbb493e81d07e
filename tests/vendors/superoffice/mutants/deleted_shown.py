"""Lists no deleted tickets, and so keeps those that it knows as they were."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.deleted", "superoffice.result.spam")


class Client(reference("superoffice")):
    def rows(self, options):
        return super().rows({**options, "$filter": f"status notOneOf ('Deleted', 'Spam') and {options['$filter']}"})
