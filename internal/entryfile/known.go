package entryfile

// Fields returns the fields that an entry of a file may have, for who writes files of every kind.
func Fields() []string { return entryFields() }
