"""Asks in Norwegian time in a call whose times are in UTC."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("superoffice.odata.filter", "superoffice.time.header")


class Client(reference("superoffice")):
    def rows(self, options):
        if self.latest:
            latest = self.latest - timedelta(seconds=1)
            known, local = f"{latest:%Y-%m-%dT%H:%M:%S}", f"{latest + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"
            options["$filter"] = options["$filter"].replace(known, local)
        return super().rows(options)
