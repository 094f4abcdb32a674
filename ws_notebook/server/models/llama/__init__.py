"""A real language model on this machine: llama.cpp in a process of its own, an upstream of a known dialect."""

from __future__ import annotations

__all__: list[str] = []
