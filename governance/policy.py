"""What a district has decided: limits, hours and categories. Data, never constants in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from governance.cases import Reason
from governance.fields import Field
from governance.matching import Weights
from governance.org import PostKind
from governance.points import PointsPolicy
from governance.skills import Skill
from governance.whistles import Kind
from governance.worktime import WorkTime


@dataclass(frozen=True, slots=True)
class Category:
    """One of the 89 kinds of problem, or of their 12 families (`parent` is "").

    `respond_hours` to the first contact, `resolve_hours` to the result. `public`: a matter of
    public space that neighbours may follow. `private`: shown to its handler only.
    `after_dark`: can be looked at only when it is dark. `first`: the lowest post that may hold
    such a case, where the door is too near. `working`: both limits count hours of work.
    `concerns_officers`: a complaint about one of them, who must not see it.
    `photo`: something that is put right, so that a picture can show it.
    """

    code: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    parent: str
    respond_hours: float
    resolve_hours: float
    emergency: bool = False
    public: bool = False
    private: bool = False
    after_dark: bool = False
    first: PostKind | None = None
    working: bool = False
    concerns_officers: bool = False
    photo: bool = False

    @property
    def family(self) -> str:
        return self.parent or self.code


@dataclass(frozen=True, slots=True)
class Channel:
    """Where somebody turns with what is not accepted; `phone` "" where the district names none."""

    name_zh: str
    name_en: str
    phone: str = ""


UNSORTED = Category(
    "", "还没分类", "not sorted yet", "还没分类", "not sorted", "", 2, 168, photo=True
)


LEAST_FOR_ELDERS = timedelta(days=1)
"""Nothing that waits for an old person's answer is over sooner."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The decisions one district has taken. Durations are in hours unless named otherwise."""

    district: str
    work: WorkTime
    categories: Mapping[str, Category]
    first_contact_hours: float = 2  # working hours until somebody has accepted
    emergency_contact_minutes: float = 30
    emergency_minutes: float = 3  # until an unanswered emergency goes one level up
    remind_after: timedelta = timedelta(days=1)  # an unanswered question is asked once more
    lapse_after: timedelta = timedelta(days=3)  # then the case closes by the open rule
    reopen_for: timedelta = timedelta(days=7)
    longest_pause_days: int = 60  # the latest day an extension or suspension may last to
    near_metres: float = 50
    dialog_days: float = 3  # an unfinished conversation is kept this long
    brief_at: time = time(8, 0)
    night_list_at: time = time(8, 30)
    after_dark_at: time = time(20, 0)
    residents_quiet: tuple[time, time] = (time(21, 0), time(8, 0))
    retention: timedelta = timedelta(days=365)
    keep_audits: timedelta = timedelta(days=1095)  # who looked at whose data
    keep_messages: timedelta = timedelta(days=30)  # sent messages and marks of events
    busy_per_minute: int = 60  # messages of one person; more are answered politely, once
    files_a_day: int = 300  # photos, voice messages and files that are taken from one person
    group_per_minute: int = 300  # messages of one group; more are passed over, dangers excepted
    invitation_days: float = 7  # until an invitation to a post can no longer be accepted
    desk_url: str = ""  # where computers reach the bot's pages; "" where they cannot
    whistles: Mapping[str, Kind] = field(default_factory=dict)  # kinds of whistle by their codes
    channels: Mapping[Reason, Channel] = field(default_factory=dict)  # the right ones, by reason
    export_columns: Mapping[Field, str] = field(default_factory=dict)  # headings; none: all of them
    announce_solved: bool = True  # one line to the members' group when a public matter is done
    wish_review_days: float = 2  # working days in which the community looks at a wish
    wish_claim_days: int = 7  # then an unclaimed wish is offered again
    wish_deliver_days: int = 30  # the latest day that whoever claims a wish may promise
    wish_points: int = 3  # for a wish that its wisher has confirmed
    day_ends: time = time(20, 0)  # what is promised for a day may still come until then
    deed_points: int = 2  # for a deed that the community has confirmed
    task_hold_minutes: float = 10  # a slot is kept for whoever has to register first
    task_days_ahead: int = 14  # a weekly task can be claimed this far ahead
    task_remind_at: time = time(18, 0)  # the evening before a shift
    task_checkin_minutes: float = 30  # so long before the start people may check in
    task_near_metres: float = 300  # a shared location this close is the place
    points: PointsPolicy = field(default_factory=PointsPolicy)
    skills: Mapping[str, Skill] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)  # of the proposals of helpers
    need_hours: float = 8  # working hours until the community has read a need
    need_days: int = 14  # an open need is looked after this long, then the community is asked
    booking_hours: float = 8  # working hours until a booking or a question to a member is answered
    chase_hours: float = 8  # working hours between two steps of the clock on what is late
    digest_every: str = "monthly"  # or "weekly"
    digest_at: time = time(9, 0)  # on the first working day
    guide_warn_days: int = 14  # before the last day of an entry its owner is asked
    guide_longest_days: int = 1095  # an entry is looked at again by then
    bulletin_list_minutes: float = 30  # then whoever did not acknowledge is put down for a visit
    bulletin_lasts_hours: float = 24  # then nobody gets it any more, and nobody is asked
    bulletin_member_days: int = 90  # so long after they were heard in a group people are in it
    word_days: int = 7  # residents have this long to say how a finished project is

    def keeps_talk(self, *, elder: bool) -> timedelta:
        """How long an unfinished conversation is kept."""
        kept = timedelta(days=self.dialog_days)
        return max(kept, LEAST_FOR_ELDERS) if elder else kept

    def holds_slot(self, *, elder: bool) -> timedelta:
        """How long a slot is kept for whoever has to register first."""
        kept = timedelta(minutes=self.task_hold_minutes)
        return max(kept, LEAST_FOR_ELDERS) if elder else kept

    @property
    def zone(self) -> ZoneInfo:
        return self.work.zone

    def category(self, code: str) -> Category:
        """The category, or `UNSORTED` for none or one that was removed from the data."""
        return self.categories.get(code, UNSORTED)

    def local_date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def waking(self, at: datetime) -> datetime:
        """`at` itself, or the end of the residents' night it falls into."""
        start, end = self.residents_quiet
        clock = at.astimezone(self.zone).time()
        night = clock >= start or clock < end if start > end else start <= clock < end
        return self.work.at_local(at, end) if night else at

    def month(self, now: datetime, ago: int = 0) -> tuple[datetime, datetime]:
        """From the first of the month to the first of the next, so many months before `now`."""
        first = self.local_date(now).replace(day=1)
        for _back in range(ago):
            first = (first - timedelta(days=1)).replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        start, end = (datetime.combine(day, time(), self.zone) for day in (first, after))
        return start, end

    def contact_due(self, category: Category, at: datetime, *, emergency: bool) -> datetime:
        """By when a resident hears from somebody: a time that working hours allow."""
        if emergency:
            return at + timedelta(minutes=self.emergency_contact_minutes)
        due = self.work.add(at, min(category.respond_hours, self.first_contact_hours))
        return min(half_hour(due), self.work.closing(due))

    def chase_at(self, contact_due: datetime, at: datetime, *, emergency: bool) -> datetime:
        """When the next level is asked, if nobody has accepted by then."""
        return at + timedelta(minutes=self.emergency_minutes) if emergency else contact_due

    def result_due(self, category: Category, at: datetime) -> datetime:
        """By when it is done: the category's hours, then to the end of that working day."""
        if category.working:
            return self.work.closing(self.work.add(at, category.resolve_hours))
        return self.work.by_the_end_of(at + timedelta(hours=category.resolve_hours))

    def working_days(self, days: float, at: datetime) -> datetime:
        """So many working days on, at a time that people say."""
        office = (self.work.start, self.work.end)
        start, end = (timedelta(hours=clock.hour, minutes=clock.minute) for clock in office)
        due = self.work.add(at, days * ((end - start) / timedelta(hours=1)))
        return min(half_hour(due), self.work.closing(due))

    def evening(self, days: int, at: datetime) -> datetime:
        """The end of a day, as people mean it when they promise one: in `days` days."""
        day = self.local_date(at) + timedelta(days=days)
        ends = datetime.combine(day, self.day_ends, self.zone).astimezone(UTC)
        return max(ends, at + timedelta(hours=1))


def half_hour(at: datetime) -> datetime:
    """The next full or half hour: nobody promises "by 11:14"."""
    over = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at + timedelta(minutes=30) - over if over else at
