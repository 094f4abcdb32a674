"""What `ws-notebook doctor` and `%responses doctor` find: what is installed, what a provider answers, what to do."""

from __future__ import annotations

from .diagnosis import Diagnosis, Finding, diagnose

__all__ = ["Diagnosis", "Finding", "diagnose"]
