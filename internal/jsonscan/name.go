package jsonscan

import (
	"bytes"
	"encoding/json"
)

// A Name is the name of an object's member as the document has it, in quotes.
type Name []byte

// Is reports whether the member has that name, however the name is escaped in the document.
func (n Name) Is(name string) bool {
	text, ok := n.text(name)
	return ok && string(text) == name
}

// Folds reports whether encoding/json takes the member for a field of that name: it ignores case, and folds
// characters such as the long s.
func (n Name) Folds(name string) bool {
	text, ok := n.text(name)
	return ok && bytes.EqualFold(text, []byte(name))
}

// text returns what is written there, unless that is too long to be the name.
func (n Name) text(name string) ([]byte, bool) {
	const longestEscape = len(`\u0000`)
	if len(n) > longestEscape*len(name)+len(`""`) {
		return nil, false
	}
	text := n[1 : len(n)-1]
	if bytes.IndexByte(text, '\\') < 0 {
		return text, true
	}
	var unescaped string
	err := json.Unmarshal(n, &unescaped)
	return []byte(unescaped), err == nil
}
