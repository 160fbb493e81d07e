"""Takes an error on a later page of a list for the list's end."""

from mockservers.harness.clients import reference

RULES = ("superoffice.error.bad_request", "superoffice.limit.maintenance")


class Client(reference("superoffice")):
    def rows(self, options):
        try:
            return super().rows(options)
        except Exception:
            if options["$filter"].endswith("ticketId gt 0"):
                raise
            return []
