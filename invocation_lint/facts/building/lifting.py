"""What all ways to a call site agree on is said once, at the call itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import callers
from invocation_lint.facts.building.answers import ANY_CRASH
from invocation_lint.facts.building.around import patience
from invocation_lint.facts.building.fates import AN_ERROR, STRENGTH
from invocation_lint.facts.invocation import ErrorFate, Response
from invocation_lint.findings import Place

MANY_WAYS = 3
"""As many ways on which nothing takes an error are one finding, though others take it: each would be told the same."""

_BESIDE = ("background", "thread")
"""Ends of an error that leave the frames of the calling code alone."""


def _called_by_unseen(fact: Fact) -> Fact:
    """The fact of a helper that the file names somewhere, though no call of it could be followed."""
    frame = UnknownAnswer("the calls of its function are not followed")
    changed = {
        family: replace(getattr(fact.data, family), frame=frame)
        for family in ("service_error", "transport_error")
        if getattr(fact.data, family).frame not in _BESIDE
    }
    return replace(fact, data=replace(fact.data, **changed))


def _is_seen(fact: Fact) -> bool:
    return "yes" in {fact.data.service_error.seen_by_handler, fact.data.transport_error.seen_by_handler}


def _is_open(fate: ErrorFate) -> bool:
    """Whether an error gets past the last frame, and nothing behind that takes it."""
    return fate.seen_by_handler == "no" and fate.boundary is None


Frames = tuple[Place, ...]


def frames_of(fact: Fact) -> Frames:
    """The calls that lead to a call site, outermost first."""
    return tuple(label.place for label in fact.chain)


def longer_ways(found: Iterable[Fact]) -> dict[Frames, list[int]]:
    """The frames through which longer chains of calls lead, with the indexes of these chains' facts."""
    longer: dict[Frames, list[int]] = {}
    for index, fact in enumerate(found):
        frames = frames_of(fact)
        for start in range(1, len(frames) + 1):
            longer.setdefault(frames[start:], []).append(index)
    return longer


def lift_fates(found: list[Fact], endings: list[callers.Ending]) -> list[Fact]:
    """Give a helper's own fact the fate that all visible ways to it agree on.

    The error that leaves a helper is the same error on each way: when every way leaves it unseen up to an entry, it is
    said once, at the call itself; and when every way takes it, it is taken.
    """
    own = [index for index, fact in enumerate(found) if not fact.chain]
    if len(own) != 1 or endings[own[0]].is_end:
        return found
    longer = longer_ways(found)
    ended = [index for index, ending in enumerate(endings) if ending.is_end and index != own[0]]
    seen = [index for index, fact in enumerate(found) if fact.chain and _is_seen(fact)]
    if not ended and not seen:
        return [
            _called_by_unseen(fact) if frames_of(fact) not in longer and not endings[index].is_hook else fact
            for index, fact in enumerate(found)
        ]
    mine = found[own[0]]
    places = dict(mine.places)
    changed = mine.data
    outermost = [index for index, fact in enumerate(found) if index != own[0] and frames_of(fact) not in longer]
    for family in ("service_error", "transport_error"):
        fate = getattr(mine.data, family)
        if fate.seen_by_handler != "no":
            continue
        ways = [getattr(found[index].data, family) for index in outermost]
        if any(way.frame in _BESIDE for way in ways):
            continue
        open_ways = [
            index for index in outermost if endings[index].is_end and _is_open(getattr(found[index].data, family))
        ]
        told_by = outermost[0]
        alike = {replace(way, loss=None) for way in ways}
        if len(alike) == 1 and ways[0].seen_by_handler == "no" and endings[outermost[0]].is_end:
            loss = ways[0].loss if len({way.loss for way in ways}) == 1 else AN_ERROR
            end = replace(fate, frame=ways[0].frame, boundary=ways[0].boundary, loss=loss)
            changed = replace(changed, **{family: end})
        elif len({found[index].chain[0].place for index in open_ways}) >= MANY_WAYS:
            end = getattr(found[open_ways[0]].data, family)
            losses = {getattr(found[index].data, family).loss for index in open_ways}
            loss = losses.pop() if len(losses) == 1 else AN_ERROR
            changed = replace(changed, **{family: replace(fate, frame=end.frame, boundary=end.boundary, loss=loss)})
            told_by = open_ways[0]
        elif "." in mine.function and all(way.seen_by_handler == "yes" for way in ways):  # a method: its class calls it
            acts = {way.handler_does for way in ways}
            does = min(acts, key=STRENGTH.index) if acts <= {*STRENGTH[1:]} else UnknownAnswer("its callers decide")
            changed = replace(changed, **{family: replace(fate, seen_by_handler="yes", handler_does=does)})
            continue
        else:
            continue
        for path in (family, f"{family}.handler_does"):
            place = found[told_by].places.get(path)
            if place is not None:
                places[path] = place
    result = list(found)
    result[own[0]] = replace(mine, data=changed, places=places)
    return result


