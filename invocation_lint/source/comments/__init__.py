"""Comments that may suppress findings, in Python, YAML and the programs that deploy."""
