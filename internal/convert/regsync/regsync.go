// Package regsync reads the configuration of regsync, of https://regclient.org/usage/regsync: what it copies becomes
// entries, and the rest remarks.
package regsync

import (
	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
)

// Name is the name of the format.
const Name = "regsync"

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
	version(root.Get("version"))
	if defaults, ok := root.Get("defaults").Map(); ok {
		defaults.Note(settings())
	}
	creds, _ := root.Get("creds").List()
	for _, v := range creds {
		host(v)
	}
	steps, _ := root.Get("sync").List()
	for _, v := range steps {
		step(v, into)
	}
	root.Note(nil)
	return r.Finish()
}

func version(v member.Value) {
	if text, ok := v.Text(); ok && text != "" && text != "1" && text != "0" {
		v.Remark(draft.LeftOut, "is a version of the format that mirror does not know, which is 1")
	}
}
