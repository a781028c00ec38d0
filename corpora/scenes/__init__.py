"""Pictures that are drawn by rule, sentences that say them, and a reader that says what is true."""
