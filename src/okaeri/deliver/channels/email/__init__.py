"""E-mail: bytes assembled by hand (`compose`), sent by SMTP or kept in the local mailbox."""
