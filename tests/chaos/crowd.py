"""What people do while the process dies under them: they report, accept, finish, claim, whistle.

Each reacts to what the bot shows, as people do, and writes down what was done and told. They
begin nothing new once the run is over, and finish what they have begun.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle
from random import Random

from tests.chaos.book import Alert, Book, Press, Report
from tests.chaos.phones import Heard, Phone, Unanswered, heard
from tests.chaos.platform import Platform
from tests.chaos.town import GROUP, People

MATTERS = (
    *("路灯不亮", "垃圾桶满了没人清", "墙上乱涂乱画", "路面坑坑洼洼", "健身器材坏了"),
    *("有人乱贴小广告", "共享单车乱停", "占道经营的摊子堵了路", "下水道堵了往外冒水"),
)
SHIFTS = (
    *("周六上午9点到11点", "周六下午2点到4点", "周日上午9点到11点", "周日下午2点到4点"),
    *("11月30日上午9点到11点", "11月30日下午2点到4点"),
)
SLOTS = 5
STILL = 10.0  # seconds of the bot's own time in which it says nothing, and nobody waits any longer
UNITS = {"feng": "清河区路灯管理所", "du": "清河区排水管理处", "shi": "清河区市政工程管理处"}
RESULT = {
    "：办得怎么样？": "办好了",
    "情况属实吗？": "属实",
    "怎么跟居民联系的？": "打过电话",
    "拍一张处理好的照片": "没有照片",
}
WRITE, DONE = "写一句给居民看的", "好的，已经去问居民了"
NUMBER = re.compile(r"QH-\d{8}-\d{4,}")
TAKEN, WAITING = "已认领", "候补第"


class Crowd:
    """Everybody, each in a task of their own. `over` is set when nobody begins anything new."""

    def __init__(self, platform: Platform, people: People, random: Random, units: int) -> None:
        self.book = Book()
        self.over = asyncio.Event()
        self.phones = {one.id: Phone(platform, self.book, one) for one in people.everybody}
        self._platform = platform
        self._people = people
        self._random = random
        self._units = dict(list(UNITS.items())[:units])
        self._tasks: list[asyncio.Task[None]] = []
        self._working: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        people = self._people
        for one in people.residents:
            self._tasks.append(self._start(self._resident(self.phones[one.id])))
        for one in people.volunteers:
            self._tasks.append(self._start(self._volunteer(self.phones[one.id])))
        self._tasks.append(self._start(self._community(self.phones[people.story["zhao"].id])))
        self._tasks.append(self._start(self._street(self.phones[people.story["qian"].id])))
        for one in people.workers:
            self._working.append(self._start(self._worker(self.phones[one.id])))
        for key in self._units:
            self._working.append(self._start(self._unit(self.phones[people.story[key].id])))

    def _start(self, acts: Awaitable[None]) -> asyncio.Task[None]:
        async def until_stuck() -> None:
            try:
                await acts
            except Unanswered:  # it is in the book
                return

        return asyncio.create_task(until_stuck())

    async def finishes(self, worked: Callable[[], float]) -> None:
        """Nobody begins anything new, and what was begun is finished; or nobody waits any longer, as
        the bot has `worked` for long without a word."""
        self.over.set()
        acts = asyncio.gather(*self._tasks)
        said, since = self._platform.counts["messages"], worked()
        while not acts.done():
            await asyncio.wait([acts], timeout=1.0)
            if self._platform.counts["messages"] != said:
                said, since = self._platform.counts["messages"], worked()
            elif worked() > since + STILL:
                self._give_up()
        await acts

    def _give_up(self) -> None:
        """Whoever still waits writes down what for."""
        self.book.closed = True
        for one in self.phones:
            self._platform.heard(one).set()

    async def leaves(self) -> None:
        """Those who only react stop, once there is nothing to react to."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    async def _rest(self, least: float, most: float) -> None:
        """People think for a while; not when the run is over."""
        try:
            await asyncio.wait_for(self.over.wait(), self._random.uniform(least, most))
        except TimeoutError:
            return

    # ── residents ────────────────────────────────────────────────────────────

    async def _resident(self, me: Phone) -> None:
        matters = self._random.sample(MATTERS, len(MATTERS))
        fire = self._random.randrange(len(matters)) if me.somebody.first else -1
        await self._rest(0, 3)
        for number, matter in enumerate(cycle(matters)):
            if self.over.is_set():
                return
            if number == fire:
                await self._judges(me, await self._fire(me))
            await self._judges(me, await self._report(me, matter))
            await self._rest(0, 2)

    async def _report(self, me: Phone, matter: str) -> Report:
        report = Report(self.book.mark(), me.somebody.id)
        self.book.reports[report.mark] = report
        me.says(f"翠湖社区{me.somebody.building}号楼门口{matter}，{report.mark}")
        while True:
            asked = await me.hears(
                lambda h: _belongs(h, report.mark), f"an answer to {report.mark}"
            )
            if "收到了" in asked.text:
                report.number = NUMBER.findall(asked.text)[0]
                return report
            me.presses(asked, _label(asked))

    async def _judges(self, me: Phone, report: Report) -> None:
        asked = await me.hears(
            lambda h: report.number in h.text and "现在好了吗" in h.text,
            f"the question about {report.number}",
        )
        me.presses(asked, "好了，满意")
        await me.hears(
            lambda h: report.number in h.text and "销号了" in h.text, f"the end of {report.number}"
        )
        report.done = True

    async def _fire(self, me: Phone) -> Report:
        here = me.somebody
        alert = Alert(self.book.mark(), [here.worker, self._people.story["zhao"].id])
        self.book.alerts[alert.mark] = alert
        self.book.reports[alert.mark] = report = Report(alert.mark, here.id)
        me.says(f"着火了!!翠湖社区{here.building}号楼五楼往外冒黑烟，{alert.mark}")
        advice = await me.begins("🚨 马上打119")
        report.number = NUMBER.findall(advice.text)[0]
        await me.hears(lambda h: "正赶过去" in h.text, f"who comes for {alert.mark}")
        return report

    # ── workers and units: they react ────────────────────────────────────────

    async def _worker(self, me: Phone) -> None:
        """Accepts every case, and finishes it."""
        accepted: set[str] = set()
        while True:
            card = await self._next(me, lambda h: bool(h.token("cases.accept")))
            case = card.token("cases.accept").split(":")[1]
            if case in accepted:
                continue
            accepted.add(case)
            await self._rest(0.1, 1)
            me.presses(
                card, next(k for k, t in card.buttons.items() if t == f"cases.accept:{case}")
            )
            await self._finishes(me, case)

    async def _finishes(self, me: Phone, case: str) -> None:
        def working() -> Heard | None:
            cards = [heard(m) for m in me.room.messages.values()]
            own = (c for c in cards if c.token("cases.answer") == f"cases.answer:{case}")
            return next(own, None)

        card = await me.shows(working, f"case {case} as accepted")
        [number] = NUMBER.findall(card.text)
        me.forget(WRITE)
        me.presses(card, "报结果")
        written = False
        while True:
            asked = await me.hears(
                lambda h: any(q in h.text for q in (*RESULT, WRITE, DONE)),
                f"a question about {case}",
            )
            if DONE in asked.text and number in asked.text:
                return
            answer = next((answer for q, answer in RESULT.items() if q in asked.text), "")
            if answer:
                me.presses(asked, answer)
            elif WRITE in asked.text and not written:
                me.says("看过了，已经处理好")
                written = True

    async def _unit(self, me: Phone) -> None:
        """Reports in to every whistle."""
        while True:
            card = await self._next(me, lambda h: "应哨，我们去" in h.buttons)
            await self._rest(0.1, 1)
            me.presses(card, "应哨，我们去")

    async def _next(self, me: Phone, test: Callable[[Heard], bool]) -> Heard:
        """The next message of this kind, however long it takes to come."""
        while True:
            me.look()
            found = next((h for h in me.unread if test(h)), None)
            if found is not None:
                me.unread.remove(found)
                return found
            await me.rests()

    async def _asked(self, me: Phone, words: str) -> Heard:
        return await me.hears(lambda h: words in h.text, words)

    # ── the community publishes tasks, the street whistles ───────────────────

    async def _community(self, me: Phone) -> None:
        for when in SHIFTS:
            if self.over.is_set():
                return
            await self._publishes(me, when)
            await self._rest(1, 30)

    async def _street(self, me: Phone) -> None:
        while not self.over.is_set():
            await self._whistles(me)
            await self._rest(1, 30)

    async def _publishes(self, me: Phone, when: str) -> None:
        me.forget("")
        me.says("发布任务")
        for question, words in (
            ("要做什么", f"清扫{self.book.mark()}"),
            ("在哪儿集合", "翠湖广场"),
            ("什么时候", when),
            ("每次要几个人", f"{SLOTS}人"),
            ("每人记几分", "3分"),
        ):
            await me.begins(question)
            me.says(words)
        for question, label in (
            ("需要什么特长", "没有"),
            ("属于六联动里的哪一项", "文明联创"),
            ("想让大家用位置签到", "跳过"),
            ("会这样发到", "发布"),
        ):
            me.presses(await me.begins(question), label)
        await me.begins("已发到")

    async def _whistles(self, me: Phone) -> None:
        duty = {name: self._people.story[key].id for key, name in self._units.items()}
        alert = Alert(self.book.mark(), list(duty.values()))
        me.forget("")
        me.says("吹哨")
        me.presses(await me.begins("吹哪种哨"), "应急处置哨")
        await self._asked(me, "哪儿")
        me.says("翠湖社区3号楼门口")
        await self._asked(me, "出了什么事")
        me.says(f"污水管爆了，路面塌了一块，{alert.mark}")
        self.book.alerts[alert.mark] = alert
        await self._calls(me, list(duty))

    async def _calls(self, me: Phone, units: Sequence[str]) -> None:
        for unit in units:
            await self._asked(me, "叫哪个单位来")
            me.says(unit)
        me.presses(await self._asked(me, "叫哪个单位来"), "就叫这些")
        for unit in units:
            me.presses(await me.begins(f"请{unit}做什么"), "到场处置")
        if len(units) > 1:
            me.presses(await me.begins("哪个单位牵头"), units[0])
        for question in ("什么时候要结果", "在哪儿、几点集合"):
            asked = await me.begins(question)
            me.presses(asked, next(iter(asked.buttons)))
        me.presses(await me.begins("这样吹出去"), "吹哨")
        await self._asked(me, "吹的哨")

    # ── volunteers ───────────────────────────────────────────────────────────

    async def _volunteer(self, me: Phone) -> None:
        """Presses once for every shift, in the group or in private."""
        pressed: set[int] = set()
        group = self._platform.telegram.rooms[GROUP]
        while not self.over.is_set():
            card = next(
                (
                    h
                    for m in group.messages.values()
                    for h in [heard(m)]
                    if _shift(h) not in {0, *pressed}
                ),
                None,
            )
            if card is None:
                await self._rest(0.5, 1)
                continue
            shift = _shift(card)
            pressed.add(shift)
            await self._rest(0, 2)
            await self._claims(me, card, shift)

    async def _claims(self, me: Phone, card: Heard, shift: int) -> None:
        press = Press(me.somebody.id, shift, worded=self._random.random() < 0.5)
        self.book.presses.append(press)
        if not press.worded:
            me.user.presses(f"tasks.claim:{shift}", card.message)
            return
        me.says(f"认领{shift}")
        answer = await me.hears(
            lambda h: TAKEN in h.text or WAITING in h.text, f"the claim of {shift}"
        )
        press.told = "taken" if TAKEN in answer.text else "waitlisted"


def _belongs(found: Heard, mark: str) -> bool:
    """Whether this is the next step of the report that is under way."""
    if found.text.startswith("这样报上去"):
        return mark in found.text
    return found.text.startswith(("是哪一类", "收到了")) or "是同一件吗" in found.text


def _label(asked: Heard) -> str:
    """What is pressed: the kind that comes first, no neighbour's matter, and yes."""
    for wanted in ("不是，另一件", "对，报上去"):
        if wanted in asked.buttons:
            return wanted
    return next(iter(asked.buttons))


def _shift(card: Heard) -> int:
    """The shift that can be claimed here; 0 where none can."""
    token = card.token("tasks.claim")
    return int(token.split(":")[1]) if token else 0
