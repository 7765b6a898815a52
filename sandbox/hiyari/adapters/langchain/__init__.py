"""Agents through LangChain: any chat model it knows, and graphs of your own. Imported only when one is used."""
