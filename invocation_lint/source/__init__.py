"""Which files, what bytes, which tree, what a name means, where things stand, what comments silence.

`discover`, `scan`, `guard` and `decode` work on names and bytes and never import libcst; the other modules do, so they
are imported only for a file that `scan.may_matter` lets through.
"""
