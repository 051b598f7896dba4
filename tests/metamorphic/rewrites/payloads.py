"""The payload of an invocation said differently: by a name of its own, or built in steps."""

from __future__ import annotations

import libcst as cst

from tests.metamorphic.rewrites.common import LineRewriter, assignment, is_invocation

SENT = frozenset({"Payload", "InvokeArgs"})


class _PayloadToVariable(LineRewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if not self.movable or not is_invocation(updated_node):
            return updated_node
        arguments = []
        for argument in updated_node.args:
            named = argument.keyword and argument.keyword.value in SENT
            if named and not isinstance(argument.value, cst.Name):
                self.changed += 1
                name = f"request_{self.changed}"
                self.before.append(assignment(name, argument.value))
                argument = argument.with_changes(value=cst.Name(name))  # noqa: PLW2901
            arguments.append(argument)
        return updated_node.with_changes(args=arguments)


def payload_to_variable(module: cst.Module) -> cst.Module | None:
    """`Payload=json.dumps(d)` becomes `request = json.dumps(d)` and `Payload=request`; None when all are names."""
    rewriter = _PayloadToVariable(module)
    rewritten = module.visit(rewriter)
    return rewritten if rewriter.changed else None


class _InSteps(LineRewriter):
    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if not self.movable or not is_invocation(updated_node):
            return updated_node
        return updated_node.with_changes(args=[self._argument(argument) for argument in updated_node.args])

    def _argument(self, argument: cst.Arg) -> cst.Arg:
        if not argument.keyword or argument.keyword.value not in SENT:
            return argument
        value = argument.value
        if isinstance(value, cst.Dict):
            return argument.with_changes(value=self._moved(value))
        if isinstance(value, cst.Call) and value.args and isinstance(value.args[0].value, cst.Dict):
            first = value.args[0].with_changes(value=self._moved(value.args[0].value))
            return argument.with_changes(value=value.with_changes(args=[first, *value.args[1:]]))
        return argument

    def _moved(self, literal: cst.Dict) -> cst.BaseExpression:
        if not _has_plain_keys(literal):
            return literal
        self.changed += 1
        name = f"fields_{self.changed}"
        self.before += _steps(name, literal)
        return cst.Name(name)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        only = updated_node.body[0]
        if isinstance(only, cst.Assign) and len(only.targets) == 1 and isinstance(only.targets[0].target, cst.Name):
            value = only.value
            if isinstance(value, cst.Dict) and _has_plain_keys(value):
                self.changed += 1
                first, *rest = _steps(only.targets[0].target.value, value)
                return cst.FlattenSentinel([first.with_changes(leading_lines=updated_node.leading_lines), *rest])
        return super().leave_SimpleStatementLine(original_node, updated_node)

    def visit_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._deferred += 1

    def leave_ClassDef_body(self, node: cst.ClassDef) -> None:
        self._deferred -= 1


def _has_plain_keys(literal: cst.Dict) -> bool:
    return bool(literal.elements) and all(isinstance(element, cst.DictElement) for element in literal.elements)


def _steps(name: str, literal: cst.Dict) -> list[cst.SimpleStatementLine]:
    lines = [assignment(name, cst.Dict([]))]
    for element in literal.elements:
        assert isinstance(element, cst.DictElement)
        item = cst.Subscript(cst.Name(name), [cst.SubscriptElement(cst.Index(element.key))])
        lines.append(cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(item)], element.value)]))
    return lines


def build_in_steps(module: cst.Module) -> cst.Module | None:
    """`p = {"a": 1}` becomes `p = {}` and `p["a"] = 1`, likewise in a payload; None when there is no such dict."""
    rewriter = _InSteps(module, lambda node: is_invocation(node) or type(node) is cst.Dict)
    rewritten = module.visit(rewriter)
    return rewritten if rewriter.changed else None
