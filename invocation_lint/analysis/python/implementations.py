"""Which class an annotation stands for: the one that it names, or the only one that does what that leaves open.

Only classes that can be seen from the annotation count: those of its own module, and of the module of the named class.
"""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import Struct, Value
from invocation_lint.analysis.domain.state import RECEIVER
from invocation_lint.analysis.program.model import ClassInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import classes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.protocol import Walk

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_NO_INSTANCES = ("enum.", "typing.TypedDict", "typing_extensions.TypedDict")


class Implementations:
    """What annotations stand for, found once for each module that asks."""

    def __init__(self, interpreter: Walk[Frame]) -> None:
        self._interpreter = interpreter
        self._found: dict[tuple[str, str], ClassInfo | None] = {}
        self._instances: dict[str, Value] = {}

    def instance(self, info: ClassInfo) -> Value:
        """An instance of a class of which nothing else is known, frozen; the same value whenever it is asked for."""
        if info.key not in self._instances:
            self._instances[info.key] = Value((Struct("instance", open=RECEIVER, cls=info.key),))
        return self._instances[info.key]

    def of(self, asking: ModuleInfo, info: ClassInfo) -> ClassInfo | None:
        """The class whose instances an annotation with this class stands for in a module; None where that is not
        told: others may be meant, or what it says would not help."""
        key = asking.name, info.key
        if key in self._found:
            return self._found[key]
        self._found[key] = None  # a class that is annotated with itself
        found = self._implementation(asking, info)
        if self._interpreter.modules.is_running:  # names are not final
            del self._found[key]
        else:
            self._found[key] = found
        return found

    def _implementation(self, asking: ModuleInfo, info: ClassInfo) -> ClassInfo | None:
        family, outside = self._interpreter.definitions.lineage(info)
        if any(base.startswith(_NO_INSTANCES) for base in outside):
            return None
        below = self._below(asking, info)
        if self._is_open(info):
            if not below and not _PROTOCOLS.isdisjoint(self._interpreter.definitions.bases(info)[1]):
                below = self._alike(asking, family)
            complete = [cls for cls in below if not self._is_open(cls)]
            return complete[0] if len(complete) == 1 and self._tells(complete[0]) else None
        own = {name for cls in family for name in cls.methods if not name.startswith("__")}
        if any(not own.isdisjoint(cls.methods) for cls in below):
            return None
        return info if self._tells(info) else None

    def _tells(self, info: ClassInfo) -> bool:
        """Whether an instance of the class is worth following: it reaches call sites, or is wholly the program's."""
        family, outside = self._interpreter.definitions.lineage(info)
        if not any(map(classes.is_foreign, outside)):
            return True
        return any(method.key in self._interpreter.leading for cls in family for method in cls.methods.values())

    def _below(self, asking: ModuleInfo, info: ClassInfo) -> list[ClassInfo]:
        """The classes that inherit from one, as far as they can be seen."""
        every = [cls for module in _modules(asking, info) for cls in module.classes.values()]
        named, found = {info.name}, []
        while more := [
            cls for cls in every if cls not in found and cls is not info and not named.isdisjoint(cls.bases)
        ]:
            found += more
            named |= {cls.name for cls in more}
        return [cls for cls in found if info in self._interpreter.definitions.lineage(cls)[0]]

    def _alike(self, asking: ModuleInfo, family: list[ClassInfo]) -> list[ClassInfo]:
        """The classes that have all methods of a protocol without naming it."""
        wanted = {name for cls in family for name in cls.methods}
        every = [cls for module in _modules(asking, family[0]) for cls in module.classes.values() if cls not in family]
        return [cls for cls in every if wanted and wanted <= cls.methods.keys() and "Protocol" not in cls.bases]

    def _is_open(self, info: ClassInfo) -> bool:
        """Whether a class leaves methods to others: a protocol, or one with abstract methods."""
        family, outside = self._interpreter.definitions.lineage(info)
        if not _PROTOCOLS.isdisjoint(self._interpreter.definitions.bases(info)[1]):
            return True
        if "abc.ABC" not in outside and not any(cls.has_keywords for cls in family):
            return False
        seen: set[str] = set()
        for cls in family:
            for name, method in cls.methods.items():
                if name not in seen and any(dotted(one).endswith("abstractmethod") for one in method.decorators):
                    return True
                seen.add(name)
        return False


def _modules(asking: ModuleInfo, info: ClassInfo) -> list[ModuleInfo]:
    return [asking] if asking is info.module else [asking, info.module]
