"""What is lost when units, layers or gates are silenced."""
