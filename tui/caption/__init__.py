"""The pane Captions: a picture in words, and where each word looks."""
