"""Compares the signature with one in hexadecimal digits, as other vendors write it."""

import hashlib
import hmac

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.signature",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        wanted = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return super().called(headers, body) if wanted == headers.get("X-Superoffice-Signature") else 403
