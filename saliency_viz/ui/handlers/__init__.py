"""What the page's events call."""
