"""Schedules: rules of EventBridge with a schedule, and EventBridge Scheduler. moto keeps them, and here is the clock.

A rate is due one period after its schedule was made or changed. Flexible time windows are not followed: what is due is
sent at once.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.sources.rule_events import moment
from invocation_lint.reference.sources.timetable import next_time

_INVOKE = ":aws-sdk:lambda:invoke"
Deliver = Callable[[str, Mapping[str, Any], Mapping[str, Any]], None]


@dataclass(frozen=True)
class Schedule:
    """One schedule: its ARN, when it is due, and its targets as EventBridge has them.

    `source` is `aws.events` or `aws.scheduler`. `begin` and `end` (seconds since the epoch) bound when it is due.
    """

    arn: str
    expression: str
    targets: tuple[Mapping[str, Any], ...]
    source: str
    zone: str = "UTC"
    begin: float | None = None
    end: float | None = None

    def due_after(self, now: float) -> float | None:
        """When it is due next; None for never, or for an expression that is none."""
        try:
            due = next_time(self.expression, max(now, self.begin or now), self.zone)
        except (ValueError, KeyError):
            return None
        return due if due is None or self.end is None or due <= self.end else None


class Scheduler:
    """Sends what is due with `deliver(arn, target, event)`. `client(service)` gives an SDK client of moto."""

    def __init__(
        self, *, client: Callable[[str], Any], clock: Clock, account: str, region: str, deliver: Deliver
    ) -> None:
        self._client = client
        self._clock = clock
        self._account = account
        self._region = region
        self._deliver = deliver
        self._changed = threading.Condition()
        self._due: dict[str, tuple[Schedule, float]] = {}
        self._known: dict[str, Schedule] = {}
        self._closed = False
        self._thread: threading.Thread | None = None

    def refresh(self) -> None:
        """Read the schedules anew: one was made, changed or removed. What did not change keeps its next moment."""
        schedules = {each.arn: each for each in (*self._rules(), *self._schedules())}
        now = self._clock.time()
        with self._changed:
            for arn in self._known.keys() - schedules.keys():
                self._due.pop(arn, None)
            for arn, schedule in schedules.items():
                old = self._known.get(arn)
                if old is not None and (old.expression, old.zone) == (schedule.expression, schedule.zone):
                    if arn in self._due:
                        self._due[arn] = (schedule, self._due[arn][1])
                    continue
                self._plan(schedule, now)
            self._known = schedules
            if self._thread is None and schedules and not self._closed:
                self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    def _plan(self, schedule: Schedule, after: float) -> None:
        due = schedule.due_after(after)
        if due is None:
            self._due.pop(schedule.arn, None)
        else:
            self._due[schedule.arn] = (schedule, due)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                now = self._clock.time()
                ready = [(schedule, due) for schedule, due in self._due.values() if due <= now]
                for schedule, due in ready:
                    self._plan(schedule, due)
                if not ready:
                    soonest = min((due for _, due in self._due.values()), default=None)
                    self._changed.wait(None if soonest is None else max(0.001, self._clock.wall_seconds(soonest - now)))
                    continue
            for schedule, due in ready:
                for target in schedule.targets:
                    self._send(schedule, target, due)

    def _send(self, schedule: Schedule, target: Mapping[str, Any], due: float) -> None:
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": schedule.source,
            "account": self._account,
            "time": moment(due),
            "region": self._region,
            "resources": [schedule.arn],
            "detail": {} if schedule.source == "aws.events" else "{}",  # Scheduler sends it as a text
        }
        self._deliver(schedule.arn, _plain_target(target, schedule.arn, due, str(event["id"])), event)

    def _rules(self) -> list[Schedule]:
        client = self._client("events")
        found = []
        for rule in client.list_rules()["Rules"]:
            if rule.get("ScheduleExpression") and rule["State"] == "ENABLED":
                targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                found.append(Schedule(rule["Arn"], rule["ScheduleExpression"], tuple(targets), "aws.events"))
        return found

    def _schedules(self) -> list[Schedule]:
        client = self._client("scheduler")
        found = []
        for each in client.list_schedules()["Schedules"]:
            held = client.get_schedule(GroupName=each["GroupName"], Name=each["Name"])
            if (held.get("State") or "ENABLED") != "ENABLED":
                continue
            bounds = [held[name].timestamp() if name in held else None for name in ("StartDate", "EndDate")]
            zone = held.get("ScheduleExpressionTimezone") or "UTC"
            source = "aws.scheduler"
            found.append(
                Schedule(held["Arn"], held["ScheduleExpression"], (held["Target"],), source, zone, bounds[0], bounds[1])
            )
        return found


def _plain_target(target: Mapping[str, Any], arn: str, due: float, execution: str) -> dict[str, Any]:
    """A target with what Scheduler fills into its input, and its call of Lambda's Invoke as a plain function."""
    plain = dict(target)
    if isinstance(text := plain.get("Input"), str):
        values = {"schedule-arn": arn, "scheduled-time": moment(due), "execution-id": execution, "attempt-number": "1"}
        for name, value in values.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        plain["Input"] = text
        if str(plain["Arn"]).endswith(_INVOKE):
            called = json.loads(text)
            plain.update(Arn=str(called["FunctionName"]), Input=str(called.get("Payload", "{}")))
            if not plain["Arn"].startswith("arn:"):
                _, _, _, region, account, _ = arn.split(":", 5)
                plain["Arn"] = f"arn:aws:lambda:{region}:{account}:function:{plain['Arn']}"
    return plain
