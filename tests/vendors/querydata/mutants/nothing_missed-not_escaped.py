"""The AuthCode is put into the message as JSON, which XML takes for something else."""

import json
from xml.sax.saxutils import escape

from mockservers.harness.clients import reference

RULES = ("querydata.auth.letters",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        post, right, wrong = self.http.post, escape(json.dumps(self.code)), json.dumps(self.code)
        self.http.post = lambda url, data, **more: post(url, data=data.replace(right.encode(), wrong.encode()), **more)
