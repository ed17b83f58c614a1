"""What a recording can be given away as: a report, a transcript, a page, packets, a script, the messages."""
