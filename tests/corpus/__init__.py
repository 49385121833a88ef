"""Documents that we made up, for tests of more than one room."""
