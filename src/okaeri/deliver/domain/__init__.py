"""Pure rules of delivery: who may be written to, when, and how it is said."""
