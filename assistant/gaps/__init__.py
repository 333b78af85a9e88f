"""What people asked, taken together: open questions in groups, and how the program is used."""
