package dregsy

import (
	"errors"
	"strings"

	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/printable"
)

// task is what the mappings of a task share.
type task struct {
	name           string
	source, target string // hosts of registries
	into           *draft.Draft
}

func readTask(v member.Value, into *draft.Draft) {
	m, ok := v.Map()
	if !ok {
		return
	}
	t := task{into: into}
	t.name, _ = m.Get("name").Text()
	var sourceOK, targetOK bool
	t.source, sourceOK = location(m.Get("source"))
	t.target, targetOK = location(m.Get("target"))
	mappings, _ := m.Get("mappings").List()
	for _, mapping := range mappings {
		if sourceOK && targetOK {
			t.mapping(mapping)
			continue
		}
		mapping.Remark(draft.LeftOut, "the source or the target of the task can't be read")
	}
	m.Note(taskNotes())
}

var errRegistry = errors.New("there must be a registry")

// location returns the host of a registry. How it is reached gets remarks; nothing of a login is written or quoted.
func location(v member.Value) (host string, ok bool) {
	if v.IsZero() {
		return "", false
	}
	m, ok := v.Map()
	if !ok {
		return "", false
	}
	registry := m.Get("registry")
	host, ok = registry.Text()
	if _, after, found := strings.Cut(host, "@"); found && after == "public.ecr.aws" {
		host = after // what stands before it says how dregsy logs in
	}
	err := draft.CheckName(host)
	if err == nil && host == "" {
		err = errRegistry
	}
	if err != nil {
		registry.Remark(draft.LeftOut, "%v", err)
		ok, host = false, "REGISTRY"
	}
	if lister, ok := m.Get("lister").Map(); ok {
		lister.Note(listerNotes())
	}
	m.Note(locationNotes(printable.Short(host, 100)))
	return strings.Trim(host, "/"), ok
}

func locationNotes(host string) map[string]member.Note {
	login := member.Login(host)
	login.Usual = []string{"none"}
	return map[string]member.Note{
		"auth":            login,
		"auth-refresh":    {Kind: draft.Elsewhere, Text: "Amazon ECR takes AWS credentials, which renew themselves"},
		"skip-tls-verify": member.Insecure(host, "false"),
	}
}

// listerNotes returns the remarks on how repositories are listed.
func listerNotes() map[string]member.Note {
	own := member.Note{
		Kind: draft.Elsewhere,
		Text: "mirror lists repositories by itself: controller explain SOURCE says which it finds",
	}
	return map[string]member.Note{
		"type": own, "maxItems": own, "cacheDuration": own,
		"search": {
			Kind: draft.Differs,
			Text: "repositories are not searched for: all that from matches are mirrored, if the registry lists them",
		},
	}
}
