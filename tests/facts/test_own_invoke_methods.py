"""Objects of the project's own classes with a method that is called invoke: none of them is boto3's client."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

OWN = """
import json
import boto3

class Caller:
    def __init__(self):
        self.client = boto3.client("lambda")

    def invoke(self, function_name, payload, background=False):
        mode = "Event" if background else "RequestResponse"
        return self.client.invoke(FunctionName=function_name, InvocationType=mode, Payload=json.dumps(payload))
"""

OF_PYTHON_2 = OWN.replace("background", "async")

SHARED = """
from own import Caller

class App:
    _caller = None

    @classmethod
    def caller(cls):
        if not cls._caller:
            cls._caller = Caller()
        return cls._caller
"""

WAYS = {
    "made": "from own import Caller\nreceiver = Caller()\n",
    "of_module": "import own\nreceiver = own.Caller()\n",
    "of_class_method": "from shared import App\nreceiver = App.caller()\n",
    "renamed": "from own import Caller as Invoker\nreceiver = Invoker()\n",
}

CALL = 'receiver.invoke(FunctionName="f", InvocationType="Event", LogType="Tail", Payload="{}")\n'


@pytest.mark.parametrize("own", [OWN, OF_PYTHON_2])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_object_of_a_class_of_the_project(tmp_path: Path, way: str, own: str) -> None:
    files = {"own.py": own, "shared.py": SHARED, "app.py": way + CALL}
    assert findings_in(tmp_path / "p", files, "INV116") == []


@pytest.mark.parametrize(
    "way",
    [
        "from own import client as receiver\n",
        "from own import get_client\nreceiver = get_client()\n",
        "from elsewhere import Invoker\nreceiver = Invoker()\n",
    ],
)
def test_what_may_be_a_client(tmp_path: Path, way: str) -> None:
    files = {"own.py": OF_PYTHON_2 + "client = boto3.client('lambda')\n", "app.py": way + CALL}
    assert [finding.place.path for finding in findings_in(tmp_path / "p", files, "INV116")] == ["app.py"]
