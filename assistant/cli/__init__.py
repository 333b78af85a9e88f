"""The command line: one module per family of commands; `main.main` is the entry point."""
