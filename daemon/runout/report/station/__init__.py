"""The ear's end of the listening station: what it hands the page, which may or may not be there."""
