package entryfile

import (
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"ecrmirror/internal/entryform"
)

// Value reads a file with one YAML document that is no list of entries, but has something else that package entryform
// has the form of. JSON is YAML, too.
func Value(r io.Reader) (entryform.Value, error) {
	var f reader
	limited := &limiter{r: r}
	decoder := yaml.NewDecoder(limited)
	var document, more yaml.Node
	err := decoder.Decode(&document)
	if err == nil {
		err = decoder.Decode(&more)
		if err == nil {
			err = fmt.Errorf("line %d: a second document", more.Line)
		}
	} else if errors.Is(err, io.EOF) {
		err = errors.New("is empty")
	}
	switch {
	case limited.err != nil:
		return entryform.Value{}, limited.err
	case !errors.Is(err, io.EOF):
		return entryform.Value{}, syntax(err)
	}
	v := f.formOf(document.Content[0], deepest)
	if _, err := f.result(); err != nil {
		return entryform.Value{}, err
	}
	return v, nil
}
