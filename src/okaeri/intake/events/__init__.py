"""Events in the database: written one batch or many together, read by device, person and change."""
