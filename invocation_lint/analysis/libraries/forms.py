"""Text and bytes whose notation is known though their content is not: form data, pickles, YAML, markup, pictures.

`Typed.form` names a notation that is no JSON. What a file or a query gives whole is named by `Typed.source`.
"""

from __future__ import annotations

import re

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Typed, Value
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import traced
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

NOTATIONS: dict[str, tuple[str, str]] = {
    "urllib.parse.urlencode": ("str", "form data"),
    "pickle.dumps": ("bytes", "pickled data"),
    "cloudpickle.dumps": ("bytes", "pickled data"),
    "dill.dumps": ("bytes", "pickled data"),
    "joblib.dumps": ("bytes", "pickled data"),
    "marshal.dumps": ("bytes", "marshalled data"),
    "plistlib.dumps": ("bytes", "a property list"),
    "msgpack.packb": ("bytes", "MessagePack"),
    "msgpack.dumps": ("bytes", "MessagePack"),
    "cbor2.dumps": ("bytes", "CBOR"),
    "bson.encode": ("bytes", "BSON"),
    "gzip.compress": ("bytes", "compressed data"),
    "zlib.compress": ("bytes", "compressed data"),
    "bz2.compress": ("bytes", "compressed data"),
    "lzma.compress": ("bytes", "compressed data"),
    "zstandard.compress": ("bytes", "compressed data"),
    "xml.etree.ElementTree.tostring": ("bytes", "XML"),
    "lxml.etree.tostring": ("bytes", "XML"),
    "xmltodict.unparse": ("str", "XML"),
    "toml.dumps": ("str", "TOML"),
    "tomli_w.dumps": ("str", "TOML"),
    "yaml.dump": ("str", "YAML"),
    "yaml.safe_dump": ("str", "YAML"),
}
"""Functions to the type that they give, and its notation. An empty TOML or YAML document is left out of account."""

_BINARY = re.compile(
    r"(?i)\.(?:png|jpe?g|gif|webp|tiff?|bmp|ico|pdf|zip|gz|bz2|xz|tar|mp[34]|wav|ogg|mov|avi|webm|parquet|avro|pkl|"
    r"pickle|npy|npz|docx?|xlsx?|pptx?|csv|ya?ml|xml|html?|md)\Z"
)
"""Endings of files that hold no JSON."""

_MEDIA = re.compile(
    r"(?i)(?:^|_)(?:image|picture|photo|thumbnail|video|audio|pdf|avatar|screenshot|mp3|mp4|png|jpe?g)s?"
    r"(?:_?(?:file|handle|stream|path|fh|fp|f))?\Z"
)
"""Names of open files and of paths that are those of media."""


def call_symbol(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """What a function gives that writes another notation than JSON; None for any other function."""
    found = NOTATIONS.get(name)
    if found is None:
        return None
    kind, form = found
    for value in arguments.values():
        traced.note_escape(frame, value, "handed_over", node)
    if form == "YAML" and (len(arguments.args) > 1 or not _in_blocks(arguments)):
        return None
    return Value((Typed(kind, "", form=form),))


def _in_blocks(arguments: Arguments) -> bool:
    """Whether YAML is written in blocks, to a text: a flow of numbers is JSON."""
    return not {"stream", "default_flow_style", "default_style", "Dumper"} & set(arguments.kwargs)


def opened(arguments: Arguments, mode: str) -> Typed:
    """An open file: a name that ends as that of a picture or archive tells what is in it."""
    path = arguments.get(0, "file")
    atom = path.single if path is not None else None
    if isinstance(atom, Const) and isinstance(atom.value, str):
        form = form_of_name(atom.value)
    else:
        named = dotted(arguments.nodes[0]) if arguments.nodes else ""
        form = "media content" if _MEDIA.search(named.rpartition(".")[2]) else ""
    return Typed("binary_file" if "b" in mode else "text_file", "open()", form=form)


def form_of_name(path: str) -> str:
    """What is in a file of that name, where it is no JSON."""
    found = _BINARY.search(path)
    return f"a {found[0].lower()} file" if found is not None else ""


def read_whole(atom: Typed, kind: str, node: cst.CSTNode, *, whole: bool) -> Value:
    """What `file.read()` gives: the notation of the file, told by its path or by the name of the open file."""
    form = atom.form
    owner = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    if not form and _MEDIA.search(dotted(owner).rpartition(".")[2]):
        form = "media content"
    return Value((Typed(kind, "read()" if whole and atom.source == "open()" else "", form=form),))
