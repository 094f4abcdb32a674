"""Many questions as one: a prompt over the rows of a table, on the lanes of a session or on a cluster."""

__all__: list[str] = []
