"""Sends a request that failed again until it is answered, without a pause."""

from mockservers.harness.clients import reference

RULES = ("superoffice.limit.maintenance",)


class Client(reference("superoffice")):
    def post(self, *given, **request):
        for _ in range(25):
            try:
                answer = super().post(*given, **request)
            except Exception:
                continue
            if answer.status_code < 500 and answer.content:
                return answer
        return super().post(*given, **request)
