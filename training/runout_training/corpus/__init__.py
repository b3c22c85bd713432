"""Music and drums to train and test on, by Debian package name, split by track."""