def _dies_in_sight(fact: Fact) -> bool:
    """Whether the payload of a crash ends a program before the eyes of who runs it."""
    return bool(fact.data.caller.by_hand == "yes" and fact.data.response.crash == "key_error")


def _decides_for_all(response: Response) -> bool:
    """Whether a helper gives back what its status alone calls good: callers out of sight take it for that."""
    compared = response.status_compared
    by_status = compared is not None and compared.decides == "yes" and compared.accepts_mode_status == "yes"
    return by_status and response.payload == "returned" and response.function_error == "unchecked"


def lift_answers(found: list[Fact], endings: list[callers.Ending]) -> list[Fact]:
    """Say of a helper that hands the answer back that several callers use it and none looks, where that is so.

    Where it is the helper that decides by the status, the mistake is its own, and one caller shows it.
    """
    own = [index for index, fact in enumerate(found) if not fact.chain]
    if len(own) != 1 or endings[own[0]].is_end:
        return found
    mine = found[own[0]]
    longer = longer_ways(found)
    ways = [fact for fact in _from_callers(found) if frames_of(fact) not in longer]
    answers = [fact.data.response for fact in ways]
    users = [fact for fact in ways if fact.data.response.payload == "used" and not _dies_in_sight(fact)]
    ignored = all(answer.payload in {"used", "unused"} and answer.function_error == "unchecked" for answer in answers)
    compared = mine.data.response.status_compared
    handed_on = all(answer.payload == "returned" and answer.function_error == "unchecked" for answer in answers)
    if handed_on and _decides_for_all(mine.data.response):
        return _all_answered(found, [mine], payload="used")
    called = [fact.data.response for fact in _from_callers(found)]
    if mine.data.response.payload == "used" and called and all(answer.crash == "caught" for answer in called):
        return _all_answered(found, [mine], payload="tested")  # whoever calls it looks for the error of a crash
    if answers and all(map(_decides_for_all, answers)):  # a caller of the helper decides, and gives that back
        return _all_answered(found, ways, payload="used")
    enough = 1 if compared is not None and compared.decides == "yes" else 2
    unlooked = [fact for fact in users if fact.data.response.function_error == "unchecked"]
    if len({frames_of(fact) for fact in unlooked}) < (enough if ignored else MANY_WAYS):
        return found
    after = unlooked[0].data.response.after_crash
    response = replace(mine.data.response, payload="used", function_error="unchecked", after_crash=after)
    if all(answer.status_compared == answers[0].status_compared for answer in answers):
        response = replace(response, status_compared=answers[0].status_compared)
    places = {path: place for path, place in unlooked[0].places.items() if path.startswith("response.")}
    result = list(found)
    result[own[0]] = replace(mine, data=replace(mine.data, response=response), places={**mine.places, **places})
    return result


def agree_on_crashes(found: list[Fact]) -> list[Fact]:
    """Say the same of a crash on all ways to a call whose response they use: they are one mistake."""
    users = [
        fact
        for fact in found
        if fact.data.response.payload == "used" and fact.data.response.function_error == "unchecked"
    ]
    if len({fact.data.response.after_crash for fact in users}) < 2:
        return found
    return _all_answered(found, users, after_crash=ANY_CRASH)


def note_readers(found: list[Fact]) -> list[Fact]:
    """Say of the ways on which a response is dropped that another way reads it: the call itself is right then."""
    readers = [fact for fact in _from_callers(found) if fact.data.response.payload in {"used", "tested"}]
    if not readers:
        return found
    result = list(found)
    for index, fact in enumerate(found):
        if fact.chain and fact.data.response.payload == "unused":
            places = {**fact.places, "response.elsewhere": readers[0].chain[-1].place}
            result[index] = replace(_answered(fact, elsewhere="read"), places=places)
    return result


def _from_callers(found: list[Fact]) -> list[Fact]:
    """The ways that begin at a caller that is no test."""
    return [fact for fact in found if fact.chain and fact.data.caller.kind != "test"]


def _answered(fact: Fact, **told: str) -> Fact:
    """The fact, which tells this of the response."""
    return replace(fact, data=replace(fact.data, response=replace(fact.data.response, **told)))


def _all_answered(found: list[Fact], changed: list[Fact], **told: str) -> list[Fact]:
    """The facts, of which these tell this of the response."""
    which = {id(fact) for fact in changed}
    return [_answered(fact, **told) if id(fact) in which else fact for fact in found]


