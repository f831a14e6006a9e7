"""What sums of outcomes prove, and the sentence that says so."""
