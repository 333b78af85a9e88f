"""Running the program from its page: sources, uploads, models, vocabulary, health."""
