"""Explanations of the wire: what each line of either side means, in plain words. No I/O."""
