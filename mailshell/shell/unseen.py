"""Typing that is not shown: neither what is typed nor how much."""

from __future__ import annotations

from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput


class Unseen(Processor):
    """Shows nothing of the line, and leaves the cursor where it is."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda _: 0, display_to_source=lambda _: 0)
