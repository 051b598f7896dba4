"""What a resource invokes because of what it is, whatever language it is written in: a state machine the functions of
its tasks, a subscription the function that it names."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.model import Resource, StateMachine, Subscription, Trigger
from invocation_lint.deployment.values import Value


def with_tasks(machine: StateMachine, own: Value | None) -> Iterator[Resource]:
    """A state machine, and the functions that the tasks of its definition invoke; `own` is its ARN."""
    yield machine
    for state in machine.definition.states if machine.definition is not None else ():
        if state.function is not None:
            yield Trigger(
                machine.key,
                machine.type,
                state.place,
                machine.when,
                kind="state_machine",
                function=state.function,
                source=own,
                input=state.payload,
            )


def with_function(subscription: Subscription) -> Iterator[Resource]:
    """A subscription, and the function that it invokes. Where its protocol is not known, the endpoint may be one."""
    yield subscription
    protocol, endpoint = subscription.protocol, subscription.endpoint
    if endpoint is not None and (protocol is None or protocol.text in {None, "lambda"}):
        yield Trigger(
            subscription.key,
            subscription.type,
            subscription.place,
            subscription.when,
            kind="sns",
            function=endpoint,
            source=subscription.topic,
            pattern=subscription.filter_policy,
            dead_letter=subscription.dead_letter,
        )
