# install(): headers, libraries and a package file; tests/install/ consumes them.
