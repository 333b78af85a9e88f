"""The question side of the encoder, adapted to a company's own articles.

Passages keep their vectors and the index stays as it is: only how a question is read changes. It
comes into use when it finds held-out documents better, all legs of the search together.
"""
