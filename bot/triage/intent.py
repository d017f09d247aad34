"""What a person wants with a text, by patterns: report, chase, thank, ask, wish, or talk."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.triage.keywords import Match
from handlers.message import Intent

SHORT = 14
"""Characters; a text this short that chases or complains means a case already reported."""

SURE = 3.0
"""A score (see keywords.Match) from which the text is surely about that category."""

GUIDED = frozenset(
    ("1001", "1002", "1003", "1006", "1007", "1101", "1102", "1103", "1104", "1106", "1107", "1202")
)  # fmt: skip
"""Categories in which a question wants an answer from the guide, not somebody to come."""

_SPAM = re.compile(
    r"(?:忽略|无视|忘记|忘掉|跳过).{0,10}(?:规则|指令|指示|提示词?|设定|要求|限制|设置)|系统提示|提示词|管理员模式|开发者模式"
    r"|(?:你现在|从现在起你|假装你)(?:是|扮演).{0,12}|把我(?:设|改)[为成]|执行(?:以下|下面)(?:命令|指令|代码)"
    r"|ignore .{0,20}(?:instruction|rule|prompt)|system prompt|developer mode|jailbreak|drop table|<script|you are now"
    r"|(?:贷款|兼职|日赚|返利|博彩|代开发票|棋牌).{0,20}(?:加|扫).{0,4}(?:微信|薇信|vx|群|码|qq)"
    r"|(?:加|扫).{0,4}(?:微信|薇信|vx|群|qq).{0,20}(?:贷款|兼职|日赚|返利|博彩|代开发票|棋牌)"
)
_TELLS_OF_FRAUD = re.compile(r"骗|举报|有人|让我|叫我|是不是|小广告|真的吗")
_HUMAN = re.compile(
    r"转人工|转接?人工|(?:要|找|接|换|有没有|是不是)个?(?:人工|真人|活人)|^人工|人工客服|真人客服|不想?(?:跟|和)?机器人|别用机器人|跟人说"
    r"|\b(?:human|operator)\b|real person|speak to (?:a|some)|talk to (?:a|some)"
)
_WHOSE = re.compile(
    r"邻居|楼上|楼下|对门|隔壁|那家|那户|这家|这户|住户|业主|户主|租户|车主|投诉人|举报人|报修人|别人|他家|她家|\d{3,4}(?!\d)"
    r"|neighbou?r"
)
_PERSONAL = re.compile(
    r"叫[啥什甚]|名字|姓名|姓[啥什]|名单|身份证号?|(?:电话|手机|号码|微信|住址|地址|联系方式)(?:号码?)?(?:是?多少|是?啥|给我|发我|告诉我|发过来|给一下)?"
    r"|住(?:哪|几楼|几号|哪户)|phone number|(?:what is|what's) .{0,12}name|who (?:is|lives)"
)
_ASKS = re.compile(
    r"查|多少|叫[啥什甚]|姓[啥什]|给我|发我|告诉我|发过来|给一下|是啥|住哪|住几|what|give me|tell me|who"
)
_WHO_COMPLAINED = re.compile(
    r"谁(?:投诉|举报|告|反映|打的|差评)了?|(?:投诉|举报|反映|报修|差评)(?:我|的|者)*(?:人|居民)?.{0,4}(?:是谁|名单|叫什么|叫啥|电话|姓名)"
    r"|who (?:complained|reported)|list of (?:complain|report)"
)
_OWN = re.compile(r"我的?身份证|我叫|我姓|我住|我电话|我的?手机")
_THANKS = re.compile(r"谢|感谢|辛苦|点个?赞|表扬|好样的|给力|锦旗|满意|人真好|thank")
_DONE = re.compile(
    r"(?:修|弄|整|搞|办|处理|解决|清理?|换|通|收拾|打扫|补)(?:好|完|妥|掉|走|干净|通|上)?了|好了|亮了|热了|来[水电]了|有[水电]了|不漏了|行了|it works|(?:is|was) fixed|all good"
)
_NOT_SO = re.compile(r"没|未|别|假|骗|哪有|还是|又|不(?!漏|堵|吵|错|好意思|客气)|吗|\?|n't|not ")
_BROKEN = re.compile(
    r"坏|漏|堵|臭|脏|吵|占|缺|破|裂|断|停|倒|掉|塌|积水|没|不亮|不热|不通|不走|不管|不来|满了|冒|麻烦|请|帮|能不能|希望|求|什么时候|咋|怎么|吗|呢|\?"
    r"|broken|leak|please|blocked|dirty|smell|noise|noisy"
)
_NOT_FIXED = re.compile(
    r"(?:没|未)(?:有|给我?)?(?:修好|解决|弄好|办好|处理好|搞定|整好|清干净|换好)|(?:根本|压根|其实|从来)(?:就|都)?没(?:有)?(?:人)?(?:来|修|去|解决|处理|动|弄|管)"
    r"|修了?(?:跟|和|等于|也)?(?:没修|白修)|白修|修完?了?(?:还|又|也)(?:是)?(?:不|没|坏|漏|堵)|(?:说|显示|写着|回复).{0,8}(?:好了|解决了|办结|完成).{0,10}(?:没|不|还|假|哪)"
    r"|假办结|假的|还是(?:不亮|不热|不通|漏|堵|坏|黑|臭|老样子|那样|原样)|不满意|重新(?:修|办|处理)"
    r"|(?:not|n't|never) (?:been )?(?:fixed|solved|repaired|come)|still (?:not|broken|dark|leaking)"
)
_THAT_ONE = re.compile(r"那个|那盏|那处|上次|这个|还是那|同一")
_AGAIN = re.compile(r"又(?:坏|漏|堵|黑|灭|不亮|不热|停|冒|臭|这样|来了)|(?:again|once more)")
_URGE = re.compile(
    r"还是没|还没有?人?(?:来|管|理|修|动|处理|联系|消息|回)|怎么还(?:不|没)|咋还(?:不|没)|还不(?:来|修|处理|管|弄)|催|等了?(?:好久|半天|很久|多久|[\d一两三几]+(?:天|个?小时|个?钟头|周))"
    r"|(?:快点|赶紧|抓紧|尽快)(?:来?人?(?:修|看|处理|弄|解决|办|来))?一?下?$|没人(?:理|管|来|回)我?$|没动静|几天了|没下文|nobody (?:came|has come)|no ?one (?:came|has come)|hurry|still waiting"
)
_SURELY_URGES = re.compile(r"还是没|还没人来|怎么还(?:不|没)来|咋还(?:不|没)来|催")
_PROGRESS = re.compile(
    r"到哪一?步|到哪了|进度|进展|怎么?样了|咋样了|有(?:没有)?结果|结果(?:呢|出来|怎么)|有(?:没有)?消息|有信儿?|处理到|办到|[了到]没有?[啊呀]?\?*$|啥情况了|编号\d+"
    r"|查(?:一?下|询)?(?:我的?)?(?:单子?|编号|诉求|报的)|(?:啥时候|什么时候|何时|多久)(?:能)?(?:来|修|好|处理|解决|办|弄)"
    r"|progress|any (?:update|news)|status of"
)
_MY_CASE = re.compile(
    r"[我次天周前上才](?:报|反映|投诉|提|说)过?的|我的(?:单|诉求|报修)|编号|my (?:report|case)"
)
_POINTS = re.compile(
    r"积分|兑换|补签|换(?:米|油|洗衣|东西|奖品)|服务时长|加分|多少分|几分了|道德银行|扣分|\bpoints\b"
)
_VOLUNTEER = re.compile(
    r"(?:想|要|来|愿意|可以|报名|怎么|咋)(?:去|当|做|参加|报名)*(?:个)?(?:志愿|义工)|志愿者?(?:怎么|咋|在哪|还)?(?:报名|招|要人|缺人)|认领|领个?任务"
    r"|有[啥什].{0,3}(?:任务|活儿?)(?:可以|能|要)(?:干|做|帮)|双报到|报到$|volunteer"
)
_WISH = re.compile(
    r"心愿|圆(?:个)?梦|想要[个一辆台本套双]|想有[个一]|盼着|能不能(?:送|捐)|旧的也行|二手的也行|\bwish\b"
)
_QUESTION = re.compile(
    r"怎么|咋|如何|哪里|在哪|去哪|哪儿|啥|什么|哪些|几点|上班|开门|休息|多少|能报|能不|能补|可以|要不要|需要|算不算|有没有|有啥|吗|不$|呢$|\?|想问|问下|问问|帮我查|想报|申请"
    r"|how|where|when|what|can i"
)
_HOW_TO = re.compile(
    r"(?:怎么|咋|如何|哪里|在哪|去哪|哪儿)(?:能|可以|去)?(?:办|交|领|申请|缴|补办|激活|登记|买|报名|预约|查)|(?:要|需要|带)(?:啥|什么|哪些)(?:材料|证件|手续|东西)?"
    r"|几点(?:上班|开门|下班|关门)|电话(?:是)?多少|how (?:do|can) i (?:apply|register|pay|get)"
)
_NEEDS_SOMEBODY = re.compile(r"上门|派个?人|来个?人|帮个忙|过不下去|掏空|揭不开|没钱|没人管|没人看")
_BROKEN_THING = re.compile(
    r"坏|漏|堵|臭|脏|吵|破|裂|断了|没人|不亮|不热|不通|满了|积水|broken|leak"
)
_SMALL_TALK = re.compile(
    r"^(?:你好|您好|hi|hello|hey|在吗|在不在|在么|早|早上好|上午好|下午好|晚上好|晚安|中午好|嗯+|哦+|噢|好的?|好吧|行|可以|ok|okay|哈+|呵+|嘿+|收到|知道了|拜拜|再见|新年好|过年好|test|测试)[啊呀吧哈的了呢~!。,. ]*$"
    r"|天气|你是谁|你是(?:机器|真)人|你叫[啥什]|你会[啥什]|吃了吗|吃饭了|讲个笑话|[笑累热困饿吓]死|无聊|今天真|good (?:morning|evening|night)|how are you|who are you|weather"
)
_SPEECH = re.compile(r"[^\W\d_]")
_PLACE = re.compile(
    r"(?:[0-9一二三四五六七八九十]{1,4}(?:号楼|号院|栋|幢|单元|层|楼|号|室)){1,4}"
    r"(?:[东西南北前后左右]?(?:门口|楼下|楼前|楼后|旁边|[头侧边面门]))?"
)

_CLUES = {
    "spam": _SPAM, "fraud": _TELLS_OF_FRAUD, "human": _HUMAN, "whose": _WHOSE, "personal": _PERSONAL,
    "asks": _ASKS, "complained": _WHO_COMPLAINED, "own": _OWN, "thanks": _THANKS, "done": _DONE,
    "not so": _NOT_SO, "broken": _BROKEN, "not fixed": _NOT_FIXED, "that one": _THAT_ONE,
    "again": _AGAIN, "urge": _URGE, "progress": _PROGRESS, "my case": _MY_CASE, "points": _POINTS,
    "volunteer": _VOLUNTEER, "wish": _WISH, "question": _QUESTION, "how to": _HOW_TO,
    "somebody": _NEEDS_SOMEBODY, "small talk": _SMALL_TALK,
}  # fmt: skip


def intent_of(text: str, matches: Sequence[Match], danger: str | None) -> Intent:
    """The intent of a plain text. Whatever describes a problem is a report."""
    if danger is not None:
        return "report"
    if says_nothing(text):
        return "small_talk"
    return (
        _about_the_bot(text)
        or _about_a_case(text, matches)
        or _about_taking_part(text, matches)
        or _a_question(text, matches)
        or ("small_talk" if _is_chatter(text, matches) else "report")
    )


def tells_of_fraud(text: str) -> bool:
    """Whether a plain text may tell of somebody else's tricks, and is none itself."""
    return _TELLS_OF_FRAUD.search(text) is not None


