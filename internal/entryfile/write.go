package entryfile

import (
	"cmp"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryform"
)

// header says what the file is.
const header = `# Entries of an image mirror: each source image is kept at its destinations.
#
# expires is the last day (in UTC) on which an entry is good, or a time such as
# 2027-01-31T18:00:00Z. On import it may also be a time from then on: 90d, 12w, 36h.
# Without it an entry never expires.
`

// row is an entry as the file has it.
type row struct {
	Source       string            `yaml:"source"`
	Destinations []string          `yaml:"destinations,omitempty"`
	Tags         *yaml.Node        `yaml:"tags,omitempty"`
	Repos        *yaml.Node        `yaml:"repos,omitempty"`
	ImageOptions *yaml.Node        `yaml:"options,omitempty"`
	Labels       *yaml.Node        `yaml:"labels,omitempty"`
	Options      map[string]scalar `yaml:",inline"` // by field
	note         string
}

// MarshalYAML returns the row with its comment.
func (r row) MarshalYAML() (any, error) {
	if r.note == "" {
		return plainRow(r), nil
	}
	var n yaml.Node
	if err := n.Encode(plainRow(r)); err != nil {
		return nil, err
	}
	n.HeadComment = r.note
	return &n, nil
}

// plainRow is a row without its comment.
type plainRow row

// scalar is written without quotes, as people do.
type scalar string

// MarshalYAML returns a plain scalar.
func (s scalar) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(s)}, nil
}

// rowOf returns the row of an entry.
func rowOf(e entry.Entry) row {
	r := row{
		Source: e.Source, Destinations: e.Destinations, Options: map[string]scalar{},
		Tags:         nodeOf(entryform.WriteTags(e.Tags)),
		Repos:        nodeOf(entryform.WriteRepos(e.Repos)),
		ImageOptions: nodeOf(entryform.WriteOptions(e.ImageOptions)),
		Labels:       nodeOf(entryform.WriteLabels(e.Labels)),
	}
	for _, option := range options {
		if value := option.write(e.Options); value != "" {
			r.Options[option.name] = scalar(value)
		}
	}
	return r
}

// Write writes entries, sorted by source, so that the file changes only where the
// entries do. [Read] gives the same entries back. Entries that are too many for one document are written to several.
func Write(w io.Writer, entries []entry.Entry) error {
	if _, err := io.WriteString(w, header); err != nil {
		return err
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		rows[i] = rowOf(e)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Source, b.Source) })
	return writeRows(w, rows)
}

// A Noted is an entry with a comment before it.
type Noted struct {
	entry.Entry
	Note string // of one line that can be printed; "" for none
}

// WriteInOrder writes entries in their order, after a comment about all of them, whose lines begin with #. [Read] gives
// the same entries back.
func WriteInOrder(w io.Writer, comment string, entries []Noted) error {
	if _, err := io.WriteString(w, comment); err != nil {
		return err
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		rows[i] = rowOf(e.Entry)
		rows[i].note = e.Note
	}
	return writeRows(w, rows)
}

// writeRows writes rows to as many documents as they take.
func writeRows(w io.Writer, rows []row) error {
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	for {
		n := fitting(rows)
		if err := encoder.Encode(map[string][]row{fieldEntries: rows[:n]}); err != nil {
			return err
		}
		if rows = rows[n:]; len(rows) == 0 {
			return encoder.Close()
		}
	}
}

// fitting returns how many of the entries, but one at least, go into a document.
func fitting(rows []row) int {
	places := 0
	for i, r := range rows {
		places += 6 + 2*len(r.Destinations) + 2*max(1, len(r.Options)) + // as limiter counts them
			placesOf(r.Tags) + placesOf(r.Repos) + placesOf(r.ImageOptions) + placesOf(r.Labels)
		if places > maxPlaces && i > 0 {
			return i
		}
	}
	return len(rows)
}
