"""What is sent: a dictionary that is built over some lines, and then encoded, well or not."""

from __future__ import annotations

from tests.differential.generator.writer import Writer

_KEYS = ("storyId", "jobId", "userId", "action", "page", "limit", "tags", "options", "created", "source")
_VALUES = {
    "text": '"story-1"', "number": "7", "float": "0.5", "truth": "True", "nothing": "None", "list": '["a", "b"]',
    "object": '{"width": 2, "height": 3}', "environment": 'os.environ.get("USER_ID", "u-1")',
    "call": 'str(uuid.uuid4())',
    "format": 'f"story-{len(NAMES)}"', "length": "len(NAMES)", "sum": "40 + 2", "joined": '"-".join(NAMES)',
    "time": "datetime.now().isoformat()", "empty": "[]", "other_key": "SETTINGS['size']",
}  # fmt: skip
_STEPS = {
    "set": 4, "maybe_set": 4, "either": 2, "update": 2, "update_named": 2, "setdefault": 2, "pop": 2,
    "del": 2, "loop": 2,
    "copy": 2, "spread": 2, "union": 1, "helper": 3, "without_none": 2, "alias": 2, "nested": 2, "items": 1,
    "try_key": 1,
    "augmented": 1, "clear": 1, "walrus": 1, "maybe_pop": 2, "rebuilt": 1, "swap": 1, "deep_copy": 1,
}  # fmt: skip
_ENCODINGS = {
    "dumps": 12, "dumps_encode": 5, "dumps_bytes": 2, "default_str": 2, "compact": 2, "twice": 2, "base64": 1,
    "repr": 1,
    "raw": 1, "body": 3, "body_object": 1, "literal": 2, "literal_bytes": 2, "left_out": 2, "format": 1, "list": 1,
    "text": 1, "refused": 2, "bytearray": 1, "variable": 3, "records": 1, "dumps_sorted": 1, "empty": 1, "stream": 1,
}  # fmt: skip


