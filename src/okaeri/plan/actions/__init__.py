"""What plan does: enrol, advance, switch journeys on and off, keep definitions. One file per use case."""
