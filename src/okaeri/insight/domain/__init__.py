"""Pure rules of insight: classes, intervals, reports, sentences, segment rules."""
