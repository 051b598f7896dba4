"""Whether a template can be read at all."""

from __future__ import annotations

from enum import Enum

from invocation_lint.deployment.documents.candidates import MAX_BYTES, TERRAFORM, TYPESCRIPT
from invocation_lint.deployment.documents.marks import has_marks, is_marked
from invocation_lint.deployment.documents.nodes import mapping
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, is_filled_in_later, read_nodes


class State(Enum):
    """How it is about a template that has nothing wrong in it."""

    READ = "read"
    FILLED_IN_LATER = "filled in later"  # another tool makes YAML of it
    NO_TEMPLATE = "no template"  # it is no YAML, and nothing but a word or two looks like a template


def check(path: str, data: bytes) -> State | Unreadable:
    """Whether a template can be read: why not, and where, or that another tool fills it in before it is one."""
    if path.endswith(TERRAFORM):
        if len(data) > MAX_BYTES:
            return Unreadable("it holds more than 1 MB: split it into several files", 1, 1)
        from invocation_lint.deployment.terraform.reader import broken_in

        broken = broken_in(path, data)
        return Unreadable(broken.message, broken.line, broken.column) if broken is not None else State.READ
    if path.endswith(TYPESCRIPT):
        return State.READ  # what cannot be followed of a program is not known
    root = read_nodes(path, data)
    if isinstance(root, Unreadable):
        if is_filled_in_later(data):
            return State.FILLED_IN_LATER
        return root if is_marked(path, data) else State.NO_TEMPLATE
    if not has_marks(data):
        return State.READ
    if not isinstance(root.value, dict):
        return Unreadable("it is not a mapping", root.line, root.column)
    for section in ("Resources", "functions", "provider"):
        node = mapping(root).get(section)
        allowed = (dict, list, str) if section == "functions" else (dict, str)
        if node is not None and node.value is not None and not isinstance(node.value, allowed):
            return Unreadable(f"{section} is not a mapping", *root.keys.get(section, (node.line, node.column)))
    return State.READ
