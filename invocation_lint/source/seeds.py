"""Whether a call site may be in reach of a module at all, by import lines and bytes: what is left is not analysed."""

from __future__ import annotations

from invocation_lint.source.files.project_files import ProjectFiles


class Seeds:
    """The modules of a project of which nothing that they import may hold a call site."""

    def __init__(self, files: ProjectFiles) -> None:
        self.files = files
        self._without: set[str] = set()

    def may_be_reached(self, key: str) -> bool:
        """Whether a module, or something that it imports, however far, may hold a call site."""
        seen: set[str] = set()
        waiting = [key]
        while waiting:
            one = waiting.pop()
            if one in seen or one in self._without:
                continue
            if self.files.holds_seed(one):
                return True
            seen.add(one)
            waiting.extend(self.files.imports(one))
        self._without |= seen
        return False
