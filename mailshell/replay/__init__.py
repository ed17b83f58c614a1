"""What becomes of a recording: shown, played, served, compared."""
