"""Strict reading of YAML and TOML documents, with lines and columns."""
