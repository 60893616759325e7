"""The feature store client: feature tables, training sets, logged look-ups, publishing."""
