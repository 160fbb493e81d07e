"""Compares the signature with one in hexadecimal digits, as other vendors write it."""

import hashlib
import hmac

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.signature",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        wanted = "sha1=" + hmac.new(self.secret.encode(), body, hashlib.sha1).hexdigest()
        return super().called(headers, body) if wanted == headers.get("X-Hook-Signature") else 403
