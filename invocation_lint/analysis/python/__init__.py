"""What Python does, a module a construct.

A construct evaluates, runs and calls what is inside it through its frame (`frame.evaluate`, `frame.run`, `frame.call`),
and asks what is known of libraries through what the interpreter holds: `frames/protocol.py` names all of it.
"""
