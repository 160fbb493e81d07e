"""The go-live rehearsal: a month of a desk in virtual time against a client, what it missed, and whether it may go live."""
