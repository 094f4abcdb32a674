"""What the programs of this folder share: the server, the clients, their processes, and how a result is written."""

__all__: list[str] = []
