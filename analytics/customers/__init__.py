"""What customers do and will do: models over the customer tables."""
