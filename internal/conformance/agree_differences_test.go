package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"ecrmirror/internal/planview"
)

// differences returns in what two ways of mirroring a file do not agree; nil if they do.
func differences(table, sync agreeOutcome) error {
	var errs []error
	for _, c := range []struct {
		what        string
		table, sync any
	}{
		{"what is wrong with the file", table.refused, alsoInImport(table.refused, sync.refused)},
		{"the plan", plain(table.plan), plain(sync.plan)},
		{"the requests", sortedKeys(table.asked), sortedKeys(sync.asked)},
		{"what failed", sortedKeys(table.failed), sortedKeys(sync.failed)},
		{"that something failed", table.bad || table.putOff, sync.bad},
		{"the tags of the destinations", table.tags, sync.tags},
	} {
		if diff := gocmp.Diff(c.table, c.sync); diff != "" {
			errs = append(errs, fmt.Errorf("%s (-table +sync)\n%s", c.what, diff))
		}
	}
	if len(errs) > 0 {
		errs = append(errs, fmt.Errorf("the controller said:\n%s\nsync said:\n%s", table.said, sync.said))
	}
	return errors.Join(errs...)
}

// A conflict of two entries, and where the first of them stands in the file.
var agreeConflict = regexp.MustCompile(`^(?:\S+: line \d+: )?(entry ".*": destination ".*": is written by entry )`)

// alsoInImport returns the lines in which sync says what is wrong, as an import would. An import looks for conflicts
// once it has the table's entries, too: not where something else is wrong, and without saying where they stand.
func alsoInImport(table, sync []string) (lines []string) {
	other := slices.ContainsFunc(table, func(line string) bool { return !agreeConflict.MatchString(line) })
	for _, line := range sync {
		if agreeConflict.MatchString(line) && other {
			continue
		}
		lines = append(lines, agreeConflict.ReplaceAllString(line, "$1"))
	}
	slices.Sort(lines)
	return lines
}

// What differs in reasons although it is the same: when something was, which job did it, which of an image's blobs was
// the first to fail, and what may be done by the flags of one program alone.
var (
	agreeTime = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	agreeJob  = regexp.MustCompile(`job (sync-\S+|[0-9a-f-]{36})`)
	agreeBlob = regexp.MustCompile(`(blob) sha256:[0-9a-f]{64}(: reading bytes \d+-\d+)?`)
	agreeHint = regexp.MustCompile(
		` \((or have it created, by --create-repositories or env \w+|--retry copies it at once)\)`)
)

func plainText(text string) string {
	text = agreeJob.ReplaceAllString(agreeTime.ReplaceAllString(text, "TIME"), "job JOB")
	return agreeHint.ReplaceAllString(agreeBlob.ReplaceAllString(text, "$1 DIGEST"), "")
}

// plain returns a plan without what differs between two ways that agree. Of entries that have one source it is not said
// which is the first.
func plain(plan []planview.Entry) []planview.Entry {
	all := make([]planview.Entry, len(plan))
	for i, e := range plan {
		all[i] = e
		all[i].Error = plainText(e.Error)
		all[i].Destinations = make([]planview.Destination, len(e.Destinations))
		for n, d := range e.Destinations {
			d.Reason = plainText(d.Reason)
			if strings.Contains(e.Source, "/"+unreadable) && strings.Contains(d.Name, "/"+denied+"/") {
				d.Reason, _, _ = strings.Cut(d.Reason, " TIME") // it is not said which of both fails first
			}
			all[i].Destinations[n] = d
		}
	}
	slices.SortStableFunc(all, func(a, b planview.Entry) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	return all
}
