"""Facts about what templates deploy, a module a kind. They stand where the template says it."""
