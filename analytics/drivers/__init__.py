"""Why a number changed: exact parts of a change, and which of them stand out."""