class PayloadWriter:
    """Writes the lines that build a payload, and the expression that is sent."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.lines: list[str] = []
        self.keys: list[str] = []

    def value(self) -> str:
        kind = self.writer.choose("value", list(_VALUES))
        text = _VALUES[kind]
        for name, line in (
            ("os.", "import os"),
            ("uuid.", "import uuid"),
            ("datetime.", "from datetime import datetime"),
        ):
            if text.find(name) >= 0:
                self.writer.imports(line)
        if "NAMES" in text:
            self.writer.here.add('NAMES = ["one", "two"]')
        if "SETTINGS" in text:
            self.writer.here.add('SETTINGS = {"size": 3, "name": "large"}')
        return text

    def key(self) -> str:
        return self.writer.chance.choice(_KEYS)

    def known_key(self) -> str:
        return self.writer.chance.choice(self.keys) if self.keys else self.key()

    def build(self, name: str) -> str:
        """A dictionary in a variable, or as it is."""
        keys = self.writer.chance.sample(_KEYS, self.writer.chance.randint(1, 3))
        self.keys = list(keys)
        shape = self.writer.choose(
            "made", {"display": 6, "named": 2, "pairs": 1, "empty": 1, "comprehension": 1, "class": 1}
        )
        pairs = [(key, self.value()) for key in keys]
        if shape == "display":
            made = "{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}"
        elif shape == "named":
            made = "dict(" + ", ".join(f"{key}={value}" for key, value in pairs) + ")"
        elif shape == "pairs":
            made = "dict([" + ", ".join(f'("{key}", {value})' for key, value in pairs) + "])"
        elif shape == "comprehension":
            made = "{key: " + pairs[0][1] + " for key in (" + "".join(f'"{key}", ' for key in keys) + ")}"
        elif shape == "class":
            self.writer.imports("from dataclasses import asdict, dataclass")
            name_of_class = "Request" + "".join(key.title() for key in keys)
            fields = "".join(f"    {key}: object\n" for key in keys)
            self.writer.here.add(f"@dataclass\nclass {name_of_class}:\n{fields}")
            made = f"asdict({name_of_class}(" + ", ".join(value for _, value in pairs) + "))"
        else:
            made, self.keys = "{}", []
        self.lines.append(f"{name} = {made}")
        for _ in range(self.writer.chance.choice((0, 0, 1, 1, 2, 3))):
            self.step(name)
        return name

    def step(self, name: str) -> None:
        """One more line or two that change what is sent."""
        kind = self.writer.choose("step", _STEPS)
        key, known, lines, writer = self.key(), self.known_key(), self.lines, self.writer
        quoted = f'{name}["{key}"]'
        if kind == "set":
            lines.append(f"{quoted} = {self.value()}")
        elif kind == "maybe_set":
            lines += [f"if {writer.flag_test()}:", f"    {quoted} = {self.value()}"]
        elif kind == "either":
            lines += [
                f"if {writer.flag_test()}:",
                f"    {quoted} = {self.value()}",
                "else:",
                f"    {quoted} = {self.value()}",
            ]
        elif kind == "update":
            lines.append(f'{name}.update({{"{key}": {self.value()}}})')
        elif kind == "update_named":
            lines.append(f"{name}.update({key}={self.value()})")
        elif kind == "setdefault":
            lines.append(f'{name}.setdefault("{key}", {self.value()})')
        elif kind == "pop":
            lines.append(f'{name}.pop("{known}", None)')
        elif kind == "maybe_pop":
            lines += [f"if {writer.flag_test()}:", f'    {name}.pop("{known}", None)']
        elif kind == "del":
            lines += [f'if "{known}" in {name}:', f'    del {name}["{known}"]']
        elif kind == "loop":
            lines += [f'for field in ("{key}", "extra"):', f"    {name}[field] = {self.value()}"]
        elif kind == "copy":
            lines += [f"before = {name}.copy()", f"{quoted} = {self.value()}"]
            if writer.often(0.5):
                lines.append(f"{name} = before")
        elif kind == "deep_copy":
            writer.imports("import copy")
            lines += [f"before = copy.deepcopy({name})", f'before["{key}"] = 1', f"{quoted} = {self.value()}"]
        elif kind == "spread":
            lines.append(f'{name} = {{**{name}, "{key}": {self.value()}}}')
        elif kind == "union":
            lines.append(f'{name} = {name} | {{"{key}": {self.value()}}}')
        elif kind == "helper":
            value = self.value()
            helper = f'def add_{key}(target):\n    target["{key}"] = {value}\n    return target\n'
            if f"def add_{key}(" not in "".join(writer.here.tops):
                writer.here.add(helper)
            lines.append(f"add_{key}({name})" if writer.often(0.5) else f"{name} = add_{key}({name})")
        elif kind == "without_none":
            lines.append(f"{name} = {{key: value for key, value in {name}.items() if value is not None}}")
        elif kind == "alias":
            lines += [f"other = {name}", f'other["{key}"] = {self.value()}']
        elif kind == "nested":
            lines += [f'{name}["inner"] = {{}}', f'{name}["inner"]["{key}"] = {self.value()}']
        elif kind == "items":
            lines += [
                f"more = {{'{key}': {self.value()}}}",
                "for field, value in more.items():",
                f"    {name}[field] = value",
            ]
        elif kind == "try_key":
            lines += ["try:", f'    {quoted} = {name}["{known}"]', "except KeyError:", f"    {quoted} = {self.value()}"]
        elif kind == "augmented":
            lines += [f'{name} |= {{"{key}": {self.value()}}}']
        elif kind == "clear":
            lines += [f"if {writer.flag_test()}:", f"    {name}.clear()"]
        elif kind == "walrus":
            lines += [f'if (found := {name}.get("{known}")) is not None:', f"    {quoted} = found"]
        elif kind == "rebuilt":
            lines += [f'{name} = {{"{key}": {self.value()}, "rest": {name}}}']
        elif kind == "swap":
            lines += [f'{name}["{key}"], {name}["other"] = {self.value()}, {self.value()}']
        self.keys.append(key)

    def write(self, name: str = "body") -> str | None:
        """The expression for Payload; None where it is left out. `lines` come before it."""
        kind = self.writer.choose("encoding", _ENCODINGS)
        imports, lines = self.writer.imports, self.lines
        imports("import json")
        if kind == "left_out":
            return None
        if kind in ("literal", "literal_bytes", "empty"):
            text = "{}" if kind == "empty" else '{"storyId": "s", "page": 1}'
            return f"{'b' if kind == 'literal_bytes' else ''}'{text}'"
        if kind == "format":
            self.writer.here.add('NAMES = ["one", "two"]')
            return '\'{"storyId": "%s", "page": %d}\' % (NAMES[0], len(NAMES))'
        if kind == "text":
            return 'json.dumps("only text")'
        if kind == "list":
            return f"json.dumps([{self.value()}, {self.value()}])"
        self.build(name)
        if kind == "dumps":
            return f"json.dumps({name})"
        if kind == "dumps_encode":
            return f"json.dumps({name}).encode()" if self.writer.often(0.5) else f'json.dumps({name}).encode("utf-8")'
        if kind == "dumps_bytes":
            return f'bytes(json.dumps({name}), "utf-8")'
        if kind == "bytearray":
            return f"bytearray(json.dumps({name}).encode())"
        if kind == "dumps_sorted":
            return f"json.dumps({name}, sort_keys=True, ensure_ascii=False)"
        if kind == "compact":
            return f'json.dumps({name}, separators=(",", ":"))'
        if kind == "twice":
            return f"json.dumps(json.dumps({name}))"
        if kind == "base64":
            imports("import base64")
            return f"base64.b64encode(json.dumps({name}).encode())"
        if kind == "repr":
            return f"str({name})"
        if kind == "raw":
            return name
        if kind == "stream":
            imports("import io")
            return f"io.BytesIO(json.dumps({name}).encode())"
        if kind == "body":
            lines.append(f'{name} = {{"httpMethod": "POST", "path": "/", "body": json.dumps({name})}}')
            return f"json.dumps({name})"
        if kind == "body_object":
            lines.append(f'{name} = {{"httpMethod": "POST", "path": "/", "body": {name}}}')
            return f"json.dumps({name})"
        if kind == "records":
            lines.append(f'{name} = {{"Records": [{{"eventSource": "aws:sqs", "body": json.dumps({name})}}]}}')
            return f"json.dumps({name})"
        if kind == "variable":
            lines.append(f"text = json.dumps({name})")
            return "text"
        imports("from datetime import datetime")
        lines.append(f'{name}["at"] = datetime(2026, 1, 2)')
        return f"json.dumps({name}, default=str)" if kind == "default_str" else f"json.dumps({name})"
