"""Texts as people at desks write them: so long, in such scripts, and now and then with what clients stumble over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from itertools import accumulate

from mockservers.kernel.ids import Ids, Source
from mockservers.rehearsal.profiles import Script, Texts

LONGEST = 4000
"""Characters; a vendor with less room cuts."""

_TEXTS: Mapping[Script, str] = {
    "latin": "the printer on floor two does not print since Monday please call back user cannot log in after password change "
    "mail to supplier comes back disk is almost full again restarted service works now waiting for parts from vendor "
    "checked cable replaced switch port new laptop for colleague VPN drops every hour asked customer for a picture "
    "backup failed with error 0x80070005 at 03:10 licence expires next week set up mailbox and calendar as agreed",
    "accents": "Straße Müller Büro Drucker Störung prüfen gelöst Café déjà réglé à côté señor mañana año coração não ação "
    "Łódź żółw święto Škoda řešení příště Østergård smörgås ångström naïve façade",
    "cyrillic": "проверка принтер не печатает пользователь сеть отключена вчера снова работает пароль",
    "greek": "εκτυπωτής δεν λειτουργεί χρήστης δίκτυο κωδικός πρόβλημα λύθηκε σήμερα",
    "hebrew": "מדפסת לא עובדת משתמש רשת סיסמה בעיה נפתרה היום",
    "arabic": "الطابعة لا تعمل المستخدم الشبكة كلمة المرور مشكلة اليوم",
    "japanese": "プリンター が 動かない ネットワーク パスワード 変更 再起動 しました 確認 お願い",
    "chinese": "打印机 不工作 用户 网络 密码 重启 问题 已解决 今天",
    "emoji": "urgent 🚨 thanks 👍🏽 team 👩\u200d💻 fixed ✅ broken 💥 please 🙏 see 📎 ok",
    "markup": 'R&D <b>server</b> "quoted" it\'s 100% C:\\temp\\log.txt a=b&c=d {"id":1} <br/> &amp; ]]> x<y;y>z',
}
_BREAK = 0.04
"""Share of words after which a line ends."""
_PAGE = 40_000
"""Characters of a script's page, of which every text is a piece: to choose word by word would take most of a play's time."""


@cache
def _page(script: Script) -> str:
    """Sentences without sense, the same for everybody; a script that is not Latin stands among Latin words now and then."""
    source = Ids(0).source(f"words/{script}")
    own = _TEXTS[script].split()
    pools = (own, own if script == "accents" else _TEXTS["latin"].split())
    parts: list[str] = []
    size = 0
    while size < _PAGE:
        pool = pools[source.random() < 0.3]
        for word in source.choices(pool, k=source.randrange(4, 30)):
            parts += (word, "\n" if source.random() < _BREAK else " ")
            size += len(word) + 1
    return "".join(parts)


class Writer:
    """Writes texts as a profile has them."""

    def __init__(self, texts: Texts) -> None:
        self._median, self._sigma = texts.median, math.log(texts.spread)
        self._scripts = [script for script, weight in texts.scripts.items() if weight > 0]
        self._weights = list(accumulate(weight for weight in texts.scripts.values() if weight > 0))

    def text(self, source: Source) -> str:
        """A text, never empty, nor longer than `LONGEST`."""
        length = min(LONGEST, max(1, round(self._median * math.exp(self._sigma * source.gauss(0, 1)))))
        (script,) = source.choices(self._scripts, cum_weights=self._weights)
        page = _page(script)
        begin = source.randrange(_PAGE - LONGEST)
        begin = page.find(" ", begin) + 1
        # Where it ends it may part letters that belong together, as a cut does in every database.
        return page[begin : begin + length].strip() or page[begin:].split(None, 1)[0][:1]
