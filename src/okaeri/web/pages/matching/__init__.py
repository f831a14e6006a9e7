"""Who may be one person: questions to staff, their answers, and taking answers back."""
