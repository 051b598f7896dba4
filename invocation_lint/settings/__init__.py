"""What a run was told: keys of the configuration, where they are written, and the rules that they select."""
