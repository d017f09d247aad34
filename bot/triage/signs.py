"""The words that mean danger to life, and the ones that only sound like it.

A rule holds when every one of its patterns is said somewhere in the same sentence or two, in
any order, and its `unless` is not. Before that, the kind's `harmless` turns of phrase are
taken out: compounds ("灭火器", "血压"), the feared, the past, the denied ("怕着火", "没人困").
What is left of a stem like 火 or 血 is then worth an alarm. The text is as `plain` leaves it:
lower case, narrow punctuation. Recall comes
first: a needless warning costs a glance, a missed one a life.
"""

from __future__ import annotations

from dataclasses import dataclass

NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Rule:
    """All of `said`, in any order, and nothing of `unless`.

    `clues`: one of these characters is in every text that has it all said (a test proves
    it), so that most rules never search most texts.
    """

    clues: str
    said: tuple[str, ...]
    unless: str = NEVER


@dataclass(frozen=True, slots=True)
class Signs:
    """One kind of danger. `english` is tried on texts with Latin words."""

    kind: str
    rules: tuple[Rule, ...]
    harmless: str
    english: str


def rule(clues: str, *said: str, unless: str = NEVER) -> Rule:
    return Rule(clues, said, unless)


G = "[^,。!?;]"  # a character of the same clause
PEOPLE = "人|我|俺|咱|他|她|孩|娃|宝|妈|爸|爹|娘|老|奶|爷|姥|婆|公公|叔|姨|婶|姐|哥|弟|妹|儿子|女|媳妇|同学|学生|工友|邻居"
CHILD = "孩|娃|宝宝|婴|闺女|女儿|儿子|孙子|孙女|小朋友|小学生|[两三四五六七八]岁"
ELDER = "老人|老头|老太|老汉|老伴|老父|老母|老爹|老娘|老爷子|奶奶|爷爷|姥|外婆|外公|大爷|大妈|大娘|大伯|阿婆|阿公|婆婆|公公|[我俺他她]?[妈爸爹娘]|独居|一个人住"
THING = (
    "(?:证|卡|手机|钥匙|包|书|车|狗|猫|鸟|鸡|鸭|羊|快递|钱|药|户口本|眼镜|耳环|耳机|戒指|项链"
    "|帽子?|球|鞋|玩具|盖子?|东西)"
)
IF = "(?:(?<![害恐])怕|担心|万一|要是|如果|假如|一旦|容易|会不会|会(?=起火|着火)|以免|免得|防止|预防|避免|早晚|迟早)"
AGO = "(?:去年|前年|上个?月|前几?年|那年|上次|当年|年轻时|小时候|以前|曾经)"
SUPPOSED = f"{IF}{G}*|{AGO}{G}*|差点{G}*|险些{G}*|梦[见到]{G}*|做梦{G}*"
OVER = "没事了|虚惊一场|误报|都散了"
TALK = "演练|演习|培训|讲座|宣传|知识|课程|报名|电影|电视剧|小说|新闻|口诀|学一学|要考|开玩笑"
PAPERS = f"{TALK}|报销|慢病|残疾证|证明|义诊|体检|申请|补贴|签约|赔|保险|康复|扶手"
NOT_ILL = "油烟|装修|烟味|气死|笑|后遗症|压力|没电梯|太高|药味|呛"
FOOD_OR_LITTER = "油烟|烧烤|排档|饭店|餐|小吃|炒|做饭|烧(?:垃圾|树叶|秸秆|纸|荒|塑料)|焚烧|柴火|枯草|轮胎|烟囱|烧鸡|上坟|鞭炮|锅炉|尾气|蚊香"
