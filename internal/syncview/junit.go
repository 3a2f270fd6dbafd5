package syncview

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"ecrmirror/internal/filesync"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/printable"
)

// suiteName is the name of the suite, and the class of the case of the round as a whole.
const suiteName = "mirror sync"

// WriteJUnit prints a report as JUnit XML: a suite with a case for each image at each destination, by the class of the
// source's repository and the name of the destination. Cases of what was copied or current pass, those of what was
// deferred or left are skipped. An image that could not be judged as a whole is a case by its own name, and so is an
// entry whose source another has. A round that was stopped, or did not reach all images, is a case of its own.
//
// Elements and attributes are those of Jenkins's schema, junit-10.xsd of jenkinsci/xunit-plugin. Jenkins shows the
// attribute message, GitLab the content of elements, so both have the reason. GitLab takes the first of several cases
// of one class and name, and files under 30 MB: docs.gitlab.com, ci/testing/unit_test_reports. Jenkins fails a build
// without any case, unless its step allows empty results.
func WriteJUnit(w io.Writer, r *filesync.Report) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites{Suite: suiteOf(r)}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suite   suite    `xml:"testsuite"`
}

type suite struct {
	Name      string     `xml:"name,attr"`
	Tests     int        `xml:"tests,attr"`
	Failures  int        `xml:"failures,attr"`
	Errors    int        `xml:"errors,attr"`
	Skipped   int        `xml:"skipped,attr"`
	Time      string     `xml:"time,attr"`                // seconds, without an exponent: the schema takes none
	Timestamp string     `xml:"timestamp,attr,omitempty"` // RFC 3339
	Cases     []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr,omitempty"` // of the copy of the image, to all destinations
	Error   *outcome `xml:"error"`
	Failure *outcome `xml:"failure"`
	Skipped *outcome `xml:"skipped"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func suiteOf(r *filesync.Report) suite {
	s := suite{Name: suiteName, Time: seconds(r.Took)}
	if !r.Began.IsZero() {
		s.Timestamp = r.Began.UTC().Format(time.RFC3339)
	}
	told := map[[2]string]bool{}
	for row := range rows(r) {
		c := caseOf(row)
		if key := [2]string{c.Class, c.Name}; told[key] { // images of one repository in conflict
			c.Name = printable.Line(c.Name + " from " + row.image.Source)
		} else {
			told[key] = true
		}
		s.add(c)
	}
	if c, ok := roundOf(r); ok {
		s.add(c)
	}
	return s
}

func (s *suite) add(c testcase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Error != nil:
		s.Errors++
	case c.Failure != nil:
		s.Failures++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func caseOf(r row) testcase {
	c := testcase{Class: repositoryOf(r.image.Source), Name: printable.Line(r.destination.Name)}
	switch {
	case r.twin:
		c.Name = printable.Line(r.image.Source + " in one entry only")
	case r.destination.Name == "":
		c.Name = printable.Line(r.image.Source)
	default:
		c.Time = seconds(r.destination.Took)
	}
	switch state := r.destination.State; state {
	case filesync.Failed:
		c.Failure = outcomeOf(r.why(), r.failure().Error())
	case filesync.Deferred, filesync.Left:
		reason := strings.TrimSuffix(string(state)+": "+r.why(), ": ")
		c.Skipped = outcomeOf(reason, reason)
	}
	return c
}

// roundOf returns the case of the round, if there is something to tell of it.
func roundOf(r *filesync.Report) (testcase, bool) {
	c := testcase{Class: suiteName, Name: "the round to its end", Time: seconds(r.Took)}
	switch {
	case r.Err != nil:
		c.Error = outcomeOf(r.Err.Error(), r.Err.Error())
	case r.Unreached > 0:
		reason := fmt.Sprintf("%d images were not looked at before the time was up", r.Unreached)
		c.Skipped = outcomeOf(reason, reason)
	}
	return c, c.Error != nil || c.Skipped != nil
}

// mostTextLines is how many lines of a failure's text are written: joined errors have a line each.
const mostTextLines = 50

// outcomeOf returns an outcome of texts that XML can hold: no control character is left in them.
func outcomeOf(message, text string) *outcome {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	more := len(lines) - mostTextLines
	if more > 0 {
		lines = lines[:mostTextLines]
	}
	for i, line := range lines {
		lines[i] = printable.Line(line)
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more lines", more))
	}
	return &outcome{printable.Line(message), strings.Join(lines, "\n")}
}

// repositoryOf returns the repository of a source, or the text itself where it is none's. Jenkins takes a class apart
// at its last period, which would be one of many tags.
func repositoryOf(source string) string {
	name, err := imagename.Parse(source)
	if err == nil && !name.IsOnDisk() {
		name.Tag, name.Digest = "", ""
		source = name.String()
	}
	return printable.Line(source)
}

// seconds returns a duration in seconds, to a millisecond.
func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
