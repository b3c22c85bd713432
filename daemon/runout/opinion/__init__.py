"""A second opinion beside the table's grade, by a model that learnt from people's own labels."""
