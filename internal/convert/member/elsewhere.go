package member

import "ecrmirror/internal/convert/draft"

// The notes that the files of several peers need.

// Login returns the note on a login to a registry.
func Login(host string) Note {
	return Note{Kind: draft.Elsewhere, Text: "logins are not written: run docker login " + host +
		", or give the controller's deployment a secret (--auth-secret)"}
}

// Insecure returns the note on a registry that is reached without verified TLS, unless a usual value says otherwise.
func Insecure(host string, usual ...string) Note {
	return Note{
		Kind: draft.Elsewhere, Usual: usual,
		Text: "run mirror and the controller with --insecure-registry " + host,
	}
}

// Certificates returns the note on certificates of a registry.
func Certificates(host string) Note {
	return Note{Kind: draft.Elsewhere, Text: "put the certificates into /etc/containers/certs.d/" + host}
}

// Schedule returns the note on when a peer runs.
func Schedule() Note {
	return Note{
		Kind: draft.Elsewhere,
		Text: "the deployment says when controller sweep runs, for all entries; mirror runs when it is called",
	}
}

// Platforms returns the note on a choice of platforms, unless a usual value says all.
func Platforms(usual ...string) Note {
	return Note{
		Kind: draft.LeftOut, Usual: usual,
		Text: "all platforms are copied, with the index as it is; options: {platforms: [...]} of the entry copies some",
	}
}
