"""The coming term: loaded from a spreadsheet or rolled forward, seen month by month, published together."""
