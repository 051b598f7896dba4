"""The fact `list_read`: a call of an operation of AWS that answers in pages, and what is done with the page.

It stands beside `job_query`: that one is about tables of jobs, whatever reads them; this one about pages, whatever they
hold.
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Caller:
    kind: Text = fact_field(
        "what kind of code the read is in", words=("lambda_handler", "view", "script", "library", "test", "task")
    )


@record
class ListRead:
    """One read of a page, as its function shows it. Absent is None, not known is `Unknown`."""

    service: Text = fact_field("the service, as boto3 names it")
    operation: Text = fact_field("the method of the client or of the table")
    page: Text = fact_field("the maximum size of a page: 1 MB, or a number of entries")
    read: Text = fact_field(
        "what of all entries the call can give, in words: the first page, or what a limit leaves: DynamoDB counts what "
        "it looks at, and filters then"
    )
    paginator: Text = fact_field("the name of the paginator that boto3 has for the operation; absent where it has none")
    entries: Text = fact_field(
        "what the entries are: data that grows with use, account resources, or settings, by the name of the table",
        words=("data", "resources", "settings"),
    )
    jobs: Text = fact_field("whether they are jobs, by the name of the table", words=YES_NO)
    limit: Text = fact_field("the parameter that limits the number of entries, if given")
    asks_for: Text = fact_field(
        "what the request lists: everything, everything in one parent (a bucket, a user pool), everything of a kind (a"
        " partition or prefix that a constant names), a part (one of many partitions or prefixes), or what further "
        "parameters name",
        words=("all", "parent", "kind", "part", "named"),
    )
    grows: Text = fact_field(
        "what tells that a part may hold more than a page: all of it is removed, the newest object is looked for, sizes"
        " or other numbers of all objects are added up, or its entries are added with each thing that happens (messages"
        ", events), by the names of table, function and class, also to all the people of an organization together; of "
        "those, or of objects of a time, only some are kept; or its entries are the texts of a document; absent where "
        "nothing does and a limit is given",
        words=("cleared", "newest", "summed", "happenings", "amassed", "sifted", "texts"),
    )
    fills: Text = fact_field(
        "what tells that a list fills a page: its entries are added with use, by the names of the table, the function, "
        "the class or the module (users, orders), or the module adds some with generated keys; or a page is small, or "
        "full with the objects of a bucket. Or these are a few, by the same names: what somebody sets up (sites, "
        "categories), what is there for a short time (tokens, locks), a group of administrators, what one run leaves "
        "in a bucket; one total for many (daily statistics); or the list does not grow: its items expire, leave it when"
        " the work on them is done, or are added only up to a number",
        words=("named", "added", "page", "few"),
    )
    filtered: Text = fact_field(
        "whether a filter drops entries after the page was read, so that the page may be empty although there are"
        " some (DynamoDB: FilterExpression), or the function itself drops them, so that a limit is one"
        " of what is looked at",
        words=YES_NO,
    )
    created: Text = fact_field("whether the function has just created what it lists", words=YES_NO)
    next_page: Text = fact_field(
        "whether anything in the function reads what leads to the next page: a token, a paginator, a cursor",
        words=YES_NO,
    )
    used: Text = fact_field(
        "the strongest use of the entries of the page: a loop over all of them, a loop that looks for one, "
        "returned by the function, stored or passed on, counted, put in order for the first or last of them; or only "
        "printed, a part of them, one of them, a check whether there are any, a number of them that is only shown, or "
        "nothing",
        words=(
            *("looped", "searched", "returned", "kept", "counted", "ranked"),
            *("printed", "cut", "one", "tested", "tallied", "nothing"),
        ),
    )
    each_entry: Text = fact_field(
        "what a loop does for each entry: changes, removes, sends or starts something, or only reads",
        words=("acts", "reads"),
    )
    runs_on: Text = fact_field(
        "whether the code is a Lambda handler's, is imported by one, or leads to an invocation and is not run by hand;"
        " a function that nothing calls, and a handler that is left out where templates deploy all those beside it, run"
        " nowhere",
        words=("lambda", "elsewhere"),
    )
    caller: Caller = fact_field("the code that reads", default=Caller())
    missed: Text = fact_field(
        "what becomes of the entries that the page leaves, in words: not deleted, not found, left out of a count",
        default="",
    )
