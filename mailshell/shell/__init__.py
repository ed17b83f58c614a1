"""The interactive shell. All of prompt-toolkit lives here."""
