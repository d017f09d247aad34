"""What somebody said, shown to somebody else so that it is words and nothing more.

We send plain text; but messengers look through it by themselves and turn what looks like an
address, a name behind "@" or a command into something to tap, and WeChat and WeCom obey `<a>`. A
character that nobody sees keeps them from it. Telephone numbers stay as they are: they are there
to be called.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
"""Takes no room, breaks no line, and belongs to no address, name or command."""
_LIVE = re.compile(
    r"@(?=\w)"  # @somebody, and addresses of mail
    r"|(?<![\w/])/(?=[A-Za-z0-9_])"  # /forget
    r"|(?<!\w)#(?=\w)"
    r"|:(?=//)"  # https://…, weixin://…
    r"|(?<=[^\W\d_])\.(?=\w)(?!xlsx?\b)"  # example.org, but not 3.5 and not our own kind of file
    r"|(?<=[\d_-])\.(?=[^\W\d_])(?!xlsx?\b)"
    r"|(?<=\d)\.(?=\d+\.\d+\.\d)"  # 192.0.2.1
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LOOK = re.compile(r"[@/#:.<]")


def quoted(text: str) -> str:
    """The same words, in which no messenger finds a link, a mention, a command or markup."""
    if _LOOK.search(text) is None:
        return text
    return _TAG.sub("＜", _LIVE.sub(lambda found: found[0] + JOINER, text))
