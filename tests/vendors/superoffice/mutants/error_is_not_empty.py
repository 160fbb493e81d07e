"""Empties its copy before it reads all anew, and stays without when an error comes."""

from mockservers.harness.clients import reference

RULES = ("superoffice.error.bad_request", "superoffice.error.rest")


class Client(reference("superoffice", "sweeper")):
    def sync(self):
        self.tickets = {}
        super().sync()
