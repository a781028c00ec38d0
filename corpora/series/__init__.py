"""Numbers in time: signals made by rule, series that are known by name, and tables of one's own."""