def lift_loops(found: list[Fact], endings: list[callers.Ending]) -> list[Fact]:
    """Do not say of a helper's loop that it loses items where a caller takes the error of the whole loop.

    That is a caller for which the loop is one of several items, and CloudFormation, which takes a failed resource back.
    """
    result = _with_losses(found, endings)
    if not any(map(_loses_items, found)):
        return result
    deployed = {index for index, fact in enumerate(found) if fact.data.caller.kind != "test"}
    longer = {frames: list(filter(deployed.__contains__, ways)) for frames, ways in longer_ways(found).items()}
    for index, fact in enumerate(found):
        if not _loses_items(result[index]) or endings[index].is_end:
            continue
        ways = longer.get(frames_of(fact), [])
        loops = (found[way].data.in_loop for way in ways)
        is_part = any(loop and isinstance(loop.item_failure, UnknownAnswer) for loop in loops)
        ends = [found[way] for way in ways if not longer.get(frames_of(found[way]))]
        if is_part:
            for other in (index, *ways):
                _excuse(result, other, "a caller goes over several of these loops, and takes their errors")
        elif ends and all(way.data.caller.event_source == "custom_resource" for way in ends):
            _excuse(result, index, "CloudFormation takes the whole back")
    return result


def _with_losses(found: list[Fact], endings: list[callers.Ending]) -> list[Fact]:
    """Say of loops what is lost when an error ends them: nothing where all that lead to them are run again. Then the
    items before are sent twice: surely those of a batch that is delivered again, others unless something marks them."""
    result = list(found)
    longer: dict[Frames, list[int]] | None = None
    for index, fact in enumerate(found):
        if fact.data.in_loop is None or fact.data.in_loop.item_failure is None:
            continue
        longer = longer_ways(found) if longer is None else longer
        ways = [found[way].data for way in longer.get(frames_of(fact), ()) if frames_of(found[way]) not in longer]
        ends = [way for way in ways if way.caller.kind != "test"]
        if not ends or endings[index].is_end:
            ends.append(fact.data)
        loss = "the items after it are not sent"
        if all(_reaches_end(end.service_error) and end.service_error.boundary == "redelivered" for end in ends):
            loss = "the items after it are left to a retry, which may send those before it again"
            if all(end.caller.event_source in {"queue", "stream"} for end in ends):
                loss = "the whole batch is delivered again, and the items before it are sent twice"
        result[index] = replace(fact, data=replace(fact.data, in_loop=replace(fact.data.in_loop, loss=loss)))
    return result


def _reaches_end(fate: ErrorFate) -> bool:
    """Whether an error leaves the code: no clause has it, or the one that has raises it again."""
    return bool(fate.seen_by_handler == "no" or (fate.seen_by_handler == "yes" and fate.handler_does == "reraises"))


def lift_waits(found: list[Fact], endings: list[callers.Ending]) -> list[Fact]:
    """Say of a helper who waits for it: those who wait for the code that calls it, where any is seen."""
    result = list(found)
    longer = longer_ways(found)
    for index, fact in enumerate(found):
        if endings[index].is_end or fact.data.caller.awaited_by is None:
            continue
        ways = [found[way] for way in longer.get(frames_of(fact), ())]
        ends = [way.data.caller for way in ways if frames_of(way) not in longer and way.data.caller.kind != "test"]
        if ends:
            told = patience.joined(ends)
            caller = replace(
                fact.data.caller,
                awaited_by=told.awaited_by,
                deadline_seconds=told.deadline_seconds,
                limit=told.limit,
                event="unread" if all(end.event == "unread" for end in ends) else None,
            )
            result[index] = replace(fact, data=replace(fact.data, caller=caller))
    return result


def lift_serving(found: list[Fact]) -> list[Fact]:
    """Say of a helper that reads jobs that it serves where all that call it do, tests aside."""
    result = list(found)
    longer = longer_ways(found)
    for index, fact in enumerate(found):
        ways = [found[way] for way in longer.get(frames_of(fact), ())]
        ends = [way.data.caller for way in ways if frames_of(way) not in longer and way.data.caller.kind != "test"]
        if fact.data.caller.serves == "no" and ends and all(end.serves == "yes" for end in ends):
            result[index] = replace(fact, data=replace(fact.data, caller=replace(fact.data.caller, serves="yes")))
    return result


def _loses_items(fact: Fact) -> bool:
    return fact.data.in_loop is not None and fact.data.in_loop.item_failure == "escapes"


def _excuse(found: list[Fact], index: int, why: str) -> None:
    fact = found[index]
    if _loses_items(fact):
        loop = replace(fact.data.in_loop, item_failure=UnknownAnswer(why))
        found[index] = replace(fact, data=replace(fact.data, in_loop=loop))


__all__ = [
    "agree_on_crashes", "lift_answers", "lift_fates", "lift_loops", "lift_serving", "lift_waits", "note_readers"
]  # fmt: skip
