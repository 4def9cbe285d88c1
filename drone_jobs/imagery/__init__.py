"""What flights bring home: stills, video and thermal pictures, and where each of them looked."""
