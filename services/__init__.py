"""Use cases over one database. Access lives in the query, so that hidden equals missing."""
