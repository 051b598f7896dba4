"""HTTP fronts of functions: REST APIs with proxy integrations, and Function URLs."""
