"""The numbers of a report, and the words and the chart that show them."""
