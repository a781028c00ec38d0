"""Classification of texts: film reviews (IMDB), or texts of the user."""
