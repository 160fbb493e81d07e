"""Asks again at once when it is asked to wait."""

from mockservers.harness.clients import reference

RULES = ("superoffice.limit.rate",)


class Client(reference("superoffice")):
    def post(self, *given, **request):
        for _ in range(20):
            answer = super().post(*given, **request)
            if answer.status_code != 429:
                break
        return answer
