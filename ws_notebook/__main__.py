"""``python -m ws_notebook``."""

from __future__ import annotations

from ws_notebook.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    raise SystemExit(main())
