"""`rename-field`: a key of the payload that nearly spells the field that the function reads."""

from __future__ import annotations

from collections import Counter

import libcst as cst

from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.contents import text_of
from invocation_lint.fixes.editing.keys import key_at, renamed, subscript_key
from invocation_lint.source.parsing.walk import walk


def propose(case: Case) -> Proposal:
    """The key, spelled as the function reads it, where this function does not read it by the old name itself."""
    near, name = case.told.get("near", ""), case.told.get("name", "")
    if not near or not name:
        raise DoesNotApply("nothing is near")
    key = key_at(case, near)
    target = _variable(case.code, key)
    if target is not None and _reads(case.code, target, near, key) > 0:
        raise DoesNotApply("the key is used elsewhere")
    return Proposal(f"rename it to {name}", (renamed(case, key, name),))


def _variable(code: Code, key: cst.CSTNode) -> str | None:
    """The variable that holds the dictionary with this key."""
    subscript = code.around(key, cst.Subscript)
    if subscript is not None and subscript_key(subscript) is key:
        return subscript.value.value if isinstance(subscript.value, cst.Name) else None
    element = code.parent(key)
    holder = code.parent(element) if element is not None else None
    assign = code.parent(holder) if holder is not None else None
    if isinstance(assign, cst.Assign) and len(assign.targets) == 1 and isinstance(assign.targets[0].target, cst.Name):
        return str(assign.targets[0].target.value)
    return None


def _reads(code: Code, variable: str, name: str, key: cst.CSTNode) -> int:
    """How often `variable[name]`, or a method of it with this name, stands elsewhere in the function."""
    function = code.function(key)
    reads = code.once(("reads of keys", id(function)), lambda: _reads_in(function))
    own = code.around(key, cst.Subscript)
    is_own = own is not None and subscript_key(own) is key and text_of(key) == name
    return reads[variable, name] - is_own


def _reads_in(function: cst.FunctionDef | cst.Module) -> Counter[tuple[str, str | None]]:
    """How often a function names a key of a variable, by variable and key."""
    found: Counter[tuple[str, str | None]] = Counter()
    for node in walk(function):
        if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name):
            found[node.value.value, text_of(subscript_key(node))] += 1
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            of = node.func.value
            if isinstance(of, cst.Name):
                found.update({(of.value, text_of(arg.value)) for arg in node.args})
        elif isinstance(node, cst.Comparison):
            compared = [one.comparator for one in node.comparisons]
            left = text_of(node.left)
            found.update({(one.value, left) for one in compared if isinstance(one, cst.Name)})
    return found
