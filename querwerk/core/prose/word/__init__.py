"""Word documents (Office Open XML, ISO/IEC 29500) to bodies and back."""
