"""From a question in plain language to a metric query, a question back or a refusal."""
