"""Takes the first page of a solution's files for all there are."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.paging",)


class Client(reference("trackit", "solutions")):
    def get(self, path, *given, **more):
        answer = super().get(path, *given, **more)
        if path.startswith("solutions/") and "/Attachments/" in path and not path.endswith("/1"):
            return None
        return answer
