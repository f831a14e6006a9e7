"""Forms: keeping what they ask, taking what people write, handing out files."""
