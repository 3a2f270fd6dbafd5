package checks

import "fmt"

// A Tally counts the findings of a report that are not ok. Its text is the report's last line.
type Tally struct {
	Fixes   int // ask for something to be done
	Unknown int // nobody here tells
	Unasked int // AWS would tell
}

// Count counts findings.
func Count(findings []Finding) (t Tally) {
	for _, f := range findings {
		switch f.State {
		case Fix:
			t.Fixes++
		case Unknown:
			t.Unknown++
		case Unasked:
			t.Unasked++
		case OK:
		}
	}
	return t
}

// Clear says whether a deployment can go ahead. What AWS would tell, and did not, may stop it.
func (t Tally) Clear() bool { return t.Fixes == 0 && t.Unasked == 0 }

func (t Tally) String() string {
	open := ""
	if n := t.Unknown + t.Unasked; n > 0 {
		open = fmt.Sprintf(" %d could not be asked.", n)
	}
	switch {
	case t.Fixes > 0:
		return fmt.Sprintf("%d to fix before the deployment.%s", t.Fixes, open)
	case t.Unasked > 0:
		return fmt.Sprintf("Nothing to fix was found, but whether the deployment can go ahead is not known.%s "+
			"Look again with credentials that may ask what the lines with ? name.", open)
	}
	return "Nothing to fix: the deployment can go ahead." + open
}
