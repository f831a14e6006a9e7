"""Pure rules of plan: who enters, what happens next, why it happened. `now` is an argument."""
