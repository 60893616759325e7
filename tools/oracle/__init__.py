"""Real Spark 4.2 with Delta 4.4, and the tools that compare Headrace with it."""
