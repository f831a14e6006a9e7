"""Every database read and write of this station: identity, people, consent."""
