"""A method that its base class calls: what takes its errors stands in the base class."""

from __future__ import annotations

from tests.analysis.asking import ask

CODE = """
class Output:
    def dispatch(self, alert):
        {body}
    def _dispatch(self, alert):
        raise NotImplementedError

class LambdaOutput(Output):
    def _dispatch(self, alert):
        client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({{"alert": alert}}))
"""

CAUGHT = "try:\n            return self._dispatch(alert)\n        except Exception:\n            return False"


def fate_of(body: str) -> object:
    told = ask(CODE.format(body=body)).facts
    (own,) = [fact for fact in told if not fact.chain]
    return own.data.service_error.seen_by_handler


def test_the_base_class_catches() -> None:
    assert fate_of(CAUGHT) == "yes"


def test_the_base_class_does_not() -> None:
    assert fate_of("return self._dispatch(alert)") == "no"
