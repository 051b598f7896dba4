"""Records behave as the standard library's frozen dataclasses with slots do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import threading
import typing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any, ClassVar

import pytest

from invocation_lint.records import record


def declared(make: Callable[[type], type]) -> Any:
    """One class, made in one of two ways. A field may be called `self` or `other`."""

    @make
    class Sum:
        count: ClassVar[int] = 3
        self: int
        other: str = "o"
        names: tuple[str, ...] = field(default=(), repr=False)
        values: list[int] = field(default_factory=list, compare=False)
        total: int = field(default=0, init=False, compare=False)
        made: list[str] = field(default_factory=list, init=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", sum(self.values))

        @property
        def twice(self) -> int:
            return self.total * 2

    return Sum


@record
class Empty:
    pass


@record
class Plain:
    """Its own words."""

    x: int
    y: Any = None


OURS = declared(record)
THEIRS = declared(dataclass(frozen=True, slots=True))
BOTH = pytest.mark.parametrize("kind", [OURS, THEIRS], ids=["ours", "theirs"])


@BOTH
def test_values_defaults_and_what_is_made_after_them(kind: Any) -> None:
    one = kind(1, values=[2, 3])
    assert (one.self, one.other, one.names, one.values, one.total, one.twice, one.made) == (
        1,
        "o",
        (),
        [2, 3],
        5,
        10,
        [],
    )
    assert kind(1).values is not kind(1).values
    assert kind(1, "x", ("y",)).names == ("y",)
    assert kind.count == 3


@BOTH
def test_equality_and_hash_by_what_is_compared(kind: Any) -> None:
    assert kind(1, "a", values=[1]) == kind(1, "a", values=[2])
    assert hash(kind(1, "a", values=[1])) == hash(kind(1, "a", values=[2]))
    assert kind(1, "a") != kind(1, "b")
    assert kind(1, "a", ("n",)) != kind(1, "a")
    assert kind(1) != (1, "o", ())
    assert len({kind(1), kind(1), kind(2)}) == 2


def test_records_of_two_classes_differ() -> None:
    assert OURS(1) != THEIRS(1)
    assert hash(OURS(1)) == hash(THEIRS(1))


@BOTH
def test_nothing_can_be_assigned_or_deleted(kind: Any) -> None:
    one = kind(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'other'"):
        one.other = "x"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'other'"):
        del one.other
    assert one.other == "o"


@BOTH
def test_slots(kind: Any) -> None:
    assert not hasattr(kind(1), "__dict__")
    assert kind.__slots__ == ("self", "other", "names", "values", "total", "made")


@BOTH
def test_repr_shows_what_is_to_be_shown(kind: Any) -> None:
    assert repr(kind(1, values=[2])) == f"{kind.__qualname__}(self=1, other='o', values=[2], total=2, made=[])"
    turning = kind(1, values=[])
    turning.values.append(turning)
    assert "..." in repr(turning)


@BOTH
def test_wrong_arguments_are_errors_that_name_the_class(kind: Any) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\) missing 1 required positional argument: 'self'"):
        kind()
    with pytest.raises(TypeError, match="unexpected keyword argument 'total'"):
        kind(1, total=2)


@BOTH
def test_the_tools_of_dataclasses(kind: Any) -> None:
    assert [one.name for one in dataclasses.fields(kind)] == ["self", "other", "names", "values", "total", "made"]
    assert dataclasses.asdict(kind(1))["other"] == "o"
    assert dataclasses.replace(kind(1), other="x") == kind(1, "x")
    with pytest.raises((TypeError, ValueError), match="init=False"):
        dataclasses.replace(kind(1), total=2)
    assert kind.__match_args__ == ("self", "other", "names", "values")
    assert typing.get_type_hints(kind.__init__)["other"] is str
    assert "total" not in inspect.signature(kind).parameters


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_records_go_through_pickle_and_copy(protocol: int) -> None:
    one = Plain(1, ("a", Empty()))
    assert pickle.loads(pickle.dumps(one, protocol)) == one
    assert copy.deepcopy(one) == one


@pytest.mark.parametrize("make", [record, dataclass(frozen=True, slots=True)], ids=["ours", "theirs"])
def test_a_class_may_say_itself_how_it_is_compared_hashed_and_shown(make: Callable[[type], type]) -> None:
    @make
    class Hashed:
        x: int

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "hashed"

    @make
    class Compared:  # noqa: PLW1641 - the decorator gives it one
        x: int

        def __eq__(self, other: object) -> bool:
            return self is other

    assert (hash(Hashed(1)), repr(Hashed(1)), Hashed(1) == Hashed(1)) == (7, "hashed", True)
    assert Compared(1) != Compared(1)
    assert hash(Compared(1)) == hash(Compared(1))


def test_nothing_in_it() -> None:
    assert Empty() == Empty()
    assert repr(Empty()) == "Empty()"
    assert Plain.__doc__ == "Its own words."


def test_what_dataclass_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="mutable default"):

        @record
        class Wrong:
            x: list[int] = []  # noqa: RUF012


def test_what_is_compiled_late_may_be_asked_for_by_several_threads() -> None:
    for _ in range(30):
        kind = declared(record)
        late = vars(kind)["__init__"]
        start = threading.Barrier(4)

        def make(kind: Any = kind, start: threading.Barrier = start) -> Any:
            start.wait()
            return kind(1, "a")

        with ThreadPoolExecutor(4) as pool:
            made = [one.result() for one in [pool.submit(make) for _ in range(4)]]
        assert made == [kind(1, "a")] * 4
        assert late.__get__(None, kind) is kind.__init__  # as who had found it before it was replaced
