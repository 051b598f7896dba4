"""Callers that reach an invocation through a package that only hands on what its modules define."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint import lint_paths

SENDER = """
import boto3
import shop

class Sender:
    def publish(self, users):
        self.fan_out(users)

    def fan_out(self, users):
        client = boto3.client("lambda")
        client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{}")
"""
HANDLER = "IMPORT\n\ndef handle(event, context):\n    MADE.publish(event['body'])\n    return 1\n"
HANDLERS = {
    "by the module": HANDLER.replace("IMPORT", "import shop").replace("MADE", "shop.sender.Sender()"),
    "by the package": HANDLER.replace("IMPORT", "import shop").replace("MADE", "shop.Sender()"),
    "by a name from the package": HANDLER.replace("IMPORT", "from shop import Sender").replace("MADE", "Sender()"),
}


@pytest.mark.parametrize("way", HANDLERS)
@pytest.mark.parametrize("imported", ["from shop.sender import Sender", "from .sender import Sender"])
def test_a_handler_in_another_folder_is_a_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, imported: str
) -> None:
    texts = {
        "modules/shop/setup.py": "",
        "modules/shop/shop/__init__.py": f"{imported}\n__all__ = [Sender]\n",
        "modules/shop/shop/sender.py": SENDER,
        "functions/mail/handler.py": HANDLERS[way],
        ".invocation-lint.yaml": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    for given in (".", "modules/shop/shop/sender.py"):
        (finding,) = lint_paths([given]).findings
        assert (finding.id, finding.place.path) == ("INV301", "modules/shop/shop/sender.py")
