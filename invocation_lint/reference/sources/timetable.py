"""When a schedule is due: `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)`, `at(2026-11-21T14:00:00)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((.+)\)")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_HORIZON_DAYS = 366 * 5


def next_time(expression: str, after: float, zone: str = "UTC") -> float | None:
    """The first moment later than `after` (seconds since the epoch) at which `expression` is due; None for never.

    A rate counts from `after`. Raises ValueError for what is no expression.
    """
    if (rate := _RATE.fullmatch(expression)) is not None:
        return after + int(rate[1]) * _SECONDS[rate[2]]
    place: tzinfo = timezone.utc if zone == "UTC" else ZoneInfo(zone)
    if (at := _AT.fullmatch(expression)) is not None:
        moment = datetime.fromisoformat(at[1]).replace(tzinfo=place).timestamp()
        return moment if moment > after else None
    if (cron := _CRON.fullmatch(expression)) is None:
        raise ValueError(f"{expression} is no schedule")
    return _next_of(_Cron.read(cron[1]), after, place)


@dataclass(frozen=True)
class _Cron:
    """The six fields: those of the clock and of the year as numbers, those of days as they were written."""

    minutes: list[int]
    hours: list[int]
    day_of_month: str
    months: list[int]
    day_of_week: str
    years: list[int]

    @staticmethod
    def read(text: str) -> _Cron:
        fields = text.upper().split()
        if len(fields) != 6:
            raise ValueError(f"cron({text}) has not six fields")
        minutes, hours, day_of_month, months, day_of_week, years = fields
        return _Cron(
            list(_numbers(minutes, 0, 59)),
            list(_numbers(hours, 0, 23)),
            day_of_month,
            list(_numbers(months, 1, 12, _MONTHS)),
            day_of_week,
            list(_numbers(years, 1970, 2199)),
        )

    def is_on(self, day: date) -> bool:
        """Whether it is due on this day. One of the two fields of days is `?`, as AWS asks."""
        if day.year not in self.years or day.month not in self.months:
            return False
        if self.day_of_month != "?":
            return any(_is_day_of_month(part, day) for part in self.day_of_month.split(","))
        return any(_is_day_of_week(part, day) for part in self.day_of_week.split(","))


def _next_of(cron: _Cron, after: float, place: tzinfo) -> float | None:
    first = datetime.fromtimestamp(after, tz=place).date()
    for number in range(_HORIZON_DAYS):
        day = first + timedelta(days=number)
        if not cron.is_on(day):
            continue
        for hour in cron.hours:
            for minute in cron.minutes:
                moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=place).timestamp()
                if moment > after:
                    return moment
    return None


def _numbers(field: str, least: int, most: int, names: dict[str, int] | None = None) -> Iterator[int]:
    """The numbers that a field with `*`, `?`, `,`, `-` and `/` stands for, in order."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if low in ("*", "?"):
            start, end = least, most
        else:
            start = _number(low, names)
            end = _number(high, names) if high else most if step else start
        if not least <= start <= end <= most:
            raise ValueError(f"{field} is not within {least} and {most}")
        found.update(range(start, end + 1, int(step or 1)))
    return iter(sorted(found))


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _is_day_of_month(part: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if part == "L":
        return day.day == last
    if part.endswith("W"):
        wanted = last if part == "LW" else min(int(part[:-1]), last)
        nearest = date(day.year, day.month, wanted)
        if nearest.weekday() >= 5:  # the nearest weekday of the same month
            step = -1 if nearest.weekday() == 5 else 1
            near = nearest + timedelta(days=step)
            nearest = near if near.month == day.month else nearest + timedelta(days=-2 * step)
        return day == nearest
    return day.day in _numbers(part, 1, 31)


def _is_day_of_week(part: str, day: date) -> bool:
    number = (day.weekday() + 1) % 7 + 1
    name, mark, nth = part.partition("#")
    if mark:
        return number == _number(name, _DAYS) and (day.day - 1) // 7 + 1 == int(nth)
    if part == "L":
        return number == 7
    if part.endswith("L"):
        return number == _number(part[:-1], _DAYS) and (day + timedelta(days=7)).month != day.month
    low, mark, high = part.partition("-")
    if mark and _number(low, _DAYS) > _number(high, _DAYS):  # FRI-MON
        return not _number(high, _DAYS) < number < _number(low, _DAYS)
    return number in _numbers(part, 1, 7, _DAYS)
