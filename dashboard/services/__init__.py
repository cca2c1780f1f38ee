"""What pages and the command line ask for: plain questions, plain answers, no HTML."""
