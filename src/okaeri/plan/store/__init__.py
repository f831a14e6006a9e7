"""Every read and write of plan's own tables: journeys and entries, the walks of the engine."""
