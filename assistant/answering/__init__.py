"""From hits to an answer: which spans, how sure, in which words."""
