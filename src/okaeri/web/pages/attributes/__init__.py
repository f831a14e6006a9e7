"""Attributes: what the shop asks about people, one person's answers, and files of answers."""
