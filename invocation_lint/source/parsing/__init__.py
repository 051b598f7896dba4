"""From text to trees: what can be parsed, where things stand in it, and which parts are parsed at all."""
