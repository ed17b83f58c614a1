"""What a typed line means and does: shared by the shell and by runs without a terminal."""
