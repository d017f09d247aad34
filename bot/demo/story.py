"""A day and a night in the sample district, told by its people through their phones.

The same story is played on the demo's page, in the terminal and in the tests.
"""

from __future__ import annotations

from datetime import time, timedelta

from bot.demo.acting import Acting
from bot.sample import (
    CHIEF,
    COMMUNITY,
    DESK,
    DRAINS_DUTY,
    MEMBER,
    NEIGHBOUR,
    RESIDENT,
    ROADS_DUTY,
    ROADS_LEADER,
    ROADS_SECOND,
    STREET,
    UNIT_DUTY,
    VOLUNTEER,
    WORKER,
    Someone,
)
from governance.casefigures import Rate
from governance.cases import Ground
from governance.tasks import Joint
from handlers.cases.returning import LABELS
from handlers.figures.rates import RATES
from handlers.tasks.common import JOINTS
from handlers.words import Text, _, ngettext


class Story(Acting):
    """Plays the day, scene by scene."""

    async def play(self) -> None:
        await self._greet()
        await self._lamp_is_reported()
        await self._neighbour_joins()
        await self._worker_takes_it()
        await self._not_looked_yet()
        await self._nobody_takes_the_rubbish()
        await self._whistle()
        await self._whistle_is_answered()
        await self._whose_pavement()
        await self._wish()
        await self._night()
        await self._lamp_is_struck_off()
        await self._lamp_is_dark_again()
        await self._wish_is_struck_off()
        await self._saturday()
        await self._fire()
        await self._a_person_please()

    # ── what happens ─────────────────────────────────────────────────────────

    async def _greet(self) -> None:
        """Where a platform lets nobody write first, everybody has to have said something."""
        if self._stage.capabilities.window is None:
            return
        officers = (WORKER, CHIEF, COMMUNITY, STREET, DESK, DRAINS_DUTY, UNIT_DUTY)
        for person in (*officers, ROADS_DUTY, ROADS_SECOND, ROADS_LEADER):
            await self._say(person, "帮助", "help")

    async def _lamp_is_reported(self) -> None:
        await self._say(
            RESIDENT,
            "3号楼东头路灯黑了快十天了",
            "The lamp at the east end of building 3 has been dark for ten days",
        )
        await self._photo(RESIDENT, "lamp-dark.jpg")
        await self._tap(RESIDENT, self._short("0201"))
        await self._tap(RESIDENT, _("Send it"))

    async def _neighbour_joins(self) -> None:
        await self._say(
            NEIGHBOUR, "3号楼东边的路灯不亮了", "The street lamp east of building 3 is out"
        )
        await self._tap(NEIGHBOUR, self._short("0201"))
        await self._tap(NEIGHBOUR, _("Yes, count me in"))

    async def _worker_takes_it(self) -> None:
        await self._tap(WORKER, _("I take it"))
        await self._say(RESIDENT, "还是没人来", "Nobody came")
        await self._say(RESIDENT, "我的上报", "My reports")
        await self._stage.advance(timedelta(hours=2))
        await self._tap(WORKER, _("Report the result"))
        await self._tap(WORKER, _("Solved"))
        await self._tap(WORKER, _("As reported"))
        await self._tap(WORKER, _("Telephoned"))
        await self._say(WORKER, "换了新灯泡,试过亮了", "New bulb fitted and tested")
        await self._photo(WORKER, "lamp-lit.jpg")

    async def _not_looked_yet(self) -> None:
        await self._tap(RESIDENT, _("Not looked yet"))

    async def _nobody_takes_the_rubbish(self) -> None:
        await self._say(
            MEMBER,
            "5号楼门口的垃圾三天没人清了",
            "The rubbish at building 5 has not been collected for days",
        )
        await self._tap(MEMBER, self._short("0101"))
        await self._tap(MEMBER, _("Send it"))
        await self._say(
            RESIDENT,
            "3号楼门口垃圾桶满了没人清",
            "The rubbish bins at building 3 are full, nobody comes",
        )
        await self._tap(RESIDENT, self._short("0101"))
        await self._tap(RESIDENT, _("Send it"))
        await self._stage.advance(timedelta(hours=3))
        await self._beat()
        await self._tap(CHIEF, _("I take it"))

    async def _whistle(self) -> None:
        """A burst drain at building 3: the community calls three units at once."""
        await self._say(COMMUNITY, "吹哨", "whistle")
        await self._tap(COMMUNITY, self._kind("emergency"))
        await self._say(COMMUNITY, "翠湖社区3号楼门口", "翠湖社区 building 3")
        await self._say(
            COMMUNITY,
            "污水管爆了，路面塌了一块，旁边的路灯杆歪了",
            "A drain has burst, the road has sunk, and the lamp post beside it leans",
        )
        units = ("清河区排水管理处", "清河区市政工程管理处", "清河区路灯管理所")
        for unit in units:
            await self._say(COMMUNITY, unit, unit)
        await self._tap(COMMUNITY, _("These are enough"))
        for _unit in units:
            await self._tap(COMMUNITY, _("Come and deal with it"))
        await self._tap(COMMUNITY, units[0])
        await self._tap(COMMUNITY, self._in_two_hours())
        await self._tap(COMMUNITY, _("On the spot, at once"))
        await self._tap(COMMUNITY, _("Blow it"))

    async def _whistle_is_answered(self) -> None:
        """Two come; nobody of the third answers until its leader does, told by the street."""
        await self._tap(DRAINS_DUTY, _("We are coming"))
        await self._tap(UNIT_DUTY, _("On site"))
        await self._tap(UNIT_DUTY, _("I am there"))
        for minutes in (3, 2, 5, 5):  # telephone, second on duty, leader, street
            await self._stage.advance(timedelta(minutes=minutes))
            await self._beat()
        await self._tap(ROADS_LEADER, _("We are coming"))
        await self._stage.advance(timedelta(minutes=10))
        await self._tap(ROADS_LEADER, _("On site"))
        await self._tap(ROADS_LEADER, _("I am there"))
        await self._stage.advance(timedelta(minutes=15))
        for officer, chinese, english in (
            (ROADS_LEADER, "塌的地方填平了", "The hole is filled"),
            (UNIT_DUTY, "灯杆扶正了", "The post stands straight"),
            (DRAINS_DUTY, "管子换好，水停了", "The pipe is replaced, the water has stopped"),
        ):
            await self._tap(officer, _("Report the result"))
            await self._say(officer, chinese, english)
            await self._tap(officer, _("No photo"))
        await self._tap(COMMUNITY, _("Yes, it is done"))
        await self._tap(COMMUNITY, _("Judge the units"))
        for _unit in range(3):
            await self._tap(COMMUNITY, _("Quick"))
            await self._tap(COMMUNITY, _("Good"))

    async def _whose_pavement(self) -> None:
        """Two units say that it is not theirs; the city centre decides, and it stays decided."""
        await self._say(
            RESIDENT,
            "3号楼门口的路面坑坑洼洼，推轮椅过不去",
            "The pavement at building 3 is full of potholes, no wheelchair gets by",
        )
        await self._tap(RESIDENT, self._short("0203"))
        await self._tap(RESIDENT, _("Send it"))
        await self._tap(WORKER, _("Hand up"))
        await self._say(WORKER, "要铺路的单位来", "It takes those who pave roads")
        await self._tap(CHIEF, _("Hand up"))
        await self._say(CHIEF, "网格里修不了", "The grid cannot mend it")
        roads, drains = "清河区市政工程管理处", "清河区排水管理处"
        for unit, officer, chinese, english in (
            (roads, ROADS_DUTY, "是埋管子挖开的", "It was dug up to lay a pipe"),
            (drains, DRAINS_DUTY, "管沟早就移交了", "The trench was handed over long ago"),
        ):
            await self._further(COMMUNITY, _("Give to a unit"))
            await self._say(COMMUNITY, unit, unit)
            await self._tap(COMMUNITY, _("Nothing to add"))
            await self._further(officer, _("Give back"))
            await self._tap(officer, LABELS[Ground.OTHER_UNIT])
            await self._say(officer, chinese, english)
        await self._further(DESK, _("Decide whose it is"))
        await self._tap(DESK, roads)
        await self._say(DESK, "移交单上写着归市政", "The record says it went to roads")
        await self._tap(ROADS_DUTY, _("I take it"))
        await self._say(RESIDENT, "进度", "progress")
        await self._tap(RESIDENT, _("Steps of {n}", n=1))

    async def _further(self, who: Someone, step: Text) -> None:
        """A step that stands behind "more steps" on the card."""
        await self._tap(who, _("More steps"))
        await self._tap(who, step)

    async def _wish(self) -> None:
        """The resident has one, the community publishes it, a member claims it."""
        await self._say(RESIDENT, "许个微心愿", "make a wish")
        await self._say(
            RESIDENT,
            "想要一台旧收音机,晚上听听戏",
            "An old radio, to hear the opera in the evening",
        )
        await self._tap(RESIDENT, _("A thing"))
        await self._tap(RESIDENT, _("Everybody in the district"))
        await self._tap(RESIDENT, _("Post the wish"))
        await self._tap(COMMUNITY, _("Publish it"))
        if not self._stage.capabilities.groups:  # there it stands on a card
            await self._say(MEMBER, "微心愿", "micro-wishes")
            await self._tap(MEMBER, self._open(1))
        await self._tap(MEMBER, _("Claim it"))
        await self._tap(MEMBER, ngettext("In {count} day", "In {count} days", 3))

    async def _night(self) -> None:
        await self._until(time(20, 5))
        await self._beat()
        await self._tap(RESIDENT, _("Not solved"))
        await self._tap(RESIDENT, _("Still the same"))
        await self._until(time(22, 0))
        await self._say(
            RESIDENT, "3号楼单元门关不上了", "The front door of building 3 does not close"
        )
        await self._tap(RESIDENT, self._short("0405"))
        await self._tap(RESIDENT, _("Send it"))
        await self._until(time(8, 31))
        await self._beat()

    async def _lamp_is_struck_off(self) -> None:
        await self._say(CHIEF, "0001 今天务必换好", "0001 please mend it today")
        await self._tap(WORKER, self._open(1))
        await self._tap(WORKER, _("Report the result"))
        await self._tap(WORKER, _("Solved"))
        await self._tap(WORKER, _("As reported"))
        await self._tap(WORKER, _("Went to see them"))
        await self._say(WORKER, "镇流器坏了,已换", "The ballast was broken and is replaced")
        await self._tap(WORKER, _("No photo"))
        await self._stage.advance(timedelta(hours=1))
        await self._tap(RESIDENT, _("Solved, satisfied"))
        await self._tap(RESIDENT, _("See every step"))

    async def _lamp_is_dark_again(self) -> None:
        """The resident reopens what was closed; the community's rate falls, and behind it stands
        what made it fall."""
        await self._say(COMMUNITY, "三率", "figures")
        await self._stage.advance(timedelta(hours=1))
        await self._tap(RESIDENT, _("Not solved"))
        await self._tap(RESIDENT, _("Still the same"))
        await self._say(COMMUNITY, "三率", "figures")
        await self._tap(COMMUNITY, _("Cases of “{rate}”", rate=RATES[Rate.RESOLUTION]))
        await self._tap(COMMUNITY, self._open(1))
        await self._tap(WORKER, _("I take it"))

    async def _wish_is_struck_off(self) -> None:
        """Only the wisher's own yes does that."""
        await self._tap(MEMBER, _("It is brought"))
        await self._say(MEMBER, "收音机送到了,换了新电池", "The radio is there, with new batteries")
        await self._photo(MEMBER, "radio.jpg")
        await self._tap(MEMBER, _("No face is on it"))
        await self._tap(RESIDENT, _("Yes, it came"))

    async def _saturday(self) -> None:
        """The community calls for a clean-up, and two take part."""
        for chinese, english in (
            ("发布任务", "publish a task"),
            ("周六清扫", "Saturday clean-up"),
            ("翠湖广场", "Cuihu square"),
            ("周六上午9点到11点", "Saturday 9:00-11:00"),
            ("10人", "10 people"),
            ("3分", "3 points"),
        ):
            await self._say(COMMUNITY, chinese, english)
        for label in (_("None in particular"), JOINTS[Joint.CIVILITY], _("Skip"), _("Publish")):
            await self._tap(COMMUNITY, label)
        for person in (MEMBER, VOLUNTEER):
            if self._stage.capabilities.groups:
                await self._tap(person, _("Claim"))
            else:
                await self._say(person, "认领1", "claim 1")

    async def _fire(self) -> None:
        await self._say(
            RESIDENT,
            "着火了!!三号楼五楼往外冒黑烟",
            "Fire!! Black smoke from the fifth floor of building 3",
        )
        await self._stage.advance(timedelta(minutes=1))
        await self._tap(CHIEF, _("I am on my way"))

    async def _a_person_please(self) -> None:
        await self._say(RESIDENT, "转人工", "human")
        await self._tap(COMMUNITY, _("I will contact them"))
