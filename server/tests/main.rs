//! The server over HTTP and on the command line.
