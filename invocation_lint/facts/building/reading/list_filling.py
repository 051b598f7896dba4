"""What tells that a list outgrows a page, or that it holds the few things that somebody sets up.

People add users, posts and orders as long as a program is used; somebody sets up locations, sites and categories once,
and a page of DynamoDB holds some thousand of them. The names by which a table is opened tell one from the other, then
those of the function, the class and the module that read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import libcst as cst

from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.data.list_operations import ListOperation
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.list_growth import Request
from invocation_lint.facts.building.reading.table_names import names_in, words_in
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.facts.building.states import snake_case
from invocation_lint.source.parsing.walk import walk


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


_ADDED = _words(
    # people, and what each of them has
    "account applicant attendee authentication candidate client company contact customer device donor employee"
    " follower guest lead login member merchant participant passenger patient person player prospect registration"
    " student subscriber subscription user visitor waitlist"
    # what they make
    " article bookmark campaign chat chunk comment conversation design diagram document drawing essay favorite"
    " file filing flowchart form game image invitation journey like link listing memo message movie note photo picture"
    " playlist poll post product project question quiz rating recipe recording reply response resume review ride"
    " score shipment song story submission survey thread todo trip tweet upload video vote wishlist"
    # what happens
    " activity alarm alert analysis appointment audit backup booking case change check claim delivery email"
    " embedding event execution feedback finding history incident inspection invoice issue job log match"
    " measurement metric notification order payment prediction price purchase reading receipt report request"
    " reservation result sale sample scan session snapshot task ticket trade transaction transcript violation visit"
    # the same in Spanish and Portuguese, without the s of plurals
    " alumno aluno cita cliente comentario compra empleado estudante estudiante evento factura fatura incidente"
    " mensagen mensaje ordene paciente pago pagamento pedido producto produto reserva solicitude usuario venda venta"
)
"""What is added with use: for each person, by each of them, or with each thing that happens."""

_SET_UP = _words(
    "admin administrator app area authority bot branch brand building camera category channel city cluster collector"
    " config configuration connection connector country county course currency department district domain environment"
    " facility factory feature feed flag gateway group integration language layout level location market menu model"
    " moderator network office operator org organisation organization owner park partner permission plan platform"
    " plugin policy preset pricing profile prompt provider queue region registry repository resource role room route"
    " rule schema secret service setting shard site source staff stage state station stop store supplier symbol tag"
    " team template tenant ticker tier tool topic type university vehicle vendor venue warehouse watchlist webhook"
    " website zone"
    " categoria cidade ciudade configuracione organizacione proveedore sucursale"
)
"""What somebody sets up, one by one."""

_FOR_MANY = _words("aggregate average counter kpi rollup stat statistic summary total")
"""One entry for many others. A function of that name makes them of what it reads."""

_PASSING = _words("captcha heartbeat lease lock nonce otp presence socket token")
"""What is there for a short time only, and expires or is removed."""

_SAYS_NOTHING = re.compile(
    r"(?:_(?:tables?|tbl|ddb|dynamo_?db|db|name|arn|id|ids|data|store|storage|repository|repo|dao|service|manager|model"
    r"|handler|lambda|function|index|cache|cached|sync|items?|list|records?|rows?|entries|status|info|details|all|live|current"
    r"|dev|development|env|environment|suffix|prod|production|staging|stage|stg|test|v?\d+|local))+$"
)
_OF_EACH = _words(
    "account client company customer device member merchant patient project student subscriber tenant user"
)
"""Those of whom each may have some of what somebody sets up: `tenant_services`, `company_config`."""

_KEPT_BY_EACH = _words(
    "config configuration connection counter integration profile service setting site stat statistic store summary"
    " token total watchlist webhook website"
)

_BEHIND = re.compile(r"_(?:by|for|from|to|of|with|in|on|at|and|that|which|until|since|before|after)_.*$")
_OF_ONE_RUN = re.compile(r"(?:^|_)(?:jobs?|runs?|requests?|executions?|tasks?|batch|invocations?|te?mp)(?:_|$)")
"""Words in prefixes for what one run leaves behind."""

_OF_FEW = re.compile(r"admin|staff|moderator|owner|operator|manager|root|editor|support|superuser", re.IGNORECASE)
"""Words in the names of groups of a few people."""

_READS = re.compile(r"(?:list|get|read|scan|query|find|fetch|search)(?:[-_]?all)?\.py", re.IGNORECASE)
_PER_FUNCTION = re.compile(r"(?:app|main|handler|index|lambda_function|function|lambda)\.py")
_GETS = re.compile(r"(?:list|get|read|scan|query|find|fetch|search|export)[-_A-Z]", re.IGNORECASE)
"""Names of modules that are those of an act alone, or of none, and of folders for one function."""

_GENERATED = _words("uuid uuid1 uuid4 ulid nanoid ksuid token_hex token_urlsafe aws_request_id")

_NUMBERED = re.compile(r"(?:^|_|[a-z])(?:id|no|number|num|index|seq|sequence)$", re.IGNORECASE)


def filling(
    operation: ListOperation,
    request: Request,
    scope: Scope,
    named_by: Sequence[cst.BaseExpression],
    titles: Iterable[str],
    constants: Mapping[str, cst.BaseExpression],
    grows: object,
    *,
    uses: Uses,
    adds: bool,
) -> str:
    """In the words of `ListRead.fills`, empty where nothing tells; `titles` are the names of the function, its class
    and its module, `uses` is what is done with the page, `adds` whether the module adds entries to the table."""
    if operation.service == "s3":
        return _of_prefix(request, grows)
    if operation.service != "dynamodb" or operation.name == "list_tables":
        return _of_account(operation, request)
    asked = [_told(name, is_name=True) for name in request.words()]
    tables = [_told(name, is_name=True) for node in named_by for name in meant(node, scope, constants)]
    others = [_told(name, is_name=False) for name in titles]
    for told in (asked, tables, others):
        if first := next(filter(None, told), ""):
            return first
    return "added" if adds or any(_finds_last(loop, scope) for loop in uses.loops) else ""


def of_folder(folder: str, module: str) -> str:
    """The folder of a module where it tells what this reads: `users/list.py` and `get-users/app.py` read users. Empty
    for others, and where it is named for a few."""
    is_read = _READS.fullmatch(module) is not None
    is_of_function = _PER_FUNCTION.fullmatch(module) is not None and _GETS.match(folder) is not None
    return folder if (is_read or is_of_function) and _told(folder, is_name=False) == "named" else ""


def adds_entries(module: ModuleInfo, table: str) -> bool:
    """Whether a module puts entries with generated keys into the table of a name."""
    if _GENERATED.isdisjoint(module.words) or "put_item" not in module.words or not table.isidentifier():
        return False
    text = module.source.text
    return re.search(rf"\b{table}(?:\(\))?\s*\.\s*put_item\s*\(", text) is not None


def _finds_last(loop: cst.For | cst.CompFor, scope: Scope) -> bool:
    """Whether the largest of the numbers of entries is looked for, after which the next one is numbered:
    `max(int(item["orderId"]) for item in items)`."""
    made = scope.parents.get(loop)
    if not isinstance(made, (cst.GeneratorExp, cst.ListComp)):
        return False
    holder = scope.parents.get(made)
    call = scope.parents.get(holder) if isinstance(holder, cst.Arg) else None
    texts = [text_of(part) for part in walk(made.elt) if isinstance(part, cst.SimpleString)]
    return isinstance(call, cst.Call) and called_name(call) == "max" and any(map(_NUMBERED.search, texts))


def _of_prefix(request: Request, grows: object) -> str:
    """A page of objects is full with a thousand; what one run leaves, or files of settings, are fewer."""
    prefix = request.given.get("Prefix")
    if prefix is None:
        return "page"
    if grows == "cleared" and not request.is_constant(prefix):
        return "few" if _OF_ONE_RUN.search(_all_words(prefix)) else "page"
    last = text_of(prefix).strip("/").rpartition("/")[2]
    return "few" if last and _told(last, is_name=True) == "few" else "page"


def _all_words(prefix: cst.CSTNode) -> str:
    parts = [part.value for part in walk(prefix) if isinstance(part, cst.FormattedStringText)]
    return re.sub(r"\W+", "_", snake_case("_".join([words_in(prefix), *parts])))


def _of_account(operation: ListOperation, request: Request) -> str:
    """A page of resources is small; only groups of a few people, and the settings of one path, stay below it."""
    group = request.given.get("GroupName")
    if group is not None and _OF_FEW.search(words_in(group)):
        return "few"
    if operation.name == "get_parameters_by_path":
        recursive = request.given.get("Recursive")
        return "page" if isinstance(recursive, cst.Name) and recursive.value == "True" else ""
    return "page"


def meant(
    node: cst.CSTNode, scope: Scope, constants: Mapping[str, cst.BaseExpression], levels: int = 3
) -> Iterable[str]:
    """The names for which an expression stands, and those for which these stand."""
    for name in names_in(node):
        own = scope.assignments.get(name, ())
        value = own[0].value if len(own) == 1 else constants.get(name)
        if levels and value is not None and value is not node:
            yield from meant(value, scope, constants, levels - 1)
        yield name


def _told(written: str, *, is_name: bool) -> str:
    """What a name tells of entries, by its last noun; of the names of functions only plurals count."""
    name = re.sub(r"\W+", "_", snake_case(written)).strip("_")
    name = _SAYS_NOTHING.sub("", _BEHIND.sub("", f"_{name}")).strip("_")
    words = name.split("_")
    for word in reversed(words if not is_name else words[-1:]):
        stem = _singular(word)
        if stem == word and not is_name:
            continue
        if stem in _ADDED or word in _ADDED:
            return "named"
        if not {stem, word}.isdisjoint(_SET_UP | _PASSING | (_FOR_MANY if is_name else frozenset())):
            is_of_each = stem in _KEPT_BY_EACH and not _OF_EACH.isdisjoint(map(_singular, words))
            return "named" if is_of_each else "few"
    return ""


def _singular(word: str) -> str:
    if word.endswith("ies") and word not in {"movies", "series", "cookies"}:
        return word[:-3] + "y"
    if word.endswith("zzes"):
        return word[:-3]
    if word.endswith("yses"):
        return word[:-2] + "is"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


__all__ = ["adds_entries", "filling", "meant", "of_folder"]
