"""What others know of instruments, checked and matched before it becomes rows of the registers."""
