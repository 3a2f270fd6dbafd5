// Package list reads lists of images as people keep them in text files: an image a line, with or without a destination.
package list

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/target"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
)

// Name is the name of the format.
const Name = "list"

// Read reads a file into a draft. destination is where images go that have no destination of their own. A line that is
// not understood gets a remark. Its error is [target.ErrNone], if a line needs a destination.
//
// A line is empty, a comment that begins with #, or one of
//
//	IMAGE
//	SRC DEST...
//	SRC=DEST, SRC = DEST
//	SRC DEST TAG
//
// with blanks and a comment at its end, if there is one. A destination without tag and digest has those of the source.
func Read(data []byte, destination string, into *draft.Draft) error {
	number := 0
	for text := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		number++
		l := line{number: number, field: "image"}
		words := split(text)
		if len(words) == 0 {
			continue
		}
		into.Read(number)
		err := l.read(words, destination)
		if errors.Is(err, target.ErrNone) {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if err != nil {
			into.Remark(draft.Remark{Line: number, Field: l.field, Kind: draft.LeftOut, Text: err.Error()})
			continue
		}
		into.Add(draft.Entry{Entry: l.entry, Line: number, Field: l.field})
	}
	return nil
}

// split returns the names of a line. A comment begins with # at the beginning of a word. Between a source and its
// destination there may be an equals sign; no name has one.
func split(text string) []string {
	var words []string
	for _, word := range strings.Fields(strings.ReplaceAll(text, "=", " = ")) {
		if strings.HasPrefix(word, "#") {
			break
		}
		words = append(words, word)
	}
	return words
}

// line is a line of the file.
type line struct {
	number int
	field  string // which name is read
	entry  entry.Entry
}

var (
	errForm = errors.New("the line is none of IMAGE, SRC DEST..., SRC=DEST and SRC DEST TAG: write it as one of " +
		"them, or name the format by --from")
	errDisk = errors.New("entries name images in registries: copy files by mirror")
)

func (l *line) read(words []string, destination string) error {
	if len(words) == 3 && words[1] == "=" {
		words = []string{words[0], words[2]}
	}
	for _, word := range words {
		if strings.ContainsAny(word, "=\"'[]{},;|<>()") && draft.CheckName(word) == nil {
			return errForm
		}
	}
	if len(words) == 3 && isTag(words[2]) {
		words = tagged(words)
	}
	if slices.ContainsFunc(words[1:], isTag) { // docker pull IMAGE
		return errForm
	}
	source, err := draft.ParseName(words[0])
	switch {
	case err != nil:
		return err
	case source.IsOnDisk():
		return errDisk
	}
	source = source.OrLatest()
	l.entry.Source = source.String()
	if len(words) > 1 {
		return l.destinations(words[1:], source)
	}
	repository, err := target.Repository(destination, source, target.FullName)
	if err != nil {
		return err
	}
	return l.destinations([]string{repository}, source)
}

// isTag reports whether a word of a line may be a tag, and is no destination.
func isTag(word string) bool { return !strings.ContainsAny(word, "/:@") }

// tagged returns the source and the destination of a line SRC DEST TAG. That a name has a tag of its own is an error of
// what it becomes.
func tagged(words []string) []string {
	return []string{words[0] + ":" + words[2], words[1] + ":" + words[2]}
}

// destinations sets the destinations. One without tag and digest gets those of the source.
func (l *line) destinations(texts []string, source imagename.Name) error {
	l.field = "destination"
	for _, text := range texts {
		name, err := draft.ParseName(text)
		switch {
		case err != nil:
			return err
		case name.IsOnDisk():
			return errDisk
		case name.IsRepository() && source.Tag != "":
			name.Tag = source.Tag
		case name.IsRepository():
			name.Digest = source.Digest
		}
		l.entry.Destinations = append(l.entry.Destinations, name.String())
	}
	l.field = "image"
	return nil
}
