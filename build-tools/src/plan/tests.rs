//! Plans of small APIs.
