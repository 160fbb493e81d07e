"""The AuthCode stands between quotes as it is: a quote in it ends the text, and a backslash goes with what follows."""

import json
from xml.sax.saxutils import escape

from mockservers.harness.clients import reference

RULES = ("querydata.auth.letters",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        post, right, wrong = self.http.post, escape(json.dumps(self.code)), escape(f'"{self.code}"')
        self.http.post = lambda url, data, **more: post(url, data=data.replace(right.encode(), wrong.encode()), **more)
