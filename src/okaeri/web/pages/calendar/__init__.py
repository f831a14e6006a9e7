"""Pages: the content calendar, what each class gets next."""
