"""One person's data: handed over as a file, and erased through the whole home."""

from assistant.privacy.erasing import Erasure, erase_person, unfinished
from assistant.privacy.exporting import export_person
from assistant.privacy.model import Erased, Subject

__all__ = ["Erased", "Erasure", "Subject", "erase_person", "export_person", "unfinished"]
