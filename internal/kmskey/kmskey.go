// Package kmskey says what can be the name of a key of AWS KMS. It knows names only; nothing here uses the network.
package kmskey

import (
	"fmt"
	"regexp"
	"strings"

	"ecrmirror/internal/printable"
)

var (
	// keyID is a UUID, or that of a key of several regions. Source: AWS KMS Developer Guide, "Key identifiers (KeyId)".
	keyID     = regexp.MustCompile(`^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$`)
	aliasName = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)
	arn       = regexp.MustCompile(`^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(.+)$`)
)

const longestName = 2048 // bytes

// Check returns an error unless a name can be that of a key: its ARN or id, an alias, or the ARN of one.
func Check(name string) error {
	rest := name
	if m := arn.FindStringSubmatch(name); m != nil {
		rest = m[2]
		if id, ok := strings.CutPrefix(rest, "key/"); ok {
			rest = id
		} else if !strings.HasPrefix(rest, "alias/") {
			rest = ""
		}
	}
	switch {
	case len(name) > longestName:
		return fmt.Errorf("a KMS key of more than %d bytes", longestName)
	case strings.HasPrefix(name, "awskms://"):
		return fmt.Errorf("KMS key %q: leave out awskms:///", printable.Short(name, printable.Longest))
	case strings.HasPrefix(rest, "alias/aws/"):
		return fmt.Errorf("KMS key %q is one that AWS manages, and signs nothing", name)
	case !keyID.MatchString(rest) && !aliasName.MatchString(rest):
		return fmt.Errorf("KMS key %q is no key: it is an ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, an id, or an alias, "+
			"alias/NAME", printable.Short(name, printable.Longest))
	}
	return nil
}

const cosigns = "awskms://" // what cosign begins the name of a key with; an endpoint may follow, and a slash

// Is reports whether a text is meant to be the name of a key where it could be that of a file, too: an ARN, or a name
// in the form of cosign. [ARN] says what is wrong with it.
func Is(text string) bool { return strings.HasPrefix(text, "arn:") || strings.HasPrefix(text, cosigns) }

// ARN returns the ARN of a key, or of an alias, that has the same name for everybody: its ARN, or awskms:///ARN, which
// is cosign's form, awskms://[ENDPOINT]/KEY (sigstore, pkg/signature/kms/aws). An id or an alias alone is another
// region's or account's key elsewhere.
func ARN(name string) (string, error) {
	short := printable.Short(name, printable.Longest)
	key := name
	if rest, ok := strings.CutPrefix(name, cosigns); ok {
		endpoint, named, _ := strings.Cut(rest, "/")
		if endpoint != "" {
			return "", fmt.Errorf("KMS key %q has an endpoint, or lacks a slash: it is %s/ARN", short, cosigns)
		}
		key = named
	}
	if !strings.HasPrefix(key, "arn:") {
		return "", fmt.Errorf("KMS key %q says no region and account, and may be asked for elsewhere: write its ARN, "+
			"arn:aws:kms:REGION:ACCOUNT:key/ID", short)
	}
	return key, Check(key)
}

// RegionOf returns the region of a key that is named by an ARN, "" of another.
func RegionOf(name string) string {
	if m := arn.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}
