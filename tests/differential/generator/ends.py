"""What follows a call: what is done with its answer, and with its errors."""

from __future__ import annotations

from collections.abc import Sequence

from tests.differential.generator.writer import Writer, inside

_ANSWERS = {
    "ignored": 4, "subscript": 4, "get": 3, "load": 2, "whole": 2, "returned": 2, "status": 2, "printed": 1,
    "helper": 3,
    "text": 1, "default": 1, "nested": 1, "kept": 2, "unpacked": 1, "decoded_only": 1, "truth": 1, "in": 1,
    "metadata": 1,
}  # fmt: skip
_LOOKS = {
    "none": 8, "in_raise": 2, "get_raise": 2, "get_return": 2, "log": 1, "equal": 1, "error_key": 2, "lacks_key": 2,
    "status_only": 1, "helper": 2, "subscript": 1, "not_none": 1, "is_dict": 1, "both": 1, "inverted": 1, "assert": 1,
    "type": 1, "walrus": 1,
}  # fmt: skip
_CLAUSES = {
    "none": 8, "client_error": 4, "botocore_error": 2, "exception": 4, "tuple": 2, "modelled": 2, "two": 2, "bare": 1,
    "suppress": 1, "finally_return": 1, "code": 2, "else": 1, "nested": 1, "finally": 1, "value_error": 1,
    "suppress_client": 1, "wider_outside": 1, "timeout": 1,
}  # fmt: skip
_ACTS = {
    "reraise": 3, "raise_from": 2, "return_none": 3, "return_error": 2, "log": 3, "log_raise": 1, "drop": 3, "keep": 1,
    "print": 1, "maybe": 1, "helper": 1, "raise_other": 1, "assign": 1,
}  # fmt: skip


