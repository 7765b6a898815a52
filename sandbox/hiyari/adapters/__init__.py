"""The only modules that import docker, pybullet, langchain, mcp and ray."""
