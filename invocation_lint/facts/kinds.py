"""The kinds of facts that rules can ask about, by name."""

from __future__ import annotations

from invocation_lint.facts.batch_call import BatchCall
from invocation_lint.facts.custom_resource import CustomResource
from invocation_lint.facts.deployed.circle import Circle
from invocation_lint.facts.deployed.delivery import Delivery
from invocation_lint.facts.deployed.event_source_mapping import EventSourceMapping
from invocation_lint.facts.deployed.function import DeployedFunction
from invocation_lint.facts.deployed.schedule import Schedule
from invocation_lint.facts.deployed.state_machine_task import StateMachineTask
from invocation_lint.facts.deployed.trigger import Trigger
from invocation_lint.facts.event_key import EventKey
from invocation_lint.facts.event_loop import EventLoop
from invocation_lint.facts.execution import Execution
from invocation_lint.facts.handler import Handler
from invocation_lint.facts.handler_answer import HandlerAnswer
from invocation_lint.facts.invocation import Invocation
from invocation_lint.facts.item_loop import ItemLoop
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.facts.list_read import ListRead
from invocation_lint.facts.message import Message
from invocation_lint.facts.object_key import ObjectKey
from invocation_lint.facts.wait_loop import WaitLoop

OF_TEMPLATES: dict[str, type] = {
    "event_source_mapping": EventSourceMapping,
    "delivery": Delivery,
    "deployed_function": DeployedFunction,
    "state_machine_task": StateMachineTask,
    "schedule": Schedule,
    "circle": Circle,
    "trigger": Trigger,
}
"""The kinds that stand in templates and programs of the CDK, and in no other Python file."""

KINDS: dict[str, type] = {
    "invocation": Invocation,
    "job_query": JobQuery,
    "list_read": ListRead,
    "event_loop": EventLoop,
    "item_loop": ItemLoop,
    "batch_call": BatchCall,
    "message": Message,
    "execution": Execution,
    "object_key": ObjectKey,
    "handler": Handler,
    "event_key": EventKey,
    "wait_loop": WaitLoop,
    "handler_answer": HandlerAnswer,
    "custom_resource": CustomResource,
    **OF_TEMPLATES,
}