class EndWriter:
    """Writes the statements around a call. `result` is the name of the variable for what is made of the answer."""

    def __init__(self, writer: Writer, *, in_loop: bool = False, at_top: bool = False) -> None:
        self.writer = writer
        self.in_loop = in_loop

    def answer(self, call: str, *, asynchronous: bool) -> list[str]:
        """The call and what is made of its answer, which ends in `result`."""
        writer = self.writer
        kinds = dict(_ANSWERS)
        if asynchronous and writer.often(0.9):
            kinds = {"ignored": 5, "status": 1, "returned": 1, "kept": 1, "metadata": 1}
        kind = writer.choose("answer", kinds)
        if kind == "ignored":
            return [call, "result = True"]
        lines = [f"response = {call}"]
        if kind == "status":
            return [*lines, 'result = response["StatusCode"]']
        if kind == "metadata":
            return [*lines, 'result = response["ResponseMetadata"]["HTTPStatusCode"]']
        if kind == "returned":
            return [*lines, "result = response"]
        if kind == "kept":
            writer.here.add("KEPT = []")
            return [*lines, "KEPT.append(response)", "result = True"]
        writer.imports("import json")
        looks = writer.choose("look", _LOOKS)
        lines += self.look_at_response(looks)
        if kind == "text":
            return [*lines, 'result = response["Payload"].read().decode()']
        if kind == "helper":
            writer.here.add('def read(answer):\n    return json.loads(answer["Payload"].read())\n')
            lines += ["content = read(response)"]
        elif kind == "load":
            lines += ['content = json.load(response["Payload"])']
        elif kind == "unpacked":
            lines += ['stream = response["Payload"]', "text = stream.read()", "content = json.loads(text)"]
        else:
            lines += [writer.chance.choice([
                'content = json.loads(response["Payload"].read())',
                'content = json.loads(response["Payload"].read().decode("utf-8"))',
                'content = json.loads(response.get("Payload").read())',
            ])]  # fmt: skip
        lines += self.look_at_content(looks)
        return lines + {
            "get": ['result = content.get("status")'],
            "default": ['result = content.get("status", "unknown")'],
            "nested": ['result = content["items"][0]["id"]'],
            "printed": ["print(content)", "result = True"],
            "decoded_only": ["result = True"],
            "whole": ["result = content"],
            "truth": ['result = "good" if content.get("ready") else "bad"'],
            "in": ['result = "status" in content'],
        }.get(kind, ['result = content["status"]'])  # fmt: skip

    def fail(self) -> str:
        """What is done where a crash was seen."""
        kind = self.writer.choose("on_crash", ["raise", "return", "raise"])
        if kind == "raise":
            return 'raise RuntimeError("the function failed")'
        return "continue" if self.in_loop else 'return "failed"'

    def look_at_response(self, look: str) -> list[str]:
        fail = self.fail() if look not in ("none", "log") else ""
        self.writer.imports("import logging")
        tests = {
            "in_raise": 'if "FunctionError" in response:', "get_raise": 'if response.get("FunctionError"):',
            "get_return": 'if response.get("FunctionError"):',
            "not_none": 'if response.get("FunctionError") is not None:',
            "equal": 'if response.get("FunctionError") == "Unhandled":',
            "status_only": 'if response["StatusCode"] != 200:',
            "both": 'if response["StatusCode"] != 200 or response.get("FunctionError"):',
            "walrus": 'if error := response.get("FunctionError"):',
        }  # fmt: skip
        if look in tests:
            return [tests[look], f"    {fail}"]
        if look == "inverted":
            return ['if not response.get("FunctionError"):', "    pass", "else:", f"    {fail}"]
        if look == "assert":
            return ['assert "FunctionError" not in response']
        if look == "log":
            self.writer.here.add("logger = logging.getLogger(__name__)")
            return ['if "FunctionError" in response:', '    logger.error("the function failed")']
        if look == "helper":
            self.writer.here.add(
                "def check(answer):\n"
                '    if answer.get("FunctionError"):\n        raise RuntimeError("the function failed")\n'
            )
            return ["check(response)"]
        if look == "subscript":
            return [
                "try:",
                '    failed = response["FunctionError"]',
                "except KeyError:",
                "    failed = None",
                "if failed:",
                f"    {fail}",
            ]
        return []

    def look_at_content(self, look: str) -> list[str]:
        fail = self.fail() if look in ("error_key", "lacks_key", "is_dict", "type") else ""
        tests = {
            "error_key": 'if "errorMessage" in content:', "lacks_key": 'if "status" not in content:',
            "is_dict": "if not isinstance(content, dict):", "type": 'if content.get("errorType"):',
        }  # fmt: skip
        return [tests[look], f"    {fail}"] if look in tests else []

    def act(self) -> list[str]:
        """What a clause does."""
        writer = self.writer
        kind = writer.choose("act", _ACTS)
        writer.imports("import logging")
        if kind in ("log", "log_raise", "helper", "maybe"):
            writer.here.add("logger = logging.getLogger(__name__)")
        if kind == "helper":
            writer.here.add('def report(error):\n    logger.error("failed: %s", error)\n')
        if kind == "keep":
            writer.here.add("FAILED = []")
        leave = "continue" if self.in_loop else "return None"
        test = writer.flag_test() if kind == "maybe" else ""
        return {
            "reraise": ["raise"], "raise_from": ['raise RuntimeError("not sent") from error'], "return_none": [leave],
            "return_error": ["continue" if self.in_loop else 'return {"error": str(error)}'],
            "log": ['logger.error("not sent: %s", error)', "result = None"],
            "log_raise": ['logger.exception("not sent")', "raise"], "drop": ["result = None"],
            "keep": ["FAILED.append(str(error))", "result = None"], "print": ["print(error)", "result = None"],
            "maybe": [f"if {test}:", "    raise", 'logger.warning("not sent")', "result = None"],
            "helper": ["report(error)", "result = None"], "raise_other": ['raise ValueError("not sent")'],
            "assign": ['result = "failed"'],
        }[kind]  # fmt: skip

    def guard(self, body: Sequence[str]) -> list[str]:
        """The statements with, or without, clauses around them."""
        writer = self.writer
        kind = writer.choose("clause", _CLAUSES)
        if kind == "none":
            return list(body)
        writer.imports(
            "from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError"
        )
        attempt = ["try:", *inside(body)]

        def clause(types: str) -> list[str]:
            return [f"except {types} as error:", *inside(self.act())]

        if kind in ("suppress", "suppress_client"):
            writer.imports("from contextlib import suppress")
            types = "Exception" if kind == "suppress" else "ClientError"
            return ["result = None", f"with suppress({types}):", *inside(body)]
        if kind == "finally_return":
            return ["result = None", *attempt, "finally:", "    continue" if self.in_loop else "    return result"]
        if kind == "finally":
            return [*attempt, "finally:", '    print("done")']
        if kind == "bare":
            return [*attempt, "except:", *inside([writer.chance.choice(["raise", "result = None"])])]
        if kind == "else":
            return [*attempt, *clause("ClientError"), "else:", '    print("sent")']
        if kind == "two":
            return [*attempt, *clause("ClientError"), *clause("BotoCoreError")]
        if kind == "nested":
            return ["try:", *inside([*attempt, *clause("ClientError")]), *clause("Exception")]
        if kind == "wider_outside":
            return ["try:", *inside([*attempt, *clause("ValueError")]), *clause("(ClientError, BotoCoreError)")]
        if kind == "modelled":
            name = writer.chance.choice(["TooManyRequestsException", "ResourceNotFoundException", "ClientError"])
            client = "client" if any(top.startswith("client = ") for top in writer.here.tops) else None
            return [*attempt, *clause(f"{client}.exceptions.{name}" if client else "ClientError")]
        if kind == "code":
            code = writer.chance.choice(["TooManyRequestsException", "AccessDeniedException", "ServiceException"])
            inner = [
                f'if error.response["Error"]["Code"] == "{code}":',
                *inside(self.act()),
                "else:",
                *inside(self.act()),
            ]
            return [*attempt, "except ClientError as error:", *inside(inner)]
        types = {
            "client_error": "ClientError", "botocore_error": "BotoCoreError", "exception": "Exception",
            "tuple": "(ClientError, BotoCoreError)", "value_error": "ValueError",
            "timeout": "(ReadTimeoutError, ConnectionClosedError)",
        }[kind]  # fmt: skip
        return [*attempt, *clause(types)]