def clues(text: str) -> tuple[str, ...]:
    """The names of all patterns that a plain text has, for the model to weigh."""
    return tuple([name for name, pattern in _CLUES.items() if pattern.search(text) is not None])


def says_nothing(text: str) -> bool:
    """Whether there is no letter in it: a number, a sign, a face."""
    return _SPEECH.search(text) is None


def only_says_where(text: str) -> bool:
    """Whether a plain text is the number of a building or a door, and nothing else."""
    return _PLACE.fullmatch(text) is not None


def _about_the_bot(text: str) -> Intent | None:
    if _SPAM.search(text) and not tells_of_fraud(text):
        return "spam"
    if _HUMAN.search(text):
        return "human"
    if _WHO_COMPLAINED.search(text) or _asks_for_personal_data(text):
        return "privacy"
    return None


def _asks_for_personal_data(text: str) -> bool:
    return bool(
        _PERSONAL.search(text)
        and _ASKS.search(text)
        and _WHOSE.search(text)
        and not _OWN.search(text)
    )


def _about_a_case(text: str, matches: Sequence[Match]) -> Intent | None:
    """A word on something reported before: thanks, not fixed, urged, asked about."""
    if _NOT_FIXED.search(text) or (_AGAIN.search(text) and _is_that_one(text)):
        return "not_fixed"
    if _is_thanks(text):
        return "thanks"
    sure = bool(matches) and matches[0].score >= SURE
    if _URGE.search(text) and (_may_urge(text, sure) or _MY_CASE.search(text)):
        return "urge"
    if _PROGRESS.search(text) and (not sure or _MY_CASE.search(text)) and not _HOW_TO.search(text):
        return "progress"
    return None


