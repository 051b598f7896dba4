"""Expressions of JSONata in definitions; runs in moto's process, whose interpreter leaves them to us.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from collections.abc import Mapping
from typing import Any

_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def before_import() -> None:
    """Evaluate expressions here; to be called before the interpreter is imported."""
    from moto.stepfunctions.parser.asl.component.intrinsic import jsonata as functions
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    def evaluated(jsonata_expression: str) -> Any:
        try:
            return evaluate(jsonata_expression)
        except Exception as error:  # whatever an expression comes to
            raise jsonata.JSONataException("UNKNOWN", str(error)) from error

    def declare_nothing(variable_references: set[str]) -> str:
        return ""

    jsonata.eval_jsonata_expression = evaluated
    jsonata.encode_jsonata_variable_declarations = declarations
    functions.get_intrinsic_functions_declarations = declare_nothing


def after_import() -> None:
    """Fail with States.QueryEvaluationError where an expression cannot be evaluated."""
    from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
    from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
    from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException

    run = StringJSONata._eval_body

    def run_or_fail(self: Any, env: Any) -> None:
        try:
            run(self, env)
        except JSONataException as problem:
            kind, event_type = StatesErrorNameType.StatesQueryEvaluationError, HistoryEventType.EvaluationFailed
            cause = f"The JSONata expression '{self.expression}' cannot be evaluated: {problem.details}"
            details: Any = {
                "evaluationFailedEventDetails": EvaluationFailedEventDetails(error=kind.to_name(), cause=cause)
            }
            env.event_manager.add_event(context=env.event_history_context, event_type=event_type, event_details=details)
            raise FailureEventException(FailureEvent(env, StatesErrorName(kind), event_type, details)) from None

    StringJSONata._eval_body = run_or_fail  # type: ignore[method-assign]


def evaluate(expression: str) -> Any:
    """The value of an expression as plain data; an undefined one is None. Raises whatever is wrong with it."""
    from jsonata import Jsonata  # type: ignore[import-untyped]

    made = Jsonata(expression)
    for name, function in _FUNCTIONS.items():
        made.register_lambda(name, function)
    return json.loads(json.dumps(made.evaluate(None)))


def declarations(bindings: Mapping[str, Any]) -> str:
    """Code that binds variables (`$name`) to values."""
    from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

    return "".join(f"{name}:={to_json_str(value, separators=(',', ':'))};" for name, value in bindings.items())


def _partition(array: Any, size: float) -> list[Any]:
    """$partition: parts of `size` elements."""
    held = array if isinstance(array, list) else [array]
    return [held[start : start + int(size)] for start in range(0, len(held), int(size))]


def _range(first: float, last: float, step: float) -> list[Any]:
    """$range: numbers from the first to the last, which is one of them."""
    if step == 0:
        raise ValueError("$range: the step is 0")
    count = int((last - first) / step) + 1
    return [first + number * step for number in range(max(0, count))]


def _hash(content: Any, algorithm: str) -> str:
    """$hash: hexadecimal digits."""
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"$hash: {algorithm} is none of {', '.join(_ALGORITHMS)}")
    text = content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))
    return hashlib.new(_ALGORITHMS[algorithm], text.encode()).hexdigest()


def _random(seed: Any = None) -> float:
    """$random: at least 0 and below 1, always the same for one seed."""
    return random.random() if seed is None else random.Random(seed).random()


_FUNCTIONS = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": lambda: str(uuid.uuid4()),
    "parse": json.loads,
}
