"""Classification of texts: film reviews, or texts of a user's own."""
