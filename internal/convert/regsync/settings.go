package regsync

import (
	"ecrmirror/internal/convert/draft"
	"ecrmirror/internal/convert/member"
)

// Values that say what mirror does by itself.
const (
	no  = "false"
	yes = "true"
)

// settings returns the remarks on members of defaults and of steps that no entry has.
func settings() map[string]member.Note {
	const artifacts = "all artifacts come with an image, unless options: {artifacts: ...} of the entry says otherwise"
	return map[string]member.Note{
		"interval": member.Schedule(),
		"schedule": member.Schedule(),
		"ratelimit": {Kind: draft.Elsewhere, Text: "a check takes no pull, and what a registry's rate limit holds up " +
			"is put off to a later sweep"},
		"rateLimit":  {Kind: draft.LeftOut, Text: "regsync does not know this member; its own is ratelimit"},
		"parallel":   pace(),
		"cacheCount": {Kind: draft.Elsewhere, Text: "mirror keeps no cache between runs"},
		"cacheTime":  {Kind: draft.Elsewhere, Text: "mirror keeps no cache between runs"},
		"blobLimit":  {Kind: draft.Elsewhere, Text: "mirror reads blobs in pieces; --memory-budget bounds them all"},
		"userAgent":  {Kind: draft.Elsewhere, Text: "mirror has a user agent of its own"},
		"skipDockerConfig": {
			Kind: draft.Elsewhere, Usual: []string{no},
			Text: "mirror reads the logins that docker and podman keep, unless --auth-secret names some",
		},
		"backup": {
			Kind: draft.LeftOut,
			Text: "the image that a tag had before gets no other tag: let the destination's registry keep it",
		},
		"referrers":       {Kind: draft.Elsewhere, Text: artifacts, Usual: []string{no}},
		"digestTags":      {Kind: draft.Elsewhere, Text: artifacts, Usual: []string{no}},
		"referrerFilters": {Kind: draft.LeftOut, Text: artifacts + ": a list of types"},
		"referrerSource": {
			Kind: draft.LeftOut, Text: "options: {artifactsFrom: REPOSITORY} of the entry says where artifacts are",
		},
		"referrerTarget": {Kind: draft.LeftOut, Text: "artifacts are kept in the image's repository"},
		"referrerSlow":   {Kind: draft.LeftOut, Text: artifacts, Usual: []string{no}},
		"fastCopy": {
			Kind: draft.Elsewhere, Usual: []string{yes},
			Text: "an image whose digest is at the destination is current, and nothing else of it is looked at",
		},
		"fastCheck": {
			Kind: draft.Elsewhere, Usual: []string{yes},
			Text: "an image whose digest is at the destination is current, and nothing else of it is looked at",
		},
		"forceRecursive": {
			Kind: draft.LeftOut, Usual: []string{no},
			Text: "an image whose digest is at the destination is current, and its parts are not looked at",
		},
		"includeExternal": {
			Kind: draft.LeftOut, Usual: []string{no},
			Text: "layers that a manifest names by URLs elsewhere stay there",
		},
		"mediaTypes": {Kind: draft.LeftOut, Text: "an entry does not choose media types: all images are copied"},
		"hooks":      {Kind: draft.LeftOut, Text: "mirror runs no commands: run them around it"},
	}
}

// pace returns the remark on how fast regsync goes.
func pace() member.Note {
	return member.Note{
		Kind: draft.Elsewhere,
		Text: "mirror goes as fast as registries let it, and waits where they say so",
	}
}
