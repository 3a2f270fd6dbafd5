// Package dregsy reads the configuration of dregsy, of https://github.com/xelalexv/dregsy: the mappings of its tasks
// become entries, and the rest remarks.
package dregsy

import (
	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
)

// Name is the name of the format.
const Name = "dregsy"

// Read reads a file into a draft. Its error says that the file can't be read at all.
func Read(data []byte, into *draft.Draft) error {
	r, err := member.Open(data, Name, into)
	if err != nil {
		return err
	}
	root, ok := r.Root()
	if !ok {
		return r.Finish()
	}
	tasks, _ := root.Get("tasks").List()
	for _, v := range tasks {
		readTask(v, into)
	}
	root.Note(settings())
	return r.Finish()
}

// settings returns the remarks on members of the file.
func settings() map[string]member.Note {
	relay := member.Note{Kind: draft.Elsewhere, Text: "mirror copies by itself, without skopeo and without Docker"}
	return map[string]member.Note{
		"relay": relay, "skopeo": relay, "docker": relay, "dockerhost": relay, "api-version": relay,
		"lister": {Kind: draft.Elsewhere, Text: "mirror lists by itself; --most-repositories bounds how many it takes"},
		"watch":  {Kind: draft.Elsewhere, Text: "controller import writes what has changed in a file"},
	}
}

// taskNotes returns the remarks on members of a task.
func taskNotes() map[string]member.Note {
	return map[string]member.Note{
		"interval":      member.Schedule(),
		"verbose":       {Kind: draft.Elsewhere, Text: "pass --verbose to mirror", Usual: []string{"false"}},
		"mappings_file": {Kind: draft.LeftOut, Text: "the file is not read: write its mappings into the task"},
	}
}
