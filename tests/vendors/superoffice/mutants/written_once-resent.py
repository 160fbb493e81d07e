"""Sends any request again at once when no answer came, writes too."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save", "superoffice.call.messages")


class Client(reference("superoffice", "writer")):
    def post(self, *given, **request):
        try:
            return super().post(*given, **request)
        except Exception:
            return super().post(*given, **request)
