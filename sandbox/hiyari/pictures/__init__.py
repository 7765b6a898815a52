"""Pictures for people: stills of scenes and robots, films of recorded episodes. No agent ever gets one of these."""
