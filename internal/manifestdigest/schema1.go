package manifestdigest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ecrmirror/internal/jsonscan"
)

// errPayload says that there is no telling what was signed, or that it is not what the manifest says.
var errPayload = errors.New("its signatures are not of what it says")

// signedPayload returns what the signatures in a manifest are of: its bytes up to where the signatures
// were put in, and those that followed there. See "Signed manifests" in
// https://distribution.github.io/distribution/spec/deprecated-schema-v1/.
//
// Each signature says by itself how many bytes those are and what followed. So a
// manifest can have anything follow, an image of the digest asked for, and say that nothing of the
// manifest itself was signed. Therefore nothing may follow but the end of the object, and nothing may
// have been put in but the signatures.
func signedPayload(raw []byte) ([]byte, error) {
	root, err := jsonscan.Check(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPayload, err)
	}
	length, tail, err := signedIn(root)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPayload, err)
	}
	if length < 1 || length > len(raw) || strings.TrimSpace(string(tail)) != "}" || !onlySignatures(raw[length:]) {
		return nil, fmt.Errorf("%w: they are of other bytes", errPayload)
	}
	payload := slices.Concat(raw[:length], tail)
	var more struct{ Signatures json.RawMessage }
	if err := json.Unmarshal(payload, &more); err != nil || more.Signatures != nil {
		return nil, fmt.Errorf("%w: they are of others", errPayload)
	}
	return payload, nil
}

// signedIn returns what all signatures of a manifest say that they are of.
func signedIn(root jsonscan.Value) (length int, tail []byte, err error) {
	n := 0
	for name, signatures := range root.Members() {
		if !name.Folds("signatures") {
			continue
		}
		for signature := range signatures.Elements() {
			l, t, err := protected(signature)
			if err == nil && n > 0 && (l != length || !bytes.Equal(t, tail)) {
				err = errors.New("they are of different bytes")
			}
			if err != nil {
				return 0, nil, err
			}
			length, tail, n = l, t, n+1
		}
	}
	if n == 0 {
		return 0, nil, errors.New("there are none")
	}
	return length, tail, nil
}

// maxProtected is how many bytes a signature's protected header may have. Docker's have 150.
const maxProtected = 4 << 10

// protected reads a signature's protected header: how many of the manifest's first bytes were signed,
// and what followed them.
func protected(signature jsonscan.Value) (length int, tail []byte, err error) {
	var header string
	for name, value := range signature.Members() {
		if name.Folds("protected") && (len(value) > maxProtected || json.Unmarshal(value, &header) != nil) {
			return 0, nil, errors.New("a protected header is no text, or a long one")
		}
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(header, "="))
	if err != nil {
		return 0, nil, errors.New("a protected header is not base64url")
	}
	var members map[string]json.RawMessage // unlike a struct's, names of other case are others
	var encoded string
	if json.Unmarshal(decoded, &members) != nil || json.Unmarshal(members["formatLength"], &length) != nil ||
		json.Unmarshal(members["formatTail"], &encoded) != nil {
		return 0, nil, errors.New("a protected header is not JSON with formatLength and formatTail")
	}
	tail, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return 0, nil, errors.New("a formatTail is not base64url")
	}
	return length, tail, nil
}

// onlySignatures reports whether the rest of an object, after its last member but one, is the member
// signatures.
func onlySignatures(rest []byte) bool {
	rest, more := bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(","))
	object, err := jsonscan.Check(slices.Concat([]byte("{"), rest))
	if err != nil || !more {
		return false
	}
	n, ok := 0, true
	for name, value := range object.Members() {
		n, ok = n+1, ok && name.Is("signatures") && value.IsArray()
	}
	return ok && n == 1
}
