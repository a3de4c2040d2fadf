"""Alpha Discovery: an automated strategy research lab that reports only what luck cannot explain."""
