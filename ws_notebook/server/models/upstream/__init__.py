"""A model that is another server's: its WebSocket mode, Responses, Chat Completions or completion API, as Responses."""

__all__: list[str] = []
