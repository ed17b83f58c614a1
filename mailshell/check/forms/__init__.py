"""The forms of a report: terminal, Markdown, HTML, JSON."""
