"""The listening station: a page on the box, apart from the ear that it shows."""
