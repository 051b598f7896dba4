"""Facts about what is read from tables: queries of jobs, and list operations of which a page is looked at."""
