"""What is written on things: text, signs, QR codes, AprilTags, pictures. Cameras see it, and agents read it."""
