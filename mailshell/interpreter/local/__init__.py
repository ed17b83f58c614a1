"""The local commands: they begin with a dot and never cross the wire by themselves."""
