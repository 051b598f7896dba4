"""The call: a client, the name of the function, the mode, and how they get there."""

from __future__ import annotations

from tests.differential.generator.payloads import PayloadWriter
from tests.differential.generator.writer import ACCOUNT, Writer

_CLIENTS = {
    "module": 8, "config": 3, "timeout": 2, "function": 2, "cached": 1, "session": 1, "alias": 1,
    "attempts": 2, "lazy": 1,
    "standard": 1,
}  # fmt: skip
_NAMES = {
    "literal": 6, "constant": 3, "environment": 3, "getenv": 1, "default": 2, "arn": 2, "alias": 1,
    "format": 2, "table": 1,
    "joined": 1,
}  # fmt: skip
_MODES = {
    "left_out": 5, "wait": 6, "event": 6, "constant": 3, "ternary": 3, "variable": 2, "table": 1, "enum_value": 1,
    "enum_member": 1, "environment": 1, "dry_run": 1, "boolean": 2, "none": 1, "wrong": 1,
}  # fmt: skip


class CallWriter:
    """Writes one call site: `lines` before it, and the call as an expression."""

    def __init__(self, writer: Writer, site: int) -> None:
        self.writer = writer
        self.site = site
        self.lines: list[str] = []
        self.asynchronous = False
        """Whether the answer may be empty."""

    def client(self) -> str:
        """An expression for the client."""
        writer = self.writer
        known = [top for top in writer.here.tops if top.startswith("client = ")]
        if known:
            return "client"
        kind = writer.choose("client", _CLIENTS)
        writer.imports("import boto3")
        config = {
            "config": "Config(retries={'max_attempts': 0})",
            "timeout": "Config(read_timeout=10, retries={'mode': 'standard'})",
            "attempts": "Config(connect_timeout=20, read_timeout=900, retries={'total_max_attempts': 2})",
            "standard": "Config(retries={'max_attempts': 2, 'mode': 'standard'})",
        }.get(kind)  # fmt: skip
        if config is not None:
            writer.imports("from botocore.config import Config")
            writer.here.add(f'client = boto3.client("lambda", config={config})')
            return "client"
        if kind == "session":
            writer.here.add('client = boto3.session.Session().client("lambda")')
            return "client"
        if kind == "alias":
            writer.imports("from boto3 import client as connect")
            writer.here.add('client = connect("lambda")')
            return "client"
        if kind == "function":
            self.lines.append('api = boto3.client("lambda")')
            return "api"
        if kind == "cached":
            writer.imports("from functools import lru_cache")
            writer.here.add('@lru_cache\ndef get_client():\n    return boto3.client("lambda")\n')
            return "get_client()"
        if kind == "lazy":
            writer.here.add(
                "_client = None\n\n\ndef lazy_client():\n    global _client\n    if _client is None:\n"
                '        _client = boto3.client("lambda")\n    return _client\n'
            )
            return "lazy_client()"
        writer.here.add('client = boto3.client("lambda")')
        return "client"

    def name(self) -> str:
        """An expression for FunctionName."""
        writer, n = self.writer, self.site
        kind = writer.choose("name", _NAMES)
        if kind in ("environment", "getenv", "default"):
            writer.imports("import os")
        if kind == "constant":
            writer.here.add(f'FUNCTION{n} = "site{n}"')
            return f"FUNCTION{n}"
        if kind == "format":
            writer.here.add('PREFIX = "site"')
            return f'f"{{PREFIX}}{n}"'
        if kind == "table":
            writer.here.add('FUNCTIONS = {"one": "site1", "two": "site2", "three": "site3"}')
            return f'FUNCTIONS["{("one", "two", "three")[n - 1]}"]'
        return {
            "environment": f'os.environ["SITE{n}_FUNCTION"]', "getenv": f'os.getenv("SITE{n}_FUNCTION")',
            "default": f'os.environ.get("NO_SUCH_FUNCTION", "site{n}")', "arn": f'"{ACCOUNT}site{n}"',
            "alias": f'"site{n}:live"', "joined": f'"site" + str({n})',
        }.get(kind, f'"site{n}"')  # fmt: skip

    def mode(self, waiting: str | None = None) -> str | None:
        """An expression for InvocationType; None where it is left out. `waiting` is a parameter that decides."""
        writer = self.writer
        if waiting is not None:
            writer.plan.append("mode:parameter")
            self.asynchronous = True
            if writer.often(0.5):
                return f'"RequestResponse" if {waiting} else "Event"'
            self.lines += ['mode = "Event"', f"if {waiting}:", '    mode = "RequestResponse"']
            return "mode"
        kind = writer.choose("mode", _MODES)
        self.asynchronous = kind not in ("left_out", "wait", "enum_member", "none", "wrong")
        if kind in ("enum_value", "enum_member"):
            writer.imports("from enum import Enum")
            writer.here.add('class Mode(str, Enum):\n    SEND = "Event"\n    WAIT = "RequestResponse"\n')
            return "Mode.SEND.value" if kind == "enum_value" else "Mode.WAIT"
        if kind == "constant":
            self.asynchronous = writer.often(0.5)
            name, value = ("SEND", "Event") if self.asynchronous else ("WAIT", "RequestResponse")
            writer.here.add(f'{name} = "{value}"')
            return name
        if kind == "ternary":
            return f'"Event" if {writer.flag_test()} else "RequestResponse"'
        if kind == "variable":
            self.lines += ['mode = "Event"', f"if {writer.flag_test()}:", '    mode = "DryRun"']
            return "mode"
        if kind == "table":
            writer.here.add('MODES = {True: "RequestResponse", False: "Event"}')
            return "MODES[False]"
        if kind == "environment":
            writer.imports("import os")
            return 'os.environ.get("NO_SUCH_MODE", "Event")'
        if kind == "boolean":
            self.asynchronous = writer.often(0.5)
            self.lines.append(f"quick = {self.asynchronous}")
            return '"Event" if quick else "RequestResponse"'
        return {
            "left_out": None, "wait": '"RequestResponse"', "dry_run": '"DryRun"', "none": "None", "wrong": '"Async"'
        }.get(kind, '"Event"')  # fmt: skip

    def write(
        self, *, name: str | None = None, payload: str | None = None, waiting: str | None = None, plain: bool = False
    ) -> str:
        """The call as an expression; `name` and `payload` are expressions that are given. A `plain` one needs no lines
        before it for its payload."""
        writer = self.writer
        client = self.client()
        arguments = {"FunctionName": name or self.name()}
        mode = self.mode(waiting)
        if mode is not None:
            arguments["InvocationType"] = mode
        if payload is None:
            body = PayloadWriter(writer)
            payload = body.write()
            self.lines += body.lines
        if payload is not None:
            arguments["Payload"] = payload
        shape = writer.choose("call", {"named": 12, "spread": 3, "built": 2, "partial": 1, "bound": 1, "misspelt": 1,
                                       "positional": 1, "unnamed": 1,
                                       "log": 1} if not plain else {"named": 1})  # fmt: skip
        if shape == "misspelt":
            arguments = {key.replace("Payload", "PayLoad"): value for key, value in arguments.items()}
        if shape == "log" and not self.asynchronous:
            arguments["LogType"] = '"Tail"'
        if shape == "unnamed":
            del arguments["FunctionName"]
        named = ", ".join(f"{key}={value}" for key, value in arguments.items())
        display = ", ".join(f'"{key}": {value}' for key, value in arguments.items())
        if shape == "spread":
            self.lines.append(f"request = {{{display}}}")
            return f"{client}.invoke(**request)"
        if shape == "built":
            self.lines.append("request = {}")
            self.lines += [f'request["{key}"] = {value}' for key, value in arguments.items()]
            return f"{client}.invoke(**request)"
        if shape == "partial":
            writer.imports("from functools import partial")
            first = f"FunctionName={arguments['FunctionName']}"
            rest = ", ".join(f"{key}={value}" for key, value in arguments.items() if key != "FunctionName")
            self.lines.append(f"start = partial({client}.invoke, {first})")
            return f"start({rest})"
        if shape == "bound":
            self.lines.append(f"start = {client}.invoke")
            return f"start({named})"
        if shape == "positional":
            return f"{client}.invoke({', '.join(arguments.values())})"
        return f"{client}.invoke({named})"
