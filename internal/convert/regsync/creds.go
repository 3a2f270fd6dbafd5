package regsync

import (
	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
	"ecrmirror/internal/printable"
)

// host remarks on what a file says of a registry. Nothing of a login is written or quoted.
func host(v member.Value) {
	m, ok := v.Map()
	if !ok {
		return
	}
	registry, _ := m.Get("registry").Text()
	if draft.CheckName(registry) != nil || registry == "" {
		registry = "REGISTRY"
	}
	m.Note(hostNotes(printable.Short(registry, 100)))
}

// hostNotes returns the remarks on a registry.
func hostNotes(registry string) map[string]member.Note {
	login, insecure := member.Login(registry), member.Insecure(registry, "enabled", "https")
	certificate, pace := member.Certificates(registry), pace()
	upload := member.Note{Kind: draft.Elsewhere, Text: "mirror chooses how it uploads by itself"}
	route := member.Note{
		Kind: draft.LeftOut,
		Text: "mirror reads " + registry + " itself: where it is to read another registry, name that in the sources",
	}
	return map[string]member.Note{
		"user": login, "pass": login, "token": login, "credHelper": login, "credExpire": login, "credHost": login,
		"tls": insecure, "scheme": insecure,
		"regcert": certificate, "clientCert": certificate, "clientKey": certificate, "clientcert": certificate,
		"clientkey": certificate,
		"hostname":  route, "dns": route, "pathPrefix": route, "mirrors": route, "priority": route,
		"repoAuth":  {Kind: draft.Elsewhere, Text: "mirror asks for each repository by itself", Usual: []string{no}},
		"blobChunk": upload, "blobMax": upload, "api": upload, "apiOpts": upload,
		"reqPerSec": pace, "reqConcurrent": pace,
	}
}
