"""What the facilities lack as a network, over HTTP and as files for the yearly plan."""
