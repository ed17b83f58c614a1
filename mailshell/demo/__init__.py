"""The demonstration servers: IMAP and POP3 over one sample mailbox, in this process and on the loopback."""
