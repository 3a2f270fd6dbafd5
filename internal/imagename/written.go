package imagename

import "strings"

// Written is the name of an image and the text that it was parsed from. Where people write names, in a table, a file
// or a job, the text stands for the image; the name says what it means.
type Written struct {
	Text string
	Name Name
}

// ParseWritten parses the name of an image, as [ParseImage] does, and keeps the text.
func ParseWritten(text string) (Written, error) {
	name, err := ParseImage(text)
	return Written{Text: text, Name: name}, err
}

// String returns the text.
func (w Written) String() string { return w.Text }

// SplitList splits a comma-separated list of image names as people write it:
// blanks around names, empty names and repetitions are dropped.
func SplitList(s string) []string {
	var names []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
