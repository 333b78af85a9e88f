"""`deskwise analyse KIND`: one module for each kind, each with a click command `command`."""
