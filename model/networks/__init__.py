"""Networks: a body reads a history, an output layer scores every product."""
