"""What librarians and authors take away."""
