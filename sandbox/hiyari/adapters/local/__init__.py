"""The agent ``local``: a small language model on this CPU. Imported only when it is used."""
