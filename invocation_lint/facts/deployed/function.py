"""The fact `deployed_function`: a Lambda function of a template, and whether the code that it names is there.

The last part of a handler is a name in a module, what stands before it is the module's path below the folder that is
deployed (Lambda developer guide, define Lambda function handler in Python). A module or a name that is not there fails
each invocation with Runtime.ImportModuleError or Runtime.HandlerNotFound.
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

FOUND = ("found", "missing")


@record
class DeployedFunction:
    """One function. Absent is None, not known is `Unknown`."""

    name: Text = fact_field("its name in the template")
    handler: Text = fact_field("its handler, as the template has it")
    module: Text = fact_field("whether the module of the handler is in the deployed folder", words=FOUND)
    entry: Text = fact_field("whether that module has the name that the handler ends with", words=FOUND)
    seen: Text = fact_field("what is there instead, or why that is unknown, in words")
