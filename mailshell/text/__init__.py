"""Text for people: what is shown on a terminal passes through here. Imports nothing of mailshell."""
