"""The wall screen (大屏): signed figures only, in large type, turning by themselves."""