def _is_that_one(text: str) -> bool:
    short = len(text) <= SHORT and _THAT_ONE.search(text) is not None
    return short or _MY_CASE.search(text) is not None


def _is_thanks(text: str) -> bool:
    thanked = _THANKS.search(text) is not None
    if not thanked and len(text) > SHORT:
        return False
    if _BROKEN.search(text) is None:
        return thanked or _DONE.search(text) is not None
    return thanked and _DONE.search(text) is not None and _NOT_SO.search(text) is None


def _may_urge(text: str, sure: bool) -> bool:
    return len(text) <= SHORT and (not sure or _SURELY_URGES.search(text) is not None)


def _about_taking_part(text: str, matches: Sequence[Match]) -> Intent | None:
    best = matches[0].code if matches else ""
    if _WISH.search(text) or best == "1201":
        return "wish"
    if best in ("", "1203", "1202"):
        if _POINTS.search(text):
            return "points"
        if _VOLUNTEER.search(text):
            return "volunteer"
    return None


def _a_question(text: str, matches: Sequence[Match]) -> Intent | None:
    guided = bool(matches) and matches[0].code in GUIDED
    if guided and _QUESTION.search(text) and not _NEEDS_SOMEBODY.search(text):
        return "guide"
    if _HOW_TO.search(text) and not _BROKEN_THING.search(text):
        return "guide"
    return None


def _is_chatter(text: str, matches: Sequence[Match]) -> bool:
    """Praise for the weather is about nothing either, though its words are those of praise."""
    about_something = any(match.code != "1205" for match in matches)
    return not about_something and _SMALL_TALK.search(text) is not None
