"""pamlint proves that the network rules of a privileged access management estate are right."""

__version__ = "0.1.0"
