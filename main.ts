// Replaced by the entry point proper.
export {};
