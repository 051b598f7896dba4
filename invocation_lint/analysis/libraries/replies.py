"""What web frameworks make of a view's result: the reply holds what it is given, so that returning it returns that."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value, unknown
from invocation_lint.analysis.libraries import models
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

REPLIES = frozenset(
    {"flask.jsonify", "flask.make_response", "quart.jsonify", "fastapi.encoders.jsonable_encoder",
     "fastapi.responses.JSONResponse", "fastapi.responses.ORJSONResponse", "starlette.responses.JSONResponse",
     "django.http.JsonResponse", "rest_framework.response.Response", "chalice.Response"}
)  # fmt: skip

_CONTENTS = ("content", "data", "body", "obj")


def reply(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """What the reply is made of."""
    given = [*arguments.args[:1], *(arguments.kwargs[key].value for key in _CONTENTS if key in arguments.kwargs)]
    if name.endswith("jsonable_encoder") and given:
        return models.as_json(frame, given[0], node)
    return given[0] if given else unknown("a reply")
